"""Hands at a device that many share: nobody ends it by mistake, and whoever comes next is told what became of the session
before, in their own language."""
import os
import re
import subprocess
import time

import requests
from conftest import code_in, plain, road
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from test_clock import shifted
from test_kiosk import MAIL, lent, link
from test_moment import PAGE, shown, wait_for
from test_moment_hands import CUT, NO_DIALOG, click_at, opened, place, twice_over
from test_vote import LISTS, SUBSTITUTES, WORKERS

voter = road.voter


def at_start(someone):
    WebDriverWait(someone.driver, 15).until(lambda d: someone.path == "/" and d.find_elements(By.ID, "identifier"))
    return someone


def end(someone):
    someone.wait_still().driver.find_element(By.CSS_SELECTOR, "#kiosk-end button").click()
    return someone.wait_still()


def answer(someone, name, words):
    [button] = [each for each in someone.driver.find_elements(By.CSS_SELECTOR, f"#{name} button") if plain(each.text) == words]
    button.click()
    return someone.wait_still()


def test_whoever_has_not_voted_is_asked_before_a_kiosk_ends(site, visitor):
    opened(site)
    someone = lent(site, visitor, width=1280)
    # The start says what this device is, and where.
    assert "Borne de vote : Hall de Lille" in someone.text and "une minute" in someone.text
    someone.shot("start").sign_in(site.identifier(MAIL), MAIL, 1)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    for press in (lambda: end(someone), lambda: someone.driver.find_element(By.CSS_SELECTOR, "#sign-out button").click()):
        press()
        someone.wait_still()
        assert shown(someone, "kiosk-leave") and "Ce vote n'a pas été envoyé" in plain(someone.driver.find_element(By.ID, "kiosk-leave").text)
        someone.shot("leave")
        answer(someone, "kiosk-leave", "Revenir à mon vote")
        assert shown(someone, "review") and not shown(someone, "kiosk-leave")
        # Whoever came back is still asked by the browser.
        assert someone.driver.execute_script("return isOver") is False
    answer(end(someone), "kiosk-leave", "Terminer quand même")
    assert "Le bulletin affiché n'a pas été envoyé" in at_start(someone).text
    # What was said to the last one is not for the next.
    someone.driver.execute_script("kioskTouched -= 61000")
    WebDriverWait(someone.driver, 10).until(lambda d: "n'a pas été envoyé" not in someone.text)
    # The same where nobody is there any more.
    someone.sign_in(site.identifier(MAIL), MAIL, 2, first=False)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    someone.driver.execute_script("kioskTouched -= 61000")
    assert "Le bulletin affiché n'a pas été envoyé" in at_start(someone).text
    someone.identify(site.identifier(MAIL)).driver.execute_script("kioskTouched -= 361000")
    assert "personne ne touchait plus l'écran" in at_start(someone).text


