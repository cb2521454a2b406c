"""What a mailing house looks at: ink, folds, window, codes, the manifest's lines, keys and what goes along."""
import csv
import json
import os
import re
import struct
import subprocess
import zlib

import pytest
from reportlab.lib.pagesizes import A4, A5
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from conftest import LETTER, ROOT, TODAY, voter
from test_letters import TOWNS, digest, letter_voters, own_letters, pdf, text

MILLIMETRE = 72 / 25.4
#: Windows in millimetres (left, top, right, bottom) and folds by envelope and side.
LAYOUTS = {("dl", "right"): ((110, 55, 195, 88), (99, 198)), ("dl", "left"): ((20, 55, 105, 88), (99, 198)),
           ("c5", "right"): ((110, 57, 190, 88), (148.5,)), ("c5", "left"): ((20, 57, 101, 88), (148.5,))}


def output(*words, **options):
    return subprocess.run([*map(str, words)], check=True, capture_output=True, text=True, **options).stdout


def pages(path):
    """The words of every page with their boxes in millimetres."""
    found = []
    for page in output("pdftotext", "-bbox", path, "-").split("<page ")[1:]:
        boxes = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', page)
        found.append([(*(float(value) / MILLIMETRE for value in box[:4]), box[4]) for box in boxes])
    return found


def plain(path, folder):
    """A PDF with its streams unpacked."""
    output("qpdf", "--qdf", "--object-streams=disable", path, f"{folder}/plain.pdf")
    with open(f"{folder}/plain.pdf", "rb") as file:
        return file.read()


def assert_plain(path, folder):
    """Black and grey without transparency, in fonts that the file holds."""
    content = plain(path, folder)
    for word in (b"/Group", b"/SMask", b"/DeviceRGB", b"/DeviceCMYK", b"/ICCBased", b"/ExtGState", b"/ca ", b"/CA "):
        assert word not in content, word
    assert not re.search(rb"[\d.]+ [\d.]+ [\d.]+ (rg|RG)\b", content)
    assert re.search(rb"\b0 g\b", content)
    for line in output("gs", "-q", "-o", "-", "-sDEVICE=inkcov", path).splitlines():
        cyan, magenta, yellow, black = (float(value) for value in line.split()[:4])
        assert (cyan, magenta, yellow) == (0, 0, 0) and 0.01 < black < 0.2, line
    for line in output("pdfimages", "-list", path).splitlines()[2:]:
        assert line.split()[2] in ("stencil", "image") and line.split()[5] in ("-", "gray"), line
    fonts = output("pdffonts", path).splitlines()[2:]
    assert fonts and all(re.search(r"\byes yes yes\b", line) for line in fonts)
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0


def matrices(path, folder, page=1):
    """What the DataMatrix codes of a page say."""
    output("pdftoppm", "-r", 300, "-gray", "-png", "-f", page, "-l", page, path, f"{folder}/sheet")
    [name] = [name for name in os.listdir(folder) if name.startswith("sheet")]
    # The reader looks for one code in the upper half, where nothing else is square.
    read = subprocess.run(["dmtxread", "-N1", "-m5000", "--y-range-min=50%", f"{folder}/{name}"], capture_output=True, text=True).stdout
    os.remove(f"{folder}/{name}")
    return read


def test_sheets_are_black_without_transparency_in_their_language(isoloir):
    isoloir.election()
    isoloir.roll([voter(0, **LETTER), voter(1, **LETTER, language="en")])
    isoloir.run("identifiers", "issue")
    folder = f"{isoloir.folder}/out"
    isoloir.letters(folder)
    path = pdf(folder)
    assert_plain(path, isoloir.folder)
    content = plain(path, isoloir.folder)
    assert b"/Lang (fr)" in content and b"/DisplayDocTitle true" in content
    assert len(re.findall(rb"/Span << /Lang \(en\) >> BDC", content)) == 1
    assert re.search(r"Title: +Élection du comité social et économique 2026 – 001-000001-000002\n", output("pdfinfo", path))
    assert "PDF version:     1.4" in output("pdfinfo", path)


