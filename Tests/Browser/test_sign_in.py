"""First and second sign-in of voters reached by mail, SMS and letter."""
import pytest
from conftest import PASSPHRASE, code_in, marked, road
from selenium.webdriver.common.by import By

voter = road.voter


@pytest.mark.parametrize("width", [1100, 320])
def test_a_voter_with_mail_signs_in_twice(site, visitor, width):
    site.prepare([voter(1)]).serve()
    jeanne = visitor(width=width)
    jeanne.open("/").shot("home")
    jeanne.identify(site.identifier("v1@example.org")).shot("code")
    message = site.wait_text("v1@example.org", 2)
    label = jeanne.driver.find_element(By.CSS_SELECTOR, "main .mark").text
    assert marked(label, message) and "http" not in message
    jeanne.fill("code", code_in(message)).press("Se connecter")
    jeanne.shot("choose")
    jeanne.choose(PASSPHRASE)
    assert jeanne.path == "/space" and "difficile à deviner" in jeanne.text
    assert "Membres titulaires, premier collège" in jeanne.text and "deuxième collège" not in jeanne.text
    assert "v***@example.org" in jeanne.text and "v1@" not in jeanne.text
    jeanne.shot("space")
    jeanne.press("Se déconnecter")
    assert "Votre session est fermée" in jeanne.text
    jeanne.open("/space")
    assert jeanne.path == "/"
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 2, first=False)
    assert jeanne.path == "/space" and jeanne.text.count("par courriel") == 2


def test_a_voter_with_sms_signs_in_in_english_on_a_small_phone(site, visitor):
    site.prepare([voter(1, email="", phone="06 39 98 00 01", language="en")]).serve()
    john = visitor(width=320, language="en")
    john.open("/")
    assert john.title == "Sign in"
    john.fill("identifier", site.identifier("+33639980001")).press("Sign in")
    john.fill("code", site.wait_text("+33639980001", 2)).press("Sign in")
    john.shot("choose").fill("secret", PASSPHRASE).fill("again", PASSPHRASE).press("Save and sign in")
    assert john.title == "Your personal space" and "by SMS" in john.text and "+336******01" in john.text
    john.press("Français")
    assert john.title == "Votre espace personnel" and "lang=fr" in john.driver.current_url
    john.press("Changer ma phrase de passe")
    assert "lang=fr" in john.driver.current_url and john.title == "Changer ma phrase de passe"


def test_a_voter_with_a_letter_types_the_code_that_stands_on_it(site, visitor):
    site.prepare([voter(1, **road.LETTER)], letters=True).serve()
    identifier, code = site.letter()
    paul = visitor().identify(identifier.lower().replace("-", " "))
    paul.fill("code", code.lower()).press("Se connecter")
    paul.choose(PASSPHRASE)
    assert paul.path == "/space" and "par lettre" in paul.text
    paul.press("Se déconnecter").identify(identifier).fill("code", code).press("Se connecter")
    assert paul.enter(PASSPHRASE).path == "/space"


def test_the_code_goes_to_the_mailbox_where_the_letter_carries_the_identifier_only(site, visitor):
    site.prepare([voter(1, **road.LETTER) | {"email": "v1@example.org", "channel": "letter"}], letters=True).serve()
    identifier, code = site.letter()
    assert code is None
    assert visitor().sign_in(identifier, "v1@example.org", 0).path == "/space"


def test_the_code_never_takes_the_way_of_the_identifier_where_there_is_another(site, visitor):
    site.prepare([voter(1, phone="06 39 98 00 01")]).serve()
    jeanne = visitor().identify(site.identifier("v1@example.org"))
    jeanne.fill("code", site.wait_text("+33639980001", 1)).press("Se connecter")
    assert jeanne.path == "/passphrase" and len(site.texts("v1@example.org")) == 1


def test_by_choice_the_other_button_changes_the_way(site, visitor):
    site.prepare([voter(1, phone="06 39 98 00 01")], ("channel: other", "channel: choice")).serve()
    jeanne = visitor().identify(site.identifier("v1@example.org"))
    first = code_in(site.wait_text("v1@example.org", 2))
    jeanne.press("Recevoir le code par l'autre moyen (courriel ou SMS)")
    assert "nombre de secondes" in jeanne.text  # half a minute must pass
    site.sql("UPDATE access_request SET created_at = created_at - 31")
    jeanne.press("Recevoir le code par l'autre moyen (courriel ou SMS)")
    second = site.wait_text("+33639980001", 1)
    jeanne.fill("code", first).press("Se connecter")
    # The message of before is told from a wrong code, and costs no attempt.
    assert "C'est le code d'un message précédent" in jeanne.text and "Essais restants" not in jeanne.text
    jeanne.fill("code", "000000" if "000000" not in second else "000001").press("Se connecter")
    assert "n'est pas le bon" in jeanne.text and "Essais restants : 4" in jeanne.text
    assert jeanne.fill("code", second).press("Se connecter").path == "/passphrase"


