"""Who lost what: every cell of the table, the manager's through the command line."""
import re
import time

import pytest
from conftest import PASSPHRASE, captcha_answer, code_in, marked, road
from selenium.webdriver.common.by import By

voter = road.voter
MAIL, PHONE = "v1@example.org", "+33639980001"
REACHED = {
    "mail": voter(1),
    "sms": voter(1, email="", phone="06 39 98 00 01"),
    "letter and mail": voter(1, **road.LETTER) | {"email": MAIL, "channel": "letter"},
    "letter": voter(1, **road.LETTER),
}
NEW = "quatre zèbres rouges au port"


def contact(by):
    return PHONE if by == "sms" else MAIL


def start(site, visitor, by, first=True):
    """A voter reached this way who has signed in once; returns browser, identifier and how many messages came."""
    site.prepare([REACHED[by]], letters="letter" in by).serve()
    someone = visitor()
    if "letter" in by:
        identifier, code = site.letter()
        count = 0
    else:
        identifier, code, count = site.identifier(contact(by)), None, 1
    if first:
        someone.identify(identifier)
        someone.fill("code", code or code_in(site.wait_text(contact(by), count + 1))).press("Se connecter")
        assert someone.choose(PASSPHRASE).path == "/space"
        someone.press("Se déconnecter")
    return someone, identifier, count + (0 if code else 1)


def ask(someone, value):
    someone.open("/").press("Identifiant oublié ou perdu").fill("contact", value).press("Demander")
    assert "Votre demande est enregistrée" in someone.title and value in someone.text
    return someone


@pytest.mark.parametrize("by", ["mail", "sms", "letter and mail"])
def test_a_lost_identifier_comes_back_by_the_roll_s_contact(site, visitor, by):
    someone, old, count = start(site, visitor, by)
    ask(someone, "06.39.98.00.01" if by == "sms" else "V1@Example.org").shot("asked")
    new = site.identifier(contact(by), count + 1)
    assert new != old
    # The old one still works: nothing was taken away.
    other = visitor().sign_in(old, contact(by), count + 1, first=False)
    assert other.path == "/space"
    someone.press("Retour à la connexion")
    assert someone.sign_in(new, contact(by), count + 2, first=False).path == "/space"
    # Now it has ended, and its session with it.
    assert other.open("/space").path == "/"
    assert site.sql("SELECT state, count(*) FROM issuance_identifier GROUP BY state") == [("active", 1), ("revoked", 1)]


@pytest.mark.parametrize("by", ["mail", "sms", "letter and mail"])
def test_a_lost_code_is_sent_again(site, visitor, by):
    someone, identifier, count = start(site, visitor, by)
    someone.identify(identifier)
    first = code_in(site.wait_text(contact(by), count + 1))
    site.sql("UPDATE access_request SET created_at = created_at - 31")
    someone.press("Envoyer un nouveau code")
    second = code_in(site.wait_text(contact(by), count + 2))
    someone.fill("code", second).press("Se connecter")
    assert first != second and someone.enter(PASSPHRASE).path == "/space"


def test_a_lost_letter_is_the_manager_s(site, visitor):
    someone, old, _ = start(site, visitor, "letter")
    assert "Appelez le responsable des élections" in someone.open("/lost").text
    assert site.run("identifiers", "reissue", "V1", "--by", "email", "--to", "paul@example.org", "--reason", "lost, called")
    new = site.identifier("paul@example.org")
    assert someone.sign_in(new, "paul@example.org", 1, first=False).path == "/space"
    someone.press("Se déconnecter").identify(old)
    road.wait_until(lambda: site.sql("SELECT count(*) FROM access_request WHERE state = 'asked'") == [(0,)])
    assert len(site.texts("paul@example.org")) == 2  # the old identifier brings nothing


