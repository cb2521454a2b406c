"""Several tabs at one device that many share: a page of somebody before ends nothing of the next person's, help may be read in the
middle of a sign-in, and what was typed and left is taken from nobody."""
import re
import time

import pytest
from conftest import Client, Site, code_in, plain, road
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from test_guide_activation import credentials
from test_kiosk import LEAVING, MAIL, lent, lent_client
from test_kiosk_ends import LEFT, SAYS, TOUCH, kiosk_client
from test_kiosk_held import pass_by
from test_moment import PAGE, shown, wait_for
from test_moment_hands import opened
from test_one_tap import page_text
from test_vote import LISTS, SMALL
from test_words import GENERATED, NO_LETTERS

OTHER = "v2@example.org"
CHOSEN = {"secret": "trois girafes bleues au marché", "again": "trois girafes bleues au marché", "action": "choose"}
HERE = "SELECT principal FROM access_session WHERE seen_at + idle_seconds > unixepoch()"
UNDER_WAY = "SELECT count(*) FROM access_request WHERE state IN ('asked', 'sent', 'verified')"


def end_fields(page):
    """What the page's way out sends."""
    [form] = re.findall(r'<form method="post" action="/kiosk/end[^>]*id="kiosk-end".*?</form>', page, re.S)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def ends_nothing(client, fields, path, status):
    """Whatever the page of somebody before sends that is left by itself, with and without its script."""
    before = client.page
    fields = fields | {"unasked": "1"}
    for accept in ("text/plain", "text/html"):
        answer = client.session.post(client.site.address + "/kiosk/end", data=fields, headers={"Accept": accept}, allow_redirects=False, timeout=20)
        assert "Set-Cookie" not in answer.headers
        assert (answer.status_code, answer.text) == (200, "ended\n") if accept == "text/plain" else answer.headers["Location"] == "/?left=1"
    answer = client.session.get(client.site.address + path.replace("&amp;", "&"), headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False, timeout=20)
    assert answer.headers["Location"] == "/?left=1" and "Set-Cookie" not in answer.headers
    told = client.session.post(client.site.address + "/extend", data=fields, headers={"Accept": "text/plain"}, timeout=20)
    assert told.status_code == status
    if fields["owner"]:
        signed_out = client.session.post(client.site.address + "/sign-out", data=fields, headers={"Accept": "text/plain"}, allow_redirects=False, timeout=20)
        # Where nobody is signed in, the cookie of whoever was may go.
        assert (signed_out.status_code, signed_out.text) == (200, "ended\n") and "pending" not in signed_out.headers.get("Set-Cookie", "")
        assert status == 401 or "Set-Cookie" not in signed_out.headers
    # Where that page leads, nothing of the next person's is shown, and nothing ends.
    start = client.session.get(client.site.address + "/?left=1", headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False, timeout=20)
    assert start.status_code == 200 and 'name="identifier"' in start.text and end_fields(start.text)["owner"] == ""
    client.page = before


def test_a_page_of_somebody_before_ends_nothing_of_the_next_person(site):
    opened(site)
    client = kiosk_client(site)
    # The other tab stands at the start.
    start = client.page
    client.sign_in(site.identifier(MAIL), MAIL, 2, first=True)
    [(_, leads)] = LEAVING.findall(client.get("/space").text)
    fields = end_fields(client.page)
    assert fields["owner"] and not fields["mark"]
    pass_by(site, 60)
    client.page = start
    identifier = site.identifier(OTHER)
    assert client.post("/", identifier=identifier, **client.work(identifier)).headers["Location"] == "/code"
    ends_nothing(client, fields, leads, 401)
    of_code = end_fields(client.get("/code").text)
    assert of_code["mark"] and not of_code["owner"]
    assert client.code(client.sent_code(OTHER)).headers["Location"] == "/passphrase"
    ends_nothing(client, fields, leads, 401)
    client.get("/passphrase")
    assert client.post("/passphrase", secret="trois girafes bleues au marché", again="trois girafes bleues au marché", action="choose").status_code == 303
    assert client.get("/space", allow_redirects=False).status_code == 200
    ends_nothing(client, fields, leads, 409)
    # Nor does the page of their own sign-in, as long as somebody is in the tab in which they went on, or one that was made for nobody.
    ends_nothing(client, of_code, f"/kiosk/end?mark={of_code['mark']}", 200)
    assert client.get("/space", allow_redirects=False).status_code == 200
    client.session.post(site.address + "/kiosk/end", data={"form": fields["form"], "unasked": "1"}, allow_redirects=False, timeout=20)
    assert site.sql(HERE) == [("voter:2",)]
    # Their own page does.
    own = end_fields(client.get("/space").text)
    answer = client.session.post(site.address + "/kiosk/end", data=own | {"unasked": "1"}, allow_redirects=False, timeout=20)
    assert answer.headers["Location"] == "/" and "browser=" in answer.headers["Set-Cookie"]
    assert client.get("/space", allow_redirects=False).status_code == 303


