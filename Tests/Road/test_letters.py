"""Letters, from the waiting row to the wiped secret."""
import hashlib
import json
import os
import re
import subprocess

import pytest
from conftest import LETTER, ROOT, SAMPLE, TODAY, voter

TOWNS = [("1 rue A", "97400 Saint-Denis", ""), ("2 rue A", "01000 Bourg-en-Bresse", ""), ("Hauptstraße 3", "10115 Berlin", "Allemagne"),
         ("4 rue A", "75011 Paris", ""), ("5 rue A", "59000 Lille", "")]


def letter_voters(isoloir, *changes):
    isoloir.election(*changes)
    isoloir.roll([voter(number, **LETTER) | {"address2": street, "town": town, "country": country}
                  for number, (street, town, country) in enumerate(TOWNS)])
    isoloir.run("identifiers", "issue")


def own_letters(isoloir, change):
    """Gives the election letters of its own: every text of the program's, changed."""
    own = f"{isoloir.folder}/Ballots/cse-2026/templates/letter"
    os.makedirs(own, exist_ok=True)
    for name in os.listdir(f"{ROOT}/Templates/letter"):
        if name.endswith(".md"):
            with open(f"{ROOT}/Templates/letter/{name}", encoding="utf-8") as file, open(f"{own}/{name}", "w", encoding="utf-8") as other:
                other.write(change(file.read()))


def text(path):
    return subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout


def pdf(folder):
    [name] = [name for name in os.listdir(folder) if name.endswith(".pdf")]
    return f"{folder}/{name}"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def test_a_letter_of_a_kind_that_no_specimen_shows_is_not_printed(isoloir):
    """As a later version may have queued it: nobody approved its text."""
    letter_voters(isoloir)
    isoloir.sql("""UPDATE outbox_frame SET hash = randomblob(32), content = replace(content, '"identifierCode"', '"invitation"')
                   WHERE id IN (SELECT frame FROM outbox_message WHERE channel = 'letter')""")
    assert all('"invitation"' in content for content, in isoloir.sql(
        "SELECT content FROM outbox_frame WHERE id IN (SELECT frame FROM outbox_message WHERE channel = 'letter')"))
    folder = f"{isoloir.folder}/out"
    said = isoloir.letters(folder).stderr
    assert said.count("nobody approved its text") == 5 and "Correct the roll" not in said
    assert "QQ" not in text(pdf(folder)) and json.load(open(f"{folder}/manifest.json"))["letters"] == 0
    # Whoever lost theirs by it gets a new one, of a kind that was approved.
    isoloir.run("identifiers", "issue")
    again = f"{isoloir.folder}/again"
    assert isoloir.letters(again).returncode == 0 and json.load(open(f"{again}/manifest.json"))["letters"] == 5


def test_a_batch_is_sorted_sound_and_described(isoloir):
    letter_voters(isoloir)
    folder = f"{isoloir.folder}/out"
    printed = isoloir.letters(folder)
    assert "not encrypted" in printed.stderr
    path = pdf(folder)
    assert os.path.basename(path) == "cse-2026-001-000001-000005.pdf"
    with open(f"{folder}/manifest.json") as file:
        manifest = json.load(file)
    assert (manifest["letters"], manifest["sheets"]) == (5, 5)
    assert manifest["files"][0]["sha256"] == digest(path)
    assert "QQ" not in json.dumps(manifest)
    assert os.stat(path).st_mode & 0o077 == 0
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True).stdout.split("\n")[2:-1]
    assert fonts and all(re.search(r"\byes yes\b", line) for line in fonts)
    pages = text(path).split("\f")
    towns = [re.findall(r"\d{4,5} (BOURG|LILLE|PARIS|SAINT|BERLIN)", page)[-1] for page in pages[:5]]
    assert towns == ["BOURG", "LILLE", "PARIS", "SAINT", "BERLIN"]
    assert "ALLEMAGNE" in pages[4] and "https://vote.example.org" in pages[0]
    subprocess.run(["pdftoppm", "-r", "120", "-png", "-f", "1", "-l", "1", path, f"{folder}/page"], check=True)
    [image] = [name for name in os.listdir(folder) if name.endswith(".png")]
    read = subprocess.run(["zbarimg", "-q", "--raw", f"{folder}/{image}"], capture_output=True, text=True).stdout
    identifier, code = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}(?:-[0-9A-Z]{4})?\b", pages[0])
    # The identifier stands behind the mark that browsers keep to themselves; the code never does.
    assert read == f"https://vote.example.org/#{identifier}\n" and code not in read


