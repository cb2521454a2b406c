"""What is lost, forgotten or still to come, in the words of each of the elections that stand ready: of what that election sends, to
whom, and by what it knows them."""
import html
import re

import pytest
import requests
from conftest import Client, Site, plain, road
from test_one_tap import page_text

voter = road.voter

#: By sample and path: where the address leads, what is said there, and what would be another election's words.
DESKS = {
    "activation": {
        "/lost": ("/lost", ["Activation du compte", "votre identifiant, qui ne change jamais, et un nouveau mot de passe de 9 caractères", "Votre courriel"], ["phrase de passe", "SMS", "code"]),
        "/first": ("/first", ["Activation du compte", "Pour une première connexion"], ["phrase de passe", "SMS", "Identifiant oublié ou perdu"]),
        "/forgotten": ("/lost", ["Activation du compte"], ["phrase de passe"]),
    },
    "association": {
        "/lost": ("/lost", ["Identifiant oublié ou perdu", "adresse électronique à laquelle vous avez reçu votre identifiant"], ["mot de passe", "mobile", "SMS", "lettre"]),
        "/first": ("/first", ["Première connexion", "reçu par courriel"], ["mot de passe", "mobile", "SMS", "lettre"]),
        "/forgotten": ("/help#forgotten", ["J'ai oublié ma phrase de passe", "Phrase de passe oubliée"], ["mot de passe"]),
    },
    "cse-2026": {
        "/lost": ("/lost", ["Identifiant oublié ou perdu", "Adresse électronique ou numéro de mobile", "Vous avez reçu une lettre et vous l'avez perdue ?"], ["mot de passe"]),
        "/first": ("/first", ["Première connexion", "reçu par courriel, par SMS ou par courrier"], ["mot de passe"]),
        "/forgotten": ("/help#forgotten", ["J'ai oublié ma phrase de passe"], ["mot de passe"]),
    },
    "espace": {
        "/lost": ("/lost", ["Identifiant oublié ou perdu", "un message vous apportera votre identifiant, qui ne change jamais, et un nouveau mot de passe", "Adresse électronique", "nom@exemple.fr"],
                  ["Activation du compte", "phrase de passe", "SMS", "mobile", "ou identifiant"]),
        "/first": ("/first", ["Première connexion", "Vous avez déjà un identifiant, reçu par courriel ?"], ["Activation du compte", "phrase de passe", "SMS", "ou identifiant"]),
        "/forgotten": ("/forgotten", ["Mot de passe oublié", "Saisissez votre identifiant : un nouveau mot de passe de 9 caractères vous sera envoyé par courriel", "Votre identifiant", "duponta"],
                       ["Activation du compte", "phrase de passe", "Adresse électronique", "première connexion"]),
    },
    "renouvellement": {
        "/lost": ("/lost", ["Première connexion ou problème de connexion", "l'organisateur connaît"], ["phrase de passe", "reçu votre identifiant", "SMS", "mobile"]),
        "/first": ("/first", ["Première connexion", "Votre identifiant est votre adresse électronique"], ["phrase de passe", "Vous avez déjà un identifiant, reçu", "SMS"]),
        "/forgotten": ("/renew", ["Renouveler le mot de passe", "Renseignez votre adresse électronique"], ["phrase de passe", "Activation du compte"]),
    },
}


#: The same in English: what is said, and what would be another election's words.
ENGLISH = {
    "activation": {
        "/lost": (["Activation of the account", "your identifier, which never changes, and a new password of 9 characters", "Your e-mail address"], ["passphrase", "text message", "code"]),
        "/first": (["Activation of the account", "For a first sign-in"], ["passphrase", "Identifier forgotten or lost"]),
        "/forgotten": (["Activation of the account"], ["passphrase"]),
    },
    "association": {
        "/lost": (["Identifier forgotten or lost", "e-mail address at which you received your identifier"], ["password", "mobile", "a letter"]),
        "/first": (["First sign-in", "received by e-mail"], ["password", "mobile", "a letter"]),
        "/forgotten": (["I forgot my passphrase"], ["password"]),
    },
    "cse-2026": {
        "/lost": (["Identifier forgotten or lost", "E-mail address or mobile number", "You received a letter and lost it?"], ["password"]),
        "/first": (["First sign-in"], ["password"]),
        "/forgotten": (["I forgot my passphrase"], ["password"]),
    },
    "espace": {
        "/lost": (["Identifier forgotten or lost", "a message will bring you your identifier, which never changes, and a new password", "E-mail address"],
                  ["Activation of the account", "passphrase", "mobile", "new identifier"]),
        "/first": (["First sign-in", "You already have an identifier, received by e-mail?"], ["Activation of the account", "passphrase"]),
        "/forgotten": (["Password forgotten", "Type your identifier: a new password of 9 characters will be sent to you by e-mail"],
                       ["Activation of the account", "passphrase", "E-mail address", "new identifier"]),
    },
    "renouvellement": {
        "/lost": (["First sign-in, or trouble signing in", "that the organiser knows"], ["passphrase", "received your identifier", "mobile"]),
        "/first": (["First sign-in", "Your identifier is your e-mail address"], ["passphrase", "You already have an identifier, received"]),
        "/forgotten": (["Renew the password", "Type your e-mail address"], ["passphrase", "Activation of the account"]),
    },
}


def main_of(answer):
    """A page without its head and foot."""
    return re.split("Besoin d'aide|Do you need help|Need help", page_text(answer))[0]


