"""What the page ticks while a secret is typed is what the server says of it: browser and server count alike."""
import concurrent.futures
import re
import unicodedata

import pytest
import requests
from conftest import PASSPHRASE, Client, Site, captcha_answer, code_in, plain, road
from selenium.webdriver.common.by import By
from test_attacks import unknown_identifier
from test_guide_activation import credentials
from test_kiosk import lent
from test_moment_hands import opened
from test_one_tap import page_text

voter = road.voter
MAIL = "contact.et1@etablissements.example.org"

#: The beginning of what the server says of each rule that is not met.
FAULTS = {"length": ("12 caractères",), "lower": ("minuscule",), "upper": ("majuscule",), "digit": ("chiffre",), "special": ("spécial",)}

SECRETS = [
    "Girafe-bleue7", "girafe-bleue7", "Girafe-bl👩‍💻7", "Girafe-x👩‍💻", "Girafe-bleé7", "Gira-ééé7x", "Girafe-xq\u03037", "Girafe-xxq\u03037",
    "  Girafe \u2003 \u00a0bl7 ", "Girafe\u0085-blee7", "\ufeffGirafe-ble7", "کعلمGirafe7xx", "１irafexbleuEX", "½irafexbleuEX", "straße-ßßßß7",
    "GIRAFE-BLEU7ª", "Gi-7", "🦒" * 11, "🦒" * 12, "Girafe l\u2019eau7", "Gi-7" * 17,
]


def test_the_ticks_say_what_the_server_says(site, visitor):
    site.sample("renouvellement").serve()
    someone = visitor(width=390)
    someone.open("/renew").fill("identifier", MAIL).press("Envoyer le code de vérification")
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Vérifier le code").press("Continuer")
    for secret in SECRETS:
        # As it would be typed or pasted; the second field holds what the server would take for the same.
        someone.driver.execute_script("""for (const [id, text] of Object.entries(arguments[0])) {
            const field = document.getElementById(id);
            field.value = text;
            field.dispatchEvent(new Event("input"));
        }""", {"secret": secret, "again": unicodedata.normalize("NFD", secret).replace("\u2019", "'") + " "})
        ticks = {each.get_attribute("data-rule"): "met" in each.get_attribute("class").split()
                 for each in someone.driver.find_elements(By.CSS_SELECTOR, ".rules li")}
        assert ticks["same"], secret
        # Nothing of it is taken: the two fields differ.
        someone.driver.execute_script("document.getElementById('again').value += 'x'")
        someone.press("Continuer")
        said = someone.driver.find_element(By.ID, "error").text
        for rule, words in FAULTS.items():
            isFaulty = any(word in said for word in words) or (rule == "length" and "64 caractères" in said)
            assert ticks[rule] != isFaulty, (secret, rule, ticks, said)


def test_a_changed_secret_is_kept_under_the_right_name(site, visitor):
    """Password managers find the identifier in a field that nobody sees; at a device that many share there is none."""
    opened(site)
    for someone in (visitor(width=390), lent(site, visitor)):
        someone.sign_in(site.identifier("v1@example.org"), "v1@example.org", len(site.texts("v1@example.org")), first=not someone.driver.get_cookie("cse-2026-kiosk"))
        someone.open("/space/secret")
        fields = someone.driver.find_elements(By.CSS_SELECTOR, "[autocomplete=username]")
        if someone.driver.get_cookie("cse-2026-kiosk"):
            assert fields == [] and site.identifier("v1@example.org") not in someone.driver.page_source
            continue
        assert [each.get_attribute("value") for each in fields] == [site.identifier("v1@example.org")]
        assert fields[0].size == {"width": 1, "height": 1} and fields[0].get_attribute("aria-hidden") == "true"
        # Its request is removed after two hours, the session lasts longer: then nothing wrong stands there.
        site.sql("DELETE FROM access_request")
        someone.open("/space/secret")
        assert someone.driver.find_elements(By.CSS_SELECTOR, "[autocomplete=username]") == []
        someone.press("Se déconnecter")