def test_a_tab_can_be_reloaded_and_opened_again_while_the_mail_is_read(site, visitor):
    site.prepare([voter(1)]).serve()
    jeanne = visitor(width=320).identify(site.identifier("v1@example.org"))
    label = jeanne.driver.find_element(By.CSS_SELECTOR, "main .mark").text
    for _ in range(3):
        jeanne.driver.refresh()
    # The telephone throws the tab away; another one opens the site again.
    old = jeanne.driver.current_window_handle
    jeanne.driver.switch_to.new_window("tab")
    new = jeanne.driver.current_window_handle
    jeanne.driver.switch_to.window(old)
    jeanne.driver.close()
    jeanne.driver.switch_to.window(new)
    jeanne.open("/code")
    assert jeanne.driver.find_element(By.CSS_SELECTOR, "main .mark").text == label
    jeanne.fill("code", code_in(site.wait_text("v1@example.org", 2))).press("Se connecter")
    assert jeanne.path == "/passphrase" and len(site.texts("v1@example.org")) == 2


def test_every_button_of_the_code_page(site, visitor):
    site.prepare([voter(1)]).serve()
    jeanne = visitor().identify(site.identifier("v1@example.org"))
    first = code_in(site.wait_text("v1@example.org", 2))
    assert "nombre de secondes" in jeanne.press("Envoyer un nouveau code").text
    site.sql("UPDATE access_request SET created_at = created_at - 31")
    assert "un nouveau code est parti" in jeanne.press("Envoyer un nouveau code").text
    second = code_in(site.wait_text("v1@example.org", 3))
    # The code of the message before says that the last one counts, and is no wrong attempt.
    text = jeanne.fill("code", first).press("Se connecter").text
    assert "C'est le code d'un message précédent. Seul le dernier message compte" in text and "Essais restants" not in text
    assert jeanne.driver.find_element(By.CSS_SELECTOR, "main .mark").text in site.texts("v1@example.org")[-1]
    assert "Saisissez votre code" in jeanne.fill("code", " ").press("Se connecter").text
    assert "6 chiffres" in jeanne.fill("code", "12").press("Se connecter").text
    assert jeanne.press("Modifier mon identifiant").path == "/"
    assert jeanne.open("/code").path == "/" and "expiré" in jeanne.text
    jeanne.identify(site.identifier("v1@example.org"))
    assert "annulée" in jeanne.press("Annuler").text
    jeanne.identify(site.identifier("v1@example.org"))
    assert "n'est pas le bon" in jeanne.fill("code", second).press("Se connecter").text  # of an ended request
    for left in (3, 2, 1):
        assert f"Essais restants : {left}" in jeanne.fill("code", "000000").press("Se connecter").text
    assert "trop d'essais" in jeanne.fill("code", "000000").press("Se connecter").text and jeanne.path == "/"


def test_a_passphrase_that_is_refused_says_why(site, visitor):
    site.prepare([voter(1, last_name="Martin")]).serve()
    jeanne = visitor().identify(site.identifier("v1@example.org"))
    jeanne.fill("code", code_in(site.wait_text("v1@example.org", 2))).press("Se connecter")
    jeanne.fill("secret", "trois mots")
    road.wait_until(lambda: "Caractères encore nécessaires : 10" in jeanne.text)
    assert "au moins 20 caractères" in jeanne.choose("trois mots").text
    assert "trop facile à deviner" in jeanne.choose("Vive les élections du cse").text
    assert "trop proche de votre nom" in jeanne.choose("zoé martin zoé martin").text
    assert "pas identiques" in jeanne.fill("secret", PASSPHRASE).fill("again", PASSPHRASE + "s").press("Enregistrer et se connecter").text
    jeanne.shot("refused")
    box = jeanne.driver.find_element(By.CSS_SELECTOR, "[data-reveal]")
    box.click()
    assert jeanne.driver.find_element(By.ID, "secret").get_attribute("type") == "text"
    assert jeanne.choose(PASSPHRASE).path == "/space"


