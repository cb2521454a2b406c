"""A device that many share: enabled by a link that a member of the bureau signed; nothing stays of whoever was there."""
import contextlib
import http.server
import os
import re
import threading
import time

import requests
from conftest import PASSPHRASE, SHOTS, Client, code_in, plain, road
from firefox import Firefox
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from test_moment import PAGE, offline, shown, wait_for
from test_pages import check
from test_vote import LISTS, SMALL, SUBSTITUTES, WORKERS

voter = road.voter
MAIL = "v1@example.org"
#: How long a device stays a kiosk beyond its hours.
KEPT_SECONDS = 400 * 86_400


def link(site, member=0, place="Hall de Lille", hours=10, **options):
    words = ("bureau", "kiosk", site.address, "--seal", f"{site.folder}/sealed.json", "--key", f"{site.members[member]}.key",
             "--place", place, "--hours", hours)
    return site.run(*words, **options)


def test_a_kiosk_keeps_nothing_and_goes_back_to_the_start(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    address = link(site).stdout.strip()
    # Somebody was signed in here: that ends with the first step.
    someone = visitor(width=1280)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.driver.get(address)
    assert "Hall de Lille" in someone.text and someone.title == "Borne de vote"
    check(someone, "kiosk")
    someone.press("Activer le mode borne sur cet appareil")
    assert someone.path == "/" and someone.driver.execute_script("return document.body.dataset.kiosk") == "60"
    assert someone.open("/space").path == "/"
    field = someone.driver.find_element(By.ID, "identifier")
    assert field.get_attribute("autocomplete") == "off"
    first = someone.driver.get_cookie("cse-2026-browser")["value"]
    someone.sign_in(site.identifier(MAIL), MAIL, 2, first=False)
    someone.vote(WORKERS, LISTS[1])
    assert f"Il vous reste un vote : {SUBSTITUTES}" in someone.text
    tracker = someone.vote(SUBSTITUTES, LISTS[0])
    square = someone.driver.find_element(By.ID, "square")
    WebDriverWait(someone.driver, 10).until(lambda d: square.is_displayed())
    # To be printed or photographed, never downloaded; nothing is kept; the session has ended.
    assert tracker in someone.text and someone.driver.find_element(By.ID, "print").is_displayed()
    assert not any(each.is_displayed() for each in someone.driver.find_elements(By.CSS_SELECTOR, "#receipt form, #copy, #control"))
    assert someone.driver.execute_script("return sessionStorage.length + localStorage.length") == 0
    road.wait_until(lambda: site.sql("SELECT count(*) FROM access_session") == [(0,)])
    check(someone, "receipt")
    # Nothing else has kept the number: whoever has not printed it is asked.
    sure = someone.driver.find_element(By.ID, "kiosk-sure")
    for words in ("Revenir au numéro", "Oui, terminer"):
        someone.wait_still().driver.find_element(By.ID, "next").click()
        assert "Avez-vous votre numéro de suivi ?" in plain(sure.text) and tracker in someone.text
        check(someone.wait_still(), "sure")
        [button] = [each for each in sure.find_elements(By.TAG_NAME, "button") if plain(each.text) == words]
        button.click()
        assert words == "Oui, terminer" or not sure.is_displayed()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    assert tracker not in someone.driver.page_source
    # The next voter's browser is another one: support code and forms.
    assert someone.driver.get_cookie("cse-2026-browser")["value"] != first and someone.driver.get_cookie("cse-2026-session") is None
    # Whoever goes away in the middle is signed out: here after two seconds instead of six minutes.
    someone.identify(site.identifier(MAIL))
    someone.driver.execute_script("kioskTouched -= 346000")
    dialog = someone.driver.find_element(By.ID, "kiosk-idle")
    WebDriverWait(someone.driver, 10).until(lambda d: dialog.is_displayed())
    someone.shot("idle").wait_still()
    dialog.find_element(By.TAG_NAME, "button").click()
    assert not dialog.is_displayed()
    someone.driver.execute_script("kioskTouched -= 361000")
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    assert someone.open("/code").path == "/"
    assert site.sql("SELECT count(*) FROM access_request WHERE state IN ('asked', 'sent', 'verified')") == [(0,)]
    # At the start there is nobody to wait for.
    someone.open("/").driver.execute_script("window.isStill = true; kioskTouched -= 61000")
    someone.driver.find_element(By.ID, "identifier").send_keys("7XK2")
    someone.driver.execute_script("kioskTouched -= 61000")
    WebDriverWait(someone.driver, 10).until(lambda d: d.execute_script("return window.isStill") is None)
    assert someone.driver.find_element(By.ID, "identifier").get_attribute("value") == ""
    someone.driver.get(address)
    someone.press("Quitter le mode borne")
    assert someone.driver.execute_script("return document.body.dataset.kiosk || null") is None


def test_only_the_bureau_lends_a_device(site):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    address = link(site, member=1, hours=1).stdout.strip()
    token = address.split("grant=")[1]
    until, place, signature = token.split(".")
    # A stranger's key, and a later hour or another place under a good signature.
    site.run("key", "member", "--name", "Zoe Autre", "--to", f"{site.folder}/stranger")
    site.members.append(f"{site.folder}/stranger")
    stranger = link(site, member=2).stdout.strip().split("grant=")[1]
    for other in (stranger, f"{int(until) + 3600}.{place}.{signature}", f"{until}.{place}00.{signature}", f"0{token}", token[:-1], "x", token + "0" * 400):
        answer = requests.get(f"{site.address}/kiosk", params={"grant": other}, timeout=10)
        assert answer.status_code in (403, 404, 422) and "Activer" not in answer.text, other
        page = requests.get(site.address + "/", cookies={"cse-2026-kiosk": other}, timeout=10).text
        assert "data-kiosk" not in page, other
    session = requests.Session()
    page = session.get(address, timeout=10).text
    form = re.search(r'name="form" value="([0-9a-f]+)"', page).group(1)
    # From elsewhere nobody makes a kiosk of a voter's device, and a look alone changes nothing.
    assert session.cookies.get("cse-2026-kiosk") is None
    refused = session.post(f"{site.address}/kiosk", data={"form": form, "grant": token}, headers={"Origin": "https://evil.example"}, timeout=10)
    assert refused.status_code == 403
    taken = session.post(f"{site.address}/kiosk", data={"form": form, "grant": token}, headers={"Origin": site.address}, allow_redirects=False, timeout=10)
    cookie = [value for value in taken.raw.headers.getlist("Set-Cookie") if value.startswith("cse-2026-kiosk=")][0]
    assert taken.status_code == 303 and "HttpOnly" in cookie and 3500 < int(re.search(r"Max-Age=(\d+)", cookie).group(1)) - KEPT_SECONDS <= 3600
    for options, words in (({"hours": 0}, "no number from 1"), ({"hours": 400}, "--hours is 1 to 336"), ({"place": "x" * 61}, "--place is one line"),
                           ({"place": "a\nb"}, "--place is one line")):
        assert words in link(site, status=2, **options).stderr


def test_the_log_of_requests_shows_no_leave(site):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    address = link(site).stdout.strip()
    requests.get(address, timeout=10)
    site.stop()
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        text = file.read()
    assert "GET /kiosk 200" in text and address.split("grant=")[1] not in text
    assert not any(address.split("grant=")[1] in name for name in os.listdir(site.folder))


def lent(site, visitor, **options):
    """A browser of a device that the bureau has lent."""
    someone = visitor(**options)
    someone.driver.get(link(site).stdout.strip())
    [button] = someone.driver.find_elements(By.CSS_SELECTOR, "main button")
    button.click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    return someone


def test_no_field_of_a_kiosk_is_remembered(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    someone = lent(site, visitor)
    fields = """return [...document.querySelectorAll("main input:not([type=hidden]):not([type=checkbox]), main textarea")]
        .filter((field) => field.getAttribute("autocomplete") !== "off").map((field) => field.outerHTML)"""
    for path in ("/", "/lost", "/first", "/help", "/lost?picture=1"):
        assert someone.open(path).driver.execute_script(fields) == [], path
    someone.identify(site.identifier(MAIL))
    assert someone.driver.execute_script(fields) == []
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Se connecter")
    assert someone.driver.execute_script(fields) == []
    someone.choose(PASSPHRASE).open("/space/secret")
    assert someone.driver.execute_script(fields) == []


def test_signing_out_of_a_kiosk_ends_it_as_its_own_button_does(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    someone = lent(site, visitor)
    first = someone.driver.get_cookie("cse-2026-browser")["value"]
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.driver.find_element(By.CSS_SELECTOR, "#sign-out button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    assert someone.driver.get_cookie("cse-2026-browser")["value"] != first and someone.driver.get_cookie("cse-2026-session") is None
    # Without scripts too.
    someone.sign_in(site.identifier(MAIL), MAIL, 2, first=False)
    assert someone.driver.find_element(By.ID, "sign-out").get_attribute("action").split("?")[0].endswith("/kiosk/end")


def test_a_kiosk_without_a_network_shows_nothing_until_the_session_has_ended(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    for end in ("document.querySelector('#kiosk-end button').click()", "kioskTouched -= 61000"):
        assert "Martinb" in someone.text
        offline(someone, True)
        someone.driver.execute_script(end)
        WebDriverWait(someone.driver, 10).until(lambda d: "Un nouvel essai est fait" in someone.text)
        assert someone.path == "/space" and "Martinb" not in someone.driver.page_source
        check(someone, "cut")
        # Nothing leads off it to the browser's own page of an error.
        links = someone.driver.find_elements(By.CSS_SELECTOR, "a[href^='/'], button")
        assert not any(each.is_displayed() for each in links)
        time.sleep(4)
        assert "Un nouvel essai est fait" in someone.text and site.sql("SELECT count(*) FROM access_session") == [(1,)]
        offline(someone, False)
        WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
        assert site.sql("SELECT count(*) FROM access_session") == [(0,)]
        # The way back shows nobody's space.
        someone.driver.back()
        time.sleep(1)
        assert "Martinb" not in someone.driver.page_source
        if "touched" not in end.lower():
            someone.sign_in(site.identifier(MAIL), MAIL, 2, first=False)


def test_two_tabs_of_a_kiosk_never_vote_for_each_other(site, visitor):
    """The first stands at the review in one tab; the other tab ends, and the next person signs in there."""
    site.prepare([voter(1), voter(2), voter(3, college="cadres")], *SMALL).open_poll().serve()
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.open(PAGE).mark(LISTS[0]).click("Relire mon choix")
    first = someone.driver.current_window_handle
    someone.driver.switch_to.new_window("tab")
    someone.open("/space")
    someone.driver.find_element(By.CSS_SELECTOR, "#kiosk-end button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    someone.sign_in(site.identifier("v2@example.org"), "v2@example.org", 1)
    someone.driver.switch_to.window(first)
    # Pressed before the page has told of the touch, which would empty it.
    someone.driver.execute_script("kioskTouched = performance.now(); kioskTold = Infinity")
    wait_for(someone.click("Confirmer mon vote"), "failed")
    assert "Une autre personne s'est connectée dans ce navigateur" in someone.text and "echargez" not in someone.text
    assert site.votes()[0] == 0 and not shown(someone, "again")


def test_the_start_of_a_kiosk_is_nobodys_although_its_script_did_not_end_a_session(site, visitor):
    """A tab that was closed, or a script that did not come: whoever comes next opens the start, and is nobody yet."""
    site.prepare([voter(1), voter(2), voter(3, college="cadres")], *SMALL).open_poll().serve()
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    # The site's own link leads back: whoever presses it has not gone.
    someone.driver.find_element(By.CSS_SELECTOR, ".site a").click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/space")
    someone.driver.execute_cdp_cmd("Network.enable", {})
    someone.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*kiosk.js*"]})
    # Without the script that ends it, no vote begins here.
    someone.open(PAGE)
    assert shown(someone, "coming") and not shown(someone, "choose")
    first = someone.driver.current_window_handle
    someone.driver.switch_to.new_window("tab")
    someone.driver.switch_to.window(first)
    someone.driver.close()
    someone.driver.switch_to.window(someone.driver.window_handles[0])
    someone.open("/")
    assert someone.path == "/" and someone.title == "Se connecter"
    assert site.sql("SELECT count(*) FROM access_session") == [(0,)]
    assert someone.open("/space").path == "/"


def test_a_kiosk_in_firefox_in_english_on_a_small_screen(site):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    someone = Firefox(road.free_port(), width=390, language="en")
    try:
        someone.get(link(site).stdout.strip() + "&lang=en")
        assert "Voting kiosk" in someone.run("document.title")
        someone.press("main form button")
        assert someone.run("document.body.dataset.kiosk") == "60"
        client = Client(site)
        client.sign_in(site.identifier(MAIL), MAIL, 2, first=True)
        someone.get(site.address + "/?lang=en")
        someone.press("main form button", identifier=site.identifier(MAIL))
        someone.press("main form button", code=code_in(site.wait_text(MAIL, 3)))
        someone.press("main form button", secret=PASSPHRASE)
        assert "Your personal space" in someone.run("document.title")
        for name in ("titulaires-ouvriers", "suppleants-ouvriers"):
            someone.get(f"{site.address}/ballots/{name}?lang=en")
            road.wait_until(lambda: someone.run("document.readyState === 'complete' && performance.now() >= stillUntil"))
            someone.run("(document.querySelector('input[type=radio]').click(), document.querySelector('#choose button').click(), 1)")
            road.wait_until(lambda: someone.run("performance.now() >= stillUntil"))
            someone.run("(document.getElementById('cast').click(), 1)")
            road.wait_until(lambda: someone.run("!document.getElementById('receipt').hidden"), seconds=60)
            someone.run("(isTaken = true, 1)")
        assert "That was all" in someone.run("document.getElementById('left').textContent")
        drawn, seen = someone.run("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert drawn <= seen
        someone.run("(isTaken = false, document.getElementById('next').click(), 1)")
        assert "Do you have your tracking number?" in someone.run("document.getElementById('kiosk-sure').innerText")
        os.makedirs(SHOTS, exist_ok=True)
        someone.shot(f"{SHOTS}/firefox-390-kiosk-sure.png")
        road.wait_until(lambda: someone.run("performance.now() >= stillUntil"))
        someone.run("(document.querySelectorAll('#kiosk-sure button')[1].click(), 1)")
        road.wait_until(lambda: someone.run("Boolean(document.getElementById('identifier'))"), seconds=20)
        # The program's own session is another device's; that of the kiosk has ended.
        road.wait_until(lambda: site.sql("SELECT count(*) FROM access_session") == [(1,)])
    finally:
        someone.quit()


def test_the_first_page_of_a_kiosk_loads_two_scripts_more_than_another(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    loaded = """return performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname.split("/").pop()).sort()"""
    own = visitor().open("/").driver.execute_script(loaded)
    shared = lent(site, visitor).open("/").driver.execute_script(loaded)
    assert sorted(set(shared) - set(own)) == ["kiosk.js", "session.js"] and len(shared) == len(own) + 2 == 5, (own, shared)


def lent_client(site, contact=MAIL, count=2):
    """A program without scripts on a device that the bureau has lent, signed in there."""
    client = Client(site)
    token = link(site).stdout.strip().split("grant=")[1]
    client.get(f"/kiosk?grant={token}")
    client.post("/kiosk", grant=token, action="on")
    client.get("/")
    assert client.sign_in(site.identifier(contact), contact, count, first=True).headers["Location"].startswith("/space")
    return client


def test_whoever_stands_at_the_start_of_a_kiosk_goes_on_with_nobodys_sign_in(site):
    """The first one leaves by the title of the page, before a phrase is chosen; the next one looks for a way back."""
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    client = Client(site)
    token = link(site).stdout.strip().split("grant=")[1]
    client.get(f"/kiosk?grant={token}")
    client.post("/kiosk", grant=token, action="on")
    client.identify(site.identifier(MAIL))
    assert client.code(client.sent_code(MAIL)).headers["Location"] == "/passphrase"
    assert 'name="again"' in client.get("/passphrase").text
    client.get("/")
    assert "/code" not in client.get("/help").text
    for path in ("/passphrase", "/code"):
        answer = client.get(path)
        assert 'name="again"' not in answer.text and 'name="code"' not in answer.text and 'name="identifier"' in answer.text, answer.text
    assert site.sql("SELECT count(*) FROM access_request WHERE state = 'verified'") == [(0,)]


@contextlib.contextmanager
def hurried(site):
    """The site at another address, whose pages are left by themselves after three seconds."""
    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            kept = {name: self.headers[name] for name in ("Cookie", "Sec-Fetch-Site", "Accept-Language") if name in self.headers}
            answer = requests.get(site.address + self.path, headers=kept, allow_redirects=False, timeout=10)
            self.send_response(answer.status_code)
            for name in ("Content-Type", "Location"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            for cookie in answer.raw.headers.getlist("Set-Cookie"):
                self.send_header("Set-Cookie", cookie)
            self.end_headers()
            self.wfile.write(re.sub(rb'content="(60|120);', b'content="3;', answer.content))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("localhost", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()


LEAVING = re.compile(r'<noscript><meta http-equiv="refresh" content="(\d+);url=(/kiosk/end(?:\?(?:lang=\w\w&amp;)?(?:owner|mark)=[0-9a-f]+)?)"></noscript>')


def test_a_kiosk_without_scripts_is_left_by_itself(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    client = lent_client(site)
    for path in ("/space", "/space/secret", "/help", "/space?lang=en"):
        [(seconds, _)] = LEAVING.findall(client.get(path).text)
        assert int(seconds) == 60, path
    assert "closes by itself after 1 min." in client.page
    # A browser in which no script runs, with the same session; the minute is three seconds there.
    someone = visitor(javascript=False).open("/")
    someone.driver.delete_all_cookies()
    for cookie in client.session.cookies:
        someone.driver.add_cookie({"name": cookie.name, "value": cookie.value, "path": "/"})
    with hurried(site) as address:
        someone.driver.get(address + "/space")
        assert "Martinb" in someone.text and "se ferme d'elle-même au bout de 1 min." in plain(someone.driver.page_source)
        someone.shot("scriptless")
        WebDriverWait(someone.driver, 20).until(lambda d: d.current_url == address + "/")
    assert site.sql("SELECT count(*) FROM access_session") == [(0,)]
    assert someone.driver.get_cookie("cse-2026-session") is None and someone.driver.get_cookie("cse-2026-kiosk") is not None
    assert someone.open("/space").path == "/"
    # Where scripts run, they tell whether anybody is there: nothing is left by itself.
    other = visitor().open("/")
    other.driver.add_cookie({"name": "cse-2026-kiosk", "value": client.session.cookies["cse-2026-kiosk"], "path": "/"})
    with hurried(site) as address:
        other.driver.get(address + "/help")
        assert other.driver.execute_script("return document.body.dataset.kiosk") == "60"
        time.sleep(5)
        assert other.driver.current_url == address + "/help"


def test_nobody_is_signed_out_by_an_address_elsewhere_or_off_a_kiosk(site):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    client = lent_client(site)
    [(_, leads)] = LEAVING.findall(client.get("/space").text)
    for path in ("/kiosk/end", leads):
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}):
            answer = client.get(path, headers=headers, allow_redirects=False)
            assert answer.status_code == 303 and "Set-Cookie" not in answer.headers
        client.session.head(site.address + path, timeout=10)
    # Nor by one that names nobody.
    client.get("/kiosk/end", headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
    assert client.get("/space", allow_redirects=False).status_code == 200
    answer = client.get(leads, headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
    assert answer.status_code == 303 and site.sql("SELECT count(*) FROM access_session") == [(0,)]
    # A device that is none has neither the mark nor the way.
    own = Client(site)
    assert own.sign_in(site.identifier(MAIL), MAIL, 3).headers["Location"].startswith("/space")
    assert not LEAVING.search(own.get("/space").text)
    for path in ("/kiosk/end", leads):
        own.get(path, allow_redirects=False)
    assert own.get("/space", allow_redirects=False).status_code == 200
