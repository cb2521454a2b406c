"""Words that stand in one state alone: each is there where it is true, in both languages, and nowhere else."""
import re

import pytest
import requests
from conftest import PASSPHRASE, Client, captcha_answer, road
from test_one_tap import LETTERS_ALONE, MAIL, MAIL_ALONE, PHONE, page_text
from test_secret_ticks import solved

voter = road.voter
NO_LETTERS = ("channels: [email, sms, letter]", "channels: [email, sms]")
PHONE_ALONE = ("channels: [email, sms, letter]", "channels: [sms]")
OTHER, SAME, CHOICE = (("channel: other", f"channel: {way}") for way in ("other", "same", "choice"))
LANGUAGES = ("fr", "en")


def said(site, path, client=None):
    """A page without its foot, in both languages."""
    ask = client.get if client else lambda each: requests.get(site.address + each, timeout=20)
    mark = "&" if "?" in path else "?"
    return {language: page_text(ask(f"{path}{mark}lang={language}")) for language in LANGUAGES}


@pytest.mark.parametrize("settings, there, absent", [
    ([MAIL_ALONE, SAME], {"fr": ["Messagerie inaccessible ? Appelez l'assistance", "une autre adresse pour vous"], "en": ["cannot read your mail? Call the help desk"]},
     {"fr": ["Téléphone en panne", "autre numéro", "l'autre moyen"], "en": ["telephone is broken", "another number", "other way"]}),
    ([NO_LETTERS, CHOICE], {"fr": ["Téléphone en panne ou messagerie inaccessible ? Recevez le code par l'autre moyen", "une autre adresse ou un autre numéro"], "en": ["telephone is broken, or you cannot read your mail? Receive the code"]},
     {"fr": [], "en": []}),
    ([NO_LETTERS, OTHER], {"fr": ["Téléphone en panne ou messagerie inaccessible ? Appelez l'assistance", "une autre adresse ou un autre numéro"], "en": ["telephone is broken, or you cannot read your mail? Call"]},
     {"fr": ["l'autre moyen"], "en": ["the other way"]}),
    ([PHONE_ALONE, SAME], {"fr": ["Téléphone en panne ? Appelez l'assistance", "un autre numéro pour vous"], "en": ["telephone is broken? Call the help desk"]},
     {"fr": ["essagerie inaccessible", "autre adresse", "l'autre moyen"], "en": ["your mail", "another address", "other way"]}),
], ids=["mail", "choice", "other", "sms"])
def test_whoever_cannot_be_reached_is_told_what_this_election_has(site, settings, there, absent):
    site.prepare([voter(1, phone="06 39 98 00 01")], *settings).serve()
    client = Client(site)
    client.identify(site.identifier(PHONE if PHONE_ALONE in settings else MAIL))
    for language, text in said(site, "/code", client).items():
        assert all(words in text for words in there[language]), (language, text)
        assert not [words for words in absent[language] if words in text], (language, text)
    # It is of the page of the code alone.
    for path in ("/", "/lost", "/help"):
        assert "inaccessible" not in said(site, path)["fr"] and "Téléphone en panne" not in said(site, path)["fr"], path


def test_by_letters_alone_nobody_is_told_of_a_way_that_there_is_not(site):
    site.prepare([voter(1, **road.LETTER)], LETTERS_ALONE, letters=True).serve()
    client = Client(site)
    client.identify(site.letter()[0])
    for language, text in said(site, "/code", client).items():
        for words in ("en panne", "inaccessible", "broken", "cannot read your mail"):
            assert words not in text, (language, words)
    assert "<p></p>" not in client.get("/code").text


NO_MORE = {"fr": "Trop de codes ont été demandés depuis une heure", "en": "Too many codes were asked for within the last hour"}
FULL = {"fr": "L'assistance a reçu tant de messages", "en": "The help desk has received so many messages"}
RETURN = {"fr": "Revenez alors ici", "en": "Then come back here"}
NOT_YOU = {"fr": "Une connexion n'est pas de vous ? Changez ci-dessous", "en": "One of them was not you? Change below"}


def test_too_many_codes_are_said_where_a_picture_brings_none_any_more(site):
    site.prepare([voter(1)], MAIL_ALONE, SAME).serve()
    client, seen = Client(site), []
    client.identify(site.identifier(MAIL))
    for _ in range(12):
        # Longer than a resend must wait, within the hour.
        site.sql("UPDATE access_request SET created_at = created_at - 31 WHERE state IN ('asked', 'sent')")
        found = re.search(r'name="challenge" value="([0-9a-f]+)"', client.page)
        fields = {"challenge": found.group(1), "answer": captcha_answer(site, found.group(1))[0]} if found else {}
        answers = client.post("/code?lang=fr", action="resend", **fields)
        if answers.status_code == 303:
            assert not any(words in text for words, text in zip(NO_MORE.values(), said(site, "/code", client).values()))
        seen.append(answers.status_code)
        if answers.status_code == 429 and NO_MORE["fr"] in page_text(answers):
            break
    text = page_text(answers)
    # The picture was read: to read another would not help, and whom to call is said.
    assert NO_MORE["fr"] in text and "Appelez l'assistance" in text and seen[0] == 303, (seen, text)
    token = re.search(r'name="challenge" value="([0-9a-f]+)"', answers.text).group(1)
    english = client.post("/code?lang=en", action="resend", challenge=token, answer=captcha_answer(site, token)[0])
    assert NO_MORE["en"] in page_text(english)
    # Without the picture it is another thing that is missing.
    assert "recopiez l'image" in page_text(client.post("/code?lang=fr", action="resend"))