def test_letters_are_asleep_until_posted_and_wiped_when_confirmed(isoloir):
    letter_voters(isoloir)
    assert isoloir.sql("SELECT DISTINCT state FROM issuance_identifier") == [("unposted",)]
    isoloir.letters(f"{isoloir.folder}/a")
    assert "No letter waits" in isoloir.letters(f"{isoloir.folder}/b").stdout
    isoloir.run("letters", "confirm", "1", status=1)
    isoloir.run("letters", "posted", "1", "--on", "2026-02-30", status=2)
    isoloir.run("letters", "posted", "1", "--on", TODAY)
    isoloir.run("letters", "posted", "1", "--on", TODAY, status=1)
    assert isoloir.sql("SELECT DISTINCT state FROM issuance_identifier") == [("active",)]
    isoloir.run("letters", "print", "--to", f"{isoloir.folder}/c", "--again", "1", status=2)
    isoloir.letters(f"{isoloir.folder}/c", "--again", "1", "--reason", "printer jammed")
    assert digest(pdf(f"{isoloir.folder}/a")) == digest(pdf(f"{isoloir.folder}/c"))
    isoloir.letters(f"{isoloir.folder}/d", "--again", "1", "--letter", "3", "--reason", "sheet 3 torn")
    assert text(pdf(f"{isoloir.folder}/d")).strip() == text(pdf(f"{isoloir.folder}/a")).split("\f")[2].strip()
    isoloir.run("letters", "confirm", "1")
    assert isoloir.sql("SELECT count(*) FROM outbox_message WHERE sealed IS NOT NULL") == [(0,)]
    refused = isoloir.letters(f"{isoloir.folder}/e", "--again", "1", "--reason", "x", status=1)
    assert "wiped" in refused.stderr
    [sheet] = isoloir.json("letters", "list")
    assert (sheet["state"], sheet["reprinted"]) == ("confirmed", 6)