@pytest.mark.parametrize("by", ["mail", "sms"])
def test_a_forgotten_passphrase_waits_an_hour_where_there_is_one_channel(site, visitor, by):
    someone, identifier, count = start(site, visitor, by)
    someone.identify(identifier).fill("code", code_in(site.wait_text(contact(by), count + 1))).press("Se connecter")
    someone.press("Phrase de passe oubliée").shot("wait")
    assert "Encore un peu de patience" in someone.title and "Possible à partir de" in someone.text
    assert "n'est pas vous" in site.wait_text(contact(by), count + 2) or "Rien demandé" in site.wait_text(contact(by), count + 2)
    # An hour later.
    site.sql("UPDATE passphrase_reset SET ready_at = ready_at - 3600")
    site.sql("UPDATE outbox_message SET due_at = due_at - 3600 WHERE kind = 'resetReady'")
    assert "choisir une nouvelle phrase" in site.wait_text(contact(by), count + 3)
    site.sql("UPDATE access_request SET created_at = created_at - 1000")
    someone.identify(identifier).fill("code", code_in(site.wait_text(contact(by), count + 4))).press("Se connecter")
    someone.press("Phrase de passe oubliée")
    assert "remplacer votre phrase de passe oubliée" in someone.text
    assert someone.choose(NEW).path == "/space"
    assert "vient d" in site.wait_text(contact(by), count + 5)


def test_who_remembers_cancels_the_reset(site, visitor):
    someone, identifier, count = start(site, visitor, "mail")
    someone.identify(identifier).fill("code", code_in(site.wait_text(MAIL, count + 1))).press("Se connecter")
    someone.press("Phrase de passe oubliée").press("Retour à la connexion")
    assert someone.sign_in(identifier, MAIL, count + 2, first=False).path == "/space"
    assert site.sql("SELECT count(*) FROM passphrase_reset") == [(0,)]
    assert site.sql("SELECT state FROM outbox_message WHERE kind = 'resetReady'") == [("withdrawn",)]


def test_a_forgotten_passphrase_is_replaced_by_the_other_channel(site, visitor):
    site.prepare([voter(1, phone="06 39 98 00 01")]).serve()
    someone, identifier = visitor(), site.identifier(MAIL)
    someone.identify(identifier).fill("code", code_in(site.wait_text(PHONE, 1))).press("Se connecter")
    someone.choose(PASSPHRASE).press("Se déconnecter")
    someone.identify(identifier).fill("code", code_in(site.wait_text(PHONE, 2))).press("Se connecter")
    someone.press("Phrase de passe oubliée")
    assert someone.path == "/code" and "second code" in someone.shot("second").text
    message = site.wait_text(MAIL, 2)
    assert "oublié" in message
    someone.fill("code", code_in(message)).press("Se connecter")
    assert someone.choose(NEW).path == "/space"
    assert "vient" in site.wait_text(MAIL, 3) and "vient" in site.wait_text(PHONE, 3)
    someone.press("Se déconnecter").identify(identifier)
    someone.fill("code", code_in(site.wait_text(PHONE, 4))).press("Se connecter")
    assert "pas la bonne" in someone.enter(PASSPHRASE).text
    assert someone.enter(NEW).path == "/space"


def test_a_letter_voter_with_mail_forgets_the_passphrase(site, visitor):
    someone, identifier, count = start(site, visitor, "letter and mail")
    someone.identify(identifier).fill("code", code_in(site.wait_text(MAIL, count + 1))).press("Se connecter")
    assert "patience" in someone.press("Phrase de passe oubliée").title


def test_a_letter_voter_who_forgot_the_passphrase_calls_the_manager(site, visitor):
    someone, identifier, _ = start(site, visitor, "letter")
    code = site.letter()[1]
    someone.identify(identifier).fill("code", code).press("Se connecter")
    assert "Appelez le responsable" in someone.press("Phrase de passe oubliée").shot("manager").title
    site.run("passphrase", "reset", "V1", "--reason", "called back at work")
    someone.identify(identifier).fill("code", code).press("Se connecter")
    assert someone.choose(NEW).path == "/space"
    assert "passphrase.reset" in site.run("journal", "export").stdout


