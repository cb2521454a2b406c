"""A device that many share, where the server ends a session: what is still to be read stays, what is said of the end is true, and a
sign-in that asks for no code, or a page without scripts, lasts as long as it should."""
import re
import time

import pytest
from conftest import PASSPHRASE, Client, Site, code_in, plain, road
from firefox import Firefox
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from test_guide_activation import credentials
from test_kiosk import LEAVING, MAIL, lent, link
from test_kiosk_held import SEEN, pass_by
from test_moment import PAGE, shown, wait_for
from test_moment_hands import opened
from test_one_tap import page_text
from test_vote import LISTS, SMALL, WORKERS
from test_words import GENERATED, NO_LETTERS

voter = road.voter
LEFT = "SELECT ends_at - unixepoch() FROM access_request WHERE state IN ('asked', 'sent', 'verified')"
#: A server that says this of the session whenever it is told of a touch, and counts how often it was told.
SAYS = """window.honest = window.honest || window.fetch; window.told = 0; window.fetch = (address, options) => String(address).startsWith("/extend")
    ? (window.told += 1, Promise.resolve(new Response("", { status: arguments[0] }))) : honest(address, options);"""
#: What becomes of a ballot that is sent: nothing arrives, or another number comes back.
CASTS = """window.honest = window.honest || window.fetch; const arguments_ = arguments; window.fetch = (address, options) =>
    options && options.method === "POST" && String(address).startsWith("/ballots/") ? (arguments_[0] ? Promise.resolve(new Response(
    JSON.stringify({ tracker: arguments_[0] }), { status: 409 })) : Promise.reject(new TypeError("cut"))) : honest(address, options);"""
TOUCH = "dispatchEvent(new Event('scroll'))"


def kiosk_client(site):
    """A program without scripts on a device that the bureau has lent."""
    client = Client(site)
    token = link(site).stdout.strip().split("grant=")[1]
    client.get(f"/kiosk?grant={token}")
    client.post("/kiosk", grant=token, action="on")
    client.get("/")
    return client


def survives(someone, *names):
    """Whatever the server says of the session, touches take nothing off the page that shows a number."""
    for status in (401, 403, 409):
        someone.driver.execute_script(SAYS, status)
        WebDriverWait(someone.driver, 20).until(lambda d: d.execute_script(TOUCH + "; return window.told") >= 2)
        time.sleep(0.5)
        assert all(shown(someone, name) for name in names) and someone.driver.find_elements(By.ID, "kiosk-end"), status
        assert someone.path == PAGE


def test_whoever_signs_in_without_a_code_at_a_kiosk_does_so(site, visitor):
    """Identifier and password stand on two pages, and no code comes between."""
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL, *GENERATED, NO_LETTERS, ("scheme: random", "scheme: digits")).open_poll().serve()
    identifier, password, _ = credentials(site, 1, MAIL)
    someone = lent(site, visitor)
    someone.open("/").fill("identifier", identifier).press("Se connecter")
    assert someone.path == "/passphrase"
    # The page tells that somebody is there, and stays.
    road.wait_until(lambda: 0 < site.sql(LEFT)[0][0] <= 120, seconds=15)
    pass_by(site, 100, "access_request", "ends_at")
    time.sleep(6)
    someone.driver.find_element(By.ID, "secret").send_keys("Gir")
    road.wait_until(lambda: site.sql(LEFT)[0][0] > 100, seconds=15)
    assert someone.path == "/passphrase"
    someone.driver.find_element(By.ID, "secret").clear()
    someone.fill("secret", password).press("Se connecter")
    assert someone.path == "/space"
    # Whoever comes back has the minute of a kiosk too.
    assert site.sql("SELECT idle_seconds FROM access_session") == [(60,)]
    # Nobody goes on with a sign-in that was left.
    client = kiosk_client(site)
    assert client.identify(identifier).headers["Location"] == "/passphrase"
    client.get("/passphrase")
    pass_by(site, 120, "access_request", "ends_at")
    assert client.get("/passphrase", allow_redirects=False).headers["Location"] == "/?say=gone"


def test_no_sign_in_is_held_beyond_the_hour_of_its_page(site):
    opened(site)
    client = kiosk_client(site)
    client.identify(site.identifier(MAIL))
    assert client.code(client.sent_code(MAIL)).headers["Location"] == "/passphrase"
    for since, left in ((0, 120), (3500, 100), (3590, 10)):
        site.sql(f"UPDATE access_request SET created_at = unixepoch() - {since} WHERE state = 'verified'")
        assert 'name="again"' in client.get("/passphrase").text
        answer = client.session.post(site.address + "/extend", data={"form": client.form()}, headers={"Accept": "text/plain", "Origin": site.address}, timeout=20)
        assert (answer.status_code, answer.text) == (200, "held\n")
        assert left - 3 <= site.sql(LEFT)[0][0] <= left, since