@pytest.mark.parametrize("of", ["start", "help", "asked", "code", "space"])
def test_a_pressed_end_ends_whatever_goes_on_in_this_browser(site, of):
    """Whoever presses it is there, at whichever of the pages that stand open: the next one finds nothing of theirs."""
    opened(site)
    for accept in ("text/plain", "text/html"):
        client = kiosk_client(site)
        identifier = site.identifier(OTHER)
        pages = {"start": client.page, "help": client.get("/help").text}
        client.identify(identifier)
        pages["code"] = pages["asked"] = client.get("/code").text
        if of != "asked":
            assert client.code(client.sent_code(OTHER)).headers["Location"] == "/passphrase"
            client.get("/passphrase")
            fields = CHOSEN if accept == "text/plain" else {"secret": CHOSEN["secret"], "action": "enter"}
            assert client.post("/passphrase", **fields).headers["Location"].startswith("/space")
            pages["space"] = client.get("/space").text
            assert site.sql(HERE) == [("voter:2",)]
        else:
            assert site.sql(UNDER_WAY) == [(1,)]
        answer = client.session.post(site.address + "/kiosk/end", data=end_fields(pages[of]), headers={"Accept": accept}, allow_redirects=False, timeout=20)
        assert answer.status_code == 200 if accept == "text/plain" else answer.headers["Location"] == "/"
        assert all(f"{name}=;" in answer.headers["Set-Cookie"] for name in ("session", "pending", "browser"))
        assert site.sql(HERE) == [] and site.sql(UNDER_WAY) == [(0,)]
        assert client.get("/help").status_code == 200 and "Revenir à votre espace" not in page_text(client.get("/help"))
        if of == "asked":
            return