@pytest.mark.parametrize("by", list(REACHED))
def test_who_lost_everything_calls_the_manager(site, visitor, by):
    someone, old, _ = start(site, visitor, by)
    site.run("identifiers", "reissue", "V1", "--by", "sms", "--to", "06 39 98 00 99", "--reason", "lost all, called")
    site.run("passphrase", "reset", "V1", "--reason", "lost all, called")
    # Word of the reset comes by every channel as well, before the identifier perhaps.
    pattern = r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b"
    road.wait_until(lambda: any(re.search(pattern, text) for text in site.texts("+33639980099")))
    new = next(found.group() for text in site.texts("+33639980099") if (found := re.search(pattern, text)))
    someone.identify(new)
    label = someone.driver.find_element(By.CSS_SELECTOR, "main .mark").text
    # The code takes the other way where the roll has one.
    place = MAIL if "mail" in by else "+33639980099"
    road.wait_until(lambda: any(marked(label, text) for text in site.texts(place)))
    code = next(text for text in site.texts(place) if marked(label, text))
    someone.fill("code", code_in(code)).press("Se connecter")
    assert someone.choose(NEW).path == "/space"


def test_the_captcha_without_javascript_by_picture_and_by_sound(site, visitor):
    site.prepare([voter(1)]).serve()
    someone = visitor(javascript=False, width=500).open("/lost")
    someone.shot("picture")

    def token():
        return someone.driver.find_element(By.NAME, "challenge").get_attribute("value")

    first = token()
    someone.fill("contact", MAIL).fill("answer", "AAAAAA").press("Demander")
    assert "pas les caractères de l'image" in someone.text and token() != first
    someone.fill("answer", captcha_answer(site, token())[0].lower()).press("Demander")
    assert "Votre demande est enregistrée" in someone.title
    site.wait_text(MAIL, 2)
    someone.open("/first").fill("contact", MAIL).fill("answer", " ".join(captcha_answer(site, token())[1])).press("Demander")
    assert "Votre demande est enregistrée" in someone.title
    site.wait_text(MAIL, 3)


def test_typing_errors_are_said_from_the_text_alone(site, visitor):
    site.prepare([voter(1)]).serve()
    someone = visitor().open("/lost")
    for typed, words in [(" ", "Saisissez l'adresse"), ("jeanne", "ni une adresse"), ("01 99 00 12 34", "Aucun SMS"), ("a@b", "ni une adresse")]:
        assert words in someone.fill("contact", typed).press("Demander").text
    someone.fill("contact", "jeanne@gmial.com").press("Demander")
    assert "Vouliez-vous dire : jeanne@gmail.com" in someone.text


def test_a_shared_mailbox_gets_one_named_message_for_each_voter(site, client):
    site.prepare([voter(1, email="famille@example.org", last_name="Durand", first_name="Paul"),
                  voter(2, email="famille@example.org", last_name="Durand", first_name="Zoé"),
                  voter(3, email="autre@example.org")]).serve()
    assert client().lost("famille@example.org").status_code == 200
    texts = [site.wait_text("famille@example.org", count) for count in (3, 4)]
    assert sorted(re.search(r"Paul|Zoé", text).group() for text in texts) == ["Paul", "Zoé"]
    assert len(site.texts("autre@example.org")) == 1


def test_a_contact_that_is_not_on_the_roll_gets_nothing(site, client):
    site.prepare([voter(1)]).serve()
    assert client().lost("stranger@example.org").status_code == 200
    road.wait_until(lambda: site.sql("SELECT count(*) FROM recovery_request WHERE state = 'done'") == [(1,)])
    assert site.sql("SELECT count(*) FROM outbox_message") == [(1,)] and not site.texts("stranger@example.org")


def test_an_unused_pending_identifier_ends_after_a_day(site, client):
    site.prepare([voter(1)]).serve()
    client().lost(MAIL)
    pending = site.identifier(MAIL, 2)
    site.sql("UPDATE issuance_identifier SET created_at = created_at - 86401 WHERE state = 'pending'")
    someone = client()
    someone.identify(pending)
    road.wait_until(lambda: site.sql("SELECT state, principal FROM access_request") == [("sent", None)])
    assert someone.identify(site.identifier(MAIL)).headers["Location"] == "/code"
    site.wait_text(MAIL, 3)