def test_a_vote_without_an_answer_is_asked_about_at_a_kiosk(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.open(PAGE).mark(LISTS[1]).click("Relire mon choix")
    someone.driver.execute_script(CUT)
    wait_for(someone.click("Confirmer mon vote"), "failed")
    end(someone)
    assert "Votre vote n'est pas confirmé" in plain(someone.driver.find_element(By.ID, "kiosk-leave").text)
    assert someone.driver.execute_script("return sessionStorage.length") == 0
    # The network is there again for the end itself.
    someone.driver.execute_script("window.fetch = honest")
    answer(someone, "kiosk-leave", "Terminer quand même")
    assert "son dernier vote n'était pas confirmé" in at_start(someone).text


def test_a_second_press_ends_no_kiosk_and_a_number_has_one_way_out(site, visitor):
    opened(site)
    someone = lent(site, visitor, width=1280)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.vote(WORKERS, LISTS[1])
    # The other language would be a page without the number.
    assert not any(each.is_displayed() for each in someone.driver.find_elements(By.CSS_SELECTOR, "header nav a[hreflang]"))
    someone.driver.execute_script("isTaken = true")
    tracker = someone.vote(SUBSTITUTES, LISTS[0])
    following = someone.driver.find_element(By.ID, "next")
    following.click()
    under = place(someone, "#kiosk-sure button")
    someone.wait_still()
    answer(someone, "kiosk-sure", "Revenir au numéro")
    twice_over(someone, following, under)
    time.sleep(2)
    assert tracker in someone.text and shown(someone, "kiosk-sure")
    someone.wait_still()
    answer(someone, "kiosk-sure", "Revenir au numéro")
    # A print that was begun may have been given up.
    someone.driver.execute_script("window.print = () => undefined")
    someone.driver.find_element(By.ID, "print").click()
    assert not someone.driver.find_element(By.CSS_SELECTOR, "header nav").is_displayed()
    for each in ("#receipt a[href^='/box']", ".site a", "#next"):
        someone.driver.find_element(By.CSS_SELECTOR, each).click()
        someone.wait_still()
        assert shown(someone, "kiosk-sure") and tracker in someone.text, each
        answer(someone, "kiosk-sure", "Revenir au numéro")
    someone.driver.find_element(By.ID, "next").click()
    someone.wait_still()
    answer(someone, "kiosk-sure", "Oui, terminer")
    assert tracker not in at_start(someone).driver.page_source


def test_a_code_is_waited_for_as_long_as_the_page_says(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.identify(site.identifier(MAIL))
    assert "Attendez cinq minutes" in someone.text
    someone.driver.execute_script("kioskTouched -= 320000")
    time.sleep(2.5)
    assert someone.path == "/code" and not shown(someone, "kiosk-idle")
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Se connecter")
    assert someone.path == "/passphrase"


def test_a_code_left_in_its_field_is_not_waited_for(site, visitor):
    """Nothing that stands on the page of the code tells who waits there, and what was typed goes after a minute."""
    opened(site)
    someone = lent(site, visitor)
    identifier = site.identifier(MAIL)
    someone.identify(identifier)
    page = someone.driver.page_source
    assert MAIL not in page and identifier not in page and identifier.replace("-", "") not in page and "Martin" not in page
    someone.fill("code", "12")
    someone.driver.execute_script("kioskTouched -= 50000")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "kiosk-idle"))
    someone.driver.execute_script("kioskTouched -= 61000")
    at_start(someone)


def test_a_number_looked_for_at_a_kiosk_stands_in_no_address(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    tracker = "A" * 42 + "B"
    page = "/box/titulaires-ouvriers"
    someone.open(page).fill("tracker", tracker).press("Chercher")
    assert someone.path == page and someone.driver.find_element(By.ID, "tracker").get_attribute("value") == tracker
    assert tracker not in someone.driver.current_url and "urne" in someone.text
    someone.open(f"{page}?tracker={tracker}")
    assert tracker not in someone.driver.current_url and someone.driver.find_element(By.ID, "tracker").get_attribute("value") == ""
    # On a device of one's own an address can be kept and sent on.
    own = visitor(width=390)
    own.open(page).fill("tracker", tracker).press("Chercher")
    assert f"tracker={tracker}" in own.driver.current_url


def test_reading_is_being_there(site, visitor):
    opened(site)
    someone = lent(site, visitor, width=1280)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.open(PAGE)
    for kind, more in (("mouseWheel", {"deltaX": 0, "deltaY": 100}), ("mouseMoved", {})):
        someone.driver.execute_script("kioskTouched -= 44000")
        for step in range(3):
            someone.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": 300 + step, "y": 300, **more})
            time.sleep(0.7)
        assert not shown(someone, "kiosk-idle"), kind
    # The question is answered by a press, which does nothing else: what stood under it is not pressed.
    someone.mark(LISTS[1]).click("Relire mon choix").wait_still()
    someone.driver.execute_script("kioskTouched -= 46000")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "kiosk-idle"))
    someone.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 10, "y": 10})
    assert shown(someone, "kiosk-idle")
    someone.wait_still()
    under = place(someone, "#cast")
    click_at(someone.driver, under["left"] + 15, under["top"] + 15, 1)
    time.sleep(2)
    assert not shown(someone, "kiosk-idle") and shown(someone, "review")


