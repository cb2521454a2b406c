"""First and second sign-in of voters reached by mail, SMS and letter."""
import pytest
from conftest import PASSPHRASE, code_in, road
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
    assert f"demande {label}" in message and "http" not in message
    jeanne.fill("code", code_in(message)).press("Se connecter")
    jeanne.shot("choose")
    jeanne.choose(PASSPHRASE)
    assert jeanne.path == "/space" and "difficile à deviner" in jeanne.text
    assert "Membres titulaires, premier collège" in jeanne.text and "deuxième collège" not in jeanne.text
    assert "v***@example.org" in jeanne.text and "v1@" not in jeanne.text
    jeanne.shot("space")
    jeanne.press("Se déconnecter")
    assert "Vous êtes déconnecté" in jeanne.text
    jeanne.open("/space")
    assert jeanne.path == "/"
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 2, first=False)
    assert jeanne.path == "/space" and jeanne.text.count("par courriel") == 2
