"""Hands that press twice, leave in the middle, keep two tabs open or sleep through an hour: no vote is cast unread, none is lost
without a word, and a number that was given is found again."""
import os
import signal
import time

import pytest
from conftest import plain, road
from firefox import Firefox
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from test_moment import PAGE, shown, signed_in, wait_for
from test_vote import LISTS, SMALL, SUBSTITUTES, WORKERS

voter = road.voter
OTHER = "/ballots/suppleants-ouvriers"
#: What the page would ask of whoever leaves, without leaving.
ASKS = "const event = new Event('beforeunload', { cancelable: true }); dispatchEvent(event); return event.defaultPrevented"
#: A server that took what was sent and whose answer was lost on the way.
LOST = """const send = window.fetch; window.fetch = async (...given) => { const answer = await send(...given);
    if (given[1] && given[1].method === 'POST') { await answer.text(); throw new TypeError('cut'); } return answer; }"""
#: Nothing leaves.
CUT = """window.honest = window.fetch; window.fetch = async (...given) => {
    if (given[1] && given[1].method === 'POST') throw new TypeError('cut'); return honest(...given); }"""


def opened(site, count=3):
    return site.prepare([*(voter(number) for number in range(1, count + 1)), voter(40, college="cadres")], *SMALL).open_poll().serve()


def votes(site):
    return sum(site.votes())


def touch(driver, x, y):
    driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def click_at(driver, x, y, count):
    for kind in ("mousePressed", "mouseReleased"):
        driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": count})


def twice_over(someone, element, under, is_touch=False):
    """Presses an element twice where what its press brings will stand under the finger; `under` gives that place's height."""
    height = under["top"] + 25
    someone.driver.execute_script(
        "scrollTo(0, arguments[0].getBoundingClientRect().top + scrollY + 25 - arguments[1])", element, height)
    x, y = someone.driver.execute_script(
        "const r = arguments[0].getBoundingClientRect(); return [Math.max(r.left, arguments[1]) + 15, r.top + r.height / 2]", element, under["left"])
    for count in (1, 2):
        if is_touch:
            touch(someone.driver, x, y)
        else:
            click_at(someone.driver, x, y, count)
        time.sleep(0.2)
    return x, y


def place(someone, selector):
    return someone.driver.execute_script("const r = document.querySelector(arguments[0]).getBoundingClientRect(); return r.toJSON()", selector)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_second_press_votes_for_nobody(site, visitor, width):
    opened(site)
    someone = signed_in(site, visitor, width=width)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    under = place(someone, "#cast")
    someone.click("Modifier mon choix")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "choose"))
    someone.wait_still()
    button = someone.driver.find_element(By.CSS_SELECTOR, "#choose button")
    twice_over(someone, button, under, is_touch=width == 390)
    time.sleep(4)
    assert shown(someone, "review") and votes(site) == 0
    # By keyboard: a key that is held or pressed twice.
    someone.click("Modifier mon choix").wait_still()
    button.send_keys(Keys.ENTER)
    someone.driver.find_element(By.ID, "cast").send_keys(Keys.ENTER)
    time.sleep(3)
    assert shown(someone, "review") and votes(site) == 0
    # Whoever has read is heard at the first press.
    assert len(someone.click("Confirmer mon vote").tracker()) == 43 and votes(site) == 1


