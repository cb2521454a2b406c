"""The guide of a works council's election: identifier by mail, SMS or letter, a code, a phrase of 20 characters, and what is lost."""
import re

import pytest
from conftest import PASSPHRASE, Site, Visitor, captcha_answer, chromium, closed, code_in, road
from guides import Line, Seen, cases
from selenium.webdriver.common.by import By

#: Voters of the sample: by mail, by SMS alone, and by letter alone.
MAIL, PHONE, LETTER = "elodie.martin@beausejour.example.org", "+33639980518", "B1042"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("council")).sample("cse-2026")
    site.letters(f"{site.folder}/letters")
    site.run("letters", "posted", "1", "--on", road.TODAY)
    yield site.serve()
    site.stop()


def letter_only(site):
    """The first printed letter that carries a code: identifier and code."""
    for page in range(1, 41):
        identifier, code = site.letter(page)
        if code:
            return identifier, code, site.letter_text(page)
    raise AssertionError("no letter carries a code")


def picture(site, someone):
    """What a person reads in the picture."""
    token = someone.driver.find_element(By.NAME, "challenge").get_attribute("value")
    return captcha_answer(site, token)[0]


@pytest.fixture(scope="module")
def seen(site):
    """The walk through the guide, once for all its lines."""
    driver = chromium()
    someone, seen = Visitor(driver, site, "guide-council"), Seen()
    try:
        seen["mail"], seen["SMS"] = site.wait_text(MAIL, 1), site.wait_text(PHONE, 1)
        seen.note("home", someone.open("/"))
        someone.identify(site.identifier(MAIL))
        seen.note("code page", someone)
        seen["mail with the code"] = site.wait_text(MAIL, 2)
        someone.fill("code", code_in(seen["mail with the code"])).press("Se connecter")
        seen.note("phrase", someone)
        seen["a phrase of 19 characters"] = someone.choose("trois girafes bleue").text
        seen["the guide's phrase"] = someone.choose("Vive les élections du cse").text
        seen["after the phrase"] = someone.choose(PASSPHRASE).path
        seen.note("personal space", someone)
        someone.press("Se déconnecter").identify(site.identifier(PHONE))
        seen["SMS with the code"] = site.wait_text(PHONE, 2)
        # By letter.
        identifier, code, seen["letter"] = letter_only(site)
        someone.open("/").fill("identifier", identifier).press("Se connecter")
        seen["code page after a letter"] = someone.text
        seen["after the letter's code"] = someone.fill("code", code).press("Se connecter").choose(PASSPHRASE + " rouge").path
        # What is lost.
        seen.note("lost", someone.press("Se déconnecter").press("Identifiant oublié ou perdu"))
        image = someone.driver.find_element(By.CSS_SELECTOR, ".captcha img")
        seen["captcha"] = f"{someone.driver.execute_script('return arguments[0].naturalWidth', image)} pixels wide"
        seen["without the captcha"] = someone.fill("contact", MAIL).press("Demander").text
        someone.fill("contact", MAIL).fill("answer", picture(site, someone)).press("Demander")
        seen["mail with a new identifier"] = site.wait_text(MAIL, 3)
        someone.open("/lost").fill("contact", "06 39 98 05 18").fill("answer", picture(site, someone)).press("Demander")
        seen["SMS with a new identifier"] = site.wait_text(PHONE, 3)
        seen.note("help", someone.open("/help"))
        site.run("identifiers", "reissue", LETTER, "--by", "email", "--to", "jeannoel.petit@example.org", "--reason", "lost his letter")
        seen["mail from the manager"] = site.wait_text("jeannoel.petit@example.org", 1)
        site.run("identifiers", "reissue", "B1112", "--by", "sms", "--to", "06 39 98 77 01", "--reason", "lost her letter")
        seen["SMS from the manager"] = site.wait_text("+33639987701", 1)
    finally:
        faults = closed(driver)
    assert not faults, faults
    return seen


