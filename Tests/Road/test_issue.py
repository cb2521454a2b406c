"""Identifiers: one for each voter, by the right channel, and again when lost."""
import os
import re

from conftest import LETTER, SAMPLE, voter


def mailbox(isoloir):
    isoloir.settings(f"mail:\n  folder: {isoloir.folder}/mail\nsms:\n  folder: {isoloir.folder}/sms\n")


def body(mail):
    return mail.get_body(("plain",)).get_content().replace("\xa0", " ")


def identifier(mail):
    return re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", body(mail)).group()


def texts(isoloir):
    return [open(f"{isoloir.folder}/sms/new/{name}", encoding="utf-8").read() for name in sorted(os.listdir(f"{isoloir.folder}/sms/new"))]


def test_every_voter_gets_one_identifier_by_the_right_channel(isoloir):
    mailbox(isoloir)
    isoloir.election()
    isoloir.roll([
        voter(1), voter(2, email="", phone="06 39 98 00 02"), voter(3, **LETTER), voter(4, phone="06 39 98 00 04", channel="sms"),
        voter(5, email="", phone="01 99 00 00 05"), voter(6, email="", phone="01 99 00 00 06", address2="1 rue A", town="59000 Lille"),
    ])
    result = isoloir.json("identifiers", "issue")
    assert result["issued"] == {"email": 1, "sms": 2, "letter": 2}
    assert result["unreachableVoters"] == ["V5"]
    again = isoloir.json("identifiers", "issue")
    assert (again["issued"], again["alreadyHad"]) == ({}, 5)
    isoloir.run("outbox", "send")
    assert set(isoloir.mails(f"{isoloir.folder}/mail")) == {"v1@example.org"}
    assert {text.split("\n")[0] for text in texts(isoloir)} == {"+33639980002", "+33639980004"}
    assert isoloir.states("letter") == {"waiting": 2}
    kinds = dict(isoloir.sql("SELECT subject, kind FROM outbox_message WHERE channel = 'letter'"))
    assert set(kinds.values()) == {"identifierCode"}
    routes = isoloir.sql("SELECT route, code_route FROM issuance_identifier ORDER BY voter")
    assert routes == [("email", None), ("sms", None), ("letter", "letter"), ("sms", None), ("letter", "letter")]


def test_identifiers_are_nowhere_in_clear(isoloir):
    mailbox(isoloir)
    isoloir.election()
    isoloir.roll([voter(number) for number in range(30)])
    isoloir.run("identifiers", "issue")
    isoloir.run("outbox", "send")
    content = b"".join(open(isoloir.store + ending, "rb").read() for ending in ("", "-wal") if os.path.exists(isoloir.store + ending))
    for mails in isoloir.mails(f"{isoloir.folder}/mail").values():
        shown = identifier(mails[0])
        assert shown.encode() not in content and shown.replace("-", "").encode() not in content
    assert isoloir.sql("SELECT count(*) FROM outbox_message WHERE sealed IS NOT NULL") == [(0,)]


def test_a_reissue_ends_the_old_one_and_tells_the_old_contact(isoloir):
    mailbox(isoloir)
    isoloir.election()
    isoloir.roll([voter(1, address2="1 rue A", town="59000 Lille"), voter(2, **LETTER)])
    isoloir.run("identifiers", "issue")
    isoloir.run("outbox", "send")
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--to", "other@example.net", "--reason", "lost, called")
    isoloir.run("identifiers", "reissue", "V2", "--by", "sms", "--to", "06 39 98 77 77", "--reason", "letter lost, called")
    isoloir.run("outbox", "send")
    mails = isoloir.mails(f"{isoloir.folder}/mail")
    first, notice = mails["v1@example.org"]
    assert "ne fonctionne plus" in body(notice)
    assert identifier(mails["other@example.net"][0]) != identifier(first)
    assert texts(isoloir)[0].startswith("+33639987777")
    assert isoloir.sql("SELECT state, count(*) FROM issuance_identifier GROUP BY state ORDER BY state") == [("active", 2), ("revoked", 2)]
    # V2 has no other contact than the letterbox: the notice goes there, and the first letter never leaves.
    assert isoloir.sql("SELECT kind, state FROM outbox_message WHERE channel = 'letter' ORDER BY id") == [
        ("identifierCode", "withdrawn"), ("notice", "waiting")]
    journal = isoloir.run("journal", "export").stdout
    assert "lost, called" in journal and "other@example.net" not in journal
    isoloir.run("identifiers", "reissue", "V1", "--by", "sms", "--reason", "x", status=1)
    isoloir.run("identifiers", "reissue", "V9", "--by", "email", "--reason", "x", status=1)
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--to", "nobody", "--reason", "x", status=1)
    assert isoloir.sql("SELECT count(*) FROM issuance_identifier") == [(4,)]