def test_what_stood_under_a_question_is_not_pressed_with_its_answer(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix").wait_still()
    someone.driver.execute_script("openDialog(expiry)")
    someone.wait_still()
    someone.driver.find_element(By.CSS_SELECTOR, "#expiry button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: not shown(someone, "expiry"))
    someone.driver.execute_script("document.getElementById('cast').click()")
    time.sleep(3)
    assert shown(someone, "review") and votes(site) == 0


def test_whoever_signs_out_without_voting_is_told_that_nothing_was_sent(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix").wait_still()
    # What was chosen would be forgotten: that is asked, and whoever stays loses nothing.
    button = someone.driver.find_element(By.CSS_SELECTOR, "#sign-out button")
    for stays in (True, False):
        button.click()
        question = someone.driver.switch_to.alert
        assert "Votre choix n'a pas été envoyé" in plain(question.text)
        if stays:
            question.dismiss()
            assert shown(someone, "review") and LISTS[1] in someone.text
        else:
            question.accept()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    assert "Votre session est fermée. Le bulletin affiché n'a pas été envoyé." in someone.text
    someone.sign_in(site.identifier("v1@example.org"), "v1@example.org", 2, first=False)
    someone.vote(WORKERS, LISTS[1])
    # On purpose: the browser's own question would stop this driver.
    someone.driver.execute_script("isTaken = true")
    someone.press("Se déconnecter")
    assert "Votre session est fermée." in someone.text and "pas été envoyé" not in someone.text


def test_a_number_is_found_in_a_suspension_and_after_the_close(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    tracker = someone.vote(WORKERS, LISTS[1])
    for words, told in ((("suspend", "--reason", "Panne", "--by", "I. Laurent"), "suspendu"), (("close", "--yes", "--at-once"), "clos le vote")):
        site.run("poll", *words)
        road.wait_until(lambda told=told: told in someone.open("/space").text)
        card = someone.driver.find_element(By.CSS_SELECTOR, ".cards li")
        link = card.find_element(By.CSS_SELECTOR, "[data-receipt]")
        assert plain(link.text) == "Revoir ma preuve de vote" and link.is_displayed()
        link.click()
        wait_for(someone, "receipt")
        assert someone.title == "Vous avez voté" and tracker in someone.text and told in someone.text
        # Nothing is promised of the vote that is left.
        assert "C'est terminé" not in someone.text and "Il vous reste" not in someone.text
        # Whoever has not voted there is told how the poll stands.
        assert someone.open(OTHER).title == "Le vote n'est pas ouvert"


def test_a_vote_that_is_not_confirmed_is_not_left_unasked(site, visitor):
    opened(site)
    someone = signed_in(site, visitor, width=390)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    someone.driver.execute_script(CUT)
    wait_for(someone.click("Confirmer mon vote"), "failed")
    assert someone.driver.execute_script(ASKS) is True
    own = someone.driver.find_element(By.CSS_SELECTOR, "#failed .tracker").text
    # The language changes in place.
    someone.wait_still().driver.execute_script("window.isSamePage = true")
    for words, until in (("English", "Your vote is not confirmed"), ("Français", "Votre vote n'est pas confirmé")):
        [link] = [each for each in someone.driver.find_elements(By.CSS_SELECTOR, "header nav a") if each.text == words]
        link.click()
        WebDriverWait(someone.driver, 10).until(lambda d, until=until: until in someone.text)
        assert own in someone.text and someone.driver.execute_script("return window.isSamePage") is True
        someone.wait_still()
    assert "The server" not in someone.text and "La réponse du serveur n'est pas arrivée" in someone.text
    # The way out does not touch the way on.
    again, out = place(someone, "#again"), place(someone, "#failed p a")
    assert out["top"] - again["bottom"] >= 12, (again, out)
    # A session that ends meanwhile does not take the ballot with it.
    site.sql("DELETE FROM access_session")
    someone.driver.execute_script("expiry.querySelector('form button').click()")
    time.sleep(2)
    assert shown(someone, "failed") and own in someone.text and votes(site) == 0


def test_a_ballot_that_arrived_and_whose_answer_was_lost_has_its_number(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    someone.driver.execute_script(LOST)
    wait_for(someone.click("Confirmer mon vote"), "failed")
    own = someone.driver.find_element(By.CSS_SELECTOR, "#failed .tracker").text
    someone.driver.execute_script("isOver = true")
    someone.wait_still().press("Retour à votre espace")
    link = someone.driver.find_element(By.CSS_SELECTOR, "[data-receipt]")
    assert votes(site) == 1 and link.is_displayed()
    link.click()
    wait_for(someone, "own")
    assert someone.title == "Vous avez voté" and own in someone.text and "Si votre bulletin est arrivé" in someone.text
    assert not shown(someone, "receipt")
    # What the browser keeps says nothing of a choice, and is no other voter's to see.
    kept = someone.driver.execute_script("return Object.keys(JSON.parse(sessionStorage.getItem('receipt titulaires-ouvriers')))")
    assert set(kept) == {"owner", "tracker"}
    someone.wait_still().driver.find_element(By.CSS_SELECTOR, "#sign-out button").click()
    question = someone.driver.switch_to.alert
    assert "n'est gardé que dans cet onglet" in plain(question.text)
    question.accept()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    assert someone.driver.execute_script("return sessionStorage.length") == 0


def test_a_server_that_never_answers_is_given_up(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix").wait_still()
    time.sleep(1)
    os.kill(site.process.pid, signal.SIGSTOP)
    try:
        someone.click("Confirmer mon vote")
        road.wait_until(lambda: "Nous attendons la réponse du serveur" in someone.text)
        WebDriverWait(someone.driver, 40).until(lambda d: shown(someone, "failed"))
    finally:
        os.kill(site.process.pid, signal.SIGCONT)
    # The same bytes again: one vote.
    own = someone.driver.find_element(By.CSS_SELECTOR, "#failed .tracker").text
    assert someone.click("Essayer de nouveau").tracker() == own and votes(site) == 1


def hurried(someone, factor=60):
    """Long waits of the next page pass so many times faster."""
    someone.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {
        "source": f"const wait = setTimeout; window.setTimeout = (work, time, ...rest) => wait(work, time > 60000 ? time / {factor} : time, ...rest);"})
    return someone


def test_a_session_that_another_tab_keeps_open_is_not_said_to_have_ended(site, visitor):
    opened(site)
    someone = hurried(signed_in(site, visitor))
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    # Its quarter of an hour, by its own clock, is over; by the server's it has just begun.
    time.sleep(17)
    assert someone.path == PAGE and shown(someone, "review") and not shown(someone, "expiry") and LISTS[1] in someone.text
    # Whoever is signed in is shown no form to sign in.
    someone.driver.execute_script("isOver = true")
    for said in ("ended", "unsent", "gone"):
        assert someone.open(f"/?say={said}").path == "/space", said


def test_looking_at_a_session_keeps_none_open(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    site.sql("UPDATE access_session SET seen_at = seen_at - 700")
    look = """const body = new URLSearchParams(new FormData(document.querySelector('#expiry form'))); if (arguments[0]) body.set('look', '1');
        return fetch('/extend', { method: 'POST', headers: { Accept: 'text/plain' }, body }).then((answer) => answer.text());"""
    for looks, (least, most) in ((True, (150, 200)), (True, (150, 200)), (False, (890, 900)), (True, (850, 900))):
        assert least <= int(someone.driver.execute_script(look, looks).split()[0]) <= most


def test_a_telephone_that_slept_through_the_end_says_that_nothing_was_sent(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix").wait_still()
    someone.driver.execute_script("openDialog(expiry)")
    site.sql("DELETE FROM access_session")
    someone.wait_still().driver.find_element(By.CSS_SELECTOR, "#expiry button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: someone.path == "/")
    assert "Votre session s'est terminée. Le bulletin affiché n'a pas été envoyé" in someone.text


def test_the_last_two_minutes_of_a_session_are_said_once(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    site.sql("UPDATE access_session SET ends_at = CAST(strftime('%s', 'now') AS INTEGER) + 100")
    someone.open(PAGE)
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "expiry"))
    dialog = someone.driver.find_element(By.ID, "expiry")
    assert "moins de deux minutes, même si vous restez" in plain(dialog.text) and "Sans réponse" not in dialog.text
    someone.shot("last")
    someone.wait_still()
    dialog.find_element(By.TAG_NAME, "button").click()
    time.sleep(1.5)
    assert not dialog.is_displayed() and someone.path == PAGE
    assert len(someone.mark(LISTS[1]).click("Relire mon choix").click("Confirmer mon vote").tracker()) == 43


def test_a_sign_out_that_is_taken_back_loses_no_number(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    tracker = someone.vote(WORKERS, LISTS[1])
    # The browser asks, and the voter stays.
    someone.driver.execute_script("document.getElementById('sign-out').addEventListener('submit', (event) => event.preventDefault())")
    someone.driver.find_element(By.CSS_SELECTOR, "#sign-out button").click()
    someone.driver.execute_script("isTaken = true")
    someone.press(f"Voter : {SUBSTITUTES}").open(PAGE)
    assert shown(someone, "receipt") and tracker in someone.text


def test_browsers_of_before_2023_ask_too(site, visitor):
    opened(site)
    someone = signed_in(site, visitor)
    # They ask for a value, and know nothing of the call.
    asked = """const event = document.createEvent('BeforeUnloadEvent'); event.initEvent('beforeunload', false, true);
        event.preventDefault = () => undefined; dispatchEvent(event); return event.returnValue"""
    assert someone.open(PAGE).driver.execute_script(asked) == ""
    someone.mark(LISTS[1])
    assert someone.driver.execute_script(asked) != ""
    someone.click("Relire mon choix").click("Confirmer mon vote").tracker()
    assert someone.driver.execute_script(asked) != ""


#: A browser that knows no dialogs: an element like any other, in its place in the page.
NO_DIALOG = """delete HTMLDialogElement.prototype.showModal; delete HTMLDialogElement.prototype.close;"""


def test_without_dialogs_the_question_stands_before_the_reader(site, visitor):
    opened(site)
    someone = signed_in(site, visitor, width=390)
    someone.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_DIALOG})
    someone.open(PAGE).mark(LISTS[1])
    someone.driver.execute_script("scrollTo(0, 0); openDialog(expiry)")
    box, height = place(someone, "#expiry"), someone.driver.execute_script("return innerHeight")
    assert 0 <= box["top"] < box["bottom"] <= height, (box, height)
    assert someone.driver.execute_script("return document.activeElement.closest('dialog').id") == "expiry"
    someone.shot("no-dialog")
    someone.wait_still().driver.find_element(By.CSS_SELECTOR, "#expiry button").click()
    WebDriverWait(someone.driver, 10).until(lambda d: not shown(someone, "expiry"))


def test_leaving_without_voting_is_asked_about_and_not_pressed_by_mistake(site, visitor):
    opened(site)
    someone = signed_in(site, visitor, width=390)
    someone.open(PAGE).mark(LISTS[1])
    button, link = place(someone, "#choose button"), place(someone, "#choose p a")
    assert link["top"] - button["bottom"] >= 12, (button, link)
    asked = "addEventListener('beforeunload', (event) => { localStorage.asked = event.defaultPrevented; })"
    someone.driver.execute_script(asked)
    someone.driver.find_element(By.CSS_SELECTOR, "#choose p a").click()
    road.wait_until(lambda: someone.driver.execute_script("return localStorage.asked") == "true")


def test_the_browsers_stop_leaves_a_page_that_can_be_sent_again(site):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).serve()
    someone = Firefox(road.free_port(), width=390)
    try:
        someone.get(site.address + "/?lang=fr")
        identifier = site.identifier("v1@example.org")
        os.kill(site.process.pid, signal.SIGSTOP)
        try:
            someone.run(f"(document.getElementById('identifier').value = '{identifier}', document.querySelector('main form button').click(), 1)")
            road.wait_until(lambda: someone.run("document.querySelector('main form button').disabled"))
            time.sleep(3)
            someone.run("(window.stop(), 1)")
        finally:
            os.kill(site.process.pid, signal.SIGCONT)
        road.wait_until(lambda: not someone.run("document.querySelector('main form button').disabled"), seconds=20)
        assert someone.run("document.querySelector('.working').textContent") == ""
        time.sleep(1)
        someone.press("main form button")
        # With work of its own: no picture is asked for.
        assert "/code" in someone.run("location.pathname"), someone.run("document.querySelector('main').innerText")
    finally:
        someone.quit()