def test_a_question_reaches_the_help_desk(site, visitor):
    site.prepare([voter(1)]).serve()
    someone = visitor().open("/help").shot("help")
    code = someone.driver.find_element(By.CSS_SELECTOR, "footer .mark").text
    assert "Saisissez vos nom et prénom" in someone.press("Envoyer").text
    someone.fill("name", "Zoé\x1b Martin").fill("contact", MAIL).fill("text", "Je n'ai rien reçu").press("Envoyer")
    assert "bien parti" in someone.text
    entry = site.json("support", "list")[0]
    assert entry["text"] == "Je n'ai rien reçu" and entry["code"] == code
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry["at"]), entry
    assert "\x1b" not in site.run("support", "list").stdout
    road.wait_until(lambda: site.json("support", "code", code)["step"] == "help")
    site.run("support", "done", entry["number"])
    assert site.json("support", "list") == []


CHALLENGE = ("  fourEyes: true", "  fourEyes: true\n  challenge:\n    fr: Le nom que vous avez donné ?\n    en: The name that you gave?")


def test_the_question_comes_before_a_reset(site, visitor):
    road.HEAD.append("challenge")
    try:
        site.prepare([voter(1, challenge="Médor 12")], CHALLENGE).serve()
    finally:
        road.HEAD.remove("challenge")
    someone = visitor().identify(site.identifier(MAIL))
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Se connecter")
    someone.fill("answer", "Médor 12").press("Continuer").choose(PASSPHRASE)
    someone.press("Se déconnecter").identify(site.identifier(MAIL))
    someone.fill("code", code_in(site.wait_text(MAIL, 3))).press("Se connecter")
    someone.press("Phrase de passe oubliée")
    assert "Le nom que vous avez donné ?" in someone.text
    assert "pas la réponse attendue" in someone.fill("answer", "Rex").press("Continuer").text
    assert "patience" in someone.fill("answer", "Médor 12").press("Continuer").title


def test_a_delayed_reset_that_was_called_off_cannot_be_completed(site, client):
    site.prepare([voter(1)]).serve()
    identifier, owner, thief = site.identifier(MAIL), client(), client()
    owner.sign_in(identifier, MAIL, 2, first=True)
    thief.identify(identifier)
    thief.code(thief.sent_code(MAIL))
    thief.get("/passphrase")
    assert "Possible à partir" in thief.post("/reset", follow=True).text.replace("\u00a0", " ")
    site.sql("UPDATE passphrase_reset SET ready_at = ready_at - 3600")
    thief.get("/passphrase")
    assert thief.post("/reset").headers["Location"] == "/passphrase"
    assert 'name="again"' in thief.get("/passphrase").text
    # The owner, warned, signs in with the passphrase: that calls it off.
    second = client()
    second.identify(identifier)
    second.code(second.sent_code(MAIL))
    second.get("/passphrase")
    assert second.post("/passphrase", secret=PASSPHRASE, action="enter").headers["Location"].startswith("/space")
    answer = thief.post("/passphrase", secret=NEW, again=NEW, action="choose")
    assert answer.headers.get("Location", "").startswith("/?say=gone"), answer.text
    assert second.get("/space").status_code == 200


def test_a_contact_changed_by_hand_resets_no_secret_for_two_days(site, client):
    """Both halves of a takeover, the second at the voters' own door: whoever changed the contact would get every code."""
    site.prepare([voter(1)]).serve()
    identifier, owner, thief = site.identifier(MAIL), client(), client()
    owner.sign_in(identifier, MAIL, 2, first=True)
    site.run("roll", "correct", "V1", "--column", "email", "--value", "thief@example.net", "--reason", "called back")
    thief.identify(identifier)
    thief.code(thief.sent_code("thief@example.net"))
    thief.get("/passphrase")
    assert "Appelez le responsable des élections" in thief.post("/reset", follow=True).text
    assert site.sql("SELECT count(*) FROM passphrase_reset") == [(0,)]
    # Two days later it is the voter's again.
    site.sql("UPDATE roll_voter SET contact_at = contact_at - 172801")
    thief.get("/passphrase")
    assert "Possible à partir" in thief.post("/reset", follow=True).text.replace("\u00a0", " ")


