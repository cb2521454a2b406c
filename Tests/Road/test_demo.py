"""The newcomer's second command."""
import glob
import os
import re
import subprocess

import pytest
from conftest import PROGRAM, ROOT, Isoloir


def test_the_demo_makes_mails_sms_and_letters(tmp_path):
    folder = str(tmp_path / "demo")
    done = subprocess.run([PROGRAM, "demo", "--no-serve", "--folder", folder], cwd=ROOT, capture_output=True, text=True, timeout=300)
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
    again = subprocess.run([PROGRAM, "demo", "--no-serve", "--folder", folder], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert again.returncode == 0, again.stderr


#: What each ready-made election comes to: voters by mail, ballots cast, what stands in the result.
SAMPLES = {
    "activation": (60, "36 ballots cast by 36 of 60 voters", "36 of 60 electors voted"),
    "renouvellement": (48, "30 ballots cast by 30 of 48 voters", "30 of 48 electors voted"),
    "espace": (80, "96 ballots cast by 48 of 80 voters", "48 of 80 electors voted"),
    "association": (300, "360 ballots cast by 180 of 300 voters", "180 of 300 electors voted"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_runs_to_the_counted_end(name, tmp_path):
    voters, cast, result = SAMPLES[name]
    folder = str(tmp_path / "demo")
    begun = os.times().children_user
    done = subprocess.run([PROGRAM, "demo", "--sample", name, "--no-serve", "--folder", folder], cwd=ROOT, capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0, done.stderr
    assert f"{voters} rows: {voters} good, 0 refused, 0 warnings" in done.stdout and f"{voters} by email" in done.stdout
    # The voters' mails, and those of the staff.
    assert len(os.listdir(f"{folder}/mail/new")) == voters + 12
    assert "letter" not in done.stdout.split("Identifiers")[1].split("Trustees")[0].replace("0 by letter", "")
    assert cast in done.stdout and result in done.stdout
    ballots = len(glob.glob(f"{folder}/archives/*.bel"))
    assert done.stdout.count("every check passed; belenios-tool: all checks passed") == ballots > 0
    # A newcomer waits for it: what it takes of the processor, whatever else the machine does.
    assert os.times().children_user - begun < 60


def test_an_unknown_sample_is_refused_with_the_names_of_all(tmp_path):
    for name in ("nothing", "../Templates", ""):
        done = subprocess.run([PROGRAM, "demo", "--sample", name, "--no-serve", "--folder", str(tmp_path / "d")], cwd=ROOT, capture_output=True,
                              text=True, timeout=180)
        assert done.returncode == 1 and f'There is no sample "{name}".' in done.stderr, done.stderr
        assert "activation, association, cse-2026, espace, renouvellement" in done.stderr
        assert not (tmp_path / "d").exists()
    done = subprocess.run([PROGRAM, "demo", "--no-serve", "--folder", str(tmp_path / "d")], cwd=tmp_path, capture_output=True, text=True, timeout=180)
    assert done.returncode == 1 and "no folder Ballots" in done.stderr


def test_the_demo_never_removes_a_folder_that_is_not_its_own(tmp_path):
    (tmp_path / "precious").write_text("x")
    done = subprocess.run([PROGRAM, "demo", "--folder", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 1 and (tmp_path / "precious").exists()


def test_the_demo_grows(tmp_path):
    done = subprocess.run([PROGRAM, "demo", "--folder", str(tmp_path / "d"), "--no-serve", "--voters", "450"], cwd=ROOT, capture_output=True,
                          text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "450 rows" in done.stdout