def test_the_page_of_a_sign_in_ends_its_session_once_nobody_touches_any_tab(site):
    opened(site)
    client = kiosk_client(site)
    client.identify(site.identifier(MAIL))
    of_code = end_fields(client.get("/code").text)
    assert client.code(client.sent_code(MAIL)).headers["Location"] == "/passphrase"
    client.get("/passphrase")
    client.post("/passphrase", **CHOSEN)

    def told(fields):
        return client.session.post(site.address + "/extend", data=fields, headers={"Accept": "text/plain", "Origin": site.address}, timeout=20)

    # It keeps the session, and says that it has come about; no other mark does.
    pass_by(site, 25)
    answer = told(of_code | {"mark": "0" * 8})
    assert (answer.status_code, answer.text) == (401, "ended\n")
    assert site.sql("SELECT unixepoch() - seen_at >= 25 FROM access_session") == [(1,)]
    answer = told(of_code)
    assert (answer.status_code, answer.text) == (200, "opened\n")
    assert site.sql("SELECT unixepoch() - seen_at < 10 FROM access_session") == [(1,)]
    for silent, left in ((0, 1), (20, 1), (35, 0)):
        pass_by(site, silent)
        client.session.get(site.address + f"/kiosk/end?mark={of_code['mark']}", headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
        assert site.sql("SELECT count(*) FROM access_session") == [(left,)], silent


def test_whoever_types_an_identifier_at_a_kiosk_is_the_next_person(site):
    """The start stands open in one tab; the session in the other has not ended yet."""
    opened(site)
    client = kiosk_client(site)
    start = client.page
    client.sign_in(site.identifier(MAIL), MAIL, 2, first=True)
    assert client.get("/space", allow_redirects=False).status_code == 200
    client.page = start
    identifier = site.identifier(OTHER)
    assert client.post("/", identifier=identifier, **client.work(identifier)).headers["Location"] == "/code"
    assert site.sql(HERE) == [] and site.sql(UNDER_WAY) == [(1,)]
    # On a device of one's own it goes on.
    own = Client(site)
    own.get("/")
    start = own.page
    own.sign_in(site.identifier(MAIL), MAIL, 3)
    own.page = start
    own.post("/", identifier=identifier, **own.work(identifier))
    assert own.get("/space", allow_redirects=False).status_code == 200


def test_a_second_press_at_a_kiosk_keeps_the_session_of_the_first(tmp_path):
    site = Site(tmp_path).sample("activation")
    try:
        site.seal_poll().serve()
        identifier, password, _ = credentials(site, 1)
        client = kiosk_client(site)
        page, extra = client.page, client.work(identifier)
        for _ in range(2):
            client.page = page
            answer = client.post("/", identifier=identifier, secret=password, **extra)
            assert answer.headers.get("Location") == "/space", page_text(answer)
            assert site.sql("SELECT count(*) FROM access_session") == [(1,)]
        # A while later whoever presses it stands at the start.
        site.sql("UPDATE access_request SET created_at = created_at - 10")
        site.sql("UPDATE access_session SET opened_at = opened_at - 10")
        client.page = page
        assert client.post("/", identifier=identifier, secret=password, **extra).status_code == 422
        assert site.sql("SELECT count(*) FROM access_session") == [(0,)]
    finally:
        site.stop()


def test_an_old_page_that_is_pressed_ends_what_goes_on_by_now(site, visitor):
    """Its form hangs on a browser's token that has ended with the session before."""
    opened(site)
    someone = lent(site, visitor)
    beside = someone.driver.current_window_handle
    someone.driver.switch_to.new_window("tab")
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.driver.find_element(By.CSS_SELECTOR, "#kiosk-end button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/" and d.find_elements(By.ID, "identifier"))
    someone.sign_in(site.identifier(OTHER), OTHER, 1)
    assert site.sql(HERE) == [("voter:2",)]
    someone.driver.switch_to.window(beside)
    someone.driver.find_element(By.CSS_SELECTOR, "#kiosk-end button").click()
    road.wait_until(lambda: site.sql(HERE) == [], seconds=10)
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/" and d.find_elements(By.ID, "identifier"))
    assert someone.open("/help").path == "/help" and "Revenir à votre espace" not in someone.text


def test_a_second_tab_of_ones_own_goes_on_with_the_session(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.identify(site.identifier(MAIL))
    first = someone.driver.current_window_handle
    tabs = {}
    for path in ("/code", "/help"):
        someone.driver.switch_to.new_window("tab")
        someone.open(path)
        tabs[path] = someone.driver.current_window_handle
    someone.driver.switch_to.window(first)
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Se connecter").choose(CHOSEN["secret"])
    assert someone.path == "/space"
    # Help stays, and what is touched there keeps the session.
    someone.driver.switch_to.window(tabs["/help"])
    pass_by(site, 40)
    someone.driver.execute_script("kioskTold = -1;" + TOUCH)
    road.wait_until(lambda: site.sql("SELECT unixepoch() - seen_at < 20 FROM access_session") == [(1,)], seconds=15)
    time.sleep(2)
    assert someone.path == "/help"
    someone.driver.switch_to.window(tabs["/code"])
    someone.driver.execute_script("kioskTold = -1;" + TOUCH)
    WebDriverWait(someone.driver, 15).until(lambda d: someone.path == "/space")
    assert "Martin" in someone.text and site.sql(HERE) == [("voter:1",)]


@pytest.mark.parametrize("moment", ["code", "secret", "space"])
def test_a_tab_that_was_left_goes_to_the_start_alone(site, visitor, moment):
    """The first one's page stands open when the next one signs in beside it, in the same browser."""
    opened(site)
    someone = lent(site, visitor)
    beside = someone.driver.current_window_handle
    someone.driver.switch_to.new_window("tab")
    left = someone.driver.current_window_handle
    # Reached as a link would reach it: the start that stands beside it is nobody's.
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.driver.execute_script("kioskTold = Infinity")
    pass_by(site, 60)
    someone.driver.switch_to.window(beside)
    someone.fill("identifier", site.identifier(OTHER)).press("Se connecter")
    assert someone.path == "/code"

    def leave():
        someone.driver.switch_to.window(left)
        assert someone.path == "/space"
        someone.driver.execute_script("kioskTouched -= 61000")
        WebDriverWait(someone.driver, 15).until(lambda d: someone.path == "/" and d.find_elements(By.ID, "identifier"))
        assert someone.title == "Se connecter" and "left" not in someone.driver.current_url
        # There it is as if nobody were here, however long it stands.
        someone.driver.execute_script("window.isStill = true; kioskTouched -= 61000")
        WebDriverWait(someone.driver, 15).until(lambda d: d.execute_script("return window.isStill") is None and someone.path == "/")
        assert someone.title == "Se connecter" and "Martin" not in someone.driver.page_source
        someone.driver.switch_to.window(beside)

    if moment == "code":
        leave()
    someone.fill("code", code_in(site.wait_text(OTHER, 2))).press("Se connecter")
    assert someone.path == "/passphrase"
    if moment == "secret":
        leave()
    someone.choose("trois girafes bleues au marché")
    assert someone.path == "/space"
    if moment == "space":
        leave()
    someone.open("/space")
    assert someone.path == "/space" and site.sql("SELECT principal FROM access_session WHERE seen_at + idle_seconds > unixepoch()") == [("voter:2",)]


def test_a_number_left_on_the_screen_ends_nothing_of_the_next_person(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    beside = someone.driver.current_window_handle
    someone.driver.switch_to.new_window("tab")
    left = someone.driver.current_window_handle
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    someone.driver.execute_script("""window.honest = window.fetch; window.fetch = (address, options) => options && options.method === "POST"
        && String(address).startsWith("/ballots/") ? Promise.reject(new TypeError("cut")) : honest(address, options)""")
    wait_for(someone.click("Confirmer mon vote"), "failed")
    someone.driver.execute_script("kioskTold = Infinity")
    pass_by(site, 60)
    someone.driver.switch_to.window(beside)
    someone.fill("identifier", site.identifier(OTHER)).press("Se connecter")
    someone.fill("code", code_in(site.wait_text(OTHER, 2))).press("Se connecter").choose("trois girafes bleues au marché")
    someone.driver.switch_to.window(left)
    # It is told that somebody else is here by now, and stays as long as anybody would read it.
    someone.driver.execute_script("kioskTold = -1;" + TOUCH)
    time.sleep(3)
    assert shown(someone, "failed")
    someone.driver.execute_script("kioskTouched -= 61000")
    WebDriverWait(someone.driver, 15).until(lambda d: "say=kioskUnsure" in d.current_url)
    assert site.sql("SELECT principal FROM access_session WHERE seen_at + idle_seconds > unixepoch()") == [("voter:2",)]


def test_a_tab_of_another_browser_token_restarts_nothing(site, visitor):
    """The first one ends in one tab, and the next one types a code there; a touch in the tab that was left is refused."""
    opened(site)
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    left = someone.driver.current_window_handle
    someone.driver.switch_to.new_window("tab")
    beside = someone.driver.current_window_handle
    someone.open("/space").driver.find_element(By.CSS_SELECTOR, "#kiosk-end button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/" and d.find_elements(By.ID, "identifier"))
    someone.fill("identifier", site.identifier(OTHER)).press("Se connecter")
    assert someone.path == "/code"
    someone.driver.switch_to.window(left)
    someone.driver.execute_script("kioskTold = -1;" + TOUCH)
    WebDriverWait(someone.driver, 15).until(lambda d: "say=kioskClosed" in d.current_url)
    someone.driver.switch_to.window(beside)
    assert site.sql(UNDER_WAY) == [(1,)]
    someone.fill("code", code_in(site.wait_text(OTHER, 2))).press("Se connecter")
    assert someone.path == "/passphrase"


def at_review(site, visitor):
    """Somebody at a kiosk who has chosen and reads it once more."""
    opened(site)
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    return someone


def test_a_worker_that_never_answers_keeps_no_kiosk(site, visitor):
    someone = at_review(site, visitor)
    someone.driver.execute_script("window.seal = () => new Promise(() => undefined)")
    wait_for(someone.click("Confirmer mon vote"), "sealing")
    # A ballot on its way is waited for, and not left by a press.
    someone.wait_still().driver.execute_script("kioskTouched -= 61000; document.querySelector('#kiosk-end button').click()")
    time.sleep(2.5)
    assert shown(someone, "sealing") and not shown(someone, "kiosk-leave") and not shown(someone, "kiosk-idle")
    assert someone.driver.execute_script("return sendingSeconds") == 120
    someone.driver.execute_script("sendingSince -= 121000")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "kiosk-leave"))
    # Nothing has left, and there is no number yet.
    asked = plain(someone.driver.find_element(By.ID, "kiosk-leave").text)
    assert "Ce vote n'a pas été envoyé" in asked and "votre choix est oublié" in asked and "numéro" not in asked
    someone.shot("unsent").wait_still()
    # Whoever goes back to the vote is not asked again, and goes by the same way.
    goes_back, leaves = someone.driver.find_elements(By.CSS_SELECTOR, "#kiosk-leave button")
    goes_back.click()
    time.sleep(2.5)
    assert not shown(someone, "kiosk-leave") and shown(someone, "sealing")
    someone.driver.find_element(By.CSS_SELECTOR, "#kiosk-end button").click()
    assert shown(someone, "kiosk-leave") and leaves.is_displayed()
    # Whoever has gone is waited for no longer than anybody.
    someone.driver.execute_script("kioskTouched -= 61000")
    WebDriverWait(someone.driver, 15).until(lambda d: "say=kioskUnsent" in d.current_url)
    assert site.sql("SELECT count(*) FROM access_session") == [(0,)]


def test_a_vote_that_was_said_not_to_be_sent_is_not_sent(site, visitor):
    """The worker answers when its voter has ended; the network is slow to say so."""
    someone = at_review(site, visitor)
    someone.driver.execute_script("""window.ofPage = seal; window.seal = (chosen) => new Promise((resolve) => { window.goOn = resolve; }).then(() => ofPage(chosen));
        window.honest = window.fetch; window.cast = 0; window.fetch = (address, options) => {
            if (options && options.method === "POST" && String(address).startsWith("/ballots/")) cast += 1;
            return window.isSlow && String(address).startsWith("/kiosk/end") ? Promise.reject(new TypeError("cut")) : honest(address, options);
        }""")
    wait_for(someone.click("Confirmer mon vote"), "sealing")
    someone.driver.execute_script("isSlow = true; sendingSince -= 121000")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "kiosk-leave"))
    _, leaves = someone.wait_still().driver.find_elements(By.CSS_SELECTOR, "#kiosk-leave button")
    leaves.click()
    WebDriverWait(someone.driver, 10).until(lambda d: "Le réseau ne répond pas" in someone.text)
    someone.driver.execute_script("goOn()")
    time.sleep(8)
    assert someone.driver.execute_script("return cast") == 0
    someone.driver.execute_script("isSlow = false")
    WebDriverWait(someone.driver, 15).until(lambda d: "say=kioskUnsent" in d.current_url)
    assert site.sql("SELECT count(*) FROM access_session") == [(0,)]