def test_two_presses_begin_one_sign_in(site):
    """Without a script the first page can be sent twice before its answer has come: a browser that drops the first answer drops its
    cookie too."""
    site.prepare([voter(1), voter(2)]).serve()
    for identifier, contact in ((site.identifier("v1@example.org"), "v1@example.org"), (unknown_identifier(1), None)):
        client = Client(site)
        client.get("/")
        answers, before = [], site.delivered()
        for _ in range(2):
            client.session.cookies.pop("cse-2026-pending", None)
            answer = client.post("/", identifier=identifier)
            answers.append((answer.status_code, answer.headers["Location"], client.session.cookies.get("cse-2026-pending")))
        assert answers[0] == answers[1] and answers[0][:2] == (303, "/code")
        assert len(site.sql("SELECT DISTINCT token FROM access_request")) == (1 if contact else 2)
        if contact:
            assert client.code(client.sent_code(contact)).headers["Location"] == "/passphrase"
            assert len([text for text in site.texts(contact, beside=before)]) == 1
    # Another browser with the same identifier is another sign-in, and so is another one later in the same.
    client, other = Client(site), Client(site)
    for each in (client, other):
        each.get("/")
        each.post("/", identifier=site.identifier("v2@example.org"))
    assert client.session.cookies["cse-2026-pending"] != other.session.cookies["cse-2026-pending"]
    first = client.session.cookies["cse-2026-pending"]
    site.sql("UPDATE access_request SET created_at = created_at - 10")
    client.post("/", identifier=site.identifier("v2@example.org"))
    assert client.session.cookies["cse-2026-pending"] != first


def error_of(answer):
    """What a page says was wrong; nothing where it leads elsewhere, or says nothing."""
    return plain(" ".join(re.findall(r'id="error".*?</div>', answer.text, re.S)))


#: As if the browser dropped the answer to a first press, and the cookie with it: the second comes with what it held before.
def pressed_again(client, path, **fields):
    page, cookies = client.page, client.session.cookies.copy()
    first = client.post(path, **fields)
    taken = client.session.cookies.copy()
    client.page, client.session.cookies = page, cookies.copy()
    second = client.post(path, **fields)
    assert (second.status_code, second.headers.get("Location")) == (first.status_code, first.headers.get("Location")), second.text
    assert error_of(second) == error_of(first)
    assert {name: client.session.cookies.get(name) for name in ("cse-2026-pending", "cse-2026-session")} == {name: taken.get(name) for name in ("cse-2026-pending", "cse-2026-session")}
    return first, page, cookies


def wait_out(site):
    """Longer than a second press takes."""
    site.sql("UPDATE access_request SET used_at = used_at - 10, created_at = created_at - 10")
    site.sql("UPDATE access_session SET opened_at = opened_at - 10")


def test_a_code_and_a_secret_pressed_twice_are_one_sign_in(site):
    """Whoever presses, and presses again before the answer, is led where the first press led; nobody else goes on with it."""
    site.prepare([voter(1)]).serve()
    other = "giraffes walk by the old harbour"
    for number, action in enumerate(("choose", "enter"), start=2):
        client = Client(site)
        client.identify(site.identifier("v1@example.org"))
        code = client.sent_code("v1@example.org")
        client.get("/code")
        first, page, cookies = pressed_again(client, "/code", code=code, action="check")
        assert first.headers["Location"] == "/passphrase"
        # Another code is none, and neither is this one a while later: it was used.
        going = client.session.cookies.copy()
        for typed, waits in (("000000" if code != "000000" else "000001", False), (code, True)):
            if waits:
                wait_out(site)
            client.page, client.session.cookies = page, cookies.copy()
            answer = client.post("/code", code=typed, action="check")
            assert answer.headers["Location"].startswith("/code") and "Set-Cookie" not in answer.headers
        client.session.cookies = going
        client.get("/passphrase")
        fields = {"secret": PASSPHRASE, "action": action} | ({"again": PASSPHRASE} if action == "choose" else {})
        first, page, cookies = pressed_again(client, "/passphrase", **fields)
        assert first.headers["Location"].startswith("/space") and client.get("/space", allow_redirects=False).status_code == 200
        assert site.sql("SELECT count(*) FROM access_session") == [(number - 1,)]
        for typed, waits in ((other, False), (PASSPHRASE, True)):
            if waits:
                wait_out(site)
            client.page, client.session.cookies = page, cookies.copy()
            answer = client.post("/passphrase", **fields | {"secret": typed})
            assert answer.headers["Location"] == "/?say=gone" and client.session.cookies.get("cse-2026-session") is None
    # Three presses at once open one session, and none of them breaks.
    client = Client(site)
    client.identify(site.identifier("v1@example.org"))
    client.code(client.sent_code("v1@example.org"))
    client.get("/passphrase")
    data = {"form": client.form(), "secret": PASSPHRASE, "action": "enter"}
    def press(_):
        return requests.post(site.address + "/passphrase", data=data, cookies=client.session.cookies.copy(), allow_redirects=False, timeout=60)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(press, range(3)))
    assert {each.headers.get("Location") for each in answers} == {"/space"} and len({each.cookies["cse-2026-session"] for each in answers}) == 1
    assert site.sql("SELECT count(*) FROM access_session") == [(3,)]