def test_a_password_that_was_sent_again_can_be_replaced_again(site, client):
    """Where a sent password must be changed, so must the one that comes after the voter forgot."""
    site.prepare([voter(1)], ("channels: [email, sms, letter]", "channels: [email, sms]"), ("kind: passphrase", "kind: generated"),
                 ("minimum: 20", "minimum: 9"), ("mustChange: false", "mustChange: true")).serve()

    def sent(count):
        return re.search(r"mot de passe est\s*:\s*(\S{9})\n", site.wait_text(MAIL, count)).group(1)

    def enter(identifier, password, chosen):
        someone = client()
        someone.identify(identifier)
        someone.code(someone.sent_code(MAIL))
        someone.get("/passphrase")
        assert someone.post("/passphrase", secret=password, action="enter").headers["Location"] == "/passphrase"
        assert 'name="again"' in someone.get("/passphrase").text
        answer = someone.post("/passphrase", secret=chosen, again=chosen, action="choose")
        assert answer.headers["Location"].startswith("/space"), answer.text

    enter(site.identifier(MAIL), sent(1), "Girafe-bleue7")
    client().lost(MAIL, "/forgotten")
    enter(site.identifier(MAIL, 3), sent(3), "Zebre-rouge8")


def test_a_request_that_cannot_be_served_stops_nobody_else_s(site, client):
    site.prepare([voter(1), voter(2), voter(3)])
    # One that does not open at all, and a voter whose contact does not: both stand before everybody else's.
    site.sql(f"INSERT INTO recovery_request (election, contact, sealed, state, created_at) VALUES (1, zeroblob(32), zeroblob(90), 'asked', {int(time.time())})")
    site.sql("UPDATE roll_voter SET mail = zeroblob(length(mail)) WHERE reference = 'V2'")
    site.serve()
    assert client().lost("v2@example.org").status_code == 200
    assert client().lost(MAIL).status_code == 200
    assert site.identifier(MAIL, 2) != site.identifier(MAIL)
    assert client().lost("v3@example.org").status_code == 200
    site.identifier("v3@example.org", 2)
    road.wait_until(lambda: site.sql("SELECT state, count(*), count(sealed) FROM recovery_request GROUP BY state") == [("done", 4, 0)])
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        assert "recovery failed: A recovery request does not open" in file.read()


def test_an_address_that_is_the_identifier_is_taken_where_nothing_goes_by_mail(site, client):
    """Who forgot their password types the identifier; messages go by SMS alone."""
    site.prepare([voter(1, phone="06 39 98 00 01"), voter(2, phone="06 39 98 00 02")], ("channels: [email, sms, letter]", "channels: [sms]"),
                 ("scheme: random", "scheme: email"), ("renewal: replace", "renewal: keep"), ("channel: other", "channel: none"),
                 ("kind: passphrase", "kind: generated"), ("minimum: 20", "minimum: 9")).serve()
    first = site.wait_text(PHONE, 1)
    someone = client()
    answers = [re.sub(r"[\w.]+@[\w.]+|value=\"[0-9a-f]+\"|[A-Z0-9]{5}(?=</strong>)", "", someone.lost(typed, "/forgotten").text)
               for typed in ("V1@example.org", "nobody@example.org")]
    assert answers[0] == answers[1] and "error" not in answers[0]
    again = site.wait_text(PHONE, 2)
    assert again != first and len(site.texts("+33639980002")) == 1
    password = re.search(r"(?:mot de passe|Mot de passe)[^:]*:\s*(\S{9})", again).group(1)
    someone.get("/")
    assert someone.post("/", identifier=MAIL, **someone.work(MAIL)).headers["Location"] == "/passphrase"
    someone.get("/passphrase")
    assert someone.post("/passphrase", secret=password, action="enter").headers["Location"].startswith("/space")
    # What is no whole address is none; a contact that is none stays refused.
    for typed in ("v1@example", "v1@"):
        assert someone.lost(typed, "/forgotten").status_code == 422
