"""The guide of a received password that is renewed at the first sign-in: address, code, confirmation, new password."""
import re
import time

import pytest
from conftest import Client, Site, Visitor, chromium, closed, code_in
from guides import Line, Seen, cases
from selenium.webdriver.common.by import By

MAIL, OTHER, UNKNOWN = (f"contact.et{name}@etablissements.example.org" for name in ("1", "2", "999"))
PASSWORD = "Girafe-bleue7"
RENEW = "Renouveler le mot de passe"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("renewal")).sample("renouvellement").serve()
    yield site
    site.stop()


@pytest.fixture(scope="module")
def seen(site):
    """The walk through the guide, once for all its lines."""
    driver = chromium()
    someone, seen = Visitor(driver, site, "guide-renewal"), Seen()
    try:
        seen["mail with the password"] = site.wait_text(MAIL, 1)
        received = re.search(r"mot de passe est\s*:\s*(\S{9})\n", site.wait_text(MAIL, 1)).group(1)
        seen.note("sign-in page", someone.open("/"))
        seen.note("address page", someone.press(RENEW))
        seen.note("help", someone.open("/help"))
        someone.open("/").press(RENEW)
        seen["going back"] = someone.press("Retour à la connexion").path
        someone.press(RENEW)
        someone.fill("identifier", UNKNOWN).press("Envoyer le code de vérification")
        seen.note("code page of a mistyped address", someone, "mistyped")
        seen["after changing the address"] = someone.press("Modifier l'adresse électronique").path
        someone.fill("identifier", MAIL.upper()).press("Envoyer le code de vérification")
        seen.note("code page", someone)
        seen["mail with the code"] = message = site.wait_text(MAIL, 2)
        seen.note("wrong code", someone.fill("code", "000000").press("Vérifier le code"))
        # Every way out is taken once: each leads where it says, and the code that comes after it serves.
        seen["cancelled at the code"] = someone.press("Annuler").path
        someone.press(RENEW).fill("identifier", MAIL).press("Envoyer le code de vérification")
        site.wait_text(MAIL, 3)
        site.sql("UPDATE access_request SET created_at = created_at - 61")
        seen.note("asked for another code", someone.open("/code").press("Envoyer un nouveau code"), "another-code")
        message = site.wait_text(MAIL, 4)
        someone.fill("code", code_in(message)).press("Vérifier le code")
        seen["changing at the confirmation"] = someone.press("Modifier l'adresse électronique").path
        someone.fill("identifier", MAIL).press("Envoyer le code de vérification")
        someone.fill("code", code_in(site.wait_text(MAIL, 5))).press("Vérifier le code")
        seen["cancelled at the confirmation"] = someone.press("Annuler").path
        someone.press(RENEW).fill("identifier", MAIL).press("Envoyer le code de vérification")
        someone.fill("code", code_in(site.wait_text(MAIL, 6))).press("Vérifier le code")
        seen.note("confirmation", someone)
        seen.note("new password", someone.press("Continuer"))
        seen["rules"] = "| " + " | ".join(item.text for item in driver.find_elements(By.CSS_SELECTOR, ".rules li")) + " |"
        seen["title of the rules"] = driver.find_element(By.CSS_SELECTOR, ".rules").get_attribute("aria-label")
        for secret, name in (("girafe-bleue7", "no capital"), ("GIRAFE-BLEUE7", "no small letter"), ("Girafe-bleuex", "no digit"),
                             ("Girafexbleue7", "no special character"), ("Gi-7", "too short"), ("Gi-7" * 17, "too long")):
            seen.note(name, someone.choose(secret, "Continuer"))
        seen["not twice the same"] = someone.fill("secret", PASSWORD).fill("again", PASSWORD + "x").press("Continuer").text
        seen["afterwards"] = someone.choose(PASSWORD, "Continuer").path
        seen["word of the change"] = site.wait_text(MAIL, 7)
        # The password that was received opens nothing any more, the new one does.
        someone.press("Se déconnecter").open("/").fill("identifier", MAIL).press("Se connecter")
        someone.fill("code", code_in(site.wait_text(MAIL, 8))).press("Vérifier le code")
        seen["received password afterwards"] = someone.enter(received).text
        seen["new password at the next sign-in"] = someone.enter(PASSWORD).path
        # A chosen password that is forgotten: the same way, and an hour's wait, since a stranger may read the mailbox.
        someone.press("Se déconnecter").press(RENEW).fill("identifier", MAIL).press("Envoyer le code de vérification")
        someone.fill("code", code_in(site.wait_text(MAIL, 9))).press("Vérifier le code").press("Continuer")
        seen.note("renewed once more", someone)
        # With the received password at hand the first sign-in leads to the same choice.
        received = re.search(r"mot de passe est\s*:\s*(\S{9})\n", site.wait_text(OTHER, 1)).group(1)
        someone.open("/").fill("identifier", OTHER).press("Se connecter")
        someone.fill("code", code_in(site.wait_text(OTHER, 2))).press("Vérifier le code")
        seen.note("received password", someone.enter(received), "received")
    finally:
        faults = closed(driver)
    assert not faults, faults
    return seen