@pytest.mark.parametrize("name", ["activation", "espace"])
def test_whoever_signs_in_on_one_page_of_a_kiosk_has_its_minute(tmp_path, name):
    site = Site(tmp_path).sample(name)
    try:
        site.seal_poll().serve()
        mail, pattern = {"activation": ("bsauveterre@adherents.example.org", r"\d{10}"), "espace": (None, r"[a-z0-9]+")}[name]
        if mail is None:
            with open(f"{road.ROOT}/Ballots/{name}/roll.csv", encoding="utf-8") as file:
                mail = re.search(r"[\w.+-]+@[\w.-]+", file.read()).group()
        text = site.wait_text(mail, 1)
        identifier = re.search(rf"identifiant est\s*:\s*({pattern})\b", text).group(1)
        password = re.search(r"mot de passe est\s*:\s*(\S{9})\n", text).group(1)
        client = kiosk_client(site)
        answer = client.post("/", identifier=identifier, secret=password, **client.work(identifier))
        assert answer.headers.get("Location") == "/space", page_text(answer)
        assert site.sql("SELECT idle_seconds FROM access_session") == [(60,)]
        own = Client(site)
        own.get("/")
        own.post("/", identifier=identifier, secret=password, **own.work(identifier))
        assert sorted(site.sql("SELECT idle_seconds FROM access_session")) == [(60,), (900,)]
    finally:
        site.stop()


def test_whoever_comes_back_to_a_kiosk_has_its_minute(site):
    opened(site)
    own = Client(site)
    own.sign_in(site.identifier(MAIL), MAIL, 2, first=True)
    client = kiosk_client(site)
    assert client.sign_in(site.identifier(MAIL), MAIL, 3).headers["Location"].startswith("/space")
    assert sorted(site.sql("SELECT idle_seconds FROM access_session")) == [(60,), (900,)]


