"""What the command line does for a voter is what the console does: the same words, counters and journal."""
import glob
import html
import json
import re
import subprocess
import time

import requests
from conftest import PASSPHRASE, road
from staff import team
from staff import voter as found

voter = road.voter
MAIL = "v1@example.org"
ACCEPTED = "    smallGroupAccepted: PV du bureau du 3 novembre\n"
SMALL = [(f"    colleges: [{college}]\n", f"    colleges: [{college}]\n{ACCEPTED}") for college in ("ouvriers", "cadres")]


def actions(site):
    return [action for action, in site.sql("SELECT action FROM journal_entry ORDER BY number")]


def test_a_reset_on_the_command_line_warns_the_voter_and_clears_what_slowed_them(site, client):
    site.prepare([voter(1)]).serve()
    identifier = site.identifier(MAIL)
    assert client().sign_in(identifier, MAIL, 2, first=True).headers["Location"].startswith("/space")
    for _ in range(3):
        guesser = client()
        guesser.identify(identifier)
        guesser.code("000000")
    road.wait_until(lambda: len(site.texts(MAIL)) == 4)
    site.run("passphrase", "reset", "V1", "--reason", "called back")
    road.wait_until(lambda: any("phrase de passe" in text.split("\n")[0].lower() for text in site.texts(MAIL)), 20)
    # The next request has a message of its own, though three had been sent.
    owner = client()
    owner.identify(identifier)
    assert owner.code(owner.sent_code(MAIL)).headers["Location"] == "/passphrase"


def test_a_correction_on_the_command_line_tells_the_old_contact_and_keeps_to_the_seal(site):
    site.prepare([voter(1), voter(2), voter(3, college="cadres")], *SMALL).serve()
    site.wait_text(MAIL, 1)
    said = site.run("roll", "correct", "V1", "--column", "email", "--value", "new@example.net", "--reason", "called back")
    assert "wants two persons" in said.stderr
    assert "coordonnées ont changé" in site.wait_text(MAIL, 2)
    # The other half of a takeover is said as well.
    assert "member of the bureau" in site.run("passphrase", "reset", "V1", "--reason", "called back").stderr
    assert [kind for kind, in site.sql("SELECT kind FROM bureau_alert")] == ["takeover"]
    assert "wants two persons" in site.run("passphrase", "reset", "V2", "--reason", "called back").stderr
    site.run("roll", "correct", "V2", "--column", "last_name", "--value", "Nouveau", "--reason", "typo")
    site.open_poll()
    refused = site.run("roll", "correct", "V2", "--column", "last_name", "--value", "Autre", "--reason", "typo", status=1)
    assert "poll is sealed" in refused.stderr
    assert site.sql("SELECT last_name FROM roll_voter WHERE reference = 'V2'") == [("Nouveau",)]
    site.run("roll", "correct", "V2", "--column", "language", "--value", "en", "--reason", "asked")


def test_a_reissue_on_the_command_line_raises_the_alerts_of_the_console(site):
    site.prepare([voter(1), voter(2)])
    odd = site.run("identifiers", "reissue", "V1", "--by", "email", "--to", "v2@example.org", "--reason", "called back")
    assert "a member of the bureau would have had to agree" in odd.stderr
    assert [kind for kind, in site.sql("SELECT kind FROM bureau_alert")] == ["contactShared"]
    site.sql("DELETE FROM bureau_alert")
    odd = site.run("roll", "correct", "V1", "--column", "email", "--value", "v2@example.org", "--reason", "called back")
    assert "a member of the bureau would have had to agree" in odd.stderr and "corrected" in odd.stdout
    assert [kind for kind, in site.sql("SELECT kind FROM bureau_alert")] == ["contactShared"]
    usual = site.run("identifiers", "reissue", "V2", "--by", "email", "--reason", "called back")
    assert "member of the bureau" not in usual.stderr and "identifier.reissue" in actions(site)
    assert "no voter" in site.run("identifiers", "reissue", "V9", "--by", "email", "--reason", "x", status=1).stderr


def test_a_retry_has_one_name_in_the_journal(site):
    site.prepare([voter(1)]).serve()
    [manager] = team(site, "manager")
    site.sql("UPDATE outbox_message SET state = 'failed' WHERE kind = 'code'")
    site.run("outbox", "retry")
    manager.do("deliveries/retry", what="failed")
    named = [action for action in actions(site) if action.endswith(".retry") and not action.startswith("console.")]
    assert named == ["delivery.retry"] * 2, named


WITHOUT = ("  fourEyes: true", "  fourEyes: false")
KEPT = {"channel": "letter", "reason": "lettre perdue", "check": "callBack", "keepUntilPosted": "yes"}


