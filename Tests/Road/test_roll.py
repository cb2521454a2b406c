"""Rolls as organisers send them."""
import csv
import datetime
import json
import os
import resource
import subprocess
import zipfile

import openpyxl
import xlsxwriter
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
    # A spreadsheet that took references and phones for numbers: leading zeros and the plus are lost.
    workbook(path, [voter(1, reference=1001, phone=639981234), voter(2, reference=1002, phone=33639981235.0),
                    voter(3, phone=41791234567)])
    result = isoloir.json("roll", "import", path, status=1)
    assert (result["encoding"], result["sheets"]) == ("XLSX", ["Sheet"])
    assert [(fault["line"], fault["column"]) for fault in result["faults"]] == [(4, "phone")]
    warnings = [(warning["line"], warning["column"], warning["reason"]) for warning in result["warningList"]]
    for line, column, word in [(2, "phone", "leading zero"), (3, "phone", "+ stood before"), (2, "reference", "on 2 lines")]:
        assert any(found[:2] == (line, column) and word in found[2] for found in warnings), warnings
    # What no value is: errors, formulas that nobody calculated.
    workbook(path, [voter(1, email="#N/A"), voter(2, phone='="06"&"39981234"'), voter(3, last_name=True)])
    result = isoloir.json("roll", "import", path, status=1)
    assert [(fault["line"], fault["column"]) for fault in result["faults"]] == [(2, "email"), (3, "phone")]
    assert "error" in result["faults"][0]["reason"] and "never calculated" in result["faults"][1]["reason"]
    assert any(warning["line"] == 4 and "TRUE or FALSE" in warning["reason"] for warning in result["warningList"])


def test_a_workbook_of_xlsxwriter_is_read(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/roll.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in [("Lisez-moi", [["Mode d'emploi"]]), ("Ouvriers", [voter(1, last_name="Le\rRoux")]),
                           ("Cadres & \"maîtrise\"", [voter(1, reference="v1", college="cadres"), voter(2, college="cadres")])]:
            sheet = book.add_worksheet(name)
            table = rows if name == "Lisez-moi" else [HEAD, *([row.get(column, "") for column in HEAD] for row in rows)]
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
        hidden = book.add_worksheet("2022")
        hidden.write_row(0, 0, HEAD)
        hidden.hide()
    refused = isoloir.run("roll", "import", path, status=1).stderr
    assert '"Ouvriers", "Cadres & "maîtrise""' in refused and "--sheet" in refused
    assert isoloir.json("roll", "import", path, "--sheet", "Ouvriers", "--dry-run")["rows"] == 1
    assert "no sheet Ouvrier:" in isoloir.run("roll", "import", path, "--sheet", "Ouvrier", status=1).stderr
    both = isoloir.json("roll", "import", path, "--sheet", "Cadres & \"maîtrise\"", "--sheet", "Ouvriers")
    assert both["sheets"] == ["Cadres & \"maîtrise\"", "Ouvriers"] and both["accepted"] == 3
    assert any(warning["column"] == "Ouvriers!reference" and warning["line"] == 2 and "line 2 of the sheet Cadres" in warning["reason"]
               for warning in both["warningList"]), both["warningList"]
    assert {row["lastName"] for row in isoloir.json("roll", "list")} == {"Le Roux", "Martinb", "Martinc"}


def test_what_is_struck_through_in_a_workbook_is_told(isoloir):
    """Who left is often struck through, and no program but a spreadsheet sees it: openpyxl's styles, xlsxwriter's runs of a text."""
    isoloir.election()
    path = f"{isoloir.folder}/roll.xlsx"
    workbook(path, [voter(1), voter(2), voter(3)])
    book = openpyxl.load_workbook(path)
    struck = openpyxl.styles.Font(strike=True)
    for cell in book.active[3]:
        cell.font = struck
    book.active.cell(4, HEAD.index("email") + 1).font = struck
    # Of an empty cell nothing is said.
    book.active.cell(2, HEAD.index("phone") + 1).font = struck
    book.save(path)
    told = {(warning["line"], warning["column"]): warning["reason"] for warning in isoloir.json("roll", "import", path, "--dry-run")["warningList"]
            if "struck" in warning["reason"]}
    assert told == {(3, ""): "is struck through in the spreadsheet, and is read: delete it if it is no voter's",
                    (4, "email"): "is struck through in the spreadsheet, and is read: empty the cell if it does not hold any more"}
    # A part of a cell: an old address before the new one.
    with xlsxwriter.Workbook(path) as book:
        sheet, plain, old = book.add_worksheet(), book.add_format(), book.add_format({"font_strikeout": True})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, [voter(1).get(name, "") for name in HEAD])
        sheet.write_rich_string(1, HEAD.index("last_name"), old, "Martin", plain, "Durand")
    # The voter is there: the part is told, in the column where it stands.
    [told] = [warning for warning in isoloir.json("roll", "import", path, "--dry-run")["warningList"] if "struck" in warning["reason"]]
    assert (told["line"], told["column"]) == (2, "last_name") and "delete that part" in told["reason"]
    with xlsxwriter.Workbook(path) as book:
        sheet, old = book.add_worksheet(), book.add_format({"font_strikeout": True})
        italic = book.add_format({"font_strikeout": True, "italic": True})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, [voter(1).get(name, "") for name in HEAD])
        sheet.write_rich_string(1, HEAD.index("last_name"), old, "Martin", italic, "Durand")
    [told] = [warning for warning in isoloir.json("roll", "import", path, "--dry-run")["warningList"] if "struck" in warning["reason"]]
    assert (told["line"], told["column"]) == (2, "") and "no voter's" in told["reason"]