def test_a_number_that_is_to_be_read_outlives_the_session(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    # No answer has come: the vote may be in the box.
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    someone.driver.execute_script(CASTS, "")
    wait_for(someone.click("Confirmer mon vote"), "failed")
    number = someone.driver.find_element(By.CSS_SELECTOR, "#failed .tracker").text
    survives(someone, "failed", "again")
    # It is sent again when the session has ended: what is said can be followed here.
    pass_by(site, 60)
    someone.driver.execute_script("window.fetch = honest; kioskTold = Infinity")
    someone.click("Essayer de nouveau")
    WebDriverWait(someone.driver, 20).until(lambda d: shown(someone, "failed") and "a pris fin" in plain(someone.text))
    text = plain(someone.driver.find_element(By.ID, "failed").text)
    assert "Terminer et revenir au début" in text and "votre espace dit si votre vote est enregistré" in text and number in text
    assert "onglet" not in text and not shown(someone, "again")
    # Whoever goes away is waited for no longer than anybody, and the start says what is not certain.
    someone.driver.execute_script("isOver = true; kioskTouched -= 61000")
    WebDriverWait(someone.driver, 15).until(lambda d: "say=kioskUnsure" in d.current_url)
    # Another number came back.
    someone.sign_in(site.identifier(MAIL), MAIL, 2, first=False)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    someone.driver.execute_script(CASTS, "A" * 43)
    wait_for(someone.click("Confirmer mon vote"), "alarm")
    survives(someone, "alarm")
    someone.driver.execute_script("isOver = true")
    # The receipt of a vote that was taken.
    someone.vote(WORKERS, LISTS[1])
    survives(someone, "receipt")
    someone.driver.execute_script("isTaken = true")


def test_a_session_that_ended_elsewhere_leaves_nothing_on_the_page(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    count = 1
    for status, say, words in ((401, "kioskUnsent", "n'a pas été envoyé"), (403, "kioskUnsent", "n'a pas été envoyé"), (409, "otherUnsent", "Une autre personne s'est connectée")):
        someone.open(PAGE).mark(LISTS[1])
        assert "Martinb" in someone.text
        someone.driver.execute_script(SAYS + TOUCH, status)
        WebDriverWait(someone.driver, 15).until(lambda d: f"say={say}" in d.current_url)
        assert words in plain(someone.text) and "Martinb" not in someone.driver.page_source
        # Another person's session is theirs.
        assert site.sql("SELECT count(*) FROM access_session") == [(1 if status == 409 else 0,)]
        if status != 409:
            count += 1
            someone.sign_in(site.identifier(MAIL), MAIL, count, first=False)
    # What the server ended is not said to have been left.
    someone.open("/space").driver.execute_script(SAYS + TOUCH, 401)
    WebDriverWait(someone.driver, 15).until(lambda d: "say=kioskClosed" in d.current_url)
    assert "La session précédente s'est fermée. Si c'était la vôtre" in plain(someone.text) and "touchait" not in someone.text


def test_a_page_of_the_last_voter_in_another_tab_is_emptied_by_a_touch(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.open(PAGE).mark(LISTS[0])
    first = someone.driver.current_window_handle
    someone.driver.switch_to.new_window("tab")
    someone.open("/space")
    someone.driver.find_element(By.CSS_SELECTOR, "#kiosk-end button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    someone.sign_in(site.identifier("v2@example.org"), "v2@example.org", 1)
    someone.driver.switch_to.window(first)
    someone.driver.execute_script("kioskTouched = performance.now()")
    WebDriverWait(someone.driver, 15).until(lambda d: someone.path != PAGE)
    # The one who is signed in by now goes on, and nothing is left of the other's choice.
    assert site.sql("SELECT principal FROM access_session") == [("voter:2",)] and not someone.driver.find_elements(By.ID, "choose")


def test_a_code_that_was_typed_without_scripts_does_not_stay(site):
    opened(site)
    client = kiosk_client(site)
    client.identify(site.identifier(MAIL))
    leaving = re.compile(r'<noscript><meta http-equiv="refresh" content="(\d+);url=(/[a-z/]+)(?:\?(?:lang=\w\w)?(?:&amp;)?(?:mark=[0-9a-f]{8})?)?"></noscript>')
    for since, seconds, path, minutes in ((0, 120, "/code", 6), (200, 120, "/code", 3), (270, 90, "/kiosk/end", 2), (1000, 60, "/kiosk/end", 1)):
        site.sql(f"UPDATE access_request SET created_at = unixepoch() - {since}")
        text = client.get("/code").text
        [(found, leads)] = leaving.findall(text)
        assert leads == path and seconds - 2 <= int(found) <= seconds, (since, found, leads)
        assert f"au bout de {minutes} min" in page_text(client.get("/code"))
        assert ("s'efface au bout de deux minutes" in page_text(client.get("/code"))) == (path == "/code")
    assert "cleared after two minutes" not in page_text(client.get("/code?lang=en"))
    site.sql("UPDATE access_request SET created_at = unixepoch()")
    assert "cleared after two minutes" in page_text(client.get("/code?lang=en"))
    assert not LEAVING.search(client.get("/code").text)


def test_touch_idleness_and_end_of_a_kiosk_in_firefox(site):
    opened(site)
    someone = Firefox(road.free_port(), width=390)
    try:
        someone.get(link(site).stdout.strip())
        someone.press("main form button")
        someone.press("main form button", identifier=site.identifier(MAIL))
        someone.press("main form button", code=code_in(site.wait_text(MAIL, 2)))
        someone.press("main form button", secret=PASSPHRASE, again=PASSPHRASE)
        assert site.sql("SELECT idle_seconds FROM access_session") == [(60,)]
        # A touch is told to the server, and nothing else is.
        time.sleep(7)
        pass_by(site, 40)
        time.sleep(6)
        assert site.sql(SEEN)[0][0] >= 40
        someone.run("(dispatchEvent(new Event('scroll')), 1)")
        road.wait_until(lambda: site.sql(SEEN)[0][0] < 10, seconds=15)
        # Nobody touches it: it is asked, the answer goes on, and silence ends it.
        someone.run("(kioskTouched = performance.now() - 46000, 1)")
        road.wait_until(lambda: someone.run("document.getElementById('kiosk-idle').hasAttribute('open')"), seconds=10)
        road.wait_until(lambda: someone.run("performance.now() >= stillUntil"))
        someone.run("(document.querySelector('#kiosk-idle button').click(), 1)")
        road.wait_until(lambda: not someone.run("document.getElementById('kiosk-idle').hasAttribute('open')"), seconds=10)
        someone.run("(kioskTouched = performance.now() - 61000, 1)")
        road.wait_until(lambda: "say=kioskEnded" in someone.run("location.search"), seconds=20)
        assert site.sql("SELECT count(*) FROM access_session") == [(0,)]
        # One that the server has ended says so.
        someone.get(site.address + "/")
        someone.press("main form button", identifier=site.identifier(MAIL))
        someone.press("main form button", code=code_in(site.wait_text(MAIL, 3)))
        someone.press("main form button", secret=PASSPHRASE)
        pass_by(site, 60)
        someone.run("(dispatchEvent(new Event('scroll')), 1)")
        road.wait_until(lambda: "say=kioskClosed" in someone.run("location.search"), seconds=20)
        assert "Martin" not in someone.run("document.body.innerText")
    finally:
        someone.quit()
