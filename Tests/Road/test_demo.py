"""The newcomer's second command."""
import os
import re
import subprocess

from conftest import PROGRAM, ROOT, Isoloir


def test_the_demo_makes_mails_sms_and_letters(tmp_path):
    folder = str(tmp_path / "demo")
    done = subprocess.run([PROGRAM, "demo", "--no-serve", "--folder", folder], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "120 by email" in done.stdout and "40 by sms" in done.stdout and "40 by letter" in done.stdout
    # The voters' mails, the staff's identifiers, and word of each account that decides to those who were there.
    assert len(os.listdir(f"{folder}/mail/new")) == 120 + 6 + 6 and len(os.listdir(f"{folder}/sms/new")) == 40
    assert all(name.endswith(".eml") for name in os.listdir(f"{folder}/mail/new"))
    assert Isoloir(tmp_path / "other").mails(f"{folder}/mail")
    [pdf] = [name for name in os.listdir(f"{folder}/letters") if name.endswith(".pdf")]
    assert subprocess.run(["qpdf", "--check", f"{folder}/letters/{pdf}"], capture_output=True).returncode == 0
    fonts = subprocess.run(["pdffonts", f"{folder}/letters/{pdf}"], capture_output=True, text=True).stdout.split("\n")[2:-1]
    assert fonts and all(re.search(r"\byes yes\b", line) for line in fonts)
    subprocess.run(["pdftoppm", "-r", "120", "-png", "-f", "1", "-l", "3", f"{folder}/letters/{pdf}", f"{folder}/page"], check=True)
    pages = [name for name in os.listdir(folder) if name.endswith(".png")]
    for name in pages:
        read = subprocess.run(["zbarimg", "-q", "--raw", f"{folder}/{name}"], capture_output=True, text=True).stdout
        assert re.fullmatch(r"http://localhost:8080/#[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\n", read)
    assert len(pages) == 3
    # Three voters in five voted, both trustees counted, and two verifiers agree.
    assert "240 ballots cast by 120 of 200 voters" in done.stdout and "90 of 150 electors voted" in done.stdout
    assert done.stdout.count("every check passed; belenios-tool: all checks passed") == 4
    again = subprocess.run([PROGRAM, "demo", "--no-serve", "--folder", folder], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stderr


def test_the_demo_never_removes_a_folder_that_is_not_its_own(tmp_path):
    (tmp_path / "precious").write_text("x")
    done = subprocess.run([PROGRAM, "demo", "--folder", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and (tmp_path / "precious").exists()


def test_the_demo_grows(tmp_path):
    done = subprocess.run([PROGRAM, "demo", "--folder", str(tmp_path / "d"), "--no-serve", "--voters", "450"], cwd=ROOT, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "450 rows" in done.stdout
