"""The ways of the access policy beside those of the ready-made elections, whose guides test_guide_*.py goes through line by line."""
import re
import time

from conftest import code_in, road

voter = road.voter
MAIL = "v1@example.org"
NO_LETTERS = ("channels: [email, sms, letter]", "channels: [email, sms]")
PASSWORD = "Girafe-bleue7"


def test_identifier_and_sent_password_one_after_the_other(site, visitor):
    """A ten-digit identifier that never changes and a nine-character password, renewed by each activation, on two pages."""
    site.prepare([voter(1)], NO_LETTERS, ("scheme: random", "scheme: digits"), ("renewal: replace", "renewal: keep"),
                 ("channel: other", "channel: none"), ("kind: passphrase", "kind: generated"), ("minimum: 20", "minimum: 9")).serve()

    def credentials(count):
        text = site.wait_text(MAIL, count)
        return re.search(r"identifiant est\s*:\s*(\d{10})\b", text).group(1), re.search(r"mot de passe est\s*:\s*(\S{9})\n", text).group(1), text

    someone = visitor().open("/").shot("home")
    assert "Première connexion" in someone.text and "Mot de passe oublié" in someone.text
    someone.press("Première connexion").fill("contact", MAIL)
    assert someone.press("Annuler").path == "/"
    someone.press("Première connexion").fill("contact", MAIL).press("Envoyer")
    assert "5 minutes" in someone.text and "spams" in someone.text
    identifier, password, text = credentials(2)
    for note in ("respectez les majuscules et les minuscules", "« 0 » est le chiffre zéro", "copier/coller", "ne changera jamais",
                 "seul le dernier compte", "Mot de passe oublié", "ne pas répondre", "à chaque demande"):
        assert note.lower() in text.lower().replace("\u00a0", " ").replace("\u2019", "'"), note
    assert credentials(1)[0] == identifier and credentials(1)[1] != password

    def sign_in(secret):
        someone.open("/").fill("identifier", f" {identifier} ").press("Se connecter")
        assert someone.path == "/passphrase"
        return someone.fill("secret", secret).press("Se connecter")

    # Asking took nothing away: the first password works until the new one has been used.
    assert sign_in(credentials(1)[1]).path == "/space"
    someone.press("Se déconnecter")
    assert sign_in(f" {password} ").path == "/space"
    someone.press("Se déconnecter")
    assert "non reconnu" in sign_in(credentials(1)[1]).shot("unknown").text
    someone.press("Mot de passe oublié").fill("contact", identifier).press("Envoyer")
    assert sign_in(credentials(3)[1]).path == "/space"
    # An identifier that nobody holds gets the same words.
    someone.press("Se déconnecter").fill("identifier", "1000000009" if identifier != "1000000009" else "1000000018")
    someone.press("Se connecter")


def test_a_password_that_nobody_sent_is_renewed_too(site, visitor):
    """The address is the identifier; at the first sign-in a verification code, then a password of four kinds of characters."""
    site.prepare([voter(1)], NO_LETTERS, ("scheme: random", "scheme: email"), ("renewal: replace", "renewal: keep"),
                 ("channel: other", "channel: same"), ("kind: passphrase", "kind: password"), ("minimum: 20", "minimum: 12"),
                 ("mustChange: false", "mustChange: true")).serve()
    someone = visitor().open("/").press("Renouveler le mot de passe")
    assert "code de vérification" in someone.shot("renew").text
    assert someone.title == "Renouveler le mot de passe"
    someone.fill("identifier", "v1@example.or").press("Envoyer le code de vérification")
    assert someone.press("Modifier l'adresse électronique").path == "/renew"
    someone.fill("identifier", MAIL.upper()).press("Envoyer le code de vérification")
    message = site.wait_text(MAIL, 2)
    assert re.search(r"(?<!\d)\d{6}(?!\d)", message) and "ne pas y répondre" in message
    assert "Envoyer un nouveau code" in someone.text and "Annuler" in someone.text and "copier et le coller" in someone.text
    assert "n'est pas le bon" in someone.fill("code", "000000").press("Vérifier le code").text
    someone.fill("code", code_in(message)).press("Vérifier le code")
    assert "Vous pouvez continuer maintenant." in someone.text
    someone.press("Continuer")
    assert "Entre 12 et 64 caractères" in someone.text and "caractère spécial" in someone.text
    for secret, words in [("girafe-bleue7", "majuscule"), ("GIRAFE-BLEUE7", "minuscule"), ("Girafe-bleuex", "chiffre"),
                          ("Girafexbleue7", "caractère spécial"), ("Gi-7", "trop court"), ("Gi-7" * 17, "trop long")]:
        assert words in someone.choose(secret, "Continuer").text
    assert "pas identiques" in someone.fill("secret", PASSWORD).fill("again", PASSWORD + "x").press("Continuer").text
    assert someone.shot("choose").choose(PASSWORD, "Continuer").path == "/space"
    someone.press("Se déconnecter").open("/").fill("identifier", MAIL).press("Se connecter")
    someone.fill("code", code_in(site.wait_text(MAIL, 3))).press("Vérifier le code")
    assert someone.enter(PASSWORD).path == "/space"


