"""Two tabs, two people, an old page: a form counts for the sign-in and the voter whose page it is, and nothing that is said
tells a known identifier from an unknown one."""
import re
import time

import pytest
import requests
from conftest import PASSPHRASE, Client, code_in, plain, road
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from test_kiosk import MAIL, lent
from test_kiosk_hands import at_start, end
from test_moment import PAGE, offline, shown, signed_in, wait_for
from test_moment_hands import LOST, NO_DIALOG, opened
from test_phases import FEET, change, look
from test_vote import LISTS, SMALL, SUBSTITUTES, WORKERS

voter = road.voter
OTHER_MAIL = "v2@example.org"
OTHER_PERSON = "Une autre personne s'est connectée dans ce navigateur"


def main_text(page):
    return plain(re.sub(r"<[^>]+>", " ", re.search(r"<main.*?</main>", page, re.S).group()).replace("&#39;", "'"))


def mark(page):
    return re.search(r'name="mark" value="([0-9a-f]{8})"', page).group(1)


# Codes.

@pytest.mark.parametrize("seconds, words, rest", [
    (0, "Un code reçu maintenant sert au moins jusqu'à", 4), (650, "Un code déjà reçu a pu expirer", 4),
    (901, "Le code de cette demande n'est plus valable", None),
])
def test_a_code_that_is_late_is_answered_alike_for_known_and_unknown_identifiers(site, seconds, words, rest):
    site.prepare([voter(1)]).serve()
    texts = []
    for identifier in (site.identifier(MAIL), "0000-0000-0000"):
        client = Client(site)
        assert client.identify(identifier).headers["Location"] == "/code"
        label = client.label()
        site.sql(f"UPDATE access_request SET created_at = created_at - {seconds}, code_until = code_until - {seconds}")
        page = client.get("/code").text
        assert words in main_text(page)
        assert ("Envoyer un nouveau code" in page) and page.count('value="resend"') == (2 if seconds > 900 else 1)
        answer = client.post("/code", code="000000", action="check", mark=mark(page))
        assert answer.status_code == 422
        text = main_text(answer.text)
        assert (f"Essais restants : {rest}" in text) if rest else ("Cet essai n'a pas été compté" in text and "Essais restants" not in text)
        texts.append(re.sub(r"\d+ h \d+|\d+ s\b", "", text.replace(label, "")))
        # The button for another one leads on.
        if seconds > 900:
            assert client.post("/code", action="resend", mark=mark(page)).headers["Location"] == "/code?say=resent"
    assert texts[0] == texts[1]


def test_the_right_code_after_its_minutes_is_said_to_be_late(site):
    site.prepare([voter(1)]).serve()
    client = Client(site)
    client.identify(site.identifier(MAIL))
    code = code_in(site.wait_text(MAIL, 2))
    # Its ten minutes since the relay took it are over, and the quarter of an hour of the request is not.
    road.wait_until(lambda: site.sql("SELECT count(*) FROM access_request WHERE state = 'sent'") == [(1,)])
    site.sql("UPDATE outbox_message SET ended_at = ended_at - 601 WHERE ended_at IS NOT NULL")
    text = main_text(client.code(code).text)
    assert "Ce code n'est plus valable : demandez-en un autre" in text and "Essais restants" not in text
    assert client.page.count('value="resend"') == 2
    assert site.sql("SELECT attempts FROM access_request") == [(0,)]


def test_the_right_code_of_a_shared_request_typed_late_is_no_guess(site):
    site.prepare([voter(1)]).serve()
    clients = []
    for number in range(1, 5):
        clients.append(Client(site))
        clients[-1].identify(site.identifier(MAIL))
        if site.sql("SELECT count(*) FROM access_request WHERE source <> id") != [(0,)]:
            break
    [(source,)] = site.sql("SELECT source FROM access_request WHERE source <> id")
    assert source > 0
    codes = [code_in(text) for text in [site.wait_text(MAIL, number + 1) for number in range(1, len(clients))]]
    road.wait_until(lambda: site.sql("SELECT count(*) FROM outbox_message WHERE ended_at IS NULL") == [(0,)])
    site.sql("UPDATE outbox_message SET ended_at = ended_at - 601 WHERE ended_at IS NOT NULL")
    said = [main_text(clients[-1].code(code).text) for code in codes]
    assert sum("Ce code n'est plus valable" in text for text in said) == 1
    # The others were guesses, each counted once.
    assert site.sql("SELECT sum(guesses) FROM access_request") == [(len(codes) - 1,)]
    assert site.sql("SELECT sum(shared), sum(wrong) FROM access_counter") == [(len(codes) - 1, len(codes) - 1)]