def test_an_answer_that_comes_late_takes_the_question_away(site, visitor):
    someone = at_review(site, visitor)
    someone.driver.execute_script("""window.honest = window.fetch; window.fetch = (address, options) => options && options.method === "POST"
        && String(address).startsWith("/ballots/") ? new Promise((resolve) => { window.goOn = () => resolve(honest(address, options)); })
        : honest(address, options)""")
    wait_for(someone.click("Confirmer mon vote"), "sealing")
    WebDriverWait(someone.driver, 20).until(lambda d: d.execute_script("return typeof goOn") == "function")
    someone.driver.execute_script("sendingSince -= 121000")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "kiosk-leave"))
    asked = plain(someone.driver.find_element(By.ID, "kiosk-leave").text)
    assert "vous ne pourrez plus envoyer ce bulletin" in asked and "notez-le d'abord" in asked and "n'a pas été envoyé" not in asked
    someone.shot("unsure")
    # The number stays, whatever has become of the session.
    someone.driver.execute_script(SAYS, 401)
    WebDriverWait(someone.driver, 10).until(lambda d: d.execute_script(TOUCH + "; return window.told") >= 1)
    time.sleep(0.5)
    assert shown(someone, "sealing") and someone.path == PAGE
    someone.driver.execute_script("goOn()")
    wait_for(someone, "receipt")
    WebDriverWait(someone.driver, 10).until(lambda d: not shown(someone, "kiosk-leave"))
    someone.driver.execute_script("isTaken = true")