LINES = [
    Line("identifiant reçu par courrier: aller à sa page", "letter", "Identifiant"),
    Line("1 l'identifiant reçu par mail", "mail", "Votre identifiant de vote"),
    Line("1 l'identifiant reçu par SMS", "SMS", "dentifiant"),
    Line("1 par mail, se connecter", "mail", "Ouvrez le site de vote", "http://localhost",
         better="the address itself stands in the mail: a button would hide where it leads, as those of forged mails do"),
    Line("1 par SMS, l'URL du site de vote", "SMS", "http://localhost"),
    Line("2 un code par mail", "mail with the code", "code de connexion"),
    Line("2 un code par SMS", "SMS with the code", "code de connexion"),
    Line("2 page d'accueil, saisissez votre identifiant", "home", "Votre identifiant", "Se connecter"),
    Line("2 renseignez le code de connexion", "code page", "[label] Code de connexion"),
    Line("2 cliquez sur Se connecter", "code page", "Se connecter"),
    Line("2 vous êtes sur votre espace personnel", "personal space", "Votre espace personnel"),
    Line("b définissez une phrase mot de passe", "phrase", "Choisissez une phrase de passe"),
    Line("b 20 caractères minimum", "phrase", "Au moins 20 caractères"),
    Line("b pas moins", "a phrase of 19 characters", "trop court"),
    Line("b l'exemple de la notice", "the guide's phrase", "trop facile à deviner",
         better="an example that stands in a printed guide is the first that a stranger tries, and words of the vote's title do not count"),
    Line("b cliquez une nouvelle fois sur Se connecter", "phrase", "Enregistrer et se connecter"),
    Line("b et la phrase ouvre l'espace", "after the phrase", "/space"),
    Line("courrier l'URL du site", "letter", "http://localhost"),
    Line("courrier saisissez l'identifiant du courrier", "letter", "identifiant"),
    Line("courrier cliquez sur Se connecter", "letter", "Se connecter"),
    Line("courrier le code du courrier", "code page after a letter", "8 lettres et chiffres", "lettre"),
    Line("courrier le code est inscrit sur le courrier", "letter", "code"),
    Line("courrier vous êtes sur votre espace personnel", "after the letter's code", "/space"),
    Line("perte lien Identifiant oublié ou perdu", "home", "Identifiant oublié ou perdu"),
    Line("perte l'adresse mail ou le numéro de téléphone", "lost", "Adresse électronique ou numéro de mobile"),
    Line("perte recopiez le Captcha", "lost", "Recopiez les caractères de l'image"),
    Line("perte le Captcha est toujours là", "captcha", "320 pixels wide"),
    Line("perte et il est demandé", "without the captcha", "recopiez les caractères"),
    Line("perte cliquez sur Demander", "lost", "Demander"),
    Line("perte un nouvel identifiant par mail", "mail with a new identifier", "un nouvel identifiant"),
    Line("perte un nouvel identifiant par SMS", "SMS with a new identifier", "dentifiant"),
    Line("courrier perdu: contactez le responsable", "lost", "Appelez le responsable des élections"),
    Line("courrier perdu: dit aussi l'aide", "help", "J'ai perdu ma lettre", "Appelez le responsable des élections"),
    Line("courrier perdu: qui est le responsable", "help", "Claire Vasseur, responsable des élections", "03 53 01 98 76"),
    Line("courrier perdu: un identifiant sur une adresse mail", "mail from the manager", "Votre identifiant de vote"),
    Line("courrier perdu: ou un téléphone mobile", "SMS from the manager", "dentifiant"),
]


@cases(LINES)
def test_line(seen, line):
    assert not line.missing(seen), seen[line.place]


def test_each_identifier_is_another(site, seen):
    found = [re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", seen[place]).group()
             for place in ("mail", "SMS", "letter", "mail with a new identifier", "SMS with a new identifier", "mail from the manager",
                           "SMS from the manager")]
    assert len(set(found)) == len(found)