def test_the_next_voter_meets_their_own_language(site, visitor):
    opened(site)
    someone = lent(site, visitor)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.open("/space?lang=en")
    assert someone.title == "Your personal space"
    end(someone)
    assert at_start(someone).title == "Se connecter" and "lang" not in someone.driver.current_url
    # Without scripts too.
    page = requests.get(site.address + "/?lang=en", cookies={each["name"]: each["value"] for each in someone.driver.get_cookies()}, timeout=10)
    form = re.search(r'name="form" value="([0-9a-f]+)"', page.text).group(1)
    gone = requests.post(f"{site.address}/kiosk/end?lang=en", data={"form": form}, headers={"Origin": site.address}, allow_redirects=False, timeout=10,
                         cookies={each["name"]: each["value"] for each in someone.driver.get_cookies()})
    assert gone.status_code == 303 and gone.headers["Location"] == "/"


def test_a_device_whose_hours_are_over_stores_nothing_and_says_so(site, visitor):
    opened(site)
    # Two hours ago it was lent for one.
    words = ("bureau", "kiosk", site.address, "--seal", f"{site.folder}/sealed.json", "--key", f"{site.members[0]}.key", "--place",
             "Hall de Lille", "--hours", 1)
    given = subprocess.run(site.command(*words), capture_output=True, text=True, check=True, timeout=60, cwd=site.folder,
                           env=os.environ | shifted(site.folder, -7200)).stdout
    grant = given.strip().split("grant=")[1]
    assert requests.get(f"{site.address}/kiosk", params={"grant": grant}, timeout=10).status_code == 403
    someone = visitor().open("/")
    someone.driver.add_cookie({"name": "cse-2026-kiosk", "value": grant})
    someone.open("/")
    assert someone.title == "Cette borne n'est plus en service" and "Hall de Lille" in someone.text
    assert someone.driver.execute_script("return document.body.dataset.kiosk") == "60"
    someone.shot("over")
    # Nobody signs in by a page that stood open either.
    session = requests.Session()
    form = re.search(r'name="form" value="([0-9a-f]+)"', session.get(site.address + "/", timeout=10).text).group(1)
    session.cookies.set("cse-2026-kiosk", grant, domain="localhost.local")
    refused = session.post(site.address + "/", data={"form": form, "identifier": site.identifier(MAIL)}, headers={"Origin": site.address}, timeout=10)
    assert refused.status_code == 403
    # With the link it is given back, and not begun again.
    someone.driver.get(f"{site.address}/kiosk?grant={grant}")
    assert [plain(each.text) for each in someone.driver.find_elements(By.CSS_SELECTOR, "main button")] == ["Quitter le mode borne"]
    someone.press("Quitter le mode borne")
    assert someone.driver.execute_script("return document.body.dataset.kiosk || null") is None
    assert requests.get(f"{site.address}/kiosk", params={"grant": grant}, timeout=10).status_code == 403


def test_without_dialogs_a_kiosks_question_stands_before_the_reader(site, visitor):
    opened(site)
    someone = lent(site, visitor, width=1280)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_DIALOG})
    someone.open(PAGE).mark(LISTS[1])
    someone.driver.execute_script("scrollTo(0, 0); kioskTouched -= 46000")
    WebDriverWait(someone.driver, 10).until(lambda d: shown(someone, "kiosk-idle"))
    box, height = place(someone, "#kiosk-idle"), someone.driver.execute_script("return innerHeight")
    assert 0 <= box["top"] < box["bottom"] <= height, (box, height)
