"""The moment of voting: what a voter meets when the network goes, somebody shares the browser, or the way back is taken."""
import glob
import os

import esprima
import pytest
import requests
from conftest import road
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from test_vote import LISTS, SMALL, SUBSTITUTES, TWO_QUESTIONS, WORKERS

voter = road.voter
PAGE = "/ballots/titulaires-ouvriers"


def shown(someone, name):
    return someone.driver.find_element(By.ID, name).is_displayed()


def wait_for(someone, name):
    WebDriverWait(someone.driver, 60).until(lambda d: d.find_element(By.ID, name).is_displayed())
    return someone


def offline(someone, is_off):
    someone.driver.execute_cdp_cmd("Network.enable", {})
    someone.driver.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": is_off, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})


def signed_in(site, visitor, number=1, **options):
    someone = visitor(**options)
    someone.sign_in(site.identifier(f"v{number}@example.org"), f"v{number}@example.org", 1)
    return someone


@pytest.mark.parametrize("name", [os.path.basename(path) for path in sorted(glob.glob(f"{road.ROOT}/Templates/assets/*.js")) if "console" not in path])
def test_scripts_for_voters_are_read_by_browsers_of_2017(name):
    with open(f"{road.ROOT}/Templates/assets/{name}", encoding="utf-8") as file:
        text = file.read()
    # The parser knows the language of that year and no later one.
    assert esprima.parseScript(text).body
    for later in ("replaceChildren", "fromEntries", ".flat(", ".flatMap(", "requestSubmit", "replaceAll", "allSettled", ".at("):
        assert later not in text, later


def test_from_a_cut_network_to_the_last_ballot(site, visitor):
    """One voter, two ballots: the choice survives a cut network and the way back; what is left to vote on is said."""
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL, TWO_QUESTIONS).open_poll().serve()
    jeanne = signed_in(site, visitor, width=390)
    # Nothing came while the voter read, and nothing comes at the first try.
    jeanne.driver.execute_cdp_cmd("Network.enable", {})
    jeanne.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*ballot.wasm*", "*sealer.js*"]})
    jeanne.open(PAGE)
    assert not shown(jeanne, "coming") and "Vous votez au nom de : Madame Zoé Martinb" in jeanne.text
    jeanne.mark(LISTS[1], "Vert").shot("ballot").click("Relire mon choix")
    assert jeanne.driver.title.startswith("Relisez votre choix")
    jeanne.driver.back()
    WebDriverWait(jeanne.driver, 10).until(lambda d: shown(jeanne, "choose"))
    assert jeanne.driver.title.startswith("Voter") and not shown(jeanne, "review")
    assert len(jeanne.driver.find_elements(By.CSS_SELECTOR, "#choose input:checked")) == 2
    jeanne.driver.forward()
    WebDriverWait(jeanne.driver, 10).until(lambda d: shown(jeanne, "review"))
    jeanne.click("Modifier mon choix")
    WebDriverWait(jeanne.driver, 10).until(lambda d: shown(jeanne, "choose"))
    jeanne.click("Relire mon choix")
    assert LISTS[1] in jeanne.text and "Vert" in jeanne.text
    # The history that browsers write to disk holds the step alone.
    assert jeanne.driver.execute_script("return JSON.stringify(history.state)") == '{"step":"review"}'
    offline(jeanne, True)
    wait_for(jeanne.click("Confirmer mon vote"), "failed")
    assert "n'est pas arrivée" in jeanne.text and "ne sait pas chiffrer" not in jeanne.text and not shown(jeanne, "unable")
    assert not any(mark.is_displayed() for mark in jeanne.driver.find_elements(By.CSS_SELECTOR, ".own"))
    jeanne.shot("cut").click("Essayer de nouveau")
    wait_for(jeanne, "failed")
    offline(jeanne, False)
    jeanne.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    jeanne.click("Essayer de nouveau")
    tracker = jeanne.tracker()
    assert f"Il vous reste un vote : {SUBSTITUTES}" in jeanne.text and jeanne.driver.title.startswith("A voté")
    jeanne.shot("one-more")
    # Back from the receipt loses nothing.
    jeanne.driver.back()
    assert shown(jeanne, "receipt") and tracker in jeanne.text
    jeanne.press(f"Voter : {SUBSTITUTES}")
    assert jeanne.path == "/ballots/suppleants-ouvriers"
    jeanne.mark("Vote blanc").click("Relire mon choix").click("Confirmer mon vote").tracker()
    assert "C'est terminé, merci." in jeanne.text
    jeanne.shot("all-done").press("Retour à votre espace")
    assert jeanne.text.count("Vous avez voté") == 2 and WORKERS in jeanne.text
    site.count_poll()