def test_a_password_that_is_sent_anew_takes_the_place_of_a_chosen_one(site, visitor):
    """The identifier is the name; a forgotten password comes by mail; it is changed in the personal space."""
    site.prepare([voter(1, last_name="Dupont", first_name="Albert"), voter(2, last_name="Dupont", first_name="Anne")], NO_LETTERS,
                 ("scheme: random", "scheme: name"), ("renewal: replace", "renewal: keep"), ("channel: other", "channel: none"),
                 ("kind: passphrase", "kind: generated"), ("minimum: 20", "minimum: 9")).serve()
    assert "duponta\n" in site.wait_text(MAIL, 1) and "duponta2\n" in site.wait_text("v2@example.org", 1)
    someone = visitor().open("/help")
    assert "duponta pour Albert Dupont" in someone.driver.page_source and "03 53 01 98 76" in someone.driver.page_source
    someone.open("/").press("Mot de passe oublié").fill("contact", "Dupont A").press("Envoyer")
    password = re.search(r"mot de passe est\s*:\s*(\S{9})\n", site.wait_text(MAIL, 2)).group(1)
    someone.press("Retour à la connexion").fill("identifier", "DupontA").press("Se connecter")
    someone.fill("secret", password).press("Se connecter")
    assert someone.title == "Votre espace personnel"
    someone.press("Changer mon mot de passe")
    someone.fill("present", password).fill("secret", PASSWORD).fill("again", PASSWORD).press("Enregistrer")
    assert "Votre mot de passe est changé" in someone.text
    someone.press("Se déconnecter").fill("identifier", "duponta").press("Se connecter")
    assert "non reconnu" in someone.enter(password).text
    assert someone.enter(PASSWORD).path == "/space"
    # Forgotten once more: the password that was sent takes the place of the chosen one.
    someone.press("Se déconnecter").press("Mot de passe oublié").fill("contact", "duponta").press("Envoyer")
    sent = re.search(r"mot de passe est\s*:\s*(\S{9})\n", site.wait_text(MAIL, 4)).group(1)
    someone.press("Retour à la connexion").fill("identifier", "duponta").press("Se connecter")
    assert someone.enter(sent).path == "/space"
    someone.press("Se déconnecter").fill("identifier", "duponta").press("Se connecter")
    assert "non reconnu" in someone.enter(PASSWORD).text
    # The manager sends one more to whoever chose a password since: it opens, and ends the chosen one.
    someone.fill("identifier", "duponta").press("Se connecter") if someone.path == "/" else None
    someone.enter(sent).press("Changer mon mot de passe")
    someone.fill("present", sent).fill("secret", PASSWORD).fill("again", PASSWORD).press("Enregistrer").press("Se déconnecter")
    time.sleep(1.1)  # The reissue comes later than the choice, by the store's clock of whole seconds.
    count = len(site.texts(MAIL))
    site.run("identifiers", "reissue", "V1", "--by", "email", "--reason", "forgotten, and the mailbox was full")
    sent = re.search(r"mot de passe est\s*:\s*(\S{9})\n", site.wait_text(MAIL, count + 1)).group(1)
    someone.open("/").fill("identifier", "duponta").press("Se connecter")
    assert someone.enter(sent).path == "/space"
    someone.press("Se déconnecter").fill("identifier", "duponta").press("Se connecter")
    assert "non reconnu" in someone.enter(PASSWORD).text


def test_a_sent_password_that_must_be_changed(site, visitor):
    site.prepare([voter(1)], NO_LETTERS, ("kind: passphrase", "kind: generated"), ("minimum: 20", "minimum: 9"),
                 ("mustChange: false", "mustChange: true")).serve()
    text = site.wait_text(MAIL, 1)
    someone = visitor().identify(site.identifier(MAIL))
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Se connecter")
    someone.enter(re.search(r"mot de passe est\s*:\s*(\S{9})\n", text).group(1))
    assert someone.title == "Choisissez un mot de passe"
    assert someone.choose(PASSWORD, "Continuer").path == "/space"
    someone.press("Se déconnecter").identify(site.identifier(MAIL))
    someone.fill("code", code_in(site.wait_text(MAIL, 3))).press("Se connecter")
    assert someone.enter(PASSWORD).path == "/space"