# Two sign-ins in one browser.

def test_a_form_of_the_sign_in_before_is_not_counted_for_the_next(site):
    site.prepare([voter(1), voter(2)]).serve()
    client = Client(site)
    client.identify(site.identifier(MAIL))
    first_code, first_page = code_in(site.wait_text(MAIL, 2)), client.get("/code").text
    client.identify(site.identifier(OTHER_MAIL))
    second_code, second_page = code_in(site.wait_text(OTHER_MAIL, 2)), client.get("/code").text
    assert mark(first_page) != mark(second_page)
    for fields in ({"code": first_code, "action": "check"}, {"code": second_code, "action": "check"}, {"action": "resend"}, {"action": "cancel"}):
        answer = client.post("/code", mark=mark(first_page), **fields)
        text = main_text(answer.text)
        assert answer.status_code == 409 and "une autre connexion a commencé dans ce navigateur" in text, (fields, text)
        assert mark(answer.text) == mark(second_page)
    assert site.sql("SELECT sum(attempts), count(*) FROM access_request WHERE state IN ('asked', 'sent')") == [(0, 2)]
    # The answer is the page of the one under way, and goes on.
    answer = client.post("/code", code=second_code, action="check", mark=mark(second_page))
    assert answer.headers["Location"] == "/passphrase"
    # Nor does an old page choose a passphrase for somebody else, or read one as a wrong attempt.
    page = client.get("/passphrase").text
    for action in ("choose", "enter", "answer"):
        answer = client.post("/passphrase", action=action, secret=PASSPHRASE, again=PASSPHRASE, answer="x", mark=mark(first_page))
        assert answer.status_code == 409 and "n'a pas été pris en compte" in main_text(answer.text)
    assert client.post("/passphrase", action="choose", secret=PASSPHRASE, again=PASSPHRASE, mark=mark(page)).headers["Location"].startswith("/space")


def test_a_second_tab_says_which_message_counts(site, visitor):
    site.prepare([voter(1)]).serve()
    someone = visitor(width=390).identify(site.identifier(MAIL))
    old, first = someone.driver.current_window_handle, code_in(site.wait_text(MAIL, 2))
    someone.driver.switch_to.new_window("tab")
    someone.identify(site.identifier(MAIL))
    second = code_in(site.wait_text(MAIL, 3))
    someone.driver.switch_to.window(old)
    someone.fill("code", first).press("Se connecter")
    assert "une autre connexion a commencé dans ce navigateur" in someone.text and "Essais restants" not in someone.text
    someone.shot("old-tab")
    assert someone.fill("code", second).press("Se connecter").path == "/passphrase"


# Whose page asks.

def two_people(site, visitor, path):
    """The page of one voter in a browser in which another has signed in since."""
    opened(site)
    someone = signed_in(site, visitor)
    someone.open(path)
    first = someone.driver.current_window_handle
    someone.driver.switch_to.new_window("tab")
    someone.open("/space").press("Se déconnecter")
    someone.sign_in(site.identifier(OTHER_MAIL), OTHER_MAIL, 1)
    someone.driver.switch_to.window(first)
    return someone


def seen(site):
    return site.sql("SELECT seen_at, ends_at FROM access_session")