def test_an_answer_pressed_twice_goes_on_to_the_next_step(site):
    site.settings("")
    head = road.HEAD
    head.append("challenge")
    try:
        site.prepare([voter(1, challenge="Médor 12")],
                     ("  fourEyes: true", "  fourEyes: true\n  challenge:\n    fr: Le nom que vous avez donné ?\n    en: The name that you gave?")).serve()
    finally:
        head.remove("challenge")
    client = Client(site)
    client.identify(site.identifier("v1@example.org"))
    client.code(client.sent_code("v1@example.org"))
    client.get("/passphrase")
    first, _, _ = pressed_again(client, "/passphrase", answer="Médor 12", action="answer")
    assert first.headers["Location"] == "/passphrase"
    client.get("/passphrase")
    assert client.post("/passphrase", secret=PASSPHRASE, again=PASSPHRASE, action="choose").headers["Location"].startswith("/space")


def solved(client, site, path, election="cse-2026"):
    """The picture of a page as a person reads it, without any script."""
    token = re.search(r'name="challenge" value="([0-9a-f]+)"', client.get(f"{path}?picture=1").text).group(1)
    return {"challenge": token, "answer": captcha_answer(site, token, election)[0]}


def test_one_page_pressed_twice_opens_one_session(tmp_path):
    site = Site(tmp_path).sample("activation").serve()
    try:
        identifier, password, _ = credentials(site, 1)
        for number, hasPicture in enumerate((False, True), start=1):
            client = Client(site)
            client.get("/")
            picture = solved(client, site, "/", "activation") if hasPicture else {}
            first, _, _ = pressed_again(client, "/", identifier=identifier, secret=password, **picture)
            assert first.status_code == 303 and first.headers["Location"] == "/space", first.text
            assert site.sql("SELECT count(*) FROM access_session") == [(number,)]
    finally:
        site.stop()


@pytest.mark.parametrize("hasPicture", [False, True])
def test_two_presses_at_once_on_one_page_open_one_session(tmp_path, hasPicture):
    """The second comes while the first is still being hashed: what it holds besides the password was spent by the first."""
    site = Site(tmp_path).sample("activation").serve()
    try:
        identifier, password, _ = credentials(site, 1)
        client = Client(site)
        client.get("/")
        extra = solved(client, site, "/", "activation") if hasPicture else client.work(identifier)
        data = {"form": client.form(), "identifier": identifier, "secret": password, **extra}
        def press(secret):
            return requests.post(site.address + "/", data=data | {"secret": secret}, cookies=client.session.cookies.copy(), allow_redirects=False, timeout=60)
        for count in (1, 2):
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                answers = list(pool.map(press, [password] * 3))
            assert {(each.status_code, each.headers.get("Location")) for each in answers} == {(303, "/space")}, [page_text(each)[:300] for each in answers]
            assert len({each.cookies["activation-session"] for each in answers}) == 1
            assert site.sql("SELECT count(*) FROM access_session") == [(count,)] and site.sql("SELECT count(*) FROM passphrase_throttle") == [(0,)]
            # A wrong password beside it opens nothing, and is counted.
            assert press(password.swapcase()).status_code == 422
            site.sql("DELETE FROM passphrase_throttle")
            wait_out(site)
            client.get("/")
            data |= solved(client, site, "/", "activation") if hasPicture else client.work(identifier)
            data["form"] = client.form()
    finally:
        site.stop()


