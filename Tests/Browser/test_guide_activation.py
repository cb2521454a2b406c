"""The guide of an account that is activated: one page, one link, a mail with an identifier for good and a password of nine characters."""
import re

import pytest
from conftest import Client, Site, Visitor, chromium, closed
from guides import Line, Seen, cases

MAIL, UNKNOWN = "bsauveterre@adherents.example.org", "personne@adherents.example.org"
#: Two identifiers that nobody holds, with their check digits.
NOBODY, NOBODY_ELSE = "1000000005", "7000000073"
LINK = "Identifiant, mot de passe oublié ou première connexion ?"


def credentials(site, count, mail=MAIL):
    """What the mail of this number brought: identifier, password, all of it."""
    text = site.wait_text(mail, count)
    return (re.search(r"identifiant est\s*:\s*(\d{10})\b", text).group(1), re.search(r"mot de passe est\s*:\s*(\S{9})\n", text).group(1), text)


def signed_in(someone, identifier, password):
    someone.open("/").fill("identifier", identifier).fill("secret", password).press("Se connecter")
    return someone


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("activation")).sample("activation").serve()
    yield site
    site.stop()


@pytest.fixture(scope="module")
def seen(site):
    """The walk through the guide, once for all its lines."""
    driver = chromium()
    someone, seen = Visitor(driver, site, "guide-activation"), Seen()
    try:
        seen.note("identification", someone.open("/"))
        seen.note("activation", someone.press(LINK))
        someone.fill("contact", MAIL).press("Annuler")
        seen["after cancelling"] = someone.path
        someone.press(LINK).fill("contact", UNKNOWN).press("Envoyer")
        seen.note("answer to an unknown address", someone).press("Corriger et recommencer")
        someone.fill("contact", MAIL).press("Envoyer")
        seen.note("answer", someone)
        first, second = credentials(site, 1), credentials(site, 2)
        seen["mail"] = second[2]
        seen["identifiers"] = "the same" if first[0] == second[0] else "another"
        seen["passwords"] = "the same" if first[1] == second[1] else "another"
        seen["lengths"] = f"{len(first[1])} {len(second[1])}"
        seen["old password before the new one was used"] = signed_in(someone, first[0], first[1]).path
        someone.press("Se déconnecter")
        seen["new password, pasted with blanks"] = signed_in(someone, f"  {second[0]} ", f" {second[1]}  ").path
        someone.press("Se déconnecter")
        seen.note("old password afterwards", signed_in(someone, first[0], first[1]), "refused")
        seen["new password in capitals"] = signed_in(someone, second[0], second[1].swapcase()).text
        seen.note("somebody unknown", signed_in(someone, NOBODY, second[1]))
    finally:
        faults = closed(driver)
    assert not faults, faults
    return seen


