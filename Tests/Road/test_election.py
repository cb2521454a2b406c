"""What an election's texts may say, by the command line."""
import csv
import glob
import os
import re
import sqlite3
import subprocess

from conftest import LETTER, SAMPLE, voter

#: A letter of Nag Mundari, for which the fonts of this system have no form.
STRANGE = "\U0001E4D0"
LIST = ("Liste « Agir au quotidien »", f"Liste {STRANGE}")


def test_a_text_without_a_font_is_refused_before_it_is_sealed(isoloir):
    isoloir.election()
    isoloir.roll([voter(number) for number in range(12)])
    isoloir.run("election", "check", f"{isoloir.folder}/election")
    isoloir.election(LIST)
    for words in (("election", "check", f"{isoloir.folder}/election"), ("poll", "rehearse"), ("poll", "seal", "--yes", "--box-key", f"{isoloir.folder}/box.key")):
        refused = isoloir.run(*words, status=1).stderr
        assert "answer 2 to question 1 of the ballot titulaires-ouvriers" in refused, words
        assert f'no installed font has "{STRANGE}"' in refused and "install a font that has it" in refused, words
    assert "The seal refuses it" in isoloir.run("election", "create", f"{isoloir.folder}/election").stderr
    isoloir.election(("Claire Vasseur, responsable", f"Claire {STRANGE}, responsable"))
    assert "the support's name" in isoloir.run("election", "check", f"{isoloir.folder}/election", status=1).stderr


def test_what_an_earlier_version_stored_is_not_sealed_against_the_rules_of_today(isoloir):
    isoloir.election()
    isoloir.roll([voter(number) for number in range(12)])
    with sqlite3.connect(isoloir.store) as database:
        database.execute("UPDATE election_definition SET definition = replace(definition, 'min: 1', 'min: 0')")
    isoloir.run("election", "show")
    shown = isoloir.json("election", "show")
    assert (shown["opens"], shown["closes"]) == ("2026-11-24T08:00:00Z", "2026-12-01T16:00:00Z"), shown
    for words in (("poll", "rehearse"), ("poll", "seal", "--yes", "--box-key", f"{isoloir.folder}/box.key")):
        assert "two ways to choose nothing" in isoloir.run(*words, status=1).stderr, words


def test_an_hour_that_has_passed_is_noted(isoloir):
    isoloir.election(("opens: 2026-11-24 09:00", "opens: 2025-11-24 09:00"), ("closes: 2026-12-01 17:00", "closes: 2025-12-01 17:00"))
    for words in (("election", "check", f"{isoloir.folder}/election"), ("election", "create", f"{isoloir.folder}/election")):
        said = isoloir.run(*words).stderr
        assert 'the poll closed on Monday 1 December 2025 at 17:00' in said and 'set "opens" and "closes" anew' in said, words


def test_an_election_in_french_alone_asks_for_no_english(isoloir):
    """Neither in its definition nor in anything that goes out: mails, SMS, letters, specimen."""
    with open(f"{SAMPLE}/election.yaml", encoding="utf-8") as file:
        text = re.sub(r"\n +en: [^\n]+", "", file.read().replace("languages: [fr, en]", "languages: [fr]"))
    assert "en:" not in text
    os.makedirs(f"{isoloir.folder}/french")
    with open(f"{isoloir.folder}/french/election.yaml", "w", encoding="utf-8") as file:
        file.write(text)
    isoloir.settings(f"mail: {{folder: {isoloir.folder}/mail}}\nsms: {{folder: {isoloir.folder}/sms}}\n")
    assert "cse-2026" in isoloir.run("election", "check", f"{isoloir.folder}/french").stdout
    isoloir.run("election", "create", f"{isoloir.folder}/french")
    # Who is said to speak English is written to as everybody else.
    said = isoloir.roll([voter(1, language="en"), voter(2, email="", phone="06 39 98 00 02"), voter(3, language="en", **LETTER), voter(20, college="cadres")])
    assert '"en" is no language of this election, which writes in fr' in said.stdout
    isoloir.run("identifiers", "issue")
    isoloir.run("outbox", "send")
    [mail] = isoloir.mails(f"{isoloir.folder}/mail")["v1@example.org"]
    sms = [open(path, encoding="utf-8").read() for path in glob.glob(f"{isoloir.folder}/sms/new/*.txt")]
    isoloir.letters(f"{isoloir.folder}/letters")
    with open(f"{isoloir.folder}/letters/manifest.csv", encoding="utf-8") as file:
        assert {row["language"] for row in csv.DictReader(file)} == {"fr"}
    isoloir.run("letters", "specimen", "--to", f"{isoloir.folder}/specimen.pdf")
    papers = glob.glob(f"{isoloir.folder}/letters/*.pdf") + [f"{isoloir.folder}/specimen.pdf"]
    printed = [subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout for path in papers]
    texts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")] + sms + printed
    assert len(sms) == 1 and len(printed) >= 2 and "Bonjour" in texts[0]
    english = re.compile(r"\b(the|your|Dear|Hello|identifier)\b")
    for text in texts:
        assert not english.search(re.sub(r"<style.*?</style>", "", text, flags=re.S)), text