def test_the_roll_s_question_is_asked_at_the_first_sign_in(site, visitor):
    site.settings("")
    head = road.HEAD
    head.append("challenge")
    try:
        site.prepare([voter(1, challenge="Médor 12")],
                     ("  fourEyes: true", "  fourEyes: true\n  challenge:\n    fr: Le nom que vous avez donné ?\n    en: The name that you gave?")).serve()
    finally:
        head.remove("challenge")
    jeanne = visitor().identify(site.identifier("v1@example.org"))
    jeanne.fill("code", code_in(site.wait_text("v1@example.org", 2))).press("Se connecter")
    assert "Le nom que vous avez donné ?" in jeanne.shot("question").text
    assert "pas la réponse attendue" in jeanne.fill("answer", "médor 12").press("Continuer").text
    assert jeanne.fill("answer", " Médor  12").press("Continuer").title == "Choisissez une phrase de passe"
    assert jeanne.choose(PASSPHRASE).path == "/space"


def test_without_javascript_everything_works(site, visitor):
    site.prepare([voter(1)]).serve()
    jeanne = visitor(javascript=False).identify(site.identifier("v1@example.org"))
    jeanne.fill("code", code_in(site.wait_text("v1@example.org", 2))).press("Se connecter")
    assert jeanne.choose(PASSPHRASE).path == "/space"
    assert jeanne.press("Se déconnecter").path == "/"


def test_a_new_passphrase_ends_the_other_sessions_and_is_told(site, visitor):
    site.prepare([voter(1)]).serve()
    identifier = site.identifier("v1@example.org")
    first = visitor().sign_in(identifier, "v1@example.org", 1)
    second = visitor().sign_in(identifier, "v1@example.org", 2, first=False)
    second.press("Changer ma phrase de passe").shot("change")
    second.fill("present", "une autre phrase que la mienne").fill("secret", PASSPHRASE).fill("again", PASSPHRASE)
    assert "pas la bonne phrase" in second.press("Enregistrer").text
    new = "quatre zèbres rouges au port"
    second.fill("present", PASSPHRASE).fill("secret", new).fill("again", new).press("Enregistrer")
    assert "est changée" in second.text and second.path == "/space"
    assert "vient d'être changé" in site.wait_text("v1@example.org", 4)
    assert first.open("/space").path == "/" and "session s'est terminée" in first.text
    first.identify(identifier).fill("code", code_in(site.wait_text("v1@example.org", 5))).press("Se connecter")
    assert "pas la bonne phrase" in first.enter(PASSPHRASE).text
    assert first.enter(new).path == "/space"


def test_before_the_poll_everything_works_and_nothing_can_be_cast(site, visitor):
    site.prepare([voter(1)], opens="2036-01-05 09:00").serve()
    jeanne = visitor().open("/")
    assert "pas encore ouvert" in jeanne.text
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    assert "Test de votre accès" in jeanne.text and "rien ne peut encore être voté" in jeanne.text


def test_the_letter_s_qr_code_fills_in_the_identifier(site, visitor):
    site.prepare([voter(1)]).serve()
    jeanne = visitor().open("/#7XK2-M9PQ-4RTW")
    assert jeanne.driver.find_element(By.ID, "identifier").get_attribute("value") == "7XK2-M9PQ-4RTW"
    assert "#" not in jeanne.driver.current_url


def test_a_session_warns_before_it_ends_and_can_be_extended(site, visitor):
    site.prepare([voter(1)]).serve()
    jeanne = visitor().sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    dialog = jeanne.driver.find_element(By.ID, "expiry")
    assert not dialog.is_displayed() and dialog.get_attribute("data-idle") == "900"
    jeanne.driver.execute_script("document.getElementById('expiry').showModal()")
    jeanne.shot("expiry")
    site.sql("UPDATE access_session SET seen_at = seen_at - 800")
    dialog.find_element(By.TAG_NAME, "button").click()
    road.wait_until(lambda: not dialog.is_displayed())
    assert site.sql("SELECT max(seen_at) > strftime('%s') - 60 FROM access_session") == [(1,)]
    site.sql("UPDATE access_session SET seen_at = seen_at - 901")
    assert jeanne.open("/space").path == "/" and "session s'est terminée" in jeanne.text