def test_a_voter_who_leaves_the_roll_loses_the_identifier(isoloir):
    isoloir.election()
    isoloir.roll([voter(1), voter(2)])
    isoloir.run("identifiers", "issue")
    isoloir.roll([voter(1)], "--yes")
    assert isoloir.sql("SELECT state FROM issuance_identifier ORDER BY voter") == [("active",), ("revoked",)]
    assert isoloir.states() == {"waiting": 1, "withdrawn": 1}


def test_generated_secrets_travel_with_identifiers_that_never_change(isoloir):
    mailbox(isoloir)
    isoloir.election(("scheme: random", "scheme: digits"), ("renewal: replace", "renewal: keep"),
                     ("kind: passphrase", "kind: generated"), ("minimum: 20", "minimum: 9"),
                     ("[email, sms, letter]", "[email, sms]"))
    isoloir.roll([voter(1)])
    isoloir.run("identifiers", "issue")
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--reason", "new activation")
    isoloir.run("outbox", "send")
    [mail] = isoloir.mails(f"{isoloir.folder}/mail")["v1@example.org"]
    second = body(mail)
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--reason", "new activation")
    isoloir.run("outbox", "send")
    third = body(isoloir.mails(f"{isoloir.folder}/mail")["v1@example.org"][-1])
    found = [(re.search(r"identifiant est : (\d{10})\n", text).group(1), re.search(r"passe est : (\S{9})\n", text).group(1))
             for text in (second, third)]
    assert found[0][0] == found[1][0] and found[0][1] != found[1][1]
    assert "ne changera jamais" in second and "ne pas répondre" in second.lower() and "seul le dernier compte" in second


def test_name_identifiers_are_unique(isoloir):
    mailbox(isoloir)
    isoloir.election(("scheme: random", "scheme: name"))
    isoloir.roll([voter(number, last_name="Dupont", first_name=name) for number, name in enumerate(["Albert", "Anne", "Áron", "Zoé"])])
    isoloir.run("identifiers", "issue")
    isoloir.run("outbox", "send")
    mails = isoloir.mails(f"{isoloir.folder}/mail")
    shown = [re.search(r"\n    (\w+)\n", body(mails[f"v{number}@example.org"][0])).group(1) for number in range(4)]
    assert shown == ["duponta", "duponta2", "duponta3", "dupontz"]


def test_a_broken_template_is_found_before_the_first_voter(isoloir):
    isoloir.election()
    isoloir.roll([voter(1)])
    os.makedirs(f"{isoloir.folder}/Ballots/cse-2026/templates/sms")
    with open(f"{isoloir.folder}/Ballots/cse-2026/templates/sms/identifier.fr.txt", "w") as file:
        file.write("Votre identifiant : {{identifer}}")
    refused = isoloir.run("identifiers", "issue", status=1)
    assert 'sms/identifier.fr.txt:1:21: the model has no "identifer"' in refused.stderr
    assert isoloir.sql("SELECT count(*) FROM issuance_identifier") == [(0,)]


def test_names_cannot_inject_headers(isoloir):
    mailbox(isoloir)
    isoloir.election()
    refused = isoloir.roll([voter(1, email="a@example.org\r\nBcc: x@example.net"), voter(2, first_name="Zoé\r\nBcc: x@example.net")], status=1)
    assert "2 of 2 rows are refused" in refused.stderr


