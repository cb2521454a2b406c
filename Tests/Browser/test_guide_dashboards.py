"""The guide of a personal space with dashboards: questions and answers on access, identifier, password and figures."""
import re
import subprocess

import pytest
import requests
from conftest import Site, Visitor, chromium, closed
from guides import Line, Seen, cases
from selenium.webdriver.common.by import By

ALBERT, ANNE = "albert.dupont@cabinets.example.org", "anne.dupont@cabinets.example.org"
PASSWORD = "Girafe-bleue7"
CONTENT, TECHNICAL = "contact@observatoire.example.org", ("assistance@observatoire.example.org", "01 99 00 70 75")


def password_in(text):
    return re.search(r"(?:mot de passe est|password is)\s*:\s*(\S{9})\n", text).group(1)


def signed_in(someone, identifier, password):
    someone.open("/?lang=fr").fill("identifier", identifier).fill("secret", password).press("Se connecter")
    return someone


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("dashboards")).sample("espace").open_poll().serve()
    yield site
    site.stop()


def pdf_of(site, someone):
    """The text of the PDF behind the icon."""
    icon = someone.driver.find_element(By.CSS_SELECTOR, ".export a")
    cookies = {cookie["name"]: cookie["value"] for cookie in someone.driver.get_cookies()}
    answer = requests.get(icon.get_attribute("href"), cookies=cookies, timeout=30)
    assert answer.headers["Content-Type"] == "application/pdf"
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=answer.content, capture_output=True, check=True).stdout.decode()


@pytest.fixture(scope="module")
def seen(site):
    """The walk through the guide, once for all its lines."""
    driver = chromium()
    someone, seen = Visitor(driver, site, "guide-dashboards"), Seen()
    try:
        seen["mail with the access"], seen["mail of a namesake"] = site.wait_text(ALBERT, 1), site.wait_text(ANNE, 1)
        seen.note("home", someone.open("/?lang=fr"))
        seen.note("help", someone.open("/help?lang=fr"))
        someone.open("/?lang=fr").press("Mot de passe oublié")
        seen.note("forgotten", someone)
        someone.fill("contact", "duponta").press("Envoyer")
        seen["answer"] = someone.text
        seen["mail with a new password"] = site.wait_text(ALBERT, 2)
        sent = password_in(seen["mail with a new password"])
        seen["after signing in"] = signed_in(someone, "duponta", sent).path
        seen.note("personal space", someone)
        seen.note("change", someone.press("Changer mon mot de passe"))
        someone.fill("present", sent).fill("secret", PASSWORD).fill("again", PASSWORD).press("Enregistrer")
        seen.note("changed", someone)
        seen.note("dashboards", someone.press("Participation et résultats"))
        seen["PDF"] = pdf_of(site, someone)
        icon, table = (someone.driver.find_element(By.CSS_SELECTOR, words).rect for words in (".export a", "main table"))
        seen["place of the icon"] = f"above: {icon['y'] + icon['height'] <= table['y']}, right: {icon['x'] + icon['width'] >= table['x'] + table['width'] - 2}"
        someone.press("Retour à votre espace")
        seen["vote"] = someone.vote("Programme", "Oui")
        site.run("poll", "close", "--yes", "--at-once")
        seen.note("dashboards after the close", someone.open("/space/figures?lang=fr"))
        seen["PDF after the close"] = pdf_of(site, someone)
        someone.press("Se déconnecter")
        seen["sent password after the change"] = signed_in(someone, "duponta", sent).text
        seen["chosen password"] = signed_in(someone, "DupontA ", PASSWORD).path
    finally:
        faults = closed(driver)
    assert not faults, faults
    return seen