@pytest.mark.parametrize(("envelope", "side"), LAYOUTS)
def test_nothing_stands_on_a_fold_or_too_near_the_windows_edge(isoloir, envelope, side):
    isoloir.election()
    # The longest address that there may be: 38 wide letters, six lines and a country.
    wide = voter(7, **LETTER) | {"last_name": "Montmorency-Wammermann", "first_name": "Gwendoline", "address2": "APPARTEMENT 1234 ESCALIER BB ETAGE 123",
                                 "town": "91940 SAINT JEAN DE BEAUREGARD MMMMMMM"}
    isoloir.roll([voter(number, **LETTER) | {"address2": street, "town": town, "country": country}
                  for number, (street, town, country) in enumerate(TOWNS)] + [wide])
    isoloir.run("identifiers", "issue")
    folder = f"{isoloir.folder}/a"
    isoloir.letters(folder, "--envelope", envelope, "--window", side)
    (left, top, right, bottom), folds = LAYOUTS[envelope, side]
    sheets = pages(pdf(folder))
    assert len(sheets) == 6
    for words in sheets:
        inside = 0
        for x0, y0, x1, y1, word in words:
            assert x0 >= 15 and x1 <= 195 and y0 >= 15 and y1 <= 282, word
            assert not any(y0 < fold + 1 and y1 > fold - 1 for fold in folds), (word, y0, y1)
            if y1 > top and y0 < bottom:
                assert left + 3 <= x0 and x1 <= right - 3 and top + 3 <= y0 and y1 <= bottom - 3, (word, x0, y0, x1, y1)
                inside += 1
        assert inside >= 5
        # The sender's line stands above the window, the day of printing beside or below it, the salutation below the fold.
        line = [word for x0, y0, x1, y1, word in words if top - 6 <= y0 and y1 <= top and left - 0.1 <= x0]
        assert "Ateliers" in line and "LILLE" in line, line
        greeting = next(y0 for x0, y0, x1, y1, word in words if word in ("Madame", "Monsieur"))
        assert greeting > 99 + 2
        assert re.search(r"Le \d+(er)? \S+ 20\d\d", " ".join(word for *_, word in words))
    manifest = json.load(open(f"{folder}/manifest.json"))
    assert (manifest["envelope"], manifest["window"]) == (envelope, side)


def test_a_long_sender_is_shortened_above_the_window(isoloir):
    name = "Comité social et économique interentreprises des établissements industriels du Nord et de la façade " + "maritime " * 9
    letter_voters(isoloir, ("name: Ateliers Beauséjour\n", f"name: {name}\n"))
    folder = f"{isoloir.folder}/a"
    isoloir.letters(folder)
    for words in pages(pdf(folder)):
        line = " ".join(word for x0, y0, x1, y1, word in words if 49 <= y0 and y1 <= 55 and x0 >= 109)
        assert line.startswith("Comité social") and "… – " in line and line.endswith("59000 LILLE"), line


def test_layouts_are_named_in_the_settings_and_wrong_ones_refused(isoloir):
    letter_voters(isoloir)
    folder = f"{isoloir.folder}/a"
    isoloir.settings("letters: {envelope: c5, window: left}\n")
    isoloir.letters(folder)
    manifest = json.load(open(f"{folder}/manifest.json"))
    assert (manifest["envelope"], manifest["window"]) == ("c5", "left")
    assert "--envelope is one of dl, c5" in isoloir.run("letters", "print", "--to", f"{folder}2", "--envelope", "C6", status=2).stderr
    isoloir.settings("letters: {window: middle}\n")
    assert "window" in isoloir.run("letters", "print", "--to", f"{folder}2", status=1).stderr


@pytest.mark.parametrize("side", ["right", "left"])
def test_every_sheet_has_a_code_for_the_inserter(isoloir, side):
    letter_voters(isoloir)
    folder = f"{isoloir.folder}/out"
    isoloir.letters(folder, "--window", side)
    for page in (1, 5):
        assert matrices(pdf(folder), isoloir.folder, page) == f"001-00000{page}-01-01"


def test_the_manifest_has_a_line_for_each_sheet_and_no_secret(isoloir):
    letter_voters(isoloir)
    folder = f"{isoloir.folder}/out"
    isoloir.letters(folder)
    with open(f"{folder}/manifest.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [(line["number"], line["postcode"], line["country"], line["pages"], line["language"]) for line in lines] == [
        ("1", "01000", "FRANCE", "1", "fr"), ("2", "59000", "FRANCE", "1", "fr"), ("3", "75011", "FRANCE", "1", "fr"),
        ("4", "97400", "FRANCE", "1", "fr"), ("5", "10115", "ALLEMAGNE", "1", "fr")]
    assert {(line["election"], line["batch"], line["file"], line["sha256"]) for line in lines} == {
        ("cse-2026", "1", os.path.basename(pdf(folder)), digest(pdf(folder)))}
    told = open(f"{folder}/manifest.csv").read() + open(f"{folder}/manifest.json").read()
    secrets = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}(?:-[0-9A-Z]{4})?\b", text(pdf(folder)))
    assert len(secrets) == 10 and not any(secret in told for secret in secrets)
    assert "Martin" not in told and "MARTIN" not in told and "rue" not in told