def test_the_sample_reaches_everybody_in_both_languages(isoloir):
    mailbox(isoloir)
    isoloir.election()
    isoloir.run("roll", "import", f"{SAMPLE}/roll.csv")
    isoloir.run("identifiers", "issue")
    isoloir.run("outbox", "send")
    mails = [mail for mails in isoloir.mails(f"{isoloir.folder}/mail").values() for mail in mails]
    assert sum("Your voting identifier" in mail["Subject"] for mail in mails) > 2
    assert sum("Votre identifiant de vote" in mail["Subject"] for mail in mails) > 100
    assert len({identifier(mail) for mail in mails}) == len(mails)
    for mail in mails:
        assert mail["Auto-Submitted"] == "auto-generated" and identifier(mail) in mail.get_body(("html",)).get_content()


def test_a_lost_name_identifier_never_comes_back(isoloir):
    mailbox(isoloir)
    isoloir.election(("scheme: random", "scheme: name"))
    isoloir.roll([voter(1, last_name="Dupont", first_name="Anne")])
    isoloir.run("identifiers", "issue")
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--reason", "lost")
    isoloir.run("outbox", "send")
    [mail] = isoloir.mails(f"{isoloir.folder}/mail")["v1@example.org"]
    assert "duponta2" in body(mail)


def test_a_contact_given_on_the_phone_is_used_and_told_later(isoloir):
    mailbox(isoloir)
    isoloir.election()
    isoloir.roll([voter(1)])
    isoloir.run("identifiers", "issue")
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--to", "held@example.net", "--reason", "mailbox lost")
    isoloir.run("outbox", "send")
    # The contact that is held serves from now on, without being given again; nobody else needs to be told.
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--reason", "lost again")
    isoloir.run("outbox", "send")
    assert len(isoloir.mails(f"{isoloir.folder}/mail")["held@example.net"]) == 2
    assert len(isoloir.mails(f"{isoloir.folder}/mail")["v1@example.org"]) == 1
    # A third contact: the roll's and the one that was held are both told.
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--to", "third@example.net", "--reason", "says he is V1")
    isoloir.run("outbox", "send")
    mails = isoloir.mails(f"{isoloir.folder}/mail")
    assert "ne fonctionne plus" in body(mails["held@example.net"][-1]) and "ne fonctionne plus" in body(mails["v1@example.org"][-1])
    assert len(mails["third@example.net"]) == 1
    assert states(isoloir) == {"active": 1, "revoked": 3}


def states(isoloir):
    return dict(isoloir.sql("SELECT state, count(*) FROM issuance_identifier GROUP BY state"))


def test_a_forced_channel_reaches_those_who_have_it(isoloir):
    isoloir.election()
    isoloir.roll([voter(1, phone="06 39 98 00 01"), voter(2)])
    result = isoloir.json("identifiers", "issue", "--by", "sms")
    assert (result["issued"], result["unreachableVoters"]) == ({"sms": 1}, ["V2"])
    assert isoloir.json("identifiers", "issue")["issued"] == {"email": 1}


def test_what_identifiers_were_made_by_stays_as_it_was(isoloir):
    isoloir.election()
    isoloir.roll([voter(1)])
    isoloir.run("identifiers", "issue")
    with open(f"{isoloir.folder}/election/election.yaml", encoding="utf-8") as file:
        text = file.read()
    with open(f"{isoloir.folder}/election/election.yaml", "w", encoding="utf-8") as file:
        file.write(text.replace("scheme: random", "scheme: digits"))
    assert "identifier.scheme" in isoloir.run("election", "create", f"{isoloir.folder}/election", status=1).stderr
    with open(f"{isoloir.folder}/election/election.yaml", "w", encoding="utf-8") as file:
        file.write(text.replace("03 53 01 98 76", "03 53 01 98 77"))
    assert "replaces" in isoloir.run("election", "create", f"{isoloir.folder}/election").stdout