def test_a_secret_that_is_changed_twice_at_once_is_changed_once(site):
    site.prepare([voter(1)]).serve()
    client, other = Client(site), "giraffes walk by the old harbour"
    client.sign_in(site.identifier("v1@example.org"), "v1@example.org", 2, first=True)
    client.get("/space/secret")
    fields = {"present": PASSPHRASE, "secret": other, "again": other}
    words = "SELECT count(*) FROM outbox_message WHERE kind = 'secretChanged'"
    first, page, _ = pressed_again(client, "/space/secret", **fields)
    assert first.headers["Location"] == "/space?set=changed" and site.sql(words) == [(1,)]
    client.page = page
    # Whoever knows neither the old nor the new one changes nothing, and a while later the old one is wrong.
    for changes, waits in (({"secret": other + "s", "again": other + "s"}, False), ({"again": other + "s"}, False), ({}, True)):
        if waits:
            site.sql("UPDATE passphrase_secret SET set_at = set_at - 10")
        answer = client.post("/space/secret", **fields | changes)
        assert answer.status_code == 422 and "pas la bonne phrase de passe" in page_text(answer), page_text(answer)
    site.sql("DELETE FROM passphrase_throttle")
    # Three at once: one change, one word of it, and the session goes on.
    data = {"form": client.form(), "present": other, "secret": PASSPHRASE, "again": PASSPHRASE}
    def press(_):
        return requests.post(site.address + "/space/secret", data=data, cookies=client.session.cookies.copy(), allow_redirects=False, timeout=60)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(press, range(3)))
    assert {each.headers.get("Location") for each in answers} == {"/space?set=changed"}, [page_text(each)[:300] for each in answers]
    assert site.sql(words) == [(2,)] and client.get("/space", allow_redirects=False).status_code == 200


def test_a_resend_pressed_twice_says_that_a_code_was_sent(site):
    site.prepare([voter(1)]).serve()
    client = Client(site)
    client.identify(site.identifier("v1@example.org"))
    client.sent_code("v1@example.org")
    site.sql("UPDATE access_request SET created_at = created_at - 40")
    client.get("/code")
    mark = re.search(r'name="mark" value="(\w+)"', client.page).group(1)
    first, _, _ = pressed_again(client, "/code", action="resend", mark=mark)
    assert first.headers["Location"] == "/code?say=resent"
    assert len(site.sql("SELECT id FROM access_request")) == 2
    # Who asks again from the page that says so is told to wait.
    client.get("/code")
    mark = re.search(r'name="mark" value="(\w+)"', client.page).group(1)
    assert client.post("/code", action="resend", mark=mark).status_code == 429
    # The button that ends it, twice.
    first = client.post("/code", action="cancel", mark=mark)
    client.session.cookies.pop("cse-2026-pending", None)
    assert client.post("/code", action="cancel", mark=mark).headers["Location"] == first.headers["Location"] == "/?say=cancelled"


def test_a_picture_that_was_read_once_serves_no_second_form(site):
    """Not even one in which nothing but the contact was changed, from the same browser and page."""
    site.prepare([voter(1), voter(2)]).serve()
    for path, table, fields in (("/lost", "recovery_request", {}), ("/help", "recovery_help", {"name": "Anne", "text": "Rien reçu."})):
        client = Client(site)
        picture = solved(client, site, path)
        page = client.page
        assert client.post(path, contact="v1@example.org", **fields, **picture).status_code in (200, 303)
        for contact in ("v2@example.org", "v1@example.org"):
            client.page = page
            answer = client.post(path, contact=contact, **fields, **picture)
            assert answer.status_code == 422 and "recopiez les caractères" in page_text(answer), page_text(answer)[:500]
        assert site.sql(f"SELECT count(*) FROM {table}") == [(1,)]