def test_a_spoiled_letter_ends_its_identifier_and_a_new_one_follows(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    isoloir.run("letters", "spoiled", "1", "2", "--reason", "torn in the folder", "--destroyed", "--yes")
    isoloir.run("letters", "spoiled", "1", "2", "--reason", "again", "--yes", status=1)
    assert isoloir.sql("SELECT count(*) FROM issuance_identifier WHERE state = 'revoked'") == [(1,)]
    isoloir.run("letters", "posted", "1", "--on", TODAY)
    assert dict(isoloir.sql("SELECT state, count(*) FROM issuance_identifier GROUP BY state")) == {"active": 4, "revoked": 1}
    assert isoloir.json("identifiers", "issue")["issued"] == {"letter": 1}
    isoloir.letters(f"{isoloir.folder}/b")
    [first, second] = isoloir.json("letters", "list")
    assert (first["printed"], first["spoiled"], first["destroyed"], first["toPost"]) == (5, 1, 1, 4)
    assert second["printed"] == 1


def test_returned_letters_are_marked_on_the_roll(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    isoloir.run("letters", "posted", "1", "--on", TODAY)
    with open(f"{isoloir.folder}/returned.csv", "w") as file:
        file.write("lot;pli;matricule\n1;1;\n;;V2\n1;99;\n")
    refused = isoloir.run("letters", "returned", f"{isoloir.folder}/returned.csv", status=1)
    assert "2 letters marked" in refused.stdout and "returned.csv:4" in refused.stderr
    assert isoloir.sql("SELECT count(*) FROM roll_voter WHERE returned_at IS NOT NULL") == [(2,)]
    assert isoloir.json("identifiers", "issue")["unreachable"] == 2


def test_everything_for_the_printer_is_encrypted(isoloir, tmp_path):
    letter_voters(isoloir)
    home = str(tmp_path / "printer")
    os.makedirs(home, mode=0o700)
    gpg = ["gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-generate-key", "Printer <p@example.org>", "rsa2048", "encrypt"], check=True, capture_output=True)
    key = f"{isoloir.folder}/printer.asc"
    subprocess.run([*gpg, "--armor", "--output", key, "--export"], check=True, capture_output=True)
    folder = f"{isoloir.folder}/out"
    isoloir.letters(folder, "--encrypt-to", key)
    names = sorted(os.listdir(folder))
    assert names == ["cse-2026-001-000001-000005.pdf.gpg", "manifest.csv.gpg", "manifest.json.gpg"]
    for name in names:
        subprocess.run([*gpg, "--output", f"{home}/{name[:-4]}", "--decrypt", f"{folder}/{name}"], check=True, capture_output=True)
    with open(f"{home}/manifest.json") as file:
        assert json.load(file)["files"][0]["sha256"] == digest(f"{folder}/{names[0]}")
    assert subprocess.run(["qpdf", "--check", f"{home}/{names[0][:-4]}"], capture_output=True).returncode == 0
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, capture_output=True)


def test_a_key_that_cannot_encrypt_is_refused_and_nothing_is_lost(isoloir):
    letter_voters(isoloir)
    with open(f"{isoloir.folder}/bad.asc", "w") as file:
        file.write("no key")
    isoloir.letters(f"{isoloir.folder}/out", "--encrypt-to", f"{isoloir.folder}/bad.asc", status=1)
    assert isoloir.states("letter") == {"waiting": 5}