LINES = [
    Line("première connexion ou problème de connexion: dans les deux cas la même marche à suivre", "identification", LINK),
    Line("1 pavé Identification", "identification", "Identification"),
    Line("1 Login", "identification", "[label] Votre identifiant"),
    Line("1 Mot-de-passe, sur la même page", "identification", "[label] Mot de passe"),
    Line("1 bouton ENVOYER", "identification", "Se connecter",
         better="the button says what it does; Envoyer stands where something is sent"),
    Line("1 lien identifiant, mot de passe oublié ou première connexion", "identification", LINK),
    Line("2 pavé Activation du compte", "activation", "Activation du compte"),
    Line("2 pour une première connexion ou en cas d'oubli des identifiants", "activation",
         "Pour une première connexion ou en cas d'oubli des identifiants"),
    Line("2 Votre courriel", "activation", "Votre courriel"),
    Line("2 bouton ENVOYER", "activation", "Envoyer"),
    Line("2 bouton ANNULER", "after cancelling", "/"),
    Line("2 le courriel transmis et enregistré dans le dossier", "activation", "Celui que l'organisateur a enregistré pour vous"),
    Line("3 un courriel a été envoyé avec des instructions", "answer", "vous allez recevoir un message avec des instructions"),
    Line("3 la réception peut atteindre 5 min", "answer", "5 minutes à arriver"),
    Line("3 vérifier les SPAMs", "answer", "(spams)"),
    Line("3 consulter le mail que vous venez de recevoir", "mail", "Votre identifiant est :", "Votre mot de passe est :"),
    Line("3 message d'erreur pour un courriel inconnu", "answer to an unknown address", "Si ce que vous avez saisi est connu", UNKNOWN,
         better="the same answer for everybody repeats what was typed: an error would tell strangers who is on the roll"),
    Line("3 identifiant et/ou mot de passe non reconnu", "somebody unknown", "Identifiant ou mot de passe non reconnu"),
    Line("3 recommencer en saisissant correctement le courriel", "answer to an unknown address", "Corriger et recommencer"),
    Line("3 si le problème persiste, contacter le Service IT", "answer to an unknown address", "ou appelez l'assistance",
         "Service informatique de la mutuelle", "04 65 71 31 25"),
    Line("4 le mail greets by name", "mail", "Bonjour Monsieur Benoît Sauveterre",
         better="civility and name as in the guide, the greeting before them as French letters have it"),
    Line("4 pour vous connecter, veuillez noter les informations ci-dessous", "mail", "Pour vous connecter",
         "veuillez noter les informations ci-dessous"),
    Line("4 l'adresse de l'application", "mail", "http://localhost"),
    Line("4 votre identifiant est, dix chiffres", "mail", "Votre identifiant est :"),
    Line("4 votre mot-de-passe est", "mail", "Votre mot de passe est :"),
    Line("4 identifiant unique qui ne changera jamais", "mail", "identifiant est unique et ne changera jamais"),
    Line("4 identifiant: le même dans chaque mail", "identifiers", "the same"),
    Line("note 1 respectez les majuscules et minuscules", "mail", "respectez les majuscules et les minuscules"),
    Line("note 1 elles comptent", "new password in capitals", "non reconnu"),
    Line("note 2 0 = zéro, O = lettre O majuscule", "mail", "« 0 » est le chiffre zéro, « O » la lettre O majuscule"),
    Line("note 3 copier/coller sans espaces", "mail", "copier/coller, des espaces copiés avant ou après ne gênent pas",
         better="blanks before and after are taken away instead of being forbidden"),
    Line("note 3 des espaces ne gênent pas", "new password, pasted with blanks", "/space"),
    Line("note 4 difficultés pour se connecter: mot-de-passe oublié", "mail", "Si vous rencontrez des difficultés pour vous connecter", LINK,
         "pour recevoir un nouveau mot de passe"),
    Line("note 5 plusieurs mails: uniquement le dernier", "mail", "plusieurs messages, seul le dernier compte"),
    Line("note 6 message automatique, ne pas répondre", "mail", "Message automatique : ne pas répondre à ce courriel"),
    Line("important un mot de passe généré à chaque activation", "passwords", "another"),
    Line("important chaque activation en envoie un nouveau, dit le mail", "mail", "À chaque nouvelle activation, un nouveau mot de passe"),
    Line("important le précédent est remplacé par le nouveau", "old password afterwards", "non reconnu"),
    Line("important le précédent vit jusqu'à l'emploi du nouveau", "old password before the new one was used", "/space",
         better="asking takes nothing away: otherwise whoever knows an address keeps its owner out"),
    Line("important respecter les consignes du courriel, majuscules, dernier mail, 0 et O", "mail", "respectez les majuscules et les minuscules",
         "seul le dernier compte", "« 0 » est le chiffre zéro"),
    Line("important toujours 9 caractères", "lengths", "9 9"),
    Line("important 9 caractères, dit la page", "activation", "nouveau mot de passe de 9 caractères"),
]


@cases(LINES)
def test_line(seen, line):
    assert not line.missing(seen), seen[line.place]


def tried(site, identifier, secret, source):
    """An attempt on the one page, with the page's silent work; what came of it, and how long it took."""
    client = Client(site, source)
    client.get("/")
    form = client.work(identifier)
    return client, client.post("/", identifier=identifier, secret=secret, **form)


def test_known_and_unknown_identifiers_look_alike_on_one_page(site, seen):
    known = credentials(site, 1, "fbellegarde@adherents.example.org")[0]
    pages, times = {}, {}
    # In turns, and the quickest of each: whatever else runs on the machine meanwhile falls on both.
    for _ in range(4):
        for name, identifier in (("known", known), ("unknown", NOBODY_ELSE)):
            client, answer = tried(site, identifier, "fG69a*6jH", None)
            assert answer.status_code == 422 and "Set-Cookie" not in answer.headers
            times.setdefault(name, []).append(answer.elapsed.total_seconds())
            pages.setdefault(name, set()).add(re.sub(r"[0-9a-f]{24,}|value=\"\d{10}\"|mark\" id=\"support-code\">\w{5}", "", answer.text))
    assert pages["known"] == pages["unknown"] and len(pages["known"]) == 1
    # A hash is computed for both; without it the unknown one would be back in a few milliseconds.
    quickest = {name: min(found) for name, found in times.items()}
    assert quickest["unknown"] > quickest["known"] / 2 and quickest["known"] > quickest["unknown"] / 2, times


def test_attempts_cost_work_and_their_owner_is_not_kept_out(site, seen):
    identifier, password, _ = credentials(site, 2)
    for _ in range(6):
        client, answer = tried(site, identifier, "fG69a*6jH", None)
    assert answer.status_code == 422 and "vérification de sécurité plus longue" in answer.text.replace("\u00a0", " ")
    # The harder work of that page lets its owner in at once.
    answer = client.post("/", identifier=identifier, secret=password, **client.work(identifier))
    assert answer.headers.get("Location") == "/space", answer.text