LINES = [
    Line("je n'ai pas reçu mes codes d'accès", "help", "Je n'ai rien reçu", "courriers indésirables"),
    Line("une demande au contact du contenu", "help", "Vos codes d'accès, le contenu du vote et les chiffres affichés", CONTENT),
    Line("sous quel délai mes tableaux de bord sont-ils disponibles", "help", "Quand mes tableaux de bord sont-ils disponibles"),
    Line("disponibles dès réception des codes d'accès", "help", "Dès que vous avez reçu de quoi vous connecter"),
    Line("ils y sont en effet", "dashboards", "Mes tableaux de bord", "Membres du conseil scientifique", "Programme d'études 2027", "Inscrits 80"),
    Line("à quelle fréquence sont-ils mis à jour", "help", "À quelle fréquence mes tableaux de bord sont-ils mis à jour"),
    Line("mis à jour quotidiennement", "help", "dès que 15 minutes ont passé et que 10 bulletins nouveaux sont arrivés",
         better="not by the calendar but in steps of ten ballots, so that nobody sees who has just voted"),
    Line("ils le sont en effet: avant", "dashboards", "Bulletins publiés 0", "Participation 0,0 %"),
    Line("ils le sont en effet: après", "dashboards after the close", "Bulletins publiés 1", "Participation 1,3 %"),
    Line("je ne me souviens plus de mon identifiant", "help", "Je ne me souviens plus de mon identifiant"),
    Line("nom + initiale du prénom, par exemple Albert Dupont: duponta", "help", "nom suivi de l'initiale", "duponta pour Albert Dupont"),
    Line("duponta en effet", "mail with the access", ": duponta "),
    Line("une homonyme a le sien", "mail of a namesake", ": duponta2 "),
    Line("je ne me souviens plus de mon mot de passe", "help", "J'ai oublié mon mot de passe"),
    Line("1 rendez-vous sur la page d'accueil", "help", "Sur la page de connexion"),
    Line("2 lien mot de passe oublié", "home", "Mot de passe oublié"),
    Line("3 saisissez votre identifiant", "forgotten", "Mot de passe oublié", "Saisissez votre identifiant", "Votre identifiant", "duponta"),
    Line("4 le mot de passe est envoyé par mail", "mail with a new password", "Votre identifiant est : duponta", "Votre mot de passe est :"),
    Line("4 et il ouvre l'espace", "after signing in", "/space"),
    Line("je souhaite changer mon mot de passe", "help", "Je souhaite changer mon mot de passe"),
    Line("1 connectez-vous à votre compte", "help", "Connectez-vous, puis, dans votre espace personnel"),
    Line("2 espace personnel", "personal space", "Votre espace personnel"),
    Line("3 changer mon mot de passe", "personal space", "Changer mon mot de passe"),
    Line("3 le changement", "changed", "Votre mot de passe est changé"),
    Line("3 l'ancien ne sert plus", "sent password after the change", "non reconnu"),
    Line("3 le nouveau sert", "chosen password", "/space"),
    Line("problèmes de connexion", "help", "Je n'arrive pas à me connecter", "La connexion et le fonctionnement du site", *TECHNICAL),
    Line("l'application ne fonctionne pas correctement", "help", "Le site ne fonctionne pas correctement", *TECHNICAL),
    Line("je souhaite exporter mes tableaux de bord", "help", "Je souhaite exporter mes tableaux de bord"),
    Line("l'icône pdf à droite, au-dessus des tableaux", "help", "Cliquez sur l'icône PDF, à droite de l'écran, au-dessus de vos tableaux"),
    Line("l'icône y est", "place of the icon", "above: True, right: True"),
    Line("elle donne les mêmes chiffres", "PDF", "Inscrits : 80", "Programme d'études 2027", "Participation : 0,0 %"),
    Line("et les tient à jour", "PDF after the close", "Participation : 1,3 %"),
    Line("je n'arrive pas à exporter: Acrobat Reader", "help", "Je n'arrive pas à exporter mes données",
         "Acrobat Reader : vérifiez qu'il est installé sur votre ordinateur"),
    Line("sinon contacter l'assistance", "help", "S'il ne s'ouvre toujours pas, appelez l'assistance", *TECHNICAL),
    Line("dit aussi au bas des tableaux", "dashboards", "Acrobat Reader"),
    Line("mes chiffres ne sont pas corrects, il manque des données", "help", "Mes chiffres ne sont pas corrects, ou il en manque"),
    Line("un mail au contact du contenu", "help", "écrivez au contact qui répond des chiffres", CONTENT),
]


@cases(LINES)
def test_line(seen, line):
    assert not line.missing(seen), seen[line.place]


def test_dashboards_are_for_their_voter_alone(site, seen):
    for path in ("/space/figures", "/space/figures.pdf"):
        answer = requests.get(site.address + path, timeout=30, allow_redirects=False)
        assert answer.status_code == 303 and answer.headers["Location"] == "/", path
