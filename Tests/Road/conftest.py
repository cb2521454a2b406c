"""Tests of the whole road through the program itself, against real peers."""
import contextlib
import csv
import datetime
import email
import email.policy
import json
import os
import pty
import shutil
import signal
import secrets
import socket
import sqlite3
import subprocess
import time
import zoneinfo

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("ISOLOIR", os.path.join(ROOT, ".build/debug/isoloir"))
SAMPLE = os.path.join(ROOT, "Ballots/cse-2026")
HEAD = ["reference", "civility", "last_name", "first_name", "email", "phone", "address2", "town", "country", "college",
        "site", "language", "channel", "weight"]


def free_port():
    """A port that nothing listens on, from a range of this worker's own: two that test at once never take the same one, nor one of
    those that the system gives to outgoing connections."""
    first = 12_000 + 4_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    while True:
        port = first + secrets.randbelow(4_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def wait_for_port(port, process=None):
    # A minute: where many tests run at once a start takes its time.
    for _ in range(1200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert process is None or process.poll() is None, "the peer ended"
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


def wait_until(condition, seconds=10):
    for _ in range(int(seconds * 20)):
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


class Isoloir:
    """One installation in a folder of its own."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.store = f"{folder}/store/isoloir.sqlite"
        self.keys = f"{folder}/keys"
        os.makedirs(f"{folder}/store", exist_ok=True)
        self.settings("")

    def settings(self, text):
        with open(f"{self.folder}/isoloir.yaml", "w") as file:
            file.write(f"templates: {ROOT}/Templates\n{text}")

    def command(self, *words):
        return [PROGRAM, *map(str, words), "--store", self.store, "--keys", self.keys, "--config", f"{self.folder}/isoloir.yaml"]

    def run(self, *words, status=0, timeout=120):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, cwd=self.folder, timeout=timeout)
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *words, status=0):
        return json.loads(self.run(*words, "--json", status=status).stdout)

    def start(self, *words):
        return subprocess.Popen(self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder)

    def sql(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.store, timeout=20)) as database:
            rows = database.execute(statement, values).fetchall()
            database.commit()
            return rows

    def states(self, channel=None):
        rows = self.sql("SELECT state, count(*) FROM outbox_message WHERE ? IS NULL OR channel = ? GROUP BY state", channel, channel)
        return dict(rows)

    def election(self, *changes):
        """Stores the sample election with some of its text replaced."""
        with open(f"{SAMPLE}/election.yaml", encoding="utf-8") as file:
            text = file.read()
        # A picture is asked for only where a test says so: programs cannot read it.
        text = text.replace("  recovery:\n    captcha: always\n", "")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        os.makedirs(f"{self.folder}/election", exist_ok=True)
        with open(f"{self.folder}/election/election.yaml", "w", encoding="utf-8") as file:
            file.write(text)
        return self.run("election", "create", f"{self.folder}/election")

    def roll(self, voters, *words, status=0):
        """Imports voters given as dictionaries."""
        path = f"{self.folder}/roll.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, HEAD, delimiter=";", lineterminator="\n")
            writer.writeheader()
            writer.writerows(voters)
        return self.run("roll", "import", path, *words, status=status)

    def approve(self, *layout):
        """Makes the letters' specimen as texts, layout and enclosures are now and has it approved, as every print run wants it."""
        self.run("letters", "specimen", "--to", f"{self.folder}/specimen-{secrets.token_hex(4)}.pdf", *layout)
        return self.run("letters", "approve", "--by", "Zoé Petit", *layout)

    def letters(self, folder, *words, status=0):
        """Prints letters, by an approved specimen of the same layout."""
        if "--again" not in words:
            self.approve(*(part for place, word in enumerate(words) if word in ("--envelope", "--window", "--enclosure")
                           for part in words[place:place + 2]))
        return self.run("letters", "print", "--to", folder, *words, status=status)

    def mails(self, folder):
        """Mails of a maildir, parsed, by recipient."""
        found = {}
        for name in sorted(os.listdir(f"{folder}/new")):
            with open(f"{folder}/new/{name}", "rb") as file:
                mail = email.message_from_binary_file(file, policy=email.policy.default)
            assert not mail.defects
            found.setdefault(mail["To"].addresses[0].addr_spec, []).append(mail)
        return found


def answered(isoloir, answer, *words, meanwhile=lambda: None):
    """A command at a terminal where somebody answers, after something was done beside it: its status, and what was shown there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(isoloir.command(*words), cwd=isoloir.folder, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    shown = b""
    try:
        while b"[y/N]" not in shown:
            shown += os.read(ours, 4096)
        meanwhile()
        os.write(ours, answer.encode() + b"\n")
        process.communicate(timeout=120)
        # What was said after the answer waits in the terminal; its end is an error of reading.
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 4096):
                shown += piece
    finally:
        process.kill()
        process.wait(10)
        os.close(ours)
    return process.returncode, shown.decode()


def voter(number, **fields):
    """A voter reached by mail, unless the fields say otherwise."""
    base = {"reference": f"V{number}", "civility": "Mme", "last_name": "Martin" + chr(97 + number % 26), "first_name": "Zoé",
            "email": f"v{number}@example.org", "college": "ouvriers", "site": "lille", "weight": 1}
    return base | fields


#: The day on which letters printed in a test are posted, in the sample election's time zone.
TODAY = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).date().isoformat()

LETTER = {"email": "", "phone": "", "address2": "1 rue A", "town": "59000 Lille"}


@pytest.fixture
def isoloir(tmp_path):
    return Isoloir(tmp_path)


@contextlib.contextmanager
def running(command, port, **options):
    """A peer that listens on a port, ended by its own process id."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **options)
    try:
        wait_for_port(port, process)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A private authority, and a certificate for `localhost` beside one for another name."""
    folder = str(tmp_path_factory.mktemp("certificates"))

    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Test CA")
    for name in ("localhost", "elsewhere.example.org"):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        with open(f"{folder}/{name}.ext", "w") as file:
            file.write(f"subjectAltName=DNS:{name}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
                "-out", f"{name}.pem", "-extfile", f"{name}.ext")
        os.chmod(f"{folder}/{name}.key", 0o640)
    os.chmod(folder, 0o755)
    return folder


def pytest_terminal_summary(terminalreporter):
    """A closing line in plain words."""
    stats = terminalreporter.stats
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    terminalreporter.write_line(f"{len(stats.get('passed', []))} passed, {failed} failed")


def needs(program):
    assert shutil.which(program), f"{program} is missing: run Tests/install"