LINES = [
    Line("un mot de passe reçu par email", "mail with the password", "Votre mot de passe est :"),
    Line("lors de la première connexion il faut le réinitialiser", "mail with the password",
         "Ce mot de passe doit être renouvelé à votre première connexion", RENEW),
    Line("même avec le mot de passe reçu", "received password", "Choisissez un mot de passe"),
    Line("1 lien RENOUVELER LE MOT DE PASSE sur la page de connexion", "sign-in page", RENEW),
    Line("lien Annuler de la page de l'adresse", "going back", "/", better="nothing has begun there: the link says where it leads"),
    Line("un mot de passe déjà choisi attend une heure: dit avant le code", "address page",
         "Si vous en avez déjà choisi un, vous ne pourrez le remplacer qu'une heure après votre demande"),
    Line("dit aussi l'aide", "help", "Si vous en avez déjà choisi un, vous ne pourrez le remplacer qu'une heure après votre demande"),
    Line("2 renseignez votre adresse email", "address page", "Renseignez votre adresse électronique", "Votre adresse électronique"),
    Line("3 bouton ENVOYEZ LE CODE DE VERIFICATION", "address page", "Envoyer le code de vérification"),
    Line("3 un code sur l'email renseigné", "mail with the code", "code de vérification"),
    Line("le code de vérification a été envoyé à votre boîte de réception", "code page",
         "un code de vérification vient d'être envoyé à votre boîte de réception",
         better="with an if: a stranger does not learn who is on the roll"),
    Line("copiez-le dans la zone de texte ci-dessous", "code page", "Copiez-le dans la zone de texte ci-dessous"),
    Line("1 renseignez votre email s'il n'est pas déjà renseigné", "code page", MAIL,
         better="it always stands there already, as it was typed"),
    Line("une adresse mal saisie est montrée telle quelle", "code page of a mistyped address", UNKNOWN),
    Line("2 renseignez le code de vérification", "code page", "Code de vérification", "6 chiffres"),
    Line("3 bouton VERIFIER LE CODE", "code page", "Vérifier le code"),
    Line("bouton Envoyer un nouveau code", "code page", "Envoyer un nouveau code"),
    Line("lien Annuler", "code page", "[button] Annuler"),
    Line("lien Annuler, pressé", "cancelled at the code", "/"),
    Line("bouton Envoyer un nouveau code, pressé", "asked for another code", "Code de vérification", "Vérifier le code"),
    Line("bouton Modifier l'adresse e-mail de la confirmation, pressé", "changing at the confirmation", "/renew"),
    Line("lien Annuler de la confirmation", "cancelled at the confirmation", "/"),
    Line("bouton Continuer avant le code", "wrong code", "Ce code n'est pas le bon",
         better="before the code is right there is nothing to go on to: the button comes with the confirmation"),
    Line("nous avons vérifié l'adresse e-mail", "confirmation", "Nous avons vérifié votre adresse électronique"),
    Line("vous pouvez continuer maintenant", "confirmation", "Vous pouvez continuer maintenant"),
    Line("4 l'email déjà renseigné", "confirmation", MAIL),
    Line("bouton Modifier l'adresse e-mail", "confirmation", "Modifier l'adresse électronique"),
    Line("Modifier l'adresse mène à la page de l'adresse", "after changing the address", "/renew"),
    Line("5 bouton CONTINUER", "confirmation", "Continuer"),
    Line("1 renseignez votre nouveau mot de passe", "new password", "Nouveau mot de passe"),
    Line("jamais l'ancien", "new password", "il remplace celui que vous avez reçu"),
    Line("2 renseignez à nouveau votre nouveau mot de passe", "new password", "Le même mot de passe, une seconde fois"),
    Line("2 deux saisies différentes", "not twice the same", "pas identiques"),
    Line("3 bouton CONTINUER pour terminer", "new password", "Continuer"),
    Line("3 la réinitialisation est terminée", "afterwards", "/space"),
    Line("règles du mot de passe", "title of the rules", "Ce qu'il faut"),
    Line("règle entre 12 et 64 caractères", "new password", "Entre 12 et 64 caractères"),
    Line("règle moins de 12 caractères", "too short", "trop court"),
    Line("règle plus de 64 caractères", "too long", "trop long"),
    Line("règle toutes les caractéristiques suivantes, en liste", "new password",
         "Entre 12 et 64 caractères Une lettre minuscule Une lettre majuscule Un chiffre Un caractère spécial (& - _ %"),
    Line("règle une lettre minuscule", "rules", "| Une lettre minuscule |"),
    Line("règle une lettre majuscule", "rules", "| Une lettre majuscule |"),
    Line("règle un chiffre", "rules", "| Un chiffre |"),
    Line("règle un caractère spécial", "rules", "| Un caractère spécial (& - _ %"),
    Line("règle sans minuscule", "no small letter", "[error]", "Ajoutez une lettre minuscule"),
    Line("règle sans majuscule", "no capital", "[error]", "Ajoutez une lettre majuscule"),
    Line("règle sans chiffre", "no digit", "[error]", "Ajoutez un chiffre"),
    Line("règle sans caractère spécial", "no special character", "[error]", "Ajoutez un caractère spécial"),
    Line("le mot de passe reçu ne sert plus", "received password afterwards", "Ce n'est pas le bon mot de passe"),
    Line("le nouveau mot de passe sert", "new password at the next sign-in", "/space"),
    Line("un mot vers chaque contact", "word of the change", "vient d'être changé"),
    Line("un mot de passe choisi et oublié se renouvelle de même", "renewed once more", "une heure après la demande", RENEW,
         better="who can read the mailbox alone must not take over an account unseen: its owner has an hour to object"),
]


