"""An honest poll walked by the command line, and what an attacker with the server's files keeps of it on the way."""
import contextlib
import hashlib
import html
import importlib.util
import os
import queue
import re
import shutil
import sqlite3
import subprocess
import threading

import attacker
import pytest
from attacker import Archive, compact
from conftest import ROOT, voter, wait_until

_spec = importlib.util.spec_from_file_location("voters", os.path.join(ROOT, "Tests/Browser/conftest.py"))
voters = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(voters)
VOTERS = 12
#: Signed in, and without a vote until an attack.
LATE = VOTERS + 1
BALLOT, OTHER = "titulaires-ouvriers", "suppleants-ouvriers"
SMALL = ("    colleges: [cadres]\n", "    colleges: [cadres]\n    smallGroupAccepted: PV du bureau du 3 novembre\n")
ROWS = {"slots": f"SELECT id, content FROM polling_slot WHERE ballot = (SELECT id FROM polling_ballot WHERE name = '{BALLOT}')",
        "entries": f"SELECT id, entry FROM polling_elector WHERE ballot = (SELECT id FROM polling_ballot WHERE name = '{BALLOT}')"}


def choice(number):
    """What a voter chose: the place of the 1 among blank vote and lists."""
    return number % 4


class Poll:
    """An honest poll with twelve votes, and what an attacker kept of its files on the way."""

    def __init__(self, folder):
        self.folder, self.site = str(folder), voters.Site(folder)

    def walk(self):
        """From the roll to the closed archives."""
        site, folder = self.site, self.folder
        site.prepare([voter(n) for n in range(1, LATE + 1)] + [voter(99, college="cadres")], SMALL).open_poll().serve()
        self.clients = self.sign_in()
        self.moments = [self.rows()]
        *ballots, self.late = self.seal(BALLOT, choice)
        self.credential = self.credentials[1]
        for number, ballot in enumerate(ballots, 1):
            self.cast(number, BALLOT, ballot)
            self.moments.append(self.rows())
        site.stop()
        self.keep("stopped")
        self.found = {"after a clean stop": self.pairs()}
        site.serve()
        others = self.seal(OTHER, lambda _: 0)
        self.cast(1, OTHER, others[0])
        # A reader while the poll is closed by command line: the log cannot go just then.
        with contextlib.closing(sqlite3.connect(site.store, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM polling_slot").fetchone()
            self.cast(2, OTHER, others[1])
            self.closing = site.run("poll", "close", "--yes", "--at-once")
        with contextlib.suppress(AssertionError):
            wait_until(lambda: not self.pairs(), 10)
        self.found["after a close beside a reader that left"] = self.pairs()
        site.stop()
        self.keep("closed")
        site.run("tally", "archive", "--to", f"{folder}/archives")
        self.record = f"{folder}/archives/closing-record.txt"
        self.words = site.accepted(self.record) if os.path.exists(self.record) else []
        [name] = [name for name in os.listdir(f"{folder}/archives") if name.startswith(BALLOT)]
        self.path = f"{folder}/archives/{name}"
        return self

    @property
    def archive(self):
        return Archive(self.path)

    def sign_in(self):
        clients, todo = {}, queue.Queue()
        for number in range(1, LATE + 1):
            todo.put(number)

        def work():
            with contextlib.suppress(queue.Empty):
                while True:
                    number = todo.get_nowait()
                    client, mail = voters.Client(self.site), f"v{number}@example.org"
                    client.sign_in(self.site.identifier(mail), mail, 2, first=True)
                    clients[number] = client

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert len(clients) == LATE
        return clients

    def seal(self, name, chosen):
        """A ballot for every voter, in their order."""
        self.credentials, wanted = {}, {}
        for number, client in sorted(self.clients.items()):
            page = client.get(f"/ballots/{name}").text
            self.credentials[number] = re.search(r'data-credential="([^"]+)"', page).group(1)
            client.form_token = client.form()
            wanted.setdefault(chosen(number), []).append(number)
        document = f"{self.folder}/{name}.json"
        with open(document, "w", encoding="utf-8") as file:
            file.write(html.unescape(re.search(r'data-document="([^"]+)"', page).group(1)))
        made = {}
        for place, numbers in wanted.items():
            for number, ballot in zip(numbers, self.sealed(document, [self.credentials[number] for number in numbers], place)):
                made[number] = ballot
        return [made[number] for number in sorted(made)]

    def sealed(self, document, credentials, place):
        return self.sealed_on(self.site, document, credentials, place)

    def sealed_on(self, site, document, credentials, place):
        with open(f"{document}.credentials", "w", encoding="utf-8") as file:
            file.write("\n".join(credentials))
        row = [int(index == place) for index in range(4)]
        return site.run("tally", "ballot", document, "--credential", file.name, "--choices", compact([row])).stdout.split()

    def cast(self, number, name, ballot, status=200):
        client = self.clients[number]
        answer = client.session.post(f"{self.site.address}/ballots/{name}", data={"form": client.form_token, "ballot": ballot}, timeout=30)
        assert answer.status_code == status, answer.text

    def rows(self, site=None):
        """What somebody who reads the store along sees of box, list and their count."""
        with contextlib.closing(sqlite3.connect((site or self.site).store, timeout=20)) as database:
            found = {kind: dict(database.execute(text)) for kind, text in ROWS.items()}
            database.row_factory = sqlite3.Row
            found["counts"] = {row["name"]: dict(row) for row in database.execute(
                "SELECT name, polling_count.* FROM polling_count JOIN polling_ballot ON polling_ballot.id = ballot")}
        return found

    def keep(self, name):
        shutil.copytree(os.path.dirname(self.site.store), f"{self.folder}/{name}/store")
        shutil.copytree(self.site.keys, f"{self.folder}/{name}/keys")

    def pairs(self):
        """As the files lie there; a server that copies its log back while they are read has them read again."""
        while True:
            with contextlib.suppress(sqlite3.DatabaseError):
                return attacker.pairs(self.site.store, f"{self.folder}/look")

    def copy(self, name, folder):
        """An installation with store and keys as they were kept."""
        copy = voters.Site(folder)
        shutil.copytree(f"{self.folder}/{name}", copy.folder, dirs_exist_ok=True)
        shutil.copy(f"{self.site.folder}/isoloir.yaml", copy.folder)
        copy.address, copy.port = self.site.address, self.site.port
        return copy

    def decrypt(self, key, folder, target, *words):
        """An honest trustee with what somebody gave them to open: refused with a reason, or a part."""
        return subprocess.run(self.site.command("tally", "decrypt", folder, "--key", f"{key}.key", "--to", target, *words), capture_output=True,
                              text=True, timeout=120)

    def copied(self, key, target):
        """A copy of a key file, which knows of nothing that was opened: its trustee compares the seal's fingerprint anew."""
        shutil.copy(f"{key}.key", f"{target}.key")
        return ["--fingerprint", self.site.json("poll", "status")["fingerprint"]] if self.words else []

    def forged(self, folder, sums, ballots, weights):
        """The words with which trustees are asked to open a false archive: beside seal, heads and the bureau's acceptance as they are,
        a closing record of its own, signed with the server's key, and the digest that stands in it."""
        if not self.words:
            return []
        digest, path = hashlib.sha256(sums).hexdigest(), f"{folder}/closing-record.txt"
        classes = {weight: weights.count(weight) for weight in sorted(set(weights))}
        attacker.forged_record(self.site.keys, self.record, path, BALLOT, signatures=ballots, ballots=ballots, weight=sum(weights), tally=digest,
                               weights=" ".join(f"{count}x{weight}" for weight, count in classes.items()) if set(classes) != {1} else None)
        return [*self.words, "--record", path, "--tally", digest]

    def stolen(self, folder, ballots, weights, archive=None):
        """What both honest trustees open of a false archive, and why not."""
        archive = archive or self.archive
        sums = archive.write(folder, ballots, weights)
        words, parts, reasons = self.forged(folder, sums, len(ballots), weights), [], []
        for number, key in enumerate(self.site.trustees):
            copy = f"{folder}/{number}"
            done = self.decrypt(copy, folder, f"{copy}.part", *words, *self.copied(key, copy))
            if done.returncode == 0:
                parts.append(f"{copy}.part")
            else:
                reasons.append(done.stderr)
        rows = attacker.results(parts, archive.document["uuid"], sums, sum(weights)) if len(parts) == 2 else None
        return rows, reasons


# Before the seal.


@pytest.fixture
def house(tmp_path):
    """An election before its seal, with two trustees who have shown their keys."""
    site = voters.Site(tmp_path)
    site.prepare([voter(n) for n in range(1, 11)] + [voter(99, college="cadres")], SMALL)
    for name, path in (("Anne Lambert", "anne"), ("Bruno Castel", "bruno")):
        make(site, name, path)
        assert prove(site, path).returncode == 0
    return site


def make(site, name, path):
    site.run("tally", "trustee-key", "--for", f"{site.folder}/election", "--name", name, "--to", f"{site.folder}/{path}")


def prove(site, path):
    """Adds a trustee and answers the challenge; what the adding came to."""
    file = f"{site.folder}/{path}"
    done = subprocess.run(site.command("trustee", "add", f"{file}.pub", "--challenge", f"{file}.challenge"), capture_output=True, text=True, timeout=60)
    if done.returncode == 0:
        site.run("tally", "answer", f"{file}.challenge", "--key", f"{file}.key", "--to", f"{file}.answer")
        site.run("trustee", "confirm", f"{file}.answer")
    return done


def opened(site):
    """Seals and opens as the manager does who knows of nothing."""
    site.run("poll", "seal", "--yes", "--box-key", f"{site.folder}/box.key")
    site.run("poll", "accept", "all", "--by", "Bureau de test", "--reason", "a test")
    return subprocess.run(site.command("poll", "open", "--yes", "--box-key", f"{site.folder}/box.key"), capture_output=True, text=True, timeout=60)
