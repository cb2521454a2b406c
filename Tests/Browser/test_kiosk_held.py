"""A device that many share, whatever its scripts do: the server itself ends what nobody has touched for a minute, and what
somebody touches goes on."""
import time

from conftest import Client, code_in, road
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from test_kiosk import MAIL, lent, lent_client, link
from test_moment import PAGE, shown
from test_moment_hands import opened
from test_vote import LISTS

SEEN = "SELECT unixepoch() - seen_at FROM access_session"


def pass_by(site, seconds, table="access_session", column="seen_at"):
    """As if so many seconds had gone since the server heard of anybody."""
    site.sql(f"UPDATE {table} SET {column} = {column} - {seconds}")


def test_a_session_at_a_kiosk_lasts_a_minute_whatever_script_runs(site):
    opened(site)
    client = lent_client(site)
    pass_by(site, 55)
    assert client.get("/space", allow_redirects=False).status_code == 200
    # Each use counts, however soon after the last.
    for _ in range(2):
        pass_by(site, 40)
        assert client.get("/space", allow_redirects=False).status_code == 200
    pass_by(site, 60)
    answer = client.get("/space", allow_redirects=False)
    assert answer.status_code == 303 and answer.headers["Location"] == "/?say=ended"
    # Nothing of the last one is taken either.
    assert client.get("/ballots/titulaires-ouvriers", allow_redirects=False).status_code == 303
    # A device of one's own has its quarter of an hour.
    own = Client(site)
    own.sign_in(site.identifier(MAIL), MAIL, 3)
    pass_by(site, 800)
    assert own.get("/space", allow_redirects=False).status_code == 200


def test_whoever_finds_a_kiosk_whose_script_did_not_come_is_nobody(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.driver.execute_cdp_cmd("Network.enable", {})
    someone.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*kiosk.js*", "*session.js*"]})
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    assert someone.path == "/space"
    pass_by(site, 60)
    someone.open("/space")
    assert someone.path == "/" and "Martin" not in someone.driver.page_source
    # Nor does a sign-in whose code was typed wait for the next one to choose its phrase.
    client = Client(site)
    token = link(site).stdout.strip().split("grant=")[1]
    client.get(f"/kiosk?grant={token}")
    client.post("/kiosk", grant=token, action="on")
    client.get("/")
    other = "v2@example.org"
    client.identify(site.identifier(other))
    assert client.code(client.sent_code(other)).headers["Location"] == "/passphrase"
    pass_by(site, 110, "access_request", "ends_at")
    assert 'name="again"' in client.get("/passphrase").text
    pass_by(site, 120, "access_request", "ends_at")
    assert client.get("/passphrase", allow_redirects=False).headers["Location"] == "/?say=gone"


def test_whoever_reads_at_a_kiosk_is_kept_by_touches_alone(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.open(PAGE).mark(LISTS[1])
    # What was touched has been told after a few seconds.
    time.sleep(7)
    pass_by(site, 50)
    time.sleep(6)
    [(silent,)] = site.sql(SEEN)
    assert silent >= 50
    assert not shown(someone, "expiry") and shown(someone, "choose")
    someone.driver.execute_script("dispatchEvent(new Event('scroll'))")
    road.wait_until(lambda: site.sql(SEEN)[0][0] < 10, seconds=15)
    # The answer to the question is told at once.
    pass_by(site, 50)
    someone.driver.execute_script("kioskTouched = performance.now() - 46000; kioskTold = performance.now()")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "kiosk-idle"))
    someone.wait_still().driver.find_element(By.CSS_SELECTOR, "#kiosk-idle button").click()
    road.wait_until(lambda: site.sql(SEEN)[0][0] < 10, seconds=5)
    assert shown(someone, "choose") and someone.driver.find_element(By.CSS_SELECTOR, "input:checked")
    # One that has ended elsewhere is over here with the next touch, and the start says what became of the ballot.
    pass_by(site, 60)
    someone.driver.execute_script("dispatchEvent(new Event('scroll'))")
    WebDriverWait(someone.driver, 15).until(lambda d: someone.path == "/")
    assert "Le bulletin affiché n'a pas été envoyé" in someone.text


def test_a_phrase_is_chosen_at_a_kiosk_as_slowly_as_it_takes(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.identify(site.identifier(MAIL))
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Se connecter")
    assert someone.path == "/passphrase"
    time.sleep(7)
    left = "SELECT ends_at - unixepoch() FROM access_request WHERE state = 'verified'"
    pass_by(site, 100, "access_request", "ends_at")
    time.sleep(6)
    assert site.sql(left)[0][0] < 20
    someone.driver.find_element(By.ID, "secret").send_keys("trois")
    road.wait_until(lambda: site.sql(left)[0][0] > 100, seconds=15)