def error_of(answer):
    """What is said to be wrong, and nothing else of the page."""
    return page_text_of(re.search(r'id="error".*?</div>', answer.text, re.S).group())


def page_text_of(part):
    return plain(re.sub(r"<[^>]+>", " ", html.unescape(part)))


def asked(site, path, contact, language="fr"):
    """A desk's form with what is typed there, and the page before it."""
    session = requests.Session()
    page = session.get(f"{site.address}{path}?lang={language}", timeout=20).text
    form = re.search(r'name="form" value="([0-9a-f]+)"', page).group(1)
    return page, session.post(f"{site.address}{path}?lang={language}", data={"form": form, "contact": contact}, headers={"Origin": site.address}, timeout=20)


#: What the field of a desk is, by its path: what browsers offer there, and what an empty and a wrong one is told.
WRONG = {
    "activation": ("Ce n'est pas une adresse électronique complète.", "This is not a complete e-mail address."),
    "association": ("Ce n'est pas une adresse électronique complète.", "This is not a complete e-mail address."),
    "cse-2026": ("Ce n'est ni une adresse électronique complète ni un numéro de téléphone. Vérifiez", "neither a complete e-mail address nor a telephone number. Please"),
    "espace": ("Ce n'est pas une adresse électronique complète.", "This is not a complete e-mail address."),
    "renouvellement": ("Ce n'est pas une adresse électronique complète.", "This is not a complete e-mail address."),
}


@pytest.mark.parametrize("name", sorted(DESKS))
def test_each_desk_speaks_of_its_own_election(tmp_path, name):
    site = Site(tmp_path).sample(name).serve()
    try:
        for path, (leads, *french) in DESKS[name].items():
            for language, (said, others) in (("fr", french), ("en", ENGLISH[name][path])):
                query = f"?lang={language}"
                answer = requests.get(site.address + path + query, timeout=20, allow_redirects=False)
                assert (answer.headers.get("Location") or path).replace(query, "") == leads, path
                text = main_of(requests.get(site.address + path + query, timeout=20))
                if leads.endswith("#forgotten"):
                    text = text[text.index(said[0]):][:600]
                assert all(words in text for words in said), (path, [words for words in said if words not in text], text)
                assert not [words for words in others if words in text], (path, [words for words in others if words in text], text)
                # Every desk that stands here says in the words of its own field what is missing and what is wrong.
                if leads != path:
                    continue
                isForgotten, isFrench = path == "/forgotten", language == "fr"
                page, empty = asked(site, path, " ", language)
                assert empty.status_code == 422
                words = ("Saisissez votre identifiant.", "Type your identifier.") if isForgotten else ("adresse électronique", "e-mail address")
                assert words[0 if isFrench else 1] in error_of(empty), error_of(empty)
                wrong = asked(site, path, "?!", language)[1]
                words = ("Un identifiant ne contient que des lettres et des chiffres.", "An identifier has letters and digits only.") if isForgotten else WRONG[name]
                assert wrong.status_code == 422 and words[0 if isFrench else 1] in error_of(wrong), error_of(wrong)
                [field] = re.findall(r'<input id="contact"[^>]*>', page)
                assert ('autocomplete="username"' in field) == isForgotten and ('autocomplete="email"' in field) != isForgotten, field
                assert ('type="email"' in field) == (name == "association"), field
    finally:
        site.stop()


#: Passwords that are sent, each with a new identifier.
REPLACED = [("channel: other", "channel: none"), ("kind: passphrase", "kind: generated"), ("minimum: 20", "minimum: 9"),
            ("channels: [email, sms, letter]", "channels: [email, sms]")]


def test_where_the_identifier_is_replaced_nothing_else_is_promised(site):
    site.prepare([voter(1)], *REPLACED).serve()
    for path, french, english in (
            ("/lost", "un message vous apportera un nouvel identifiant et un nouveau mot de passe", "a message will bring you a new identifier and a new password"),
            ("/forgotten", "un nouvel identifiant et un nouveau mot de passe de 9 caractères vous seront envoyés par", "a new identifier and a new password of 9 characters will be sent to you by")):
        for language, words in (("fr", french), ("en", english)):
            text = main_of(requests.get(f"{site.address}{path}?lang={language}", timeout=20))
            assert words in text and "ne change jamais" not in text, text
    Client(site).lost("v1@example.org")
    text = plain(site.wait_text("v1@example.org", 2))
    assert "à recevoir un nouvel identifiant et un nouveau mot de passe. L'ancien" in text and "À chaque demande, un nouveau mot de passe" in text, text


@pytest.mark.parametrize("name, mail, note", [
    ("activation", "bsauveterre@adherents.example.org", "À chaque nouvelle activation, un nouveau mot de passe"),
    ("espace", None, "À chaque demande, un nouveau mot de passe"),
])
def test_the_message_that_was_asked_for_says_what_it_brings(tmp_path, name, mail, note):
    site = Site(tmp_path).sample(name).serve()
    try:
        if mail is None:
            with open(f"{road.ROOT}/Ballots/{name}/roll.csv", encoding="utf-8") as file:
                mail = re.search(r"[\w.+-]+@[\w.-]+", file.read()).group()
        assert note in plain(site.wait_text(mail, 1))
        Client(site).lost(mail)
        text = plain(site.wait_text(mail, 2))
        assert "Vous avez demandé sur le site de vote à recevoir votre identifiant et un nouveau mot de passe. Ce message" in text and note in text, text
    finally:
        site.stop()
