"""Where a voter would stand before a wall: browsers that cannot vote, links that meet somebody else, answers that came too late."""
import base64
import contextlib
import subprocess
import time

import pytest
import requests
from conftest import Client, plain, road
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from test_moment import PAGE, offline, shown, signed_in, wait_for
from test_pages import check
from test_vote import LISTS, SMALL, SUBSTITUTES, WORKERS

voter = road.voter
MAIL = "v1@example.org"
CANNOT = "ne sait pas chiffrer un bulletin"


def before_each_page(someone, script):
    """Runs in every page before its own scripts."""
    someone.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})


def start(site, *more, count=2):
    return site.prepare([voter(n) for n in range(1, count + 1)] + [voter(30, college="cadres")], *SMALL, *more).open_poll().serve()


def hash_of(someone):
    return someone.driver.execute_script("return location.hash")


# What a browser lacks.

@pytest.mark.parametrize("lack", [
    "delete window.WebAssembly", "delete window.Worker",
    # Those of before 2022 compile nothing under the site's rules.
    "WebAssembly.Module = function () { throw new WebAssembly.CompileError('refused by the policy') }",
    "Object.defineProperty(Crypto.prototype, 'getRandomValues', { value: undefined })"])
def test_whoever_cannot_vote_here_is_told_on_the_first_page_and_in_the_space(site, visitor, lack):
    start(site)
    someone = visitor(width=390)
    assert CANNOT not in someone.open("/").text
    before_each_page(someone, lack)
    assert CANNOT in someone.open("/").text and "cannot encrypt a ballot" in someone.open("/?lang=en").text
    check(someone, "unable-home")
    # Without workers the silent work gives way to the picture: the session is made elsewhere.
    client = Client(site)
    client.sign_in(site.identifier(MAIL), MAIL, 2, first=True)
    for each in client.session.cookies:
        someone.driver.add_cookie({"name": each.name, "value": each.value, "path": "/"})
    assert CANNOT in someone.open("/space").text
    check(someone, "unable-space")
    assert CANNOT in someone.open(PAGE).text and not shown(someone, "choose") and not shown(someone, "coming")


@pytest.mark.parametrize("refuses", ["throw new DOMException('', 'SecurityError')", "const it = new Real(address.replace('blob:', 'data:')); setTimeout(() => it.onerror(new Event('error')), 300); return it"])
def test_a_browser_that_refuses_the_worker_says_so_before_anything_is_chosen(site, visitor, refuses):
    start(site)
    someone = signed_in(site, visitor)
    before_each_page(someone, f"const Real = Worker; window.Worker = function (address) {{ if (!String(address).startsWith('blob:')) return new Real(address); {refuses} }}")
    someone.open(PAGE)
    wait_for(someone, "unable")
    assert CANNOT in someone.text and not shown(someone, "choose")


def test_without_javascript_it_is_said_on_the_first_page_and_in_the_space(site, visitor):
    start(site)
    someone = visitor(width=390, javascript=False)
    assert "n'exécute pas JavaScript" in someone.open("/").text and "does not run JavaScript" in someone.open("/?lang=en").text
    client = Client(site)
    client.sign_in(site.identifier(MAIL), MAIL, 2, first=True)
    for each in client.session.cookies:
        someone.driver.add_cookie({"name": each.name, "value": each.value, "path": "/"})
    assert "n'exécute pas JavaScript" in someone.open("/space").text and CANNOT not in someone.text
    assert "n'exécute pas JavaScript" in someone.open(PAGE).text


@pytest.mark.parametrize("missing", ["site.js", "receipt.js", "session.js"])
def test_no_helper_that_does_not_come_leaves_a_page_that_breaks_later(site, visitor, missing):
    start(site)
    someone = signed_in(site, visitor)
    someone.driver.execute_cdp_cmd("Network.enable", {})
    someone.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": [f"*{missing}*"]})
    someone.open(PAGE)
    assert shown(someone, "coming") and not shown(someone, "choose")