def test_the_specimen_shows_difficult_addresses_and_no_real_code(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/specimen.pdf"
    isoloir.run("letters", "specimen", "--to", path)
    shown = text(path)
    assert "SPECIMEN" in shown and "97400" in shown and "ALLEMAGNE" in shown and "FAKE-C0DE" in shown


def test_letters_are_printed_by_an_approved_specimen_alone(isoloir):
    letter_voters(isoloir)
    folder, proof = f"{isoloir.folder}/out", f"{isoloir.folder}/proof.pdf"

    def refused(*words):
        error = isoloir.run("letters", "print", "--to", folder, *words, status=1).stderr
        assert "specimen is not approved" in error and "letters approve --by NAME" in error
        # Nothing was numbered.
        assert isoloir.states("letter") == {"waiting": 5} and not os.path.exists(folder)

    refused()
    assert "No specimen of the present texts" in isoloir.run("letters", "approve", "--by", "Zoé Petit", status=1).stderr
    made = isoloir.run("letters", "specimen", "--to", proof).stdout
    assert digest(proof) in made and "letters approve --by NAME" in made
    refused()
    isoloir.run("letters", "approve", status=2)
    isoloir.run("letters", "approve", "--by", "Zoé Petit")
    assert "already" in isoloir.run("letters", "approve", "--by", "Zoé Petit").stdout
    [(sha256, by)] = isoloir.sql("SELECT sha256, approved_by FROM bureau_specimen")
    assert sha256 == digest(proof) and by.startswith("Zoé Petit (system:")
    entries = [json.loads(line) for line in isoloir.run("journal", "export").stdout.splitlines()]
    written = {entry["action"]: entry["details"] for entry in entries if entry["action"].startswith("letters.")}
    assert written == {"letters.specimen": {"sha256": sha256}, "letters.approve": {"sha256": sha256, "by": "Zoé Petit"}}
    # Another layout and other texts are another specimen.
    refused("--envelope", "c5")
    own = f"{isoloir.folder}/Ballots/cse-2026/templates/letter"
    os.makedirs(own)
    for name in os.listdir(f"{ROOT}/Templates/letter"):
        if name.startswith("identifierCode"):
            with open(f"{ROOT}/Templates/letter/{name}", encoding="utf-8") as file, open(f"{own}/{name}", "w", encoding="utf-8") as other:
                other.write(file.read().replace("Pour voter", "Afin de voter"))
    refused()
    isoloir.letters(folder)
    assert text(pdf(folder)).count("\f") == 5


def test_whoever_may_be_who_made_the_specimen_does_not_approve_it(isoloir):
    letter_voters(isoloir)
    for name, role in (("camille", "manager"), ("printer", "printer"), ("ines", "bureau")):
        isoloir.run("manager", "add", name, "--role", role, "--mail", f"{name}@example.org", "--full-name", name.title())
    isoloir.run("letters", "specimen", "--to", f"{isoloir.folder}/proof.pdf")
    isoloir.sql("UPDATE bureau_specimen SET made_by = 'staff:camille'")
    for name in ("camille", "Camille"):
        assert "somebody else approves it" in isoloir.run("letters", "approve", "--by", name, status=1).stderr
    assert "approves no specimen" in isoloir.run("letters", "approve", "--by", "Printer", status=1).stderr
    # An account that was added after identifiers had left decides on nothing for a while.
    assert "is new" in isoloir.run("letters", "approve", "--by", "Ines", status=1).stderr
    isoloir.sql("UPDATE staff_member SET decides_at = 0")
    assert "approved by Ines" in isoloir.run("letters", "approve", "--by", "Ines").stdout


def test_a_letter_too_long_for_its_frame_is_refused(isoloir):
    letter_voters(isoloir)
    isoloir.approve()
    own_letters(isoloir, lambda text: text.replace("Pour voter", "Pour voter " * 400))
    # Before anything is numbered.
    refused = isoloir.run("letters", "print", "--to", f"{isoloir.folder}/out", status=1)
    assert "its frame has" in refused.stderr and not os.path.exists(f"{isoloir.folder}/out")
    assert isoloir.states("letter") == {"waiting": 5}


def test_hours_in_three_time_zones_have_room_on_a_letter(isoloir):
    letter_voters(isoloir, ("  saint-denis:\n", "  saint-denis:\n    timezone: Indian/Reunion\n"), ("  lille:\n", "  lille:\n    timezone: Pacific/Noumea\n"))
    isoloir.letters(f"{isoloir.folder}/out")
    printed = " ".join(text(pdf(f"{isoloir.folder}/out")).split())
    assert "heure de Paris ; 12 h 00 et 20 h 00, heure de La Réunion" in printed
    assert "mercredi 2 décembre 2026 à 3 h, heure de Nouméa" in printed


def states(isoloir):
    return dict(isoloir.sql("SELECT state, count(*) FROM issuance_identifier GROUP BY state"))


def test_a_letter_withdrawn_before_printing_is_left_out_for_good(isoloir):
    letter_voters(isoloir)
    # A file where the folder was to be: the batch was numbered when that shows.
    with open(f"{isoloir.folder}/a", "w"):
        pass
    assert "Batch 1 is kept: print again" in isoloir.letters(f"{isoloir.folder}/a", status=1).stderr
    os.remove(f"{isoloir.folder}/a")
    isoloir.run("identifiers", "reissue", "V2", "--by", "email", "--to", "v2@example.net", "--reason", "cannot wait")
    refused = isoloir.letters(f"{isoloir.folder}/a", "--again", "1", "--letter", "1", "--reason", "x", status=1)
    assert "is not printed yet" in refused.stderr
    isoloir.letters(f"{isoloir.folder}/a")
    assert text(pdf(f"{isoloir.folder}/a")).count("\f") == 4
    [sheet] = isoloir.json("letters", "list")
    assert (sheet["state"], sheet["printed"], sheet["withdrawn"], sheet["toPost"]) == ("printed", 5, 1, 4)
    assert len(sheet["notToPost"]) == 1
    isoloir.letters(f"{isoloir.folder}/b", "--again", "1", "--reason", "jam")
    assert text(pdf(f"{isoloir.folder}/b")).count("\f") == 4
    # The notice for V2's letterbox is a batch of its own, and posting it makes nothing usable.
    isoloir.letters(f"{isoloir.folder}/c")
    assert ": 0 identifiers" in isoloir.run("letters", "posted", "2", "--on", TODAY).stdout
    assert states(isoloir) == {"unposted": 4, "active": 1, "revoked": 1}


def test_a_lost_sheet_ends_only_the_identifier_on_it(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    isoloir.run("letters", "posted", "1", "--on", TODAY)
    isoloir.run("identifiers", "reissue", "V0", "--by", "email", "--to", "v0@example.net", "--reason", "letter lost")
    number = isoloir.sql("SELECT number FROM issuance_letter JOIN roll_voter ON id = voter WHERE reference = 'V0'")[0][0]
    assert "No identifier ended" in isoloir.run("letters", "spoiled", "1", number, "--reason", "came to the office", "--yes").stdout
    isoloir.letters(f"{isoloir.folder}/b")
    assert "No identifier ended" in isoloir.run("letters", "spoiled", "2", 1, "--reason", "notice torn", "--yes").stdout
    assert states(isoloir) == {"active": 5, "revoked": 1}


def test_secrets_are_wiped_after_30_days_and_posting_can_still_be_said(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    isoloir.sql("UPDATE issuance_batch SET printed_at = printed_at - 31 * 86400")
    isoloir.letters(f"{isoloir.folder}/b")
    assert isoloir.sql("SELECT count(*) FROM outbox_message WHERE sealed IS NOT NULL") == [(0,)]
    assert "wiped" in isoloir.letters(f"{isoloir.folder}/b", "--again", "1", "--reason", "x", status=1).stderr
    isoloir.run("letters", "posted", "1", "--on", TODAY)
    assert states(isoloir) == {"active": 5}


def test_orders_that_make_no_sense_are_refused_in_words(isoloir):
    letter_voters(isoloir)
    folder = f"{isoloir.folder}/a"
    assert "goes with --again" in isoloir.run("letters", "print", "--to", folder, "--letter", "2", status=2).stderr
    isoloir.letters(folder)
    assert "of an earlier print run" in isoloir.run(
        "letters", "print", "--to", folder, "--again", "1", "--letter", "2", "--reason", "torn", status=1).stderr
    assert "is not here yet" in isoloir.run("letters", "posted", "1", "--on", "2126-11-10", status=1).stderr
    assert "no batch 7" in isoloir.run("letters", "posted", "7", "--on", TODAY, status=1).stderr
    assert "was printed after" in isoloir.run("letters", "posted", "1", "--on", "2020-01-01", status=1).stderr
    isoloir.sql("UPDATE issuance_batch SET created_at = 1790000000")
    isoloir.run("letters", "posted", "1", "--on", TODAY)
    assert "is now 2026-10-11" in isoloir.run("letters", "posted", "1", "--on", "2026-10-11").stdout
    assert "--reason is empty" in isoloir.run("letters", "spoiled", "1", "1", "--reason", " ", status=2).stderr
    isoloir.run("letters", "confirm", "1")
    assert "already" in isoloir.run("letters", "confirm", "1", status=1).stderr
    specimen = f"{isoloir.folder}/specimen.pdf"
    isoloir.run("letters", "specimen", "--to", specimen)
    assert "nothing is overwritten" in isoloir.run("letters", "specimen", "--to", specimen, status=1).stderr


def test_a_batch_that_died_while_it_was_numbered_is_numbered_anew(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    # As a process leaves it that died before the batch was complete.
    isoloir.sql("UPDATE issuance_batch SET state = 'gathering', letters = 0")
    isoloir.sql("UPDATE outbox_message SET state = 'waiting' WHERE id = (SELECT max(message) FROM issuance_letter)")
    isoloir.sql("DELETE FROM issuance_letter WHERE message = (SELECT max(message) FROM issuance_letter)")
    isoloir.letters(f"{isoloir.folder}/b")
    assert text(pdf(f"{isoloir.folder}/b")).count("\f") == 5
    assert isoloir.sql("SELECT count(*), count(DISTINCT voter), max(number) FROM issuance_letter") == [(5, 5, 5)]


def test_more_than_5000_letters_are_split_without_a_gap(isoloir):
    isoloir.election()
    isoloir.roll([voter(number, **LETTER) | {"town": f"{59000 + number % 900} Lille"} for number in range(5003)])
    isoloir.run("identifiers", "issue")
    isoloir.letters(f"{isoloir.folder}/a")
    with open(f"{isoloir.folder}/a/manifest.json") as file:
        files = json.load(file)["files"]
    assert [(entry["first"], entry["last"], entry["letters"]) for entry in files] == [(1, 5000, 5000), (5001, 5003, 3)]
    for entry in files:
        pages = subprocess.run(["pdfinfo", f"{isoloir.folder}/a/{entry['file']}"], capture_output=True, text=True).stdout
        assert re.search(rf"Pages: +{entry['letters']}\n", pages)


def test_a_letter_that_cannot_be_set_is_left_out_and_the_rest_is_printed(isoloir):
    letter_voters(isoloir)
    # Letters of Kawi, encoded after the fonts of Debian 12 were made.
    isoloir.roll([voter(number, **LETTER) for number in range(5)] + [voter(9, **LETTER, last_name="\U00011f04\U00011f05 Wang")], "--yes")
    isoloir.run("identifiers", "issue")
    printed = isoloir.letters(f"{isoloir.folder}/a")
    assert "(V9) was left out" in printed.stderr and "roll correct" in printed.stderr
    assert text(pdf(f"{isoloir.folder}/a")).count("\f") == 5
    isoloir.run("letters", "posted", "1", "--on", TODAY)
    assert states(isoloir) == {"active": 5, "revoked": 1}
    isoloir.run("roll", "correct", "V9", "--column", "last_name", "--value", "Wang", "--reason", "cannot be printed")
    assert isoloir.json("identifiers", "issue")["issued"] == {"letter": 1}
    isoloir.letters(f"{isoloir.folder}/b")
    assert "WANG" in text(pdf(f"{isoloir.folder}/b"))


def test_sheets_of_voters_with_a_newer_identifier_are_named(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    [(number,)] = isoloir.sql("SELECT number FROM issuance_letter JOIN roll_voter ON id = voter WHERE reference = 'V3'")
    done = isoloir.run("identifiers", "reissue", "V3", "--by", "email", "--to", "v3@example.net", "--reason", "cannot wait")
    assert f"Take letter {number} of batch 1 out of the pile" in done.stdout
    assert f"Batch 1, not for the post: {number}" in isoloir.run("letters", "list").stdout
    corrected = isoloir.run("roll", "correct", "V4", "--column", "address1", "--value", "9 rue B|62000 Arras", "--reason", "moved")
    assert "is printed as it was" in corrected.stdout


def test_a_returned_address_gets_no_other_letter(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    isoloir.run("letters", "posted", "1", "--on", TODAY)
    with open(f"{isoloir.folder}/returned.csv", "w") as file:
        file.write("reference\nV2\n")
    isoloir.run("letters", "returned", f"{isoloir.folder}/returned.csv")
    assert "returned a letter" in isoloir.run("identifiers", "reissue", "V2", "--by", "letter", "--reason", "x", status=1).stderr