@cases(LINES)
def test_line(seen, line):
    assert not line.missing(seen), seen[line.place]


def test_known_and_unknown_addresses_look_alike_on_the_way(site, seen):
    def walk(address):
        """Pages, statuses and times of a renewal up to three wrong codes."""
        client, pages, times = Client(site), [], []
        client.get("/renew")
        for path, fields in [("/", {"identifier": address, "renew": "1"} | client.work(address)), *[("/code", {"code": "000000", "action": "check"})] * 3]:
            answer = client.post(path, **fields)
            times.append(answer.elapsed.total_seconds())
            page = answer.text or client.get(answer.headers["Location"]).text
            # What differs from one minute to the next says nothing of whose address it is.
            page = re.sub(r"data-seconds=\"\d+\"|<strong>\d+[^<]*</strong>|\b\d+ s\b", "", page)
            page = re.sub(r"[0-9a-f]{24,}|class=\"mark\"[^<]*<|name=\"mark\" value=\"[0-9a-f]{8}\"|" + re.escape(address), "", page)
            pages.append((answer.status_code, answer.headers.get("Location"), sorted(answer.headers), page))
        # Signed in or not: the page behind the code opens for neither.
        pages.append(client.get("/verified", allow_redirects=False).headers["Location"])
        pages.append(client.get("/passphrase", allow_redirects=False).headers["Location"])
        return pages, sum(times)

    known, unknown = walk("contact.et3@etablissements.example.org"), walk("contact.et777@etablissements.example.org")
    assert known[0] == unknown[0]
    assert abs(known[1] - unknown[1]) < 0.5


def test_a_renewal_sends_nothing_and_takes_nothing_away_before_its_code(site, seen):
    address = "contact.et4@etablissements.example.org"
    client = Client(site)
    client.get("/renew")
    client.post("/", identifier=address, renew="1", **client.work(address))
    site.wait_text(address, 2)
    for path, fields in (("/reset", {}), ("/passphrase", {"action": "choose", "secret": PASSWORD, "again": PASSWORD})):
        client.get("/code")
        assert client.post(path, **fields).headers.get("Location", "").startswith(("/code", "/?say=gone"))
    time.sleep(0.5)
    assert len(site.texts(address)) == 2
    # The received password still leads in.
    received = re.search(r"mot de passe est\s*:\s*(\S{9})\n", site.wait_text(address, 1)).group(1)
    other = Client(site)
    other.identify(address)
    assert other.code(other.sent_code(address)).headers["Location"] == "/passphrase"
    other.get("/passphrase")
    assert other.post("/passphrase", action="enter", secret=received).headers["Location"] == "/passphrase"


def test_what_is_sent_again_carries_no_password(site, seen):
    address = "contact.et5@etablissements.example.org"
    Client(site).lost(address)
    again = site.wait_text(address, 2)
    assert address in again and "mot de passe est" not in again and RENEW in again.replace("\u00a0", " ")
