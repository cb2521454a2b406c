"""What is lost, forgotten or still to come, in the words of each of the elections that stand ready: of what that election sends, to
whom, and by what it knows them."""
import re

import pytest
import requests
from conftest import Site
from test_one_tap import page_text

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


def main_of(answer):
    """A page without its head and foot."""
    return page_text(answer).split("Besoin d'aide")[0]


@pytest.mark.parametrize("name", sorted(DESKS))
def test_each_desk_speaks_of_its_own_election(tmp_path, name):
    site = Site(tmp_path).sample(name).serve()
    try:
        for path, (leads, said, others) in DESKS[name].items():
            answer = requests.get(site.address + path, timeout=20, allow_redirects=False)
            assert (answer.headers.get("Location") or path) == leads, path
            text = main_of(requests.get(site.address + path, timeout=20))
            if leads.endswith("#forgotten"):
                text = text[text.index(said[0]):][:600]
            assert all(words in text for words in said), (path, [words for words in said if words not in text], text)
            assert not [words for words in others if words in text], (path, [words for words in others if words in text], text)
            # Every desk that stands here is left empty with the words of its own field.
            if leads == path:
                session = requests.Session()
                form = re.search(r'name="form" value="([0-9a-f]+)"', session.get(site.address + path, timeout=20).text).group(1)
                empty = session.post(site.address + path, data={"form": form, "contact": " "}, headers={"Origin": site.address}, timeout=20)
                assert empty.status_code == 422
                asked = "Saisissez votre identifiant." if path == "/forgotten" else "adresse électronique"
                assert asked in main_of(empty), (path, main_of(empty))
    finally:
        site.stop()