def sheets(site, folder):
    """Identifier and code of each letter of a batch, by the number of the street."""
    [path] = glob.glob(f"{site.folder}/{folder}/*.pdf")
    pages = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout.split("\f")[:-1]
    part = "[0-9A-Z]{4}"
    return {int(re.search(r"(\d) RUE A", page, re.I).group(1)): (re.search(rf"\b{part}-{part}-{part}\b", page).group(),
            re.search(rf"(?<![-0-9A-Z]){part}-{part}(?![-0-9A-Z])", page).group()) for page in pages}


def enters(client, sheet, first=False):
    """Whether what stands on a sheet opens a session; the program that holds it."""
    person = client()
    person.identify(sheet[0])
    # What was asked for is looked up after the answer, so that it tells nothing by its time.
    for _ in range(4):
        time.sleep(0.5)
        if person.code(sheet[1]).headers.get("Location") == "/passphrase":
            break
    else:
        return None
    person.get("/passphrase")
    fields = {"secret": PASSPHRASE, "action": "choose", "again": PASSPHRASE} if first else {"secret": PASSPHRASE, "action": "enter"}
    return person if person.post("/passphrase", **fields).headers["Location"].startswith("/space") else None


def token(manager):
    manager.do("clients/add", name="rh", role="manager", days="2")
    return {"Authorization": f"Bearer {re.search(r'isoloir_[0-9a-f]{64}', manager.page).group()}", "Accept-Language": "fr"}


def details(site, action):
    return [json.loads(each) for each, in site.sql("SELECT details FROM journal_entry WHERE action = ? ORDER BY number", action)]