def test_help_is_read_at_a_kiosk_between_the_steps_of_a_sign_in(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.identify(site.identifier(MAIL))
    for step, column in (("/code", 360), ("/passphrase", 120)):
        someone.driver.find_element(By.CSS_SELECTOR, "header a[href^='/help']").click()
        WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/help")
        # What was told when the page came is over; nobody touches it.
        time.sleep(7)
        pass_by(site, column - 20, "access_request", "ends_at")
        someone.driver.execute_script(TOUCH)
        road.wait_until(lambda: column - 15 < site.sql(LEFT)[0][0] <= column, seconds=15)
        assert someone.path == "/help"
        someone.press("Revenir à la page précédente" if "précédente" in someone.text else plain(someone.driver.find_element(By.CSS_SELECTOR, "a.call").text))
        assert someone.path == step
        if step == "/code":
            someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Se connecter")
    # Without scripts the page of help holds it too, and is left as the page of the sign-in would be.
    client = kiosk_client(site)
    client.identify(site.identifier(OTHER))
    assert client.code(client.sent_code(OTHER)).headers["Location"] == "/passphrase"
    pass_by(site, 100, "access_request", "ends_at")
    [(seconds, leads)] = LEAVING.findall(client.get("/help").text)
    assert seconds == "120" and "mark=" in leads
    assert 'name="again"' in client.get("/passphrase").text
    client.get("/help")
    client.get(leads.replace("&amp;", "&"), headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
    assert client.get("/passphrase", allow_redirects=False).headers["Location"] == "/?say=gone"


def test_a_sign_in_that_waits_for_its_code_ends_by_itself_at_a_kiosk(site):
    opened(site)
    client = kiosk_client(site)
    client.identify(site.identifier(MAIL))
    code = client.sent_code(MAIL)
    [(left,)] = site.sql(LEFT)
    assert 355 <= left <= 360
    pass_by(site, 360, "access_request", "ends_at")
    assert client.post("/code", code=code, action="check").headers["Location"] == "/code"
    assert client.get("/code", allow_redirects=False).headers["Location"] == "/?say=gone"
    assert site.sql("SELECT state FROM access_request ORDER BY id DESC LIMIT 1") == [("sent",)]


def test_a_code_that_was_typed_and_left_is_taken_from_nobody(site, visitor):
    """The script that leaves a page did not come, and others run: no page is left by itself."""
    opened(site)
    client = kiosk_client(site)
    client.identify(site.identifier(MAIL))
    code = client.sent_code(MAIL)
    [made] = re.findall(r'name="made" value="(\d+)"', client.get("/code").text)
    for other in (int(made) - 121, int(made) - 3000, int(made) + 500, -(2**63), 2**63 - 1):
        answer = client.post("/code", code=code, action="check", made=other)
        assert answer.status_code == 409 and "ce qui y était saisi n'a pas été pris en compte" in page_text(answer)
    assert site.sql("SELECT attempts, state FROM access_request ORDER BY id DESC LIMIT 1")[0][0] == 0
    assert client.post("/code", code=code, action="check", made=int(made) - 100).headers["Location"] == "/passphrase"
    someone = lent(site, visitor)
    someone.driver.execute_cdp_cmd("Network.enable", {})
    for blocked, ends in ((["*kiosk.js*"], "/code"), ([], "/passphrase")):
        someone.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": blocked})
        someone.identify(site.identifier(OTHER))
        someone.fill("code", code_in(site.wait_text(OTHER, 2 if blocked else 3)))
        someone.driver.execute_script("const made = document.querySelector('[name=made]'); made.value = Number(made.value) - 121")
        someone.press("Se connecter")
        assert someone.path == ends
        if blocked:
            assert "Si c'était vous, saisissez-le de nouveau" in someone.text
            assert someone.driver.find_element(By.ID, "code").get_attribute("value") == ""


def test_a_password_that_was_typed_and_left_is_taken_from_nobody(tmp_path):
    site = Site(tmp_path).sample("activation")
    try:
        site.seal_poll().serve()
        text = site.wait_text("bsauveterre@adherents.example.org", 1)
        identifier = re.search(r"identifiant est\s*:\s*(\d{10})\b", text).group(1)
        password = re.search(r"mot de passe est\s*:\s*(\S{9})\n", text).group(1)
        client = kiosk_client(site)
        [made] = re.findall(r'name="made" value="(\d+)"', client.page)
        answer = client.post("/", identifier=identifier, secret=password, made=int(made) - 121, **client.work(identifier))
        assert answer.status_code == 409 and identifier not in answer.text and password not in answer.text
        assert site.sql("SELECT count(*) FROM access_session") == [(0,)]
        [made] = re.findall(r'name="made" value="(\d+)"', client.page)
        answer = client.post("/", identifier=identifier, secret=password, made=made, **client.work(identifier))
        assert answer.headers.get("Location") == "/space", page_text(answer)
    finally:
        site.stop()