def test_generated_secrets_never_travel_by_letter(isoloir, tmp_path):
    with open(f"{SAMPLE}/election.yaml", encoding="utf-8") as file:
        text = file.read().replace("kind: passphrase", "kind: generated").replace("minimum: 20", "minimum: 9")
    os.makedirs(tmp_path / "generated")
    (tmp_path / "generated/election.yaml").write_text(text, encoding="utf-8")
    refused = isoloir.run("election", "check", tmp_path / "generated", status=1)
    line = text.split("\n").index("  secret:") + 2
    assert "by mail or SMS only" in refused.stderr and f":{line}:5:" in refused.stderr


def test_no_reissue_silences_the_word_to_the_old_contact(isoloir):
    mailbox(isoloir)
    isoloir.election()
    isoloir.roll([voter(1)])
    isoloir.run("identifiers", "issue")
    isoloir.run("outbox", "send")
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--to", "eve@example.net", "--reason", "says she is V1")
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--to", "eve@example.net", "--reason", "once more")
    isoloir.run("outbox", "send")
    assert "ne fonctionne plus" in body(isoloir.mails(f"{isoloir.folder}/mail")["v1@example.org"][-1])


def test_a_corrected_contact_is_used_and_the_old_one_is_told(isoloir):
    mailbox(isoloir)
    isoloir.election()
    isoloir.roll([voter(1), voter(2)])
    isoloir.run("identifiers", "issue")
    # Before the message has left, it goes to the right address, and nobody was told the wrong one.
    done = isoloir.run("roll", "correct", "V1", "--column", "courriel", "--value", "right@example.org", "--reason", "typing error")
    assert "had not left" in done.stdout
    isoloir.run("outbox", "send")
    assert set(isoloir.mails(f"{isoloir.folder}/mail")) == {"right@example.org", "v2@example.org"}
    isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--reason", "lost")
    isoloir.run("outbox", "send")
    assert "v1@example.org" not in isoloir.mails(f"{isoloir.folder}/mail")
    # Afterwards, the old address is told of the new identifier, though the roll no longer has it.
    isoloir.run("roll", "correct", "V2", "--column", "email", "--value", "eve@example.net", "--reason", "says so")
    isoloir.run("identifiers", "reissue", "V2", "--by", "email", "--reason", "lost")
    isoloir.run("outbox", "send")
    assert "ne fonctionne plus" in body(isoloir.mails(f"{isoloir.folder}/mail")["v2@example.org"][-1])


def test_a_changed_roll_readdresses_what_has_not_left(isoloir):
    mailbox(isoloir)
    isoloir.election()
    isoloir.roll([voter(1)])
    isoloir.run("identifiers", "issue")
    isoloir.roll([voter(1, email="right@example.org")], "--yes")
    isoloir.run("outbox", "send")
    assert set(isoloir.mails(f"{isoloir.folder}/mail")) == {"right@example.org"}


def test_a_reissue_keeps_to_the_channels_of_the_election(isoloir):
    isoloir.election(("[email, sms, letter]", "[email]"))
    isoloir.roll([voter(1, phone="06 39 98 00 01", address2="1 rue A", town="59000 Lille")])
    isoloir.run("identifiers", "issue")
    for route in ("sms", "letter"):
        assert "sends nothing by" in isoloir.run("identifiers", "reissue", "V1", "--by", route, "--reason", "x", status=1).stderr


def test_a_number_that_no_sms_goes_to_leaves_the_letter(isoloir):
    isoloir.election()
    isoloir.roll([voter(1, **LETTER) | {"phone": "+44 7700 900123"}])
    assert isoloir.json("identifiers", "issue")["issued"] == {"letter": 1}


def test_texts_follow_the_policy(isoloir):
    mailbox(isoloir)
    isoloir.election(("kind: passphrase", "kind: password"), ("minimum: 20", "minimum: 14"))
    isoloir.roll([voter(1)])
    isoloir.run("identifiers", "issue")
    isoloir.run("outbox", "send")
    text = body(isoloir.mails(f"{isoloir.folder}/mail")["v1@example.org"][0])
    assert "3. Saisissez le code de connexion" in text and "4. La première fois, choisissez un mot de passe de 14 à 64" in text