def test_a_letter_keeps_the_old_identifier_until_it_is_posted_at_all_three_doors(site, client):
    site.prepare([voter(n, **road.LETTER) | {"address2": f"{n} rue A"} for n in (1, 2, 3)], WITHOUT, letters=True).serve()
    [manager] = team(site, "manager")
    head, old = token(manager), sheets(site, "letters")
    person = enters(client, old[1], first=True)
    assert person and enters(client, old[2], first=True) and enters(client, old[3], first=True)
    numbers = {n: found(manager, f"V{n}") for n in (1, 2, 3)}
    # Only a letter is posted: each door says so beside its own field.
    refused = site.run("identifiers", "reissue", "V1", "--by", "email", "--to", "v1@example.net", "--reason", "x", "--keep-until-posted", status=2)
    assert "--keep-until-posted goes with --by letter" in refused.stderr
    manager.do(f"voters/{numbers[2]}/reissue", **KEPT | {"channel": "email"})
    assert "ne va qu'avec une lettre" in manager.error and re.search(r'name="keepUntilPosted"[^>]*checked', manager.page), manager.page
    api = f"{site.address}/api/v1/voters/{numbers[3]}/reissue"
    answer = requests.post(api, json=KEPT | {"channel": "email", "keepUntilPosted": True}, headers=head, timeout=20)
    assert answer.status_code == 422 and list(answer.json()["fields"]) == ["keepUntilPosted"], answer.text
    described = requests.get(f"{site.address}/api/v1/openapi.json", timeout=20).json()["paths"]["/voters/{voter}/reissue"]["post"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["keepUntilPosted"] == {"type": "boolean"} and "keepUntilPosted" not in schema["required"]
    assert site.sql("SELECT count(*) FROM issuance_identifier") == [(3,)]
    # The same order at the three doors.
    said = site.run("identifiers", "reissue", "V1", "--by", "letter", "--reason", "lettre perdue", "--keep-until-posted").stdout
    assert "waits to be printed on a letter; what the voter has works until that letter is marked as posted" in said, said
    manager.do(f"voters/{numbers[2]}/reissue", **KEPT)
    assert manager.note == "La lettre attend l'impression. Ce que l'électeur a déjà fonctionne jusqu'à ce qu'elle soit postée.", manager.text
    answer = requests.post(api, json=KEPT | {"keepUntilPosted": True}, headers=head, timeout=20)
    assert (answer.status_code, answer.json()["keepsOld"], answer.json()["sheets"]) == (200, True, []), answer.text
    rows = [site.sql("SELECT generation, state, route, code_hash IS NULL FROM issuance_identifier WHERE voter = ? ORDER BY 1", n) for n in numbers.values()]
    assert rows == [[(1, "active", "letter", 0), (2, "unposted", "letter", 0)]] * 3
    mails = [site.sql("SELECT kind, generation, state, channel FROM outbox_message WHERE subject = ? AND channel = 'letter' ORDER BY id", n) for n in numbers.values()]
    assert mails == [[("identifierCode", 1, "sent", "letter"), ("identifierCode", 2, "waiting", "letter")]] * 3
    written = details(site, "identifier.reissue")
    assert [each.pop("reference") for each in written] == ["V1", "V2", "V3"]
    assert [each.pop("reason").split(" (")[0] for each in written] == ["lettre perdue"] * 3
    assert written == [{"by": "letter", "generation": "2", "keptUntilPosted": "yes", "newContact": "no", "notice": "none"}] * 3
    # Nothing is called printed before it is, and nobody is counted twice.
    page = manager.get(f"voters/{numbers[2]}").text
    assert "sur une lettre qui n'est pas encore imprimée" in manager.text and "pas encore posté" not in manager.text, page
    assert [row["isPrinted"] for row in requests.get(f"{site.address}/api/v1/voters/{numbers[2]}", headers=head, timeout=20).json()["identifiers"]] == [False, True]
    manager.get("picture")
    assert re.search(r"Identifiants? (émis|envoyés?|attribués?)[^0-9]*3\b", manager.text), manager.text
    site.letters(f"{site.folder}/second")
    manager.get(f"voters/{numbers[2]}")
    assert "imprimé, pas encore posté" in manager.text and "n'est pas encore imprimée" not in manager.text
    new = sheets(site, "second")
    assert person.get("/space").status_code == 200 and enters(client, old[2]) and enters(client, new[1]) is None
    # A spoiled one leaves the old one.
    number = site.sql("SELECT number FROM issuance_letter WHERE batch = 2 AND voter = ?", numbers[3])[0][0]
    assert "the one that the voter had goes on" in site.run("letters", "spoiled", "2", number, "--reason", "torn", "--yes").stdout.lower()
    site.run("letters", "posted", "2", "--on", road.TODAY)
    assert person.get("/space", allow_redirects=False).headers.get("Location", "").startswith("/")
    assert enters(client, old[1]) is None and enters(client, new[1]) and enters(client, new[2])
    assert enters(client, old[3]) and enters(client, new[3]) is None
    assert details(site, "identifier.replaced") == [{"reference": f"V{n}", "ended": "1", "inUse": "2"} for n in (1, 2)]
    assert details(site, "letters.posted")[-1]["replaced"] == "2"


def test_without_the_wish_a_letter_ends_the_old_identifier_at_once(site, client):
    site.prepare([voter(1, **road.LETTER)], WITHOUT, letters=True).serve()
    [manager] = team(site, "manager")
    old = sheets(site, "letters")[1]
    person = enters(client, old, first=True)
    manager.do("voters/1/reissue", **{name: text for name, text in KEPT.items() if name != "keepUntilPosted"})
    assert manager.note.startswith("La lettre avec le nouvel identifiant attend l'impression. L'ancien ne fonctionne plus"), manager.text
    assert person.get("/space", allow_redirects=False).status_code == 303 and enters(client, old) is None
    # Where there is nothing to keep, that is said.
    said = site.run("identifiers", "reissue", "V1", "--by", "letter", "--reason", "again", "--keep-until-posted").stdout
    assert "there was none to keep" in said and "the old identifier has ended" in said
    manager.do("voters/1/reissue", **KEPT)
    assert manager.note.endswith("Il n'avait pas d'identifiant utilisable à garder."), manager.note


def test_the_old_contact_learns_that_what_they_have_still_works(site):
    site.prepare([voter(1) | {"address2": "1 rue A", "town": "59000 Lille"}], WITHOUT)
    site.run("identifiers", "reissue", "V1", "--by", "letter", "--reason", "travels", "--keep-until-posted")
    site.run("outbox", "send")
    word = site.texts(MAIL)[-1]
    assert "L'ancien identifiant fonctionne jusqu'à ce que cette lettre soit postée" in word and "ne fonctionne plus" not in word, word


def form(page):
    """What a browser would send of the form as it stands."""
    body = re.search(r'<form method="post" action="/manager/voters/.*?</form>', page, re.S).group()
    fields = {name: html.unescape(value) for name, value in re.findall(r'<input id="[^"]+" name="([^"]+)" type="(?:text|number)" value="([^"]*)"', body)}
    fields |= {name: value for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', body) if name != "form"}
    fields |= {name: html.unescape(text) for name, text in re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>([^<]*)</textarea>', body)}
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        fields[name] = (re.findall(r'value="([^"]*)" selected', options) or re.findall(r'value="([^"]*)"', options))[0]
    fields |= {name: "yes" for name in re.findall(r'name="([^"]+)" type="checkbox" value="yes" checked', body)}
    return fields


def faults(page):
    """What stands beside the fields, by field."""
    return {name: html.unescape(text).replace("\xa0", " ").replace("\u2019", "'") for name, text in re.findall(r'<p class="fault" id="f-([^"]+)-fault">(.*?)</p>', page)}


def roll_row(site, number):
    return site.sql("SELECT civility, last_name, first_name, college, site, weight, language, channel, mail IS NULL, phone IS NULL, address IS NULL "
                    "FROM roll_voter WHERE id = ?", number)[0]


def test_a_form_of_all_columns_corrects_what_was_changed_and_nothing_else(site):
    site.prepare([voter(1, last_name="Légaré", phone="06 39 98 00 01"), voter(2)], WITHOUT).serve()
    [manager] = team(site, "manager")
    before = roll_row(site, 1)
    manager.get("voters/1/correct")
    first = form(manager.page)
    assert (first["last_name"], first["college"], first["language"], first["channel"], first["weight"]) == ("Légaré", "ouvriers", "fr", "", "1"), first
    # Contacts are shown masked and stay out of the form: to see them is a deed of its own.
    assert (first["email"], first["phone"], first["address1"]) == ("", "", "") and "v***@example.org" in manager.text and "v1@example.org" not in manager.page
    assert manager.post("voters/1/correct", **first | {"reason": "x"}).status_code == 422 and manager.error == "Vous n'avez rien changé."
    assert roll_row(site, 1) == before
    # Three in one go: a title is chosen, a number typed, and each is in the journal.
    manager.post("voters/1/correct", **first | {"college": "cadres", "weight": "2", "email": "neuf@example.net", "reason": "promue"})
    assert manager.note.startswith("Les données sont corrigées."), manager.text
    assert roll_row(site, 1) == before[:3] + ("cadres",) + before[4:5] + (2,) + before[6:]
    assert [each["column"] for each in details(site, "roll.correct")] == ["college", "weight", "email"]
    # One word to the old contact for all of it.
    site.wait_text(MAIL, 2)
    assert [kind for kind, in site.sql("SELECT kind FROM outbox_message WHERE subject = 1 AND kind = 'contactChanged' AND channel = 'email'")] == ["contactChanged"]
    # What is refused says so beside its field; nothing else is stored, and nothing typed is lost.
    manager.get("voters/1/correct")
    typed = form(manager.page) | {"last_name": " ", "first_name": "Noëlle", "phone": "12", "reason": "appel"}
    assert manager.post("voters/1/correct", **typed).status_code == 422
    wrong = faults(manager.page)
    assert sorted(wrong) == ["last_name", "phone"] and wrong["last_name"].startswith("Un nom ne peut pas être vide"), wrong
    again = form(manager.page)
    assert (again["first_name"], again["phone"], again["reason"]) == ("Noëlle", "12", "appel"), again
    assert re.search(r'name="phone"[^>]*aria-describedby="f-phone-hint f-phone-fault"[^>]*aria-invalid="true"', manager.page), manager.page
    assert f"Aujourd'hui : {before[2]}" in manager.text, manager.text
    assert roll_row(site, 1)[2] == before[2] and len(details(site, "roll.correct")) == 3
    # A reason that is missing loses nothing either.
    manager.post("voters/1/correct", **typed | {"last_name": "Martin", "phone": "", "reason": ""})
    assert sorted(faults(manager.page)) == ["reason"] and form(manager.page)["first_name"] == "Noëlle"
    # Somebody else was here meanwhile: what this form left alone stays as they made it, after a refusal too.
    def meanwhile(column, value):
        site.run("roll", "correct", "V1", "--column", column, "--value", value, "--reason", "moved")

    meanwhile("site", "saint-denis")
    assert manager.post("voters/1/correct", **form(manager.page) | {"reason": ""}).status_code == 422
    assert form(manager.page)["site"] == "saint-denis"
    meanwhile("weight", "5")
    manager.post("voters/1/correct", **form(manager.page) | {"reason": "appel"})
    assert roll_row(site, 1)[1:6] == ("Martin", "Noëlle", "cadres", "saint-denis", 5), manager.text
    # What both have touched is asked about.
    manager.get("voters/1/correct")
    meanwhile("first_name", "Nadia")
    assert manager.post("voters/1/correct", **form(manager.page) | {"first_name": "Noé", "reason": "appel"}).status_code == 409
    assert "Quelqu'un d'autre a corrigé" in manager.error and "Aujourd'hui : Nadia" in manager.text, manager.text
    assert roll_row(site, 1)[2] == "Nadia" and form(manager.page)["first_name"] == "Noé"
    manager.post("voters/1/correct", **form(manager.page))
    assert roll_row(site, 1)[2] == "Noé", manager.text
    # What the roll holds can be left as it is, though no choice offers it.
    site.sql("UPDATE roll_voter SET site = '' WHERE id = 1")
    manager.get("voters/1/correct")
    manager.post("voters/1/correct", **form(manager.page) | {"first_name": "Noëlle", "reason": "appel"})
    assert roll_row(site, 1)[2:5] == ("Noëlle", "cadres", ""), manager.text
    # A contact is erased by a box of its own, and by it alone.
    manager.get("voters/1/correct")
    both = form(manager.page) | {"phone": "06 39 98 00 09", "erase.phone": "yes", "reason": "x"}
    assert manager.post("voters/1/correct", **both).status_code == 422 and "pas les deux" in faults(manager.page)["phone"]
    manager.post("voters/1/correct", **both | {"phone": ""})
    assert roll_row(site, 1)[9] == 1, manager.text


def test_corrections_with_a_contact_wait_together_for_one_second_person(site):
    site.prepare([voter(1), voter(2)]).serve()
    one, two, bureau = team(site, "manager1", "manager2", "bureau")
    before = roll_row(site, 1)
    one.get("voters/1/correct")
    one.post("voters/1/correct", **form(one.page) | {"last_name": "Nouveau", "email": "neuf@example.net", "phone": "06 39 98 00 07", "reason": "mariage"})
    assert "seconde personne" in one.note and roll_row(site, 1) == before
    assert site.sql("SELECT count(*) FROM staff_approval") == [(1,)]
    two.get("approvals/1/decide")
    # A number is decided upon with its country, as it will be dialled.
    for words in ("Nouveau", "neuf@example.net", "+33639980007"):
        assert words in two.text, two.text
    two.do("approvals/1/decide", decision="approve", reason="vu")
    after = roll_row(site, 1)
    assert (after[1], after[8], after[9]) == ("Nouveau", 0, 0), two.text
    assert len(details(site, "roll.correct")) == 3
    # Without a contact nobody else is needed, and a refused value is refused before anybody is asked.
    one.get("voters/2/correct")
    one.post("voters/2/correct", **form(one.page) | {"first_name": "Luc", "reason": "typo"})
    assert one.note == "La donnée est corrigée." and roll_row(site, 2)[2] == "Luc"
    one.get("voters/2/correct")
    assert one.post("voters/2/correct", **form(one.page) | {"email": "pas une adresse", "weight": "3", "reason": "x"}).status_code == 422
    assert list(faults(one.page)) == ["email"] and site.sql("SELECT count(*) FROM staff_approval") == [(1,)]
    # Another voter's contact is the bureau's to approve, however it is written.
    one.post("voters/2/correct", **form(one.page) | {"email": "<neuf@example.net>", "weight": "1", "reason": "x"})
    assert "membre du bureau" in one.note, one.text
    assert two.do("approvals/2/decide", decision="approve", reason="ok").status_code == 403
    bureau.do("approvals/2/decide", decision="approve", reason="ok")
    assert roll_row(site, 2)[8] == 0 and len(details(site, "roll.correct")) == 5


def test_a_program_corrects_several_columns_in_one_call(site):
    site.prepare([voter(1), voter(2, college="cadres"), voter(3)], WITHOUT, *SMALL).serve()
    [manager] = team(site, "manager")
    head, api = token(manager), f"{site.address}/api/v1/voters/1/correct"

    def send(**body):
        return requests.post(api, json=body, headers=head, timeout=20)

    schema = requests.get(f"{site.address}/api/v1/openapi.json", timeout=20).json()["paths"]["/voters/{voter}/correct"]["post"]["requestBody"]["content"]
    assert {"last_name", "email", "college", "column", "value", "reason"} <= set(schema["application/json"]["schema"]["properties"])
    assert schema["application/json"]["schema"]["required"] == ["reason"]
    # A title is taken as the page shows it.
    answer = send(last_name="Nouveau", college="Deuxième collège (agents de maîtrise et cadres)", reason="promue")
    assert answer.status_code == 200 and roll_row(site, 1)[1] == "Nouveau" and roll_row(site, 1)[3] == "cadres", answer.text
    answer = send(last_name="", college="astronautes", first_name="Zoé", reason="x")
    assert answer.status_code == 422 and sorted(answer.json()["fields"]) == ["college", "last_name"], answer.text
    assert roll_row(site, 1)[1] == "Nouveau"
    # One column by its name, as before.
    assert send(column="first_name", value="Ève", reason="x").status_code == 200 and roll_row(site, 1)[2] == "Ève"
    answer = send(column="weight", value="zwei", reason="x")
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["value"]), answer.text
    assert send(column="reference", value="V9", reason="x").status_code == 422 and send(reason="x").status_code == 422
    # An empty contact is erased; once the poll is sealed, contacts are what may change.
    assert send(email="", phone="06 39 98 00 01", reason="x").status_code == 200 and roll_row(site, 1)[8:10] == (1, 0)
    site.open_poll()
    answer = send(last_name="Autre", phone="", reason="x")
    assert answer.status_code == 409 and roll_row(site, 1)[9] == 0, answer.text
    assert send(phone="", language="en", reason="x").status_code == 200
    manager.get("voters/1/correct")
    assert "Le vote est scellé" in manager.text and set(form(manager.page)) == {"email", "phone", "address1", "language", "channel", "was.language", "was.channel", "owner", "reason"}


QUESTION = ("  fourEyes: true", "  fourEyes: true\n  challenge:\n    fr: Le nom de votre premier outil ?\n    en: The name of your first tool?")


def rows(*voters):
    return "\n".join([";".join(road.HEAD)] + [";".join(str(each.get(column, "")) for column in road.HEAD) for each in voters]) + "\n"


def upload(desk, *voters):
    """Reads a file at the console, until it can be applied."""
    desk.get("roll")
    desk.post("roll/upload", files={"file": ("contacts.csv", rows(*voters))})
    road.wait_until(lambda: "rien n'est encore appliqué" in (desk.get("roll"), desk.text)[1], 20)


def waits(site):
    return [number for number, in site.sql("SELECT id FROM staff_approval WHERE state = 'waiting' ORDER BY id")]


def mail_index(site, number):
    return site.sql("SELECT mail_index FROM roll_voter WHERE id = ?", number)[0][0]


def test_new_contacts_of_a_file_wait_for_one_second_person_at_all_three_doors(site):
    site.prepare([voter(n) for n in range(1, 5)]).serve()
    one, two = team(site, "manager1", "manager2")
    site.wait_text(MAIL, 1)
    before = [mail_index(site, n) for n in range(1, 5)]
    new = {n: voter(n, email=f"neuf{n}@example.net") for n in range(1, 5)}
    # The console: two new addresses wait, a name and a newcomer do not.
    upload(one, new[1], new[2], voter(3, last_name="Nouveau"), voter(4), voter(5))
    one.do("roll/apply", confirmed="yes")
    assert "leurs lignes attendent) : 2" in one.note and "seconde personne" in one.note, one.note
    assert [mail_index(site, n) for n in range(1, 5)] == before
    assert site.sql("SELECT last_name FROM roll_voter WHERE id IN (3, 5) ORDER BY id") == [("Nouveau",), (voter(5)["last_name"],)]
    [request] = waits(site)
    assert two.get("approvals").status_code == 200 and "lignes d'un fichier (contacts, réponses, électeurs)" in two.text and "contacts.csv, 2 électeurs" in two.text
    two.get(f"approvals/{request}/decide")
    for words in ("V1", "V2", "v***@example.org → neuf1@example.net", "v***@example.org → neuf2@example.net"):
        assert words in two.text, two.text
    assert "v1@example.org" not in two.page and "V3" not in two.text
    assert one.do(f"approvals/{request}/decide", decision="approve", reason="x").status_code == 403
    # Somebody corrects one of them meanwhile: that row is left and named.
    site.run("roll", "correct", "V2", "--column", "weight", "--value", "3", "--reason", "two jobs")
    two.do(f"approvals/{request}/decide", decision="approve", reason="vu")
    assert two.note.startswith("C'est approuvé et fait. Électeurs ajoutés ou changés : 1.") and "V2" in two.note, two.text
    assert mail_index(site, 1) != before[0] and [mail_index(site, n) for n in (2, 3, 4)] == before[1:]
    assert "coordonnées ont changé" in site.wait_text(MAIL, 2)
    assert site.sql("SELECT contact_by FROM roll_voter WHERE contact_at IS NOT NULL") == [("staff:manager1",)]
    assert [each["reference"] for each in details(site, "roll.correct") if each["column"] == "email"] == ["V1"]
    # Contact and passphrase within two days are two halves of one takeover.
    one.do("voters/1/passphrase", check="callBack", reason="oubli")
    assert "membre du bureau" in one.note, one.text
    # The interface for programs.
    head, api = token(one), f"{site.address}/api/v1"
    whole = rows(new[1], voter(2), voter(3, last_name="Nouveau"), new[4], voter(5))
    sent = requests.post(f"{api}/roll/upload", data=whole.encode(), headers=head | {"Content-Type": "text/csv"}, timeout=20)
    assert sent.status_code == 202, sent.text
    road.wait_until(lambda: requests.get(f"{api}/roll", headers=head, timeout=10).json()["state"] == "ready", 20)
    applied = requests.post(f"{api}/roll/apply", json={"confirmed": True}, headers=head, timeout=20).json()
    assert applied["held"] == 1 and applied["request"] in waits(site) and applied["needsBureau"] is False, applied
    listed = [each for each in requests.get(f"{api}/approvals", headers=head, timeout=10).json() if each["id"] == applied["request"]]
    assert [(each["voter"], each["voters"]) for each in listed] == [(None, 1)], listed
    # The command line.
    told = site.roll([new[1], voter(2), new[3] | {"last_name": "Nouveau"}, voter(4), voter(5)], "--yes")
    assert "wait until a second person approves request" in told.stderr, told.stderr
    assert [mail_index(site, n) for n in (2, 3, 4)] == before[1:]
    # What is refused leaves nothing beside the roll.
    for number in applied["request"], waits(site)[-1]:
        two.do(f"approvals/{number}/decide", decision="refuse", reason="non")
    assert site.sql("SELECT import, voter FROM roll_change") == [], (two.text, site.sql("SELECT id, deed, state, asked_by FROM staff_approval"))


def test_a_file_with_new_contacts_where_one_person_may(site):
    site.prepare([voter(1), voter(2)], WITHOUT).serve()
    one, bureau = team(site, "manager", "bureau")
    site.wait_text(MAIL, 1)
    upload(one, voter(1, email="neuf@example.net"), voter(2, email="neuf@example.net"))
    one.do("roll/apply", confirmed="yes")
    assert "leurs lignes attendent) : 2" in one.note and "membre du bureau" in one.note, one.note
    one.do(f"approvals/{waits(site)[0]}/take-back")
    upload(one, voter(1, email="neuf@example.net"), voter(2))
    one.do("roll/apply", confirmed="yes")
    assert one.note == "La liste est à jour." and waits(site) == []
    assert "coordonnées ont changé" in site.wait_text(MAIL, 2)
    one.do("voters/1/passphrase", check="callBack", reason="oubli")
    assert "membre du bureau" in one.note, one.text


def test_what_waits_of_a_file_ends_in_words(site):
    site.prepare([voter(n) for n in range(1, 4)]).serve()
    one, two, three = team(site, "manager1", "manager2", "manager3")
    site.wait_text(MAIL, 1)
    upload(one, voter(1, email="premier@example.net"), voter(2), voter(3))
    one.do("roll/apply", confirmed="yes")
    assert one.note.startswith("Le reste du fichier est appliqué.") and "à jour" not in one.note, one.note
    one.get("roll")
    assert "appliqué : ajoutés, modifiés, retirés : +0, 0, -0" in one.text and "dans les 24 heures" in one.text, one.text
    [old] = waits(site)
    # A newer file, given by one and applied by another: neither approves it, and the older one is over.
    upload(one, voter(1, email="second@example.net"), voter(2, email="autre@example.net"), voter(3, last_name="Nouveau"))
    three.do("roll/apply", confirmed="yes")
    assert f"demande n° {old}." in three.note and "prend la place" in three.note, three.text
    [new] = waits(site)
    two.get("approvals")
    assert "Terminées sans décision" in two.text and "remplacée par le fichier contacts.csv" in two.text, two.text
    assert two.do(f"approvals/{old}/decide", decision="approve", reason="x").status_code == 409
    for hand in one, three:
        assert hand.do(f"approvals/{new}/decide", decision="approve", reason="x").status_code == 403
    assert "donné son fichier" in one.text
    one.get("roll")
    assert "+0, 1, -0" in one.text and "dans les 24 heures" in one.text and "un fichier plus récent a pris la place" in one.text.lower(), one.text
    # One row is left out; one that is not there is said.
    assert two.do(f"approvals/{new}/decide", decision="approve", without="V9", reason="vu").status_code == 422 and "V9" in two.text
    two.do(f"approvals/{new}/decide", decision="approve", without="V2", reason="vu")
    assert "ajoutés ou changés : 1." in two.note and "Laissés de côté par votre décision : V2" in two.note, two.note
    one.get("roll")
    assert "a été approuvé ; des lignes" in one.text and "dans les 24 heures" not in one.text, one.text
    # Nobody decides within the day.
    upload(one, voter(1, email="second@example.net"), voter(2, email="tard@example.net"), voter(3, last_name="Nouveau"))
    one.do("roll/apply", confirmed="yes")
    site.sql("UPDATE staff_approval SET expires_at = asked_at WHERE state = 'waiting'")
    road.wait_until(lambda: "personne n'a décidé dans les 24 heures" in (one.get("roll"), one.text)[1], 20)
    assert "expirée : rien n'a changé" in (two.get("approvals"), two.text)[1], two.text


def test_what_nobody_decided_in_time_keeps_no_seal_from_being_made(site):
    site.prepare([voter(1), voter(2)]).serve()
    [one] = team(site, "manager1")
    upload(one, voter(1, email="neuf@example.net"), voter(2))
    one.do("roll/apply", confirmed="yes")
    site.stop()
    refused = site.run("poll", "seal", "--box-key", f"{site.folder}/box.key", "--yes", status=1).stderr
    assert "wait for a second person" in refused, refused
    site.sql("UPDATE staff_approval SET expires_at = asked_at WHERE state = 'waiting'")
    # It is said before the question, and nothing is forgotten without a yes.
    asked = site.run("poll", "seal", "--box-key", f"{site.folder}/box.key", status=1).stderr
    assert "nobody decided in time, and the seal forgets it: contacts.csv, request 1 of staff:manager1, 1 voter" in asked, asked
    assert site.sql("SELECT count(*) FROM roll_change") == [(1,)]
    refused = site.run("poll", "seal", "--box-key", f"{site.folder}/box.key", "--yes", status=1).stderr
    assert refused and "wait for a second person" not in refused, refused
    assert [each["askedBy"] for each in details(site, "approval.expire")] == ["staff:manager1"]


def test_a_long_note_is_cut_and_not_a_page_that_is_refused(site):
    site.prepare([voter(n) for n in range(1, 331)]).serve()
    one, two = team(site, "manager1", "manager2")
    upload(one, *[voter(n, email=f"neuf{n}@example.net") for n in range(1, 331)])
    one.do("roll/apply", confirmed="yes")
    without = ", ".join(f"V{n}" for n in range(2, 331))
    assert two.do(f"approvals/{waits(site)[0]}/decide", decision="approve", without=without, reason="vu").status_code == 200
    assert "ajoutés ou changés : 1." in two.note and two.note.endswith("…"), two.text
    assert details(site, "roll.leaveOut")[0]["references"] == without


def test_a_late_voter_whose_contact_others_have_waits(site):
    site.prepare([voter(1), voter(2)]).serve()
    one, two, bureau = team(site, "manager1", "manager2", "bureau")
    late = {"reference": "N9", "last_name": "Oublié", "first_name": "Léa", "college": "ouvriers", "site": "lille", "reason": "oubli"}
    assert one.do("roll/add", **late, email=MAIL).status_code == 200
    assert "membre du bureau" in one.note, one.text
    [request] = waits(site)
    assert "ajout d'un électeur" in (two.get("approvals"), two.text)[1]
    two.get(f"approvals/{request}/decide")
    for words in ("N9", "Léa Oublié", "oubli", f"→ {MAIL}"):
        assert words in two.text, two.text
    assert "Laisser de côté" not in two.text
    bureau.do(f"approvals/{request}/decide", decision="refuse", reason="non")
    assert site.sql("SELECT count(*) FROM roll_voter WHERE reference = 'N9'") == [(0,)]
    one.do("roll/add", **late, email="lea@example.org")
    assert one.note and site.sql("SELECT removed_at FROM roll_voter WHERE reference = 'N9'") == [(None,)], one.text


def test_a_command_line_without_a_bureau_leaves_out_what_is_odd(site):
    site.prepare([voter(n) for n in range(1, 4)])
    told = site.roll([voter(1, email="neuf@example.net"), voter(2, email="v3@example.org"), voter(3)], "--yes", "--json")
    assert "not taken: V2" in told.stderr and "1 voter with an identifier" in told.stdout + told.stderr, told.stderr
    assert json.loads(told.stdout.split("\n1 voter")[0])["leftOut"] == ["V2"], told.stdout


def test_a_file_on_the_command_line_alone_says_what_a_console_would_have_asked(site):
    site.prepare([voter(1), voter(2)])
    told = site.roll([voter(1, email="neuf@example.net"), voter(2)], "--yes")
    assert "1 voter with an identifier got a new contact" in told.stdout + told.stderr and "two persons" in told.stderr, told.stdout + told.stderr
    site.run("outbox", "send")
    assert "coordonnées ont changé" in site.wait_text(MAIL, 2)


def test_an_answer_and_what_stood_before_it(site):
    road.HEAD.append("challenge")
    try:
        site.prepare([voter(n, challenge=f"truelle {n} bleue") for n in (1, 2)], QUESTION).serve()
    finally:
        road.HEAD.remove("challenge")
    [(hash_before,)] = site.sql("SELECT challenge FROM roll_voter WHERE id = 1")
    one, two = team(site, "manager1", "manager2")
    one.get("voters/1/correct")
    one.post("voters/1/correct", **form(one.page) | {"email": "neuf@example.net", "weight": "2", "challenge": "marteau rouge", "reason": "appel"})
    [request] = waits(site)
    two.get(f"approvals/{request}/decide")
    for words in ("v***@example.org → neuf@example.net", "1 → 2", "une nouvelle réponse, que personne ne voit"):
        assert words in two.text, two.text
    assert "marteau" not in two.page and "argon" not in two.page
    site.run("roll", "correct", "V1", "--column", "weight", "--value", "5", "--reason", "two jobs")
    two.do(f"approvals/{request}/decide", decision="approve", reason="vu")
    assert "changé entre-temps" in two.note, two.note
    assert roll_row(site, 1)[5] == 5 and site.sql("SELECT challenge FROM roll_voter WHERE id = 1") == [(hash_before,)]
    # On the command line it goes the same way: a hash, and a journal without the answer.
    site.run("roll", "correct", "V1", "--column", "challenge", "--value", "marteau rouge", "--reason", "appel")
    [(hash_after,)] = site.sql("SELECT challenge FROM roll_voter WHERE id = 1")
    assert hash_after.startswith("$argon2id$") and hash_after != hash_before
    assert site.sql("SELECT count(*) FROM journal_entry WHERE details LIKE '%\"challenge\"%' AND sealed IS NOT NULL") == [(0,)]
    assert "secrets" in site.run("roll", "correct", "V1", "--column", "challenge", "--value", "12/03/1980", "--reason", "x", status=1).stderr