def test_a_spoiled_sheet_or_one_that_is_printed_again_keeps_its_lines(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    isoloir.run("letters", "spoiled", "1", "2", "--reason", "torn", "--yes")
    isoloir.letters(f"{isoloir.folder}/b", "--again", "1", "--letter", "1-3", "--reason", "jam")
    with open(f"{isoloir.folder}/b/manifest.csv", newline="") as file:
        assert [line["number"] for line in csv.DictReader(file)] == ["1", "3"]
    assert text(pdf(f"{isoloir.folder}/b")).count("\f") == 2


def test_notices_are_files_of_their_own_where_that_is_asked(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    for number in (0, 3):
        isoloir.run("identifiers", "reissue", f"V{number}", "--by", "email", "--to", f"v{number}@example.net", "--reason", "cannot wait")
    isoloir.roll([voter(number, **LETTER) | {"address2": street, "town": town, "country": country} for number, (street, town, country) in enumerate(TOWNS)]
                 + [voter(9, **LETTER) | {"town": "99999 Loin"}], "--yes")
    isoloir.run("identifiers", "issue")
    folder = f"{isoloir.folder}/b"
    isoloir.letters(folder, "--notices-apart")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".pdf"))
    assert names == ["cse-2026-002-000001-000001.pdf", "cse-2026-002-000002-000003-notices.pdf"]
    assert "Votre identifiant" in text(f"{folder}/{names[0]}") and "Votre identifiant" not in text(f"{folder}/{names[1]}")
    files = json.load(open(f"{folder}/manifest.json"))["files"]
    assert [(file["content"], file["letters"]) for file in files] == [("identifiers", 1), ("notices", 2)]
    with open(f"{folder}/manifest.csv", newline="") as file:
        assert [(line["number"], line["file"]) for line in csv.DictReader(file)] == [("1", names[0]), ("2", names[1]), ("3", names[1])]
    for name in names:
        assert_plain(f"{folder}/{name}", isoloir.folder)


pdfmetrics.registerFont(TTFont("Text", "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"))


def statement(path, size=A4, sheets=2, embedded=True, lock=None):
    canvas = Canvas(path, pagesize=size, encrypt=lock, initialFontName="Text" if embedded else "Helvetica")
    for page in range(sheets):
        canvas.setFont("Text" if embedded else "Helvetica", 20)
        canvas.drawString(100, 300, f"Profession de foi, page {page + 1}")
        canvas.showPage()
    canvas.save()
    return path


def test_an_enclosure_goes_along_and_is_counted(isoloir):
    isoloir.election()
    isoloir.roll([voter(number, **LETTER) for number in range(3)] + [voter(9, **LETTER, college="cadres")])
    isoloir.run("identifiers", "issue")
    everybody, managers = statement(f"{isoloir.folder}/all.pdf"), statement(f"{isoloir.folder}/cadres.pdf", sheets=4)
    folder = f"{isoloir.folder}/out"
    done = isoloir.letters(folder, "--enclosure", everybody, "--enclosure", f"cadres={managers}")
    assert "2 pages, to go with 4 letters" in done.stdout and "4 pages, to go with 1 letter." in done.stdout
    enclosures = json.load(open(f"{folder}/manifest.json"))["enclosures"]
    assert [(entry["file"], entry.get("college"), entry["pages"], entry["copies"]) for entry in enclosures] == [
        ("cse-2026-001-enclosure-1.pdf", None, 2, 4), ("cse-2026-001-enclosure-2.pdf", "cadres", 4, 1)]
    assert all(entry["sha256"] == digest(f"{folder}/{entry['file']}") for entry in enclosures)
    assert digest(managers) == enclosures[1]["sha256"]
    with open(f"{folder}/manifest.csv", newline="") as file:
        along = [line["enclosures"].split() for line in csv.DictReader(file)]
    assert sorted(map(len, along)) == [1, 1, 1, 2]