def test_a_sheet_that_is_no_roll_is_told_with_its_own_cure(isoloir):
    """What separates fields is nothing to a sheet, and a roll may lie in a sheet that is hidden behind an empty one."""
    isoloir.election()
    path = f"{isoloir.folder}/roll.xlsx"
    workbook(path, [voter(1)])
    book = openpyxl.load_workbook(path)
    book.active.title = "Liste"
    book.create_sheet("Notes")["A1"] = "rien"
    book.create_sheet("Collage")["A1"] = ";".join(HEAD)
    book.save(path)
    refused = isoloir.run("roll", "import", path, "--sheet", "Notes", status=1).stderr
    assert "one cell (rien)" in refused and "tab" not in refused
    assert "Text to columns" in isoloir.run("roll", "import", path, "--sheet", "Collage", status=1).stderr
    book["Liste"].sheet_state = "hidden"
    del book["Notes"], book["Collage"]
    book.create_sheet("Vide")
    book.active = 1
    book.save(path)
    refused = isoloir.run("roll", "import", path, status=1).stderr
    assert '"Vide"' in refused and '"Liste"' in refused and "hidden" in refused
    assert isoloir.json("roll", "import", path, "--sheet", "Liste", "--dry-run")["rows"] == 1


def test_a_time_and_a_heading_over_two_columns_are_told_as_such(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/roll.xlsx"
    workbook(path, [voter(1)])
    book = openpyxl.load_workbook(path)
    sheet = book.active
    sheet.cell(2, HEAD.index("phone") + 1).value = datetime.time(14, 30)
    sheet.cell(2, HEAD.index("phone") + 1).number_format = "hh:mm"
    site = HEAD.index("site") + 1
    sheet.insert_cols(site + 1)
    letters = [openpyxl.utils.get_column_letter(site + more) for more in (0, 1)]
    sheet.merge_cells(f"{letters[0]}1:{letters[1]}1")
    sheet.cell(2, site + 1).value = "x"
    book.save(path)
    result = json.loads(isoloir.run("roll", "import", path, "--dry-run", "--json", status=1).stdout)
    told = {fault["reason"].split(":")[0]: fault["value"] for fault in result["faults"] + result["warningList"]}
    assert told["is a time in the spreadsheet"] == "14:30"
    assert told["is a heading of merged cells, and only the column below the first of them is read"] == f"{letters[0]}1:{letters[1]}1"
    assert f"stands in column {letters[1]}, which has no heading and is not read" in told


def test_what_commands_a_terminal_stays_in_the_file(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/roll.csv"
    report = f"{isoloir.folder}/report.csv"
    with open(path, "w", encoding="utf-8") as file:
        file.write("Matricule;Nom;Prénom;Courriel;Collège;x\x1b[2J\nA1;Pe\x1b[31mtit;Zoé;a@ex.example.org;ouvriers;\n"
                   "A2;x\u202ey;Zoé;b@ex.example.org;ouvriers;\n")
    result = isoloir.run("roll", "import", path, "--dry-run", "--report", report, status=1)
    with open(report, encoding="utf-8-sig") as file:
        written = file.read()
    for text in (result.stdout, result.stderr, written):
        assert "\x1b" not in text and "\u202e" not in text
    assert "Pe<U+001B>[31mtit" in result.stdout and "<U+202E>" in written


def test_merged_cells_of_a_workbook_are_named(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/roll.xlsx"
    workbook(path, [voter(number) for number in range(1, 6)])
    book = openpyxl.load_workbook(path)
    sheet = book.active
    sheet.insert_rows(1)
    sheet["A1"] = "Liste électorale"
    sheet.merge_cells("A1:F1")
    column = openpyxl.utils.get_column_letter(HEAD.index("site") + 1)
    # The headings stand in the second row, five voters below.
    sheet.merge_cells(f"{column}3:{column}5")
    beyond = openpyxl.utils.get_column_letter(len(HEAD) + 3)
    sheet.merge_cells(f"{beyond}3:{beyond}5")
    book.save(path)
    told = [(warning["line"], warning["column"], warning["value"]) for warning in isoloir.json("roll", "import", path, "--dry-run")["warningList"]
            if "merged cells" in warning["reason"]]
    assert told == [(3, "site", f"{column}3:{column}5")]


def test_a_workbook_of_libreoffice_is_read(isoloir):
    isoloir.election()
    subprocess.run(["soffice", "--headless", "--convert-to", "xlsx", "--infilter=CSV:59,34,UTF8", "--outdir", isoloir.folder,
                    f"{SAMPLE}/roll.csv"], check=True, capture_output=True, timeout=120,
                   env=os.environ | {"HOME": isoloir.folder})
    result = isoloir.json("roll", "import", f"{isoloir.folder}/roll.xlsx")
    assert (result["rows"], result["accepted"], result["sheets"]) == (200, 200, ["roll"])


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
    process = isoloir.start("roll", "import", path)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 1 and "inflates to more than" in error
    # The largest child of this test run so far, in KiB: the bomb would be three gigabytes.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 400 << 10


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
        ("utf16.csv", "reference;nom".encode("utf-16"), "no column for first_name"), ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(600), ".xls"),
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
    for reason in ("two\nlines", "x" * 301, "\u202egnihton", "  "):
        isoloir.run("roll", "correct", "V1", "--column", "email", "--value", "new@example.org", "--reason", reason, status=2)
    isoloir.run("manager", "add", "anne", "--mail", "a@example.org", "--full-name", "Anne\u200bB", status=2)
    isoloir.run("roll", "correct", "V1", "--column", "email", "--value", "new@example.org", "--reason", "called on 3 November")
    journal = isoloir.run("journal", "export", "--personal").stdout
    assert "called on 3 November" in journal and "new@example.org" in journal
    # Who took it out, and what, stands in it, as at the console.
    plain = [line for line in isoloir.run("journal", "export").stdout.splitlines() if '"action":"export"' in line]
    assert len(plain) == 2 and "personal details" in plain[0] and '"file":"journal"' in plain[1]
    assert "new@example.org" not in isoloir.run("journal", "export").stdout


def test_a_file_of_refused_rows_alone_strikes_nobody(isoloir):
    isoloir.election()
    isoloir.roll([voter(1), voter(2)])
    bad = [voter(number, email="nobody") for number in (1, 2, 3)]
    for words in (["--accept-valid", "--yes"], ["--yes"], ["--accept-valid", "--yes", "--json"]):
        assert "every row is refused" in isoloir.roll(bad, *words, status=1).stderr or "3 of 3 rows" in isoloir.roll(bad, *words, status=1).stderr
    assert isoloir.sql("SELECT reference FROM roll_voter WHERE removed_at IS NULL ORDER BY 1") == [("V1",), ("V2",)]


def test_small_groups_and_empty_ballots_are_said(isoloir):
    isoloir.election()
    isoloir.roll([voter(number) for number in range(12)])
    refused = isoloir.run("election", "check", f"{isoloir.folder}/election", "--roll", f"{isoloir.folder}/roll.csv", status=1)
    assert "Nobody on the roll may vote on titulaires-cadres" in refused.stderr
    isoloir.roll([voter(number, college="cadres" if number < 3 else "ouvriers") for number in range(15)], "--yes")
    refused = isoloir.run("election", "check", f"{isoloir.folder}/election", "--roll", f"{isoloir.folder}/roll.csv", status=1)
    assert "Only 3 voters may vote on titulaires-cadres" in refused.stderr
    # Ten hold each weight, but not among those who may vote on one ballot: as the seal will say.
    isoloir.roll([voter(number, college="cadres" if number < 20 else "ouvriers", weight=2 if number in range(17, 30) else 1)
                  for number in range(50)], "--yes")
    refused = isoloir.run("election", "check", f"{isoloir.folder}/election", "--roll", f"{isoloir.folder}/roll.csv", status=1)
    assert "Only 3 voters of titulaires-cadres hold the weight 2" in refused.stderr and "titulaires-ouvriers" not in refused.stderr


def test_a_voter_whose_row_is_refused_stays_on_the_roll(isoloir):
    isoloir.election()
    isoloir.roll([voter(1), voter(2), voter(3)])
    isoloir.run("identifiers", "issue")
    done = isoloir.roll([voter(1), voter(2, email="nobody")], "--accept-valid", "--yes")
    assert "1 no longer there" in done.stdout and "V3" in done.stdout
    assert {row["reference"] for row in isoloir.json("roll", "list")} == {"V1", "V2"}
    # A refused row without a readable reference may be anybody's.
    done = isoloir.roll([voter(1), voter(2, reference="?")], "--accept-valid", "--yes")
    assert "nobody is taken off" in done.stdout
    assert {row["reference"] for row in isoloir.json("roll", "list")} == {"V1", "V2"}
    assert isoloir.sql("SELECT count(*) FROM issuance_identifier WHERE state = 'active'") == [(2,)]


def test_a_reference_that_is_used_twice_is_refused_whichever_row_is_good(isoloir):
    isoloir.election()
    for rows in ([voter(1), voter(1, last_name="Other")], [voter(1, email="nobody"), voter(1, last_name="Other")]):
        result = isoloir.roll(rows, "--json", status=1).stdout
        assert "is used twice: first on line 2" in result
    assert isoloir.json("roll", "list") == []


def test_an_exported_roll_is_imported_again_without_a_change(isoloir):
    isoloir.election()
    isoloir.run("roll", "import", f"{SAMPLE}/roll.csv")
    isoloir.run("roll", "export", "--to", f"{isoloir.folder}/out.csv")
    assert "nothing is overwritten" in isoloir.run("roll", "export", "--to", f"{isoloir.folder}/out.csv", status=1).stderr
    result = isoloir.json("roll", "import", f"{isoloir.folder}/out.csv", "--dry-run")
    assert (result["rejected"], result["added"], result["changed"], result["removed"]) == (0, 0, 0, 0)


def test_corrections_keep_the_rules_of_the_import(isoloir):
    isoloir.election()
    isoloir.roll([voter(1)])

    def correct(column, value, status=0):
        return isoloir.run("roll", "correct", "V1", "--column", column, "--value", value, "--reason", "called", status=status)

    correct("address1", "1 rue A|59000 Lille")
    correct("civility", "Monsieur")
    correct("weight", "3")
    for column, value in [("last_name", "R2D2"), ("last_name", "-x"), ("civility", "Dr"), ("weight", "0"), ("address1", "59000 Lille|x 1"),
                          ("challenge", "blue"), ("reference", "V9")]:
        correct(column, value, status=1)
    assert "--reason is empty" in isoloir.run(
        "roll", "correct", "V1", "--column", "email", "--value", "a@example.org", "--reason", "  ", status=2).stderr
    isoloir.run("roll", "export", "--to", f"{isoloir.folder}/out.csv")
    with open(f"{isoloir.folder}/out.csv", encoding="utf-8-sig") as file:
        row = file.readlines()[1].split(";")
    assert row[1] == "M" and row[6:9] == ["M Zoé MARTINB", "1 RUE A", "59000 LILLE"]


def test_mapped_headings_and_what_spreadsheets_lose(isoloir):
    isoloir.election()
    path = f"{isoloir.folder}/roll.csv"
    with open(path, "w", encoding="utf-8") as file:
        file.write("N° RH;Nom;Prénom;Mél;Adresse1;CP;Ville;Pays;Collège;Site\nA1;Martin;Zoé;a@example.org;1 rue A;1000;Bourg;;ouvriers;lille\n"
                   "A2;Durand;Zoé;b@example.org;Via Roma 3;00184;Roma;Itlaie;ouvriers;lille\n")
    isoloir.run("roll", "import", path, "--map", "Mel=email", status=1)
    refused = isoloir.run("roll", "import", path, "--map", "N° RH=reference", "--map", "Courriel=email", status=1)
    assert "does not have" in refused.stderr
    result = isoloir.json("roll", "import", path, "--map", "N° RH=reference", "--map", "Mél=email")
    reasons = [(warning["line"], warning["column"], warning["reason"]) for warning in result["warningList"]]
    assert any(line == 2 and column == "CP" and "leading zero" in reason for line, column, reason in reasons)
    assert any(line == 3 and column == "Pays" and "no country" in reason for line, column, reason in reasons)


def test_a_changed_roll_says_what_changes(isoloir):
    isoloir.election()
    isoloir.roll([voter(1, phone="06 39 98 00 01"), voter(2)])
    isoloir.run("roll", "correct", "V2", "--column", "college", "--value", "cadres", "--reason", "promoted")
    report = f"{isoloir.folder}/report.csv"
    refused = isoloir.roll([voter(1, last_name="Durand", phone="06 39 98 00 02"), voter(2, email="new@example.org")], "--report", report, status=1)
    assert 'V1: last_name: "Martinb" -> "Durand", phone' in refused.stdout
    # What undoes a correction stands among the changes.
    assert 'V2: college: "cadres" -> "ouvriers", email' in refused.stdout
    assert "06 39 98" not in refused.stdout and "new@example.org" not in refused.stdout
    with open(report, encoding="utf-8-sig") as file:
        assert [row["value"] for row in csv.DictReader(file, delimiter=";") if row["kind"] == "changed"] == ["V1", "V1", "V2", "V2"]


def test_every_fault_stands_in_the_report(isoloir):
    isoloir.election()
    report = f"{isoloir.folder}/report.csv"
    isoloir.roll([voter(number, email="nobody") for number in range(12_000)], "--report", report, status=1)
    with open(report, encoding="utf-8-sig") as file:
        assert sum(row["kind"] == "refused" for row in csv.DictReader(file, delimiter=";")) == 12_000
    assert os.stat(report).st_mode & 0o077 == 0


def test_a_file_that_cannot_be_read_is_one_object_too(isoloir):
    isoloir.election()
    open(f"{isoloir.folder}/empty.csv", "w").close()
    result = isoloir.json("roll", "import", f"{isoloir.folder}/empty.csv", status=1)
    assert result["rows"] == 0 and "empty" in result["faults"][0]["reason"]
    piped = subprocess.run(isoloir.command("roll", "import", "/dev/stdin"), input="reference\n", capture_output=True, text=True, cwd=isoloir.folder)
    assert piped.returncode == 1 and "read twice" in piped.stderr


def test_formulas_in_csv_come_out_defused_in_every_column(isoloir):
    isoloir.election()
    path, report = f"{isoloir.folder}/roll.csv", f"{isoloir.folder}/report.csv"
    with open(path, "w", encoding="utf-8") as file:
        file.write("=reference;nom;prenom;mail;college;site\n" "=cmd|' /C calc'!A0;=1+1;@SUM(1);+1;ouvriers;lille\n")
    isoloir.run("roll", "import", path, "--map", "=reference=reference", "--report", report, status=1)
    with open(report, encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=";") for cell in row]
    assert any("cmd" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