def test_without_dialogs_the_end_is_told_all_the_same(site, visitor):
    """Browsers of before 2022: the question is drawn when it is asked, and not before."""
    start(site)
    someone = visitor()
    before_each_page(someone, "delete HTMLDialogElement.prototype.showModal; delete HTMLDialogElement.prototype.close;")
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    # What such a browser draws is decided by the style sheet alone.
    rules = someone.driver.execute_script("""return [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
        .filter((rule) => rule.selectorText && rule.selectorText.startsWith("dialog") && rule.style.display).map((rule) => rule.cssText)""")
    assert rules[0] == "dialog:not([open]) { display: none; }" and rules[1].startswith("dialog[open] { display: block; position: fixed;"), rules
    assert not shown(someone, "expiry")
    site.sql("UPDATE access_session SET ends_at = strftime('%s') + 124")
    someone.open("/space")
    assert not shown(someone, "expiry")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "expiry"))
    site.sql("UPDATE access_session SET ends_at = strftime('%s') + 3600")
    someone.click("Rester sur le site")
    WebDriverWait(someone.driver, 10).until(lambda d: not shown(someone, "expiry"))
    site.sql("UPDATE access_session SET ends_at = strftime('%s') + 3")
    someone.open("/space")
    WebDriverWait(someone.driver, 10).until(lambda d: "say=ended" in d.current_url)