def test_an_enclosure_is_approved_with_the_letters(isoloir):
    letter_voters(isoloir)
    paper, folder = statement(f"{isoloir.folder}/all.pdf"), f"{isoloir.folder}/out"

    def refused(*words):
        error = isoloir.run("letters", "print", "--to", folder, *words, status=1).stderr
        assert "specimen is not approved, as texts, layout and enclosures are now" in error
        assert isoloir.states("letter") == {"waiting": 5} and not os.path.exists(folder)

    isoloir.approve()
    refused("--enclosure", paper)
    said = isoloir.approve("--enclosure", paper)
    assert "approved by" in said.stdout
    # Nothing enclosed, another college, another file of the same name: each is another thing than what was approved.
    refused()
    refused("--enclosure", f"cadres={paper}")
    statement(paper, sheets=4)
    refused("--enclosure", paper)
    made = isoloir.run("letters", "specimen", "--to", f"{isoloir.folder}/s.pdf", "--enclosure", paper).stdout
    assert "all.pdf, 4 pages, goes with every letter" in made and digest(paper) in made
    isoloir.run("letters", "approve", "--by", "Zoé Petit", "--enclosure", paper)
    # The same bytes in another place are the same enclosure.
    moved = f"{isoloir.folder}/moved.pdf"
    os.rename(paper, moved)
    isoloir.run("letters", "print", "--to", folder, "--enclosure", moved)
    assert json.load(open(f"{folder}/manifest.json"))["enclosures"][0]["sha256"] == digest(moved)


def test_what_is_approved_is_printed_whatever_the_letters_said_when_they_were_queued(isoloir):
    letter_voters(isoloir)
    own_letters(isoloir, lambda text: text.replace("Pour voter", "Afin de voter"))
    isoloir.letters(f"{isoloir.folder}/a")
    pages = text(pdf(f"{isoloir.folder}/a"))
    assert pages.count("Afin de voter") == 5 and "Pour voter" not in pages
    # Back at the texts of an earlier approval, which a later one replaced: approved anew, or not printed.
    isoloir.run("identifiers", "reissue", "V1", "--by", "letter", "--reason", "lost")
    isoloir.approve()
    own_letters(isoloir, lambda text: text.replace("Pour voter", "Si vous votez"))
    isoloir.approve()
    own_letters(isoloir, lambda text: text.replace("Pour voter", "Afin de voter"))
    assert "is not approved" in isoloir.run("letters", "print", "--to", f"{isoloir.folder}/b", status=1).stderr
    isoloir.letters(f"{isoloir.folder}/b")
    assert "Afin de voter" in text(pdf(f"{isoloir.folder}/b"))


def test_every_text_that_is_printed_stands_in_the_specimen(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    isoloir.run("letters", "posted", "1", "--on", TODAY)
    isoloir.run("roll", "correct", "V1", "--column", "address1", "--value", "Anne Martin|9 rue B|59000 Lille", "--reason", "moved")
    isoloir.run("identifiers", "reissue", "V1", "--by", "letter", "--reason", "lost", "--keep-until-posted")
    isoloir.run("letters", "specimen", "--to", f"{isoloir.folder}/s.pdf")
    isoloir.letters(f"{isoloir.folder}/b")
    specimen, printed = text(f"{isoloir.folder}/s.pdf").replace("’", "'"), text(pdf(f"{isoloir.folder}/b")).replace("’", "'")
    assert "fonctionne jusqu'à ce que" in " ".join(printed.split())
    # Whole lines of the text, as they were set.
    lines = [line.strip() for line in printed.splitlines() if len(line.strip()) > 60]
    assert len(lines) > 8 and {line for line in lines if line not in specimen} == set()


def hidden(path, where):
    """A page without text of its own, and a font that is not held in a form: on it, in another one, or beside it."""
    form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 99 99] /Resources << %s >> /Length 0 >>\nstream\n\nendstream"
    bare = b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << %s >> %s >>" % (
                   {"form": b"/XObject << /X 5 0 R >>", "deep": b"/XObject << /X 4 0 R >>", "note": b""}[where],
                   b"/Annots [<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /AP << /N 5 0 R >> >>]" if where == "note" else b""),
               # A form that leads back to itself is looked at once.
               form % b"/XObject << /X 5 0 R /Y 4 0 R >>", form % bare]
    content, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(content)
    content += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    with open(path, "wb") as file:
        file.write(content)
    return path