def test_the_page_of_another_keeps_no_session_open_and_shows_none(site, visitor):
    someone = two_people(site, visitor, PAGE)
    site.sql("UPDATE access_session SET seen_at = seen_at - 300")
    before = seen(site)
    someone.mark(LISTS[1]).driver.execute_script("openDialog(expiry)")
    someone.wait_still().driver.find_element(By.CSS_SELECTOR, "#expiry button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    assert OTHER_PERSON in someone.text and "le bulletin affiché n'a pas été envoyé" in someone.text
    assert "Martin" not in someone.driver.find_element(By.TAG_NAME, "body").text
    someone.shot("other")
    assert seen(site) == before


def test_an_old_space_signs_nobody_out_and_changes_no_secret(site, visitor):
    someone = two_people(site, visitor, "/space/secret")
    someone.fill("present", PASSPHRASE).fill("secret", "quatre autres mots bien choisis").fill("again", "quatre autres mots bien choisis")
    someone.press("Enregistrer")
    assert OTHER_PERSON in someone.text
    someone.driver.back()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/space/secret")
    # Reloaded from the server it is the other's page: what came before is asked by hand.
    owner = "f" * 32
    answer = someone.driver.execute_script("""const body = new URLSearchParams({ form: document.querySelector('[name=form]').value, owner: arguments[0] });
        return fetch('/sign-out', { method: 'POST', body }).then((answer) => answer.url)""", owner)
    assert answer.endswith("/?say=other") and len(seen(site)) == 1
    assert someone.open("/space").path == "/space" and "Martinc" in someone.text


@pytest.mark.parametrize("path", ["/help", "/box", "/box/titulaires-ouvriers", "/space"])
def test_an_old_page_of_any_kind_signs_nobody_else_out(site, visitor, path):
    someone = two_people(site, visitor, path)
    assert len(someone.driver.find_element(By.CSS_SELECTOR, "#sign-out [name=owner]").get_attribute("value")) == 32
    someone.press("Se déconnecter")
    assert OTHER_PERSON in someone.text and len(seen(site)) == 1
    # Their own does.
    someone.open(path).press("Se déconnecter")
    assert seen(site) == []


def test_staying_without_a_network_says_so_and_tries_again(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.driver.execute_script("openDialog(expiry)")
    offline(someone, True)
    someone.wait_still().driver.find_element(By.CSS_SELECTOR, "#expiry button").click()
    text = lambda: plain(someone.driver.find_element(By.ID, "expiry-text").text)  # noqa: E731
    WebDriverWait(someone.driver, 10).until(lambda d: "votre session n'est pas encore prolongée" in text())
    someone.shot("unreached")
    offline(someone, False)
    # By itself.
    WebDriverWait(someone.driver, 20).until(lambda d: not shown(someone, "expiry"))
    assert someone.path == "/space"


def test_without_dialogs_nothing_behind_the_question_is_in_reach(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_DIALOG})
    someone.open("/space").driver.execute_script("openDialog(expiry)")
    someone.wait_still()
    run = someone.driver.execute_script
    run("document.querySelector('header nav a').focus()")
    assert run("return document.activeElement.closest('dialog').id") == "expiry"
    run("document.querySelector('header nav a[href^=\"/help\"]').click(); document.querySelector('#sign-out button').click()")
    time.sleep(0.5)
    assert someone.path == "/space" and shown(someone, "expiry")
    assert run("return ['header', 'footer', 'main > h1'].map((name) => document.querySelector(name).getAttribute('aria-hidden'))") == ["true"] * 3
    assert run("return [expiry.getAttribute('role'), expiry.getAttribute('aria-modal')]") == ["dialog", "true"]
    run("dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))")
    WebDriverWait(someone.driver, 10).until(lambda d: not shown(someone, "expiry"))
    assert run("return document.querySelectorAll('[aria-hidden=true]:not(.unseen)').length") == 0
    someone.wait_still()
    assert someone.press("Aide").path == "/help"


def test_signing_out_asks_where_a_number_would_be_forgotten(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.vote(WORKERS, LISTS[1])
    someone.driver.execute_script("isTaken = true")
    someone.open("/space").wait_still()
    someone.driver.find_element(By.CSS_SELECTOR, "#sign-out button").click()
    question = someone.driver.switch_to.alert
    assert "n'est gardé que dans cet onglet" in plain(question.text)
    question.dismiss()
    assert someone.path == "/space"
    # Once it was copied nobody asks.
    someone.open(PAGE).wait_still()
    someone.driver.find_element(By.ID, "copy").click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.driver.find_element(By.ID, "copied").text)
    if someone.driver.execute_script("return isTaken"):
        assert "Votre session est fermée." in someone.open("/space").press("Se déconnecter").text


# The moment of voting.

def test_the_second_of_two_taps_changes_no_choice(site, visitor):
    opened(site)
    someone = signed_in(site, visitor, width=390)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix").click("Modifier mon choix")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "choose"))
    chosen = "return document.querySelector('#choose input:checked').closest('label').innerText"
    someone.driver.execute_script("[...document.querySelectorAll('label.choice')][0].click()")
    assert someone.driver.execute_script(chosen) == LISTS[1]
    assert someone.mark(LISTS[0]).driver.execute_script(chosen) == LISTS[0]


def test_a_receipt_is_true_after_the_close_and_after_the_poll_was_abandoned(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.vote(WORKERS, LISTS[1])
    someone.driver.execute_script("isTaken = true")
    assert "à la prochaine publication" in someone.text
    site.run("poll", "close", "--yes", "--at-once")
    road.wait_until(lambda: "clos le vote" in someone.open("/space").text)
    someone.open(PAGE)
    assert "à sa dernière publication, après la clôture" in someone.text and "prochaine publication" not in someone.text
    change(site, "stage = 'abandoned'", FEET["abandoned"], "state = 'abandoned'")
    someone.open(PAGE)
    text = someone.text
    assert "Le vote a été abandonné depuis, sans résultat" in text and "votre bulletin n'y est que s'il était déjà publié" in text
    assert "aucun bulletin ne sera dépouillé" in text and "vous retrouvez votre bulletin" not in text and "est dans l'urne et" not in text


def test_a_number_without_a_receipt_is_no_proof(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    someone.driver.execute_script(LOST)
    someone.click("Confirmer mon vote")
    WebDriverWait(someone.driver, 60).until(lambda d: shown(someone, "failed"))
    someone.driver.execute_script("isOver = true")
    someone.open("/space")
    [link] = someone.driver.find_elements(By.CSS_SELECTOR, "[data-receipt]")
    assert link.is_displayed() and plain(link.text) == "Revoir mon numéro de suivi"
    # What is kept for one person is nobody else's in the same browser.
    someone.driver.execute_script(
        "for (const name of Object.keys(sessionStorage)) { const item = JSON.parse(sessionStorage.getItem(name)); "
        "if (item && item.owner) sessionStorage.setItem(name, JSON.stringify(Object.assign(item, { owner: 'somebody' }))); }")
    someone.open("/space")
    assert not any(each.is_displayed() for each in someone.driver.find_elements(By.CSS_SELECTOR, "[data-receipt]"))
    # Nor is anybody asked about it at the end: a question would keep the page.
    someone.driver.execute_script("window.confirm = () => false")
    someone.press("Se déconnecter")
    assert "identifier" in someone.driver.page_source


# Kiosks.

def test_the_start_of_a_kiosk_forgets_what_was_typed_and_the_language_of_the_last(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    later = "kioskTouched -= 61000"
    someone.open("/?lang=en").driver.execute_script(later)
    WebDriverWait(someone.driver, 10).until(lambda d: "lang=" not in d.current_url)
    someone.fill("identifier", "ABCD").driver.execute_script(later)
    WebDriverWait(someone.driver, 10).until(lambda d: "say=kioskEnded" in d.current_url)
    assert at_start(someone).driver.find_element(By.ID, "identifier").get_attribute("value") == ""
    assert "personne ne touchait plus" in someone.text
    # A field beside the identifier counts too.
    someone.open("/").driver.execute_script("""const field = Object.assign(document.createElement('input'), { type: 'password', id: 'secret', value: 'x' });
        document.querySelector('main form').append(field); kioskTouched -= 61000""")
    WebDriverWait(someone.driver, 10).until(lambda d: "say=kioskEnded" in d.current_url)
    assert not someone.driver.find_elements(By.ID, "secret")


def test_the_second_ballot_of_a_kiosk_says_what_is_true_of_it_alone(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.vote(WORKERS, LISTS[1])
    someone.driver.execute_script("isTaken = true")
    someone.press(f"Voter : {SUBSTITUTES}").mark(LISTS[0])
    end(someone)
    words = plain(someone.driver.find_element(By.ID, "kiosk-leave").text)
    assert "Ce vote n'a pas été envoyé" in words and "Vous n'avez pas voté" not in words


# Slow telephones.

def test_work_that_lasts_on_a_slow_telephone_is_sent_once_and_stays_under_way(site, visitor):
    """The work lasts 40 s by the page's own clock: the button stays off, and the form leaves once."""
    site.prepare([voter(1)]).serve()
    someone = visitor(width=390)
    # Waits pass ten times faster; the worker is one that says ten times that it goes on.
    someone.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
        const wait = setTimeout; window.setTimeout = (work, time, ...rest) => wait(work, time > 1000 ? time / 10 : time, ...rest);
        window.Worker = class { constructor() { this.terminate = () => {}; }
            postMessage() { for (let turn = 1; turn <= 10; turn += 1) wait(() => this.onmessage({ data: turn < 10 ? 'working' : 7 }), 400 * turn); } };"""})
    someone.open("/").fill("identifier", site.identifier(MAIL))
    someone.driver.execute_script("window.sent = 0; const form = document.querySelector('main form'); form.submit = () => { window.sent += 1; }")
    someone.driver.find_element(By.CSS_SELECTOR, "main form button[type=submit]").click()
    off = lambda: someone.driver.execute_script("return document.querySelector('main form button[type=submit]').disabled")  # noqa: E731
    for _ in range(7):
        time.sleep(0.5)
        assert off()
    road.wait_until(lambda: someone.driver.execute_script("return window.sent") == 1, 5)
    # Nothing came back: it can be pressed again.
    road.wait_until(lambda: not off(), 5)
    assert someone.driver.execute_script("return [window.sent, document.querySelectorAll('[name=work]').length]") == [1, 0]


@pytest.mark.parametrize("fields", [{"action": "check"}, {"action": "resend"}, {"action": "change"}])
def test_what_comes_after_a_right_code_from_its_page_ends_no_sign_in(site, fields):
    """A second press, or the same page in another tab, with the cookie of before or of after."""
    site.prepare([voter(1)]).serve()
    someone = Client(site)
    someone.identify(site.identifier(MAIL))
    code = someone.sent_code(MAIL)
    page, before = someone.get("/code").text, someone.session.cookies.copy()
    assert someone.post("/code", code=code, action="check").headers["Location"] == "/passphrase"
    after = someone.session.cookies.copy()
    if fields["action"] != "change":
        for cookies in (before, after):
            someone.page, someone.session.cookies = page, cookies.copy()
            answer = someone.post("/code", code=code, **fields)
            if cookies is before and fields["action"] == "check":
                # Its first answer was dropped, with the cookie: it is given the same one, and no other.
                assert answer.headers["Location"] == "/passphrase" and someone.session.cookies["cse-2026-pending"] == after["cse-2026-pending"]
                continue
            assert answer.headers["Location"].startswith("/code") and "Set-Cookie" not in answer.headers, answer.headers
    else:
        # Whoever wants another identifier begins anew.
        someone.page, someone.session.cookies = page, before.copy()
        someone.post("/code", code=code, **fields)
    someone.session.cookies = after
    answer = someone.get("/code")
    assert answer.url.endswith("/passphrase") and 'name="again"' in answer.text, answer.url
    chosen = someone.post("/passphrase", secret=PASSPHRASE, again=PASSPHRASE, action="choose")
    assert chosen.headers["Location"].startswith("/space")
    # The second press of the last button leads to the space too.
    signed = someone.session.cookies.copy()
    someone.session.cookies = after.copy()
    someone.session.cookies.update(signed)
    again = someone.post("/passphrase", secret=PASSPHRASE, again=PASSPHRASE, action="choose")
    assert again.headers["Location"].startswith("/?say=gone") and "session=" not in again.headers.get("Set-Cookie", "")
    someone.session.cookies = signed
    assert someone.get("/passphrase").url.split("?")[0].endswith("/space")


# The language of a page under a choice.

def language_link(someone, words):
    someone.wait_still()
    [link] = [each for each in someone.driver.find_elements(By.CSS_SELECTOR, "header nav a") if each.text == words]
    link.click()


def chosen(someone):
    return len(someone.driver.find_elements(By.CSS_SELECTOR, "#choose input:checked"))


def test_the_language_changes_where_the_hours_changed_meanwhile_and_an_extension_was_first(site, visitor):
    site.prepare([voter(1), voter(3, college="cadres")], *SMALL).open_poll().serve()
    jeanne = signed_in(site, visitor)
    # What an extension writes before any script of the page runs.
    jeanne.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
        addEventListener("readystatechange", () => {
            if (document.readyState !== "interactive" || document.querySelector(".extension")) return;
            for (const place of [document.head, document.body]) place.append(Object.assign(document.createElement("style"), { className: "extension" }));
        }, true);"""})
    jeanne.open(PAGE).mark(LISTS[1])
    assert jeanne.driver.execute_script("return document.querySelectorAll('.extension').length") == 2
    site.run("poll", "extend", "2036-12-01 19:00")
    road.wait_until(lambda: FEET["extended"] in look(site, "/box", "fr"))
    language_link(jeanne, "English")
    WebDriverWait(jeanne.driver, 10).until(lambda d: "Review my choice" in jeanne.text)
    assert chosen(jeanne) == 1 and "extended" in jeanne.driver.find_element(By.ID, "hours").text
    # Every word of the later steps is in it too.
    assert "Relisez" not in jeanne.driver.find_element(By.TAG_NAME, "main").get_attribute("innerHTML")
    jeanne.click("Review my choice").click("Confirm my vote")
    assert len(jeanne.tracker()) == 43


def test_a_choice_stays_where_the_other_language_has_no_ballot_page(site, visitor):
    site.prepare([voter(1), voter(3, college="cadres")], *SMALL).open_poll().serve()
    jeanne = signed_in(site, visitor)
    jeanne.open(PAGE).mark(LISTS[1])
    site.run("poll", "suspend", "--reason", "panne")
    road.wait_until(lambda: FEET["suspended"] in look(site, "/box", "fr"))
    language_link(jeanne, "English")
    WebDriverWait(jeanne.driver, 10).until(lambda d: shown(jeanne, "language-failed"))
    assert chosen(jeanne) == 1 and jeanne.path == PAGE
    site.run("poll", "resume")
    road.wait_until(lambda: FEET["suspended"] not in look(site, "/box", "fr"))
    language_link(jeanne, "English")
    WebDriverWait(jeanne.driver, 10).until(lambda d: "Review my choice" in jeanne.text)
    assert chosen(jeanne) == 1 and not shown(jeanne, "language-failed")


def test_a_choice_is_never_shown_under_another_persons_name(site, visitor):
    site.prepare([voter(1), voter(2), voter(3, college="cadres")], *SMALL).open_poll().serve()
    jeanne = signed_in(site, visitor)
    jeanne.open(PAGE).mark(LISTS[1])
    name = jeanne.driver.find_element(By.ID, "voter").text
    first = jeanne.driver.current_window_handle
    jeanne.driver.switch_to.new_window("tab")
    jeanne.open("/space").press("Se déconnecter")
    jeanne.sign_in(site.identifier(OTHER_MAIL), OTHER_MAIL, 1)
    jeanne.driver.switch_to.window(first)
    language_link(jeanne, "English")
    WebDriverWait(jeanne.driver, 10).until(lambda d: shown(jeanne, "language-failed"))
    assert jeanne.driver.find_element(By.ID, "voter").text == name and chosen(jeanne) == 1


ANSWERS = """window.fetch = (address, options) => options && options.method === "POST" && !String(address).startsWith("/extend")
    ? Promise.resolve(new Response(arguments[0], { status: arguments[1], headers: { "Retry-After": "7" } })) : honest(address, options);"""


def test_why_a_vote_was_refused_is_said_in_the_language_of_the_page(site, visitor):
    """The server's own words, and those of the page that hold a number, follow the language as everything else does."""
    site.prepare([voter(1), voter(3, college="cadres")], *SMALL).open_poll().serve()
    jeanne = signed_in(site, visitor)
    jeanne.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    # What the server itself says: a ballot that is none.
    page = jeanne.driver.page_source
    form, owner = (re.search(words, page).group(1) for words in (r'name="form" value="([0-9a-f]+)"', r'name="owner" value="([^"]+)"'))
    cookies = {each["name"]: each["value"] for each in jeanne.driver.get_cookies()}
    refused = requests.post(site.address + PAGE, data={"form": form, "owner": owner, "ballot": "{}"}, cookies=cookies, timeout=30)
    said = refused.json()
    assert set(said["texts"]) == {"fr", "en"} and said["text"] == said["texts"]["fr"] != said["texts"]["en"], said
    # Too many that are none: it says for how long, in each language.
    for _ in range(20):
        paused = requests.post(site.address + PAGE, data={"form": form, "owner": owner, "ballot": "{}"}, cookies=cookies, timeout=30)
        if paused.status_code == 429:
            break
    wait, waits = paused.headers["Retry-After"], paused.json()["texts"]
    assert f"Attendez {wait} secondes" in waits["fr"] and f"{wait} seconds" in waits["en"], waits
    jeanne.driver.execute_script("window.honest = window.fetch;")
    for answer, status, words in ((refused.text, 422, said["texts"]), (paused.text, 429, waits), ("<p>busy</p>", 503, {"fr": "7 secondes", "en": "7 seconds"})):
        jeanne.driver.execute_script(ANSWERS, answer, status)
        if shown(jeanne, "review"):
            wait_for(jeanne.click("Confirmer mon vote"), "failed")
        for language, link in (("fr", "English"), ("en", "Français")):
            reason = plain(jeanne.driver.find_element(By.CSS_SELECTOR, "#failed .reason").text)
            assert plain(words[language]) in reason, (reason, words)
            language_link(jeanne, link)
            WebDriverWait(jeanne.driver, 10).until(lambda d: ("not confirmed" in jeanne.text) == (language == "fr"))
        jeanne.driver.execute_script("isOver = true")
        jeanne.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
        jeanne.driver.execute_script("window.honest = window.fetch;")


def test_a_suspension_is_said_to_who_casts_a_vote_in_the_language_of_the_page(site, visitor):
    """What happened, what the bureau says of it, and what to do then: three sentences, each in both languages."""
    site.prepare([voter(1), voter(3, college="cadres")], *SMALL).open_poll().serve()
    jeanne = signed_in(site, visitor)
    jeanne.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    site.run("poll", "suspend", "--reason", "panne")
    road.wait_until(lambda: FEET["suspended"] in look(site, "/box", "fr"))
    wait_for(jeanne.click("Confirmer mon vote"), "failed")
    shut = {"fr": ("Le vote n'est pas ouvert en ce moment. Votre bulletin n'a pas été pris en compte.", "suspendu", "Quand le vote reprendra, cliquez sur « Essayer de nouveau »"),
            "en": ("The poll is not open at the moment. Your ballot was not taken.", "suspended", "When voting goes on, click")}
    reason = lambda: plain(jeanne.driver.find_element(By.CSS_SELECTOR, "#failed .reason").text)  # noqa: E731
    assert all(plain(words) in reason() for words in shut["fr"]), reason()
    # The page in the other language comes when the poll goes on; until then what is said stays.
    language_link(jeanne, "English")
    WebDriverWait(jeanne.driver, 10).until(lambda d: shown(jeanne, "language-failed"))
    assert all(plain(words) in reason() for words in shut["fr"]), reason()
    site.run("poll", "resume")
    road.wait_until(lambda: FEET["suspended"] not in look(site, "/box", "fr"))
    for language, other, link in (("en", "fr", "English"), ("fr", "en", "Français")):
        language_link(jeanne, link)
        WebDriverWait(jeanne.driver, 10).until(lambda d: ("not confirmed" in jeanne.text) == (language == "en"))
        assert all(plain(words) in reason() for words in shut[language]) and not any(plain(words) in reason() for words in shut[other]), reason()
    # It is sent from this very page.
    wait_for(jeanne.click("Essayer de nouveau"), "receipt")