def test_a_full_help_desk_says_so_and_takes_no_message(site):
    site.prepare([voter(1)]).serve()
    fields = {"name": "Anne Martin", "contact": MAIL, "text": "Je n'ai rien reçu."}
    client = Client(site)
    first = client.post("/help", **fields | solved(client, site, "/help"))
    assert first.headers["Location"] == "/help?say=done"
    for language, text in said(site, "/help?say=done", client).items():
        assert FULL[language] not in text
    site.sql(f"INSERT INTO recovery_help (election, code, sealed, created_at) VALUES (1, 'AAAAA', zeroblob({16 << 20}), 0)")
    for language in LANGUAGES:
        answer = client.post(f"/help?lang={language}", **fields | solved(client, site, "/help"))
        assert answer.status_code == 503
        assert FULL[language] in page_text(answer) and "Anne Martin" in answer.text
    assert site.sql("SELECT count(*) FROM recovery_help") == [(2,)]
    for language, text in said(site, "/help", client).items():
        assert FULL[language] not in text


def signed_in_once(site, contact, phone=None):
    """A client at the page that asks for the passphrase, which was chosen before."""
    client, identifier = Client(site), site.identifier(contact)
    client.identify(identifier)
    client.code(client.sent_code(phone or contact))
    client.get("/passphrase")
    assert client.post("/passphrase", secret=PASSPHRASE, again=PASSPHRASE, action="choose").status_code == 303
    spaces = said(site, "/space", client)
    client.post("/sign-out")
    client.identify(identifier)
    client.code(client.sent_code(phone or contact))
    client.get("/passphrase")
    return client, spaces


@pytest.mark.parametrize("reset", ["delayed", "otherChannel", "manager"])
def test_when_to_come_back_is_said_where_a_reset_waits(site, reset):
    settings = [MAIL_ALONE, SAME] if reset == "delayed" else [NO_LETTERS]
    site.prepare([voter(1, phone="06 39 98 00 01")], *settings, ("reset: otherChannel", f"reset: {reset}")).serve()
    client, spaces = signed_in_once(site, MAIL, MAIL if reset == "delayed" else PHONE)
    # Whoever is signed in is told what to do where a sign-in of the list was somebody else's; on no page before.
    for language in LANGUAGES:
        assert NOT_YOU[language] in spaces[language]
        assert spaces[language].index(NOT_YOU[language]) < spaces[language].rindex({"fr": "Changer ma phrase de passe", "en": "Change my passphrase"}[language])
    answer = client.post("/reset?lang=fr", follow=True)
    text = page_text(answer)
    assert (RETURN["fr"] in text) == (reset == "delayed"), text
    assert NOT_YOU["fr"] not in text
    if reset == "delayed":
        assert "saisissez votre identifiant et un code, puis cliquez de nouveau sur « Phrase de passe oubliée »" in text
        client.get("/passphrase")
        english = page_text(client.post("/reset?lang=en", follow=True))
        assert RETURN["en"] in english and "identifier and a code" in english and "Renew the password" not in english
    elif reset == "manager":
        assert "Appelez le responsable des élections" in text
    else:
        assert "second code" in text


def test_the_word_that_a_secret_may_be_chosen_names_what_is_typed(site):
    """Where the identifier is the address, nobody has another one to type."""
    site.prepare([voter(1)], MAIL_ALONE, SAME, ("scheme: random", "scheme: email"), ("reset: otherChannel", "reset: delayed")).serve()
    client = Client(site)
    for action in ("choose", "enter"):
        client.identify(MAIL)
        client.code(client.sent_code(MAIL))
        client.get("/passphrase")
        if action == "choose":
            assert client.post("/passphrase", secret=PASSPHRASE, again=PASSPHRASE, action=action).status_code == 303
            client.get("/space")
            client.post("/sign-out")
    assert RETURN["fr"] in page_text(client.post("/reset?lang=fr", follow=True))
    site.sql("UPDATE outbox_message SET due_at = due_at - 3600 WHERE kind = 'resetReady'")
    [text] = road.wait_until(lambda: [each for each in site.texts(MAIL) if "pouvez maintenant choisir" in each])
    text = " ".join(text.replace("\xa0", " ").split())
    assert "saisissez votre adresse électronique et le code que vous recevrez" in text and "votre identifiant" not in text, text