def test_what_no_mailing_house_takes_does_not_go_along(isoloir):
    letter_voters(isoloir)

    isoloir.approve()

    def refused(path):
        error = isoloir.run("letters", "print", "--to", f"{isoloir.folder}/out", "--enclosure", path, status=1).stderr
        assert os.path.basename(path) in error
        # No specimen is made with it either.
        assert error == isoloir.run("letters", "specimen", "--to", f"{isoloir.folder}/no.pdf", "--enclosure", path, status=1).stderr
        return error

    assert "cannot be read" in refused(f"{isoloir.folder}/none.pdf")
    assert "make it A4" in refused(statement(f"{isoloir.folder}/a5.pdf", size=A5))
    assert "its font /Helvetica" in refused(statement(f"{isoloir.folder}/bare.pdf", embedded=False))
    # In a form on the page, in a form within that, and beside the page.
    for where in ("form", "deep", "note"):
        assert "its font /Helvetica" in refused(hidden(f"{isoloir.folder}/{where}.pdf", where)), where
    assert "61 pages" in refused(statement(f"{isoloir.folder}/long.pdf", sheets=61))
    assert "password" in refused(statement(f"{isoloir.folder}/locked.pdf", lock="secret"))
    with open(f"{isoloir.folder}/torn.pdf", "wb") as file:
        file.write(open(statement(f"{isoloir.folder}/whole.pdf"), "rb").read()[:700])
    assert "no sound PDF" in refused(f"{isoloir.folder}/torn.pdf")
    # Nothing was numbered for them.
    assert isoloir.states("letter") == {"waiting": 5}


def test_a_spoiled_sheet_asks_back_before_an_identifier_ends(isoloir):
    letter_voters(isoloir)
    isoloir.letters(f"{isoloir.folder}/a")
    asked = isoloir.run("letters", "spoiled", "1", "2", "--reason", "torn", status=1).stderr
    assert "Letter 2 of batch 1, for MAR…" in asked and "MART" not in asked and "nothing was changed" in asked
    # Whatever the name begins with: forms and terminals take blanks at an end away.
    for name, initials in (("Le Goff", "LEG"), ("d'Or", "DO"), ("O", "O"), ("De La Tour", "DEL")):
        isoloir.sql(f"UPDATE roll_voter SET last_name = '{name.replace(chr(39), chr(39) * 2)}' WHERE id = (SELECT voter FROM issuance_letter WHERE number = 3)")
        assert f"Letter 3 of batch 1, for {initials}…" in isoloir.run("letters", "spoiled", "1", "3", "--reason", "torn", status=1).stderr
    assert isoloir.sql("SELECT count(*) FROM issuance_letter WHERE state = 'spoiled'") == [(0,)]
    assert isoloir.sql("SELECT DISTINCT state FROM issuance_identifier") == [("unposted",)]
    isoloir.run("letters", "spoiled", "1", "2", "--reason", "torn", "--yes")
    assert isoloir.sql("SELECT number FROM issuance_letter WHERE state = 'spoiled'") == [(2,)]
    assert "was reported before" in isoloir.run("letters", "spoiled", "1", "2", "--reason", "torn", status=1).stderr
    assert "no letter 77" in isoloir.run("letters", "spoiled", "1", "77", "--reason", "torn", status=1).stderr
    # The sheet of somebody who has left the roll is asked about by its number alone.
    isoloir.sql("UPDATE roll_voter SET removed_at = 1 WHERE id = (SELECT voter FROM issuance_letter WHERE number = 1)")
    asked = isoloir.run("letters", "spoiled", "1", "1", "--reason", "torn", status=1).stderr
    assert "Letter 1 of batch 1: " in asked and "nothing was changed" in asked
    isoloir.run("letters", "spoiled", "1", "1", "--reason", "torn", "--yes")


