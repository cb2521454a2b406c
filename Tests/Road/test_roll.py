"""Rolls as organisers send them."""
import os
import subprocess
import zipfile

import openpyxl
from conftest import HEAD, SAMPLE, voter


def workbook(path, rows, dated=False):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    for row in rows:
        sheet.append([row.get(name, "") for name in HEAD])
    book.save(path)


def test_the_sample_is_imported_and_exported(isoloir):
    isoloir.election()
    result = isoloir.json("roll", "import", f"{SAMPLE}/roll.csv")
    assert (result["rows"], result["accepted"], result["rejected"]) == (200, 200, 0)
    assert (result["encoding"], result["separator"]) == ("UTF-8", ";")
    assert len(isoloir.json("roll", "list")) == 200
    isoloir.run("roll", "export", "--to", f"{isoloir.folder}/out.csv")
    with open(f"{isoloir.folder}/out.csv", encoding="utf-8-sig") as file:
        assert len(file.readlines()) == 201
    assert os.stat(f"{isoloir.folder}/out.csv").st_mode & 0o077 == 0


def test_a_refused_row_stores_nothing_and_exits_with_1(isoloir):
    isoloir.election()
    result = isoloir.roll([voter(1), voter(2, email="nobody")], "--json", status=1)
    assert '"rejected" : 1' in result.stdout and '"column" : "email"' in result.stdout
    assert isoloir.json("roll", "list") == []
    isoloir.roll([voter(1), voter(2, email="nobody")], "--accept-valid")
    assert [row["reference"] for row in isoloir.json("roll", "list")] == ["V1"]


def test_a_dry_run_stores_nothing(isoloir):
    isoloir.election()
    isoloir.roll([voter(1)], "--dry-run")
    assert isoloir.json("roll", "list") == []
    assert isoloir.sql("SELECT count(*) FROM roll_voter") == [(0,)]


def test_a_changed_roll_waits_for_consent(isoloir):
    isoloir.election()
    isoloir.roll([voter(1), voter(2)])
    changed = [voter(1, last_name="Durand"), voter(3)]
    refused = isoloir.roll(changed, status=1)
    assert "1 added" in refused.stdout and "1 changed" in refused.stdout and "1 no longer there" in refused.stdout
    assert "V2 Martinc" in refused.stdout
    assert {row["reference"] for row in isoloir.json("roll", "list")} == {"V1", "V2"}
    isoloir.roll(changed, "--yes")
    assert {row["reference"] for row in isoloir.json("roll", "list")} == {"V1", "V3"}


def test_a_workbook_of_openpyxl_is_read(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/roll.xlsx"
    # A spreadsheet that took references and phones for numbers: leading zeros are lost.
    workbook(path, [voter(1, reference=1001, phone=639981234), voter(2, reference=1002, phone=33639981235.0)])
    result = isoloir.json("roll", "import", path, status=1)
    assert result["encoding"] == "XLSX"
    assert [(fault["line"], fault["column"]) for fault in result["faults"]] == [(3, "phone")]
    workbook(path, [voter(1, reference=1001, phone=639981234)])
    result = isoloir.json("roll", "import", path)
    assert "leading zero" in result["warningList"][0]["reason"]


def test_a_workbook_of_libreoffice_is_read(isoloir):
    isoloir.election()
    subprocess.run(["soffice", "--headless", "--convert-to", "xlsx", "--infilter=CSV:59,34,UTF8", "--outdir", isoloir.folder,
                    f"{SAMPLE}/roll.csv"], check=True, capture_output=True, timeout=120,
                   env=os.environ | {"HOME": isoloir.folder})
    result = isoloir.json("roll", "import", f"{isoloir.folder}/roll.xlsx")
    assert (result["rows"], result["accepted"]) == (200, 200)


def test_a_formula_in_a_workbook_counts_by_its_value_and_never_comes_out_as_one(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/roll.xlsx"
    workbook(path, [voter(1, last_name="=1+1"), voter(2, email="=cmd|' /C calc'!A0")])
    report = f"{isoloir.folder}/report.csv"
    isoloir.run("roll", "import", path, "--report", report, status=1)
    with open(report, encoding="utf-8-sig") as file:
        for line in file:
            assert not any(field.strip('"').startswith(("=", "+", "-", "@")) for field in line.split(";"))


def test_a_zip_bomb_is_refused_in_little_memory(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook><sheets><sheet name='a' id='r'/></sheets></workbook>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b"<worksheet><sheetData>")
            for _ in range(3000):
                sheet.write(b" " * (1 << 20))
            sheet.write(b"</sheetData></worksheet>")
    assert os.path.getsize(path) < 4 << 20
    refused = isoloir.run("roll", "import", path, status=1)
    assert "inflates to more than" in refused.stderr


def test_an_entity_bomb_is_refused(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/entities.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]><workbook>&z;</workbook>')
    assert "is not readable" in isoloir.run("roll", "import", path, status=1).stderr


def test_files_that_are_no_rolls_are_refused_with_a_reason(isoloir):
    isoloir.election()
    for name, content, word in [
        ("empty.csv", b"", "empty"), ("binary.csv", bytes(range(256)), "no text file"), ("short.xlsx", b"PK\x03\x04abc", "no .xlsx"),
        ("utf16.csv", "reference;nom".encode("utf-16"), "UTF-16"), ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(600), ".xls"),
        ("quote.csv", b'reference;last_name;first_name\n"A1;b;c\n', "never closed"),
        ("wide.csv", b";".join([b"x"] * 10000), "columns"), ("headings.csv", b"a;b\n1;2\n", "no column for"),
    ]:
        with open(f"{isoloir.folder}/{name}", "wb") as file:
            file.write(content)
        refused = isoloir.run("roll", "import", f"{isoloir.folder}/{name}", status=1)
        assert word in refused.stderr and name in refused.stderr
    assert "No such file" in isoloir.run("roll", "import", "/nowhere.csv", status=1).stderr
    assert isoloir.sql("SELECT count(*) FROM roll_import") == [(0,)]


def test_a_correction_needs_a_reason_and_is_journalled(isoloir):
    isoloir.election()
    isoloir.roll([voter(1)])
    isoloir.run("roll", "correct", "V1", "--column", "email", "--value", "new@example.org", status=2)
    isoloir.run("roll", "correct", "V1", "--column", "email", "--value", "new@example.org", "--reason", "called on 3 November")
    journal = isoloir.run("journal", "export", "--personal").stdout
    assert "called on 3 November" in journal and "new@example.org" in journal
    assert "new@example.org" not in isoloir.run("journal", "export").stdout


def test_small_groups_and_empty_ballots_are_said(isoloir):
    isoloir.election()
    isoloir.roll([voter(number) for number in range(12)])
    refused = isoloir.run("election", "check", f"{isoloir.folder}/election", "--roll", f"{isoloir.folder}/roll.csv", status=1)
    assert 'nobody on the roll may vote on the ballot "titulaires-cadres"' in refused.stderr
    isoloir.roll([voter(number, college="cadres" if number < 3 else "ouvriers") for number in range(15)], "--yes")
    refused = isoloir.run("election", "check", f"{isoloir.folder}/election", "--roll", f"{isoloir.folder}/roll.csv", status=1)
    assert 'only 3 voters may vote on the ballot "titulaires-cadres"' in refused.stderr