def test_the_question_outlives_a_cut_network(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[0])
    someone.driver.execute_script("openDialog(document.getElementById('expiry'))")
    offline(someone, True)
    someone.driver.find_element(By.CSS_SELECTOR, "#expiry button").click()
    time.sleep(1)
    assert shown(someone, "expiry") and someone.path == PAGE
    offline(someone, False)
    someone.driver.find_element(By.CSS_SELECTOR, "#expiry button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: not shown(someone, "expiry"))
    assert len(someone.driver.find_elements(By.CSS_SELECTOR, "#choose input:checked")) == 1


# Links and identifiers.

def test_the_way_to_the_content_writes_nothing_into_the_field(site, visitor):
    start(site)
    someone = visitor().open("/")
    field = someone.driver.find_element(By.ID, "identifier")
    field.send_keys("7XK2")
    someone.driver.execute_script("document.querySelector('.skip').focus()")
    someone.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert someone.driver.switch_to.active_element.get_attribute("id") == "main"
    assert field.get_attribute("value") == "7XK2" and hash_of(someone) == ""
    # Neither does a place of a page, nor a link where something has been typed.
    for place in ("main", "error", "7XK2-9999-0000"):
        someone.driver.execute_script("location.hash = arguments[0]", place)
        time.sleep(0.2)
        assert field.get_attribute("value") == "7XK2", place
    someone.open("/help").open("/#main")
    assert someone.driver.find_element(By.ID, "identifier").get_attribute("value") == ""


def test_short_names_are_links_too(site, visitor):
    """`lia` for a voter of the name of Li: the shortest that a scheme can give, not the shortest that we thought of."""
    site.prepare([voter(1, last_name="Li", first_name="Anne"), voter(2, last_name="Mai", first_name="Nathalie")],
                 ("channels: [email, sms, letter]", "channels: [email]"), ("scheme: random", "scheme: name"),
                 ("renewal: replace", "renewal: keep")).serve()
    assert f"{site.address}/#lia\n" in site.wait_text(MAIL, 1)
    # A place of the page by chance, and a voter all the same.
    assert f"{site.address}/#main\n" in site.wait_text("v2@example.org", 1)
    for name in ("lia", "main"):
        someone = visitor()
        for begin in ("about:blank", site.address + "/"):
            someone.driver.get(begin)
            someone.driver.get(f"{site.address}/#{name}")
            WebDriverWait(someone.driver, 10).until(
                lambda d: d.find_element(By.ID, "identifier").get_attribute("value") == name)  # noqa: B023
            assert hash_of(someone) == ""


def test_a_link_that_meets_somebody_who_is_signed_in(site, visitor):
    """The second person's identifier stays nowhere, and whose space this is is said."""
    start(site)
    someone = signed_in(site, visitor)
    who = lambda: someone.driver.find_element(By.ID, "who")  # noqa: E731
    assert "Vous êtes connecté(e) comme Madame Zoé Martinb" in plain(who().text) and who().get_attribute("class") == "hint"
    other = site.identifier("v2@example.org")
    someone.driver.get(f"{site.address}/#{other}")
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/space" and who().get_attribute("class") == "notice")
    assert "Ce n'est pas vous ? Déconnectez-vous" in someone.text
    assert other not in someone.driver.current_url and someone.driver.switch_to.active_element == who()
    check(someone, "who")
    # In no other page's address either, while places of a page are left alone.
    for path in ("/box", "/help", "/result", PAGE):
        someone.driver.get(f"{site.address}{path}#{other}")
        WebDriverWait(someone.driver, 10).until(lambda d: hash_of(someone) == "")
    someone.open("/help#forgotten")
    assert hash_of(someone) == "#forgotten" and someone.driver.find_element(By.ID, "forgotten").get_attribute("open") is not None


# Answers that came too late.

def test_after_the_session_has_ended_the_same_ballot_is_sent_again(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[0]).click("Relire mon choix")
    site.sql("DELETE FROM access_session")
    wait_for(someone.click("Confirmer mon vote"), "failed")
    assert "Votre session a pris fin" in someone.text and "« Essayer de nouveau »" in someone.text and shown(someone, "again")
    own = someone.driver.find_element(By.CSS_SELECTOR, "#failed .tracker").text
    first = someone.driver.current_window_handle
    someone.driver.switch_to.new_window("tab")
    someone.sign_in(site.identifier(MAIL), MAIL, 2, first=False)
    someone.driver.switch_to.window(first)
    assert someone.click("Essayer de nouveau").tracker() == own


def test_after_a_suspension_the_same_ballot_is_sent_again(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[0]).click("Relire mon choix")
    site.run("poll", "suspend", "--reason", "panne")
    road.wait_until(lambda: "suspendu" in requests.get(site.address + "/?lang=fr", timeout=10).text)
    wait_for(someone.click("Confirmer mon vote"), "failed")
    assert "Le vote est suspendu" in someone.text and "Quand le vote reprendra, cliquez sur « Essayer de nouveau »" in someone.text
    assert shown(someone, "again")
    site.run("poll", "resume")
    road.wait_until(lambda: "suspendu" not in requests.get(site.address + "/?lang=fr", timeout=10).text)
    someone.click("Essayer de nouveau").tracker()


def test_after_the_end_nobody_is_told_to_try_again(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[0]).click("Relire mon choix")
    site.run("poll", "close", "--yes", "--at-once")
    road.wait_until(lambda: "Vote" in requests.get(site.address + "/?lang=fr", timeout=10).text and "clos" in requests.get(site.address + "/?lang=fr", timeout=10).text)
    wait_for(someone.click("Confirmer mon vote"), "failed")
    assert not shown(someone, "again") and "Essayer de nouveau" not in someone.text


def test_a_form_of_before_is_never_led_to_somebody_elses_page(site):
    """A device that was given on: the browser's token has changed, and another session stands there."""
    start(site)
    first, second = Client(site), Client(site)
    first.sign_in(site.identifier(MAIL), MAIL, 2, first=True)
    first.get(PAGE)
    form = first.form()
    second.sign_in(site.identifier("v2@example.org"), "v2@example.org", 2, first=True)
    first.session.cookies = second.session.cookies
    answer = first.session.post(site.address + PAGE, data={"form": form, "owner": "x", "ballot": "{}"}, timeout=20)
    assert answer.status_code == 409 and "Une autre personne s" in answer.json()["text"] and "echargez" not in answer.json()["text"]
    # Nobody stands there: then nobody else is spoken of.
    first.session.cookies.clear()
    answer = first.session.post(site.address + PAGE, data={"form": form, "owner": "x", "ballot": "{}"}, timeout=20)
    assert answer.status_code == 403 and "Connectez-vous de nouveau" in answer.json()["text"] and "echargez" not in answer.json()["text"]


# The receipt.

def test_on_paper_stands_the_receipt_and_nothing_of_whose_it_is(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    tracker = someone.vote(WORKERS, LISTS[0])
    wait_for(someone, "square")
    assert not shown(someone, "as")
    mark = someone.driver.find_element(By.ID, "support-code").text

    def printed(name):
        path = f"{site.folder}/{name}.pdf"
        with open(path, "wb") as file:
            file.write(base64.b64decode(someone.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"]))
        subprocess.run(["pdftoppm", "-r", "60", "-png", path, path], check=True)
        return plain(" ".join(subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout.split()))

    for name in ("fresh", "kept"):
        text = printed(name)
        for words in ("Élection du comité", WORKERS, "A voté", tracker, "Photographiez ce carré", "03 53 01 98 76"):
            assert words in text, (name, words, text)
        for words in ("Martinb", mark, "Se déconnecter", "Retour", "Il vous reste", "Contrôler", "Vous votez", "Empreinte", "Besoin d'aide"):
            assert words not in text, (name, words, text)
        assert len([word for word in text.split() if word == "Voter"]) == 0, text
        someone.open(PAGE)
        wait_for(someone, "square")


def test_a_reload_of_the_receipt_keeps_the_way_on(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    someone.vote(WORKERS, LISTS[0])
    for words, button in ((f"Il vous reste un vote : {SUBSTITUTES}", f"Voter : {SUBSTITUTES}"), (f"You have one more vote: {SUBSTITUTES}", None)):
        someone.open(PAGE + ("" if button else "?lang=en"))
        assert shown(someone, "receipt") and (words if button else "You have one more vote") in someone.text
        assert someone.driver.find_element(By.ID, "next").get_attribute("href").split("?")[0].endswith("/ballots/suppleants-ouvriers")
    # The kept receipt is led to from the space, in this tab alone.
    someone.open("/space").press("Revoir ma preuve de vote")
    assert shown(someone, "receipt")
    someone.press(f"Voter : {SUBSTITUTES}")
    someone.mark("Vote blanc").click("Relire mon choix").click("Confirmer mon vote").tracker()
    someone.driver.refresh()
    assert "C'est terminé, merci." in someone.text and plain(someone.driver.find_element(By.ID, "next").text) == "Retour à votre espace"
    # Without what a tab has kept the page leads on too.
    someone.driver.execute_script("sessionStorage.clear()")
    assert "C'est terminé, merci." in someone.open(PAGE).text and not shown(someone, "receipt")
    assert not any(link.is_displayed() for link in someone.open("/space").driver.find_elements(By.CSS_SELECTOR, "[data-receipt]"))


def test_three_ballots_are_counted_down(site, visitor):
    """What is left is said with its number while it is more than one."""
    third = ("  - id: titulaires-cadres\n", """  - id: avis
    title: {fr: Avis sur les horaires, en: Opinion on hours}
    colleges: [ouvriers]
    smallGroupAccepted: minutes of a test
    questions:
      - title: {fr: Garder les horaires ?, en: Keep the hours?}
        answers: [{fr: Oui, en: Yes}, {fr: Non, en: No}]
        min: 1
        max: 1
        blank: true
  - id: titulaires-cadres
""")
    start(site, third)
    someone = signed_in(site, visitor)
    someone.vote(WORKERS, LISTS[0])
    assert f"Il vous reste 2 votes. Le prochain : {SUBSTITUTES}" in someone.text
    someone.driver.refresh()
    assert f"Il vous reste 2 votes. Le prochain : {SUBSTITUTES}" in someone.text


def test_where_the_network_is_cut_the_language_stays(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[1])
    offline(someone, True)
    [link] = [each for each in someone.driver.find_elements(By.CSS_SELECTOR, "header nav a") if each.text == "English"]
    link.click()
    wait_for(someone, "language-failed")
    assert "Rien de ce que vous avez fait ici n'est perdu" in someone.text and someone.path == PAGE
    assert len(someone.driver.find_elements(By.CSS_SELECTOR, "#choose input:checked")) == 1
    check(someone, "language-failed")
    offline(someone, False)
    link.click()
    WebDriverWait(someone.driver, 10).until(lambda d: "Review my choice" in someone.text)
    assert not shown(someone, "language-failed")
    # On the receipt too.
    someone.click("Review my choice").click("Confirm my vote").tracker()
    offline(someone, True)
    [link] = [each for each in someone.driver.find_elements(By.CSS_SELECTOR, "header nav a") if each.text == "Français"]
    link.click()
    wait_for(someone, "language-failed")
    assert shown(someone, "receipt")


# What is true, and would be missed.

def test_a_reload_with_a_choice_asks(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    asks = lambda: someone.driver.execute_script(  # noqa: E731
        "const event = new Event('beforeunload', { cancelable: true }); dispatchEvent(event); return event.defaultPrevented")
    assert someone.open(PAGE) and asks() is False
    someone.mark(LISTS[0])
    assert asks() is True
    someone.click("Relire mon choix")
    assert asks() is True


def test_long_ballots_count_what_is_chosen(site, visitor):
    names = ", ".join(f"Nom {number}" for number in range(1, 10))
    long = ("        answers: [Rouge, {fr: Vert, en: Green}, Bleu]\n        min: 1\n        max: 2", f"        answers: [{names}]\n        min: 1\n        max: 3")
    from test_vote import TWO_QUESTIONS
    start(site, TWO_QUESTIONS, long)
    someone = signed_in(site, visitor, width=390)
    someone.open(PAGE)
    count = lambda: plain(someone.driver.find_element(By.ID, "count").text)  # noqa: E731
    assert count() == ""
    someone.mark("Nom 2")
    assert count() == "Réponses choisies : 1 / 3"
    someone.mark("Nom 5", "Nom 9")
    assert count() == "Réponses choisies : 3 / 3"
    someone.mark("Nom 5")
    assert count() == "Réponses choisies : 2 / 3"
    # Names are nobody's to translate: on the ballot, in the review, in the box.
    for part in (".question", "#review dl", "#ballot", "#voter"):
        assert someone.driver.find_element(By.CSS_SELECTOR, part).get_dom_attribute("translate") == "no", part
    for path, part in (("/space/figures", None), ("/box/titulaires-ouvriers", "main .lead")):
        someone.open(path)
        if part:
            assert someone.driver.find_element(By.CSS_SELECTOR, part).get_dom_attribute("translate") == "no"


def test_staying_shows_the_new_hour(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    shown_hour = someone.driver.find_element(By.ID, "idle-until")
    before = shown_hour.text
    someone.driver.execute_script("arguments[0].textContent = '0 h 00'; openDialog(document.getElementById('expiry'))", shown_hour)
    someone.click("Rester sur le site")
    WebDriverWait(someone.driver, 10).until(lambda d: shown_hour.text != "0 h 00")
    assert shown_hour.text >= before and "h" in shown_hour.text


def test_the_end_of_a_session_clears_the_receipt(site, visitor):
    start(site)
    someone = signed_in(site, visitor)
    someone.vote(WORKERS, LISTS[0])
    assert someone.driver.execute_script("return sessionStorage.length") == 1
    site.sql("UPDATE access_session SET ends_at = strftime('%s') + 3")
    someone.open(PAGE)
    with contextlib.suppress(Exception):
        assert shown(someone, "receipt")
    WebDriverWait(someone.driver, 15).until(lambda d: someone.path == "/")
    assert someone.driver.execute_script("return sessionStorage.length") == 0