@pytest.fixture
def keys(tmp_path):
    """A printer's key pair: the ways in which the private half is sent by mistake."""
    home = str(tmp_path / "printer")
    os.makedirs(home, mode=0o700)
    gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-generate-key", "Printer <p@example.org>", "rsa2048", "encrypt"], check=True, capture_output=True)
    private = subprocess.run([*gpg, "--armor", "--export-secret-keys"], check=True, capture_output=True).stdout
    binary = subprocess.run([*gpg, "--export-secret-keys"], check=True, capture_output=True).stdout
    public = subprocess.run([*gpg, "--armor", "--export"], check=True, capture_output=True).stdout
    yield {"armoured": private, "binary": binary, "both": public + private,
           "labelled public": private.replace(b"PRIVATE", b"PUBLIC"), "old label": private.replace(b"PRIVATE", b"SECRET"),
           "no-break": private.replace(b" ", "\u00a0".encode()), "UTF-16": private.decode().encode("utf-16"),
           "without a label": b"\n".join(line for line in private.split(b"\n") if line and line[:1] not in b"-="),
           "in a mail": b"Bonjour,\n\nvoici la cl\xc3\xa9 :\n\n" + private, "of SSH": b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n-----END OPENSSH PRIVATE KEY-----\n"}
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, capture_output=True)


def test_a_private_key_is_refused_as_burnt(isoloir, keys):
    letter_voters(isoloir)
    for name, content in keys.items():
        path = f"{isoloir.folder}/{name.replace(' ', '-')}.asc"
        with open(path, "wb") as file:
            file.write(content)
        error = isoloir.letters(f"{isoloir.folder}/out", "--encrypt-to", path, status=1).stderr
        assert "private key. It is burnt" in error and "Revoke it" in error, (name, error)
    assert isoloir.states("letter") == {"waiting": 5}


def png(path, width=300, height=90, alpha=True):
    """A picture in colour, half of it transparent."""
    rows = b"".join(b"\0" + b"".join(bytes((200, 30, 90, 255 if x < width // 2 else 0) if alpha else (200, 30, 90)) for x in range(width))
                    for _ in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@pytest.mark.parametrize("alpha", [True, False])
def test_a_logo_is_printed_in_grey(isoloir, alpha):
    letter_voters(isoloir)
    own = f"{isoloir.folder}/Ballots/cse-2026/templates/letter"
    os.makedirs(own)
    png(f"{own}/logo.png", alpha=alpha)
    folder = f"{isoloir.folder}/out"
    isoloir.letters(folder)
    assert_plain(pdf(folder), isoloir.folder)
    pictures = [line.split() for line in output("pdfimages", "-list", pdf(folder)).splitlines()[2:]]
    assert any(picture[2] == "image" and picture[5] == "gray" for picture in pictures)
    first = pages(pdf(folder))[0]
    # Below the picture, and above the band that shows in the window.
    assert all(y0 >= 30 for x0, y0, x1, y1, word in first if x0 < 90 and y1 < 60)
    isoloir.run("letters", "specimen", "--to", f"{isoloir.folder}/specimen.pdf")
    assert_plain(f"{isoloir.folder}/specimen.pdf", isoloir.folder)


def test_a_picture_that_is_none_is_refused_by_its_name(isoloir):
    letter_voters(isoloir)
    own = f"{isoloir.folder}/Ballots/cse-2026/templates/letter"
    os.makedirs(own)
    with open(f"{own}/logo.png", "wb") as file:
        file.write(b"GIF89a")
    error = isoloir.run("letters", "print", "--to", f"{isoloir.folder}/out", status=1).stderr
    assert "letter/logo.png is no PNG picture" in error
    png(f"{own}/logo.png", width=4000, height=3)
    assert "4000 x 3 pixels" in isoloir.run("letters", "print", "--to", f"{isoloir.folder}/out", status=1).stderr


@pytest.mark.parametrize(("envelope", "side"), LAYOUTS)
def test_the_specimen_is_what_will_be_printed(isoloir, envelope, side):
    """With six lines of 38 characters in the window, and each kind of sheet in each language."""
    isoloir.election()
    path = f"{isoloir.folder}/specimen.pdf"
    isoloir.run("letters", "specimen", "--to", path, "--envelope", envelope, "--window", side)
    (left, top, right, bottom), folds = LAYOUTS[envelope, side]
    assert_plain(path, isoloir.folder)
    content = plain(path, isoloir.folder)
    assert b"/Lang (fr)" in content and b"/Lang (en)" in content
    for words in pages(path):
        assert not any(y0 < fold + 1 and y1 > fold - 1 and word != "SPECIMEN" for x0, y0, x1, y1, word in words for fold in folds)
        inside = [box for box in words if box[3] > top and box[1] < bottom]
        assert len(inside) >= 8 and all(left + 3 <= x0 and x1 <= right - 3 and top + 3 <= y0 and y1 <= bottom - 3 for x0, y0, x1, y1, _ in inside)
        assert any(word == "d’impression)" or word == "printing)" for *_, word in words)