def test_a_fresh_tracker_is_waited_for_in_calm_words(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    tracker = "A" * 43
    look = lambda typed: requests.get(f"{site.address}/box/titulaires-ouvriers", params={"tracker": typed}, timeout=20).text  # noqa: E731
    for typed in (tracker, f" Votre numéro de suivi : {tracker}.", f"{tracker[:20]} {tracker[20:]}", "AAAA"):
        page = look(typed)
        assert "pas encore dans l'urne" in page.replace("&#39;", "'").replace("’", "'") and 'role="alert"' not in page, typed
    site.run("poll", "close", "--at-once")
    road.wait_until(lambda: 'role="alert"' in look(tracker))


def test_two_people_on_one_browser_never_vote_for_each_other(site, visitor):
    """The first has chosen, the second signs in in another tab, the first goes on."""
    site.prepare([voter(1), voter(2), voter(3, college="cadres")], *SMALL).open_poll().serve()
    jeanne = signed_in(site, visitor)
    jeanne.open(PAGE).mark(LISTS[0]).click("Relire mon choix")
    first = jeanne.driver.current_window_handle
    jeanne.driver.switch_to.new_window("tab")
    # Who is signed in has no business on the pages of a sign-in.
    for path in ("/", "/code", "/passphrase"):
        assert jeanne.open(path).path == "/space"
    jeanne.press("Se déconnecter")
    jeanne.sign_in(site.identifier("v2@example.org"), "v2@example.org", 1)
    assert "Martinc" in jeanne.text
    jeanne.driver.switch_to.window(first)
    jeanne.click("Confirmer mon vote")
    wait_for(jeanne, "failed")
    assert "Une autre personne s'est connectée dans ce navigateur" in jeanne.text and "echargez" not in jeanne.text
    assert not shown(jeanne, "again") and not any(mark.is_displayed() for mark in jeanne.driver.find_elements(By.CSS_SELECTOR, ".own"))
    jeanne.shot("other")
    assert site.json("poll", "status")["ballots"][0]["votes"] == 0
    # The second votes as themselves.
    jeanne.driver.switch_to.new_window("tab")
    assert len(jeanne.vote(WORKERS, LISTS[2])) == 43
    assert site.sql("SELECT count(*) FROM polling_elector WHERE entry >= x'0000000000000001' AND voter = 2") == [(1,)]


def test_a_script_that_does_not_come_leaves_no_blank_page(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    jeanne = signed_in(site, visitor, width=390)
    jeanne.driver.execute_cdp_cmd("Network.enable", {})
    jeanne.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*ballot.js*"]})
    jeanne.open(PAGE)
    assert shown(jeanne, "coming") and "rechargez-la" in jeanne.text and not shown(jeanne, "choose")
    jeanne.shot("coming")
    jeanne.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    jeanne.open(PAGE)
    assert not shown(jeanne, "coming") and shown(jeanne, "choose")
    # A session that ends here says what became of the vote, in both languages.
    assert jeanne.driver.find_element(By.ID, "expiry").get_attribute("data-ended").endswith("say=unsent")
    assert "Aucun bulletin n'a été envoyé" in jeanne.open("/?say=unsent").text
    assert "No ballot was sent" in jeanne.open("/?lang=en&say=unsent").text
