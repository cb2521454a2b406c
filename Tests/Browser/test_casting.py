"""Casting through kill -9 and power cuts: every acknowledged receipt is in the box, signatures equal ballots, archives verify."""
import contextlib
import html
import os
import queue
import random
import re
import shutil
import subprocess
import threading
import time

import pytest
import requests
from conftest import Client, road

voter = road.voter
BALLOTS = ("titulaires-ouvriers", "suppleants-ouvriers")
SMALL = ("    colleges: [cadres]\n", "    colleges: [cadres]\n    smallGroupAccepted: PV du bureau du 3 novembre\n")
CLIENTS = 8
SEED = int(os.environ.get("KILL_SEED", random.randrange(1 << 30)))


class Crowd:
    """Voters who are signed in, with their ballots made beforehand, and eight browsers that cast them."""

    def __init__(self, site, voters):
        self.site, self.waiting, self.receipts, self.odd = site, queue.Queue(), {}, []
        clients = self.sign_in(voters)
        for name in BALLOTS:
            self.seal(name, clients)

    def sign_in(self, voters):
        clients, todo = {}, queue.Queue()
        for number in range(1, voters + 1):
            todo.put(number)

        def work():
            with contextlib.suppress(queue.Empty):
                while True:
                    number = todo.get_nowait()
                    client, mail = Client(self.site), f"v{number}@example.org"
                    client.sign_in(self.site.identifier(mail), mail, 2, first=True)
                    clients[number] = client

        each(CLIENTS, work)
        assert len(clients) == voters
        return [clients[number] for number in sorted(clients)]

    def seal(self, name, clients):
        folder, lines = self.site.folder, []
        for client in clients:
            page = client.get(f"/ballots/{name}").text
            lines.append(re.search(r'data-credential="([^"]+)"', page).group(1))
            client.form_token = client.form()
        with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
            file.write(html.unescape(re.search(r'data-document="([^"]+)"', page).group(1)))
        with open(f"{folder}/{name}.credentials", "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        made = self.site.run("tally", "ballot", f"{folder}/{name}.json", "--credential", f"{folder}/{name}.credentials",
                             "--choices", "[[0,1,0,0]]").stdout.split()
        assert len(made) == len(clients)
        for client, ballot in zip(clients, made):
            self.waiting.put((client, name, ballot))

    def cast_until(self, stop, chance, longest=0.2):
        """Casts what waits; a ballot without an answer goes back, as a voter would press again."""
        def work():
            pause = random.Random(chance.random())
            while not stop.wait(pause.uniform(0.02, longest)):
                try:
                    client, name, ballot = self.waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    answer = client.session.post(f"{self.site.address}/ballots/{name}", data={"form": client.form_token, "ballot": ballot}, timeout=20)
                except requests.RequestException:
                    self.waiting.put((client, name, ballot))
                    continue
                if answer.status_code == 200:
                    self.receipts.setdefault(name, set()).add(answer.json()["receipt"]["tracker"])
                elif answer.status_code == 503:
                    self.waiting.put((client, name, ballot))
                else:
                    self.odd.append((answer.status_code, answer.text))

        threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    @property
    def count(self):
        return sum(map(len, self.receipts.values()))


def each(count, work):
    faults = []

    def guarded():
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised below, in the test's own thread
            faults.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    if faults:
        raise faults[0]


def prepared(site, voters):
    site.prepare([voter(n) for n in range(1, voters + 1)] + [voter(voters + 1, college="cadres")], SMALL).open_poll().serve()
    return Crowd(site, voters)


def missing(site, crowd):
    """Acknowledged receipts that are not in the box, after the close."""
    site.run("poll", "close", "--yes", "--at-once")
    site.verify(f"{site.folder}/closed")
    lost = 0
    for name, receipts in crowd.receipts.items():
        there = {row[0] for row in site.sql("SELECT tracker FROM polling_tracker JOIN polling_ballot ON polling_ballot.id = ballot WHERE name = ?", name)}
        lost += len(receipts - there)
    return lost


def test_fifty_kills_while_eight_clients_cast(site):
    print(f"KILL_SEED={SEED}")
    chance = random.Random(SEED)
    crowd = prepared(site, 100)
    for number in range(50):
        if number:
            site.serve()
        stop = threading.Event()
        threads = crowd.cast_until(stop, chance, longest=0.6)
        # However busy the machine is, each kill finds votes under way.
        before, patience = crowd.count, time.monotonic() + 5
        while crowd.count == before and crowd.waiting.qsize() and time.monotonic() < patience:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.15))
        site.kill()
        stop.set()
        for thread in threads:
            thread.join(30)
    print(f"{crowd.count} receipts before the last kill, {crowd.waiting.qsize()} ballots wait")
    assert crowd.count > 50 and crowd.waiting.qsize() > 0, "the kills came too late to mean anything"
    site.serve()
    for thread in crowd.cast_until(threading.Event(), chance):
        thread.join(120)
    assert crowd.odd == [] and crowd.waiting.qsize() == 0 and crowd.count == 200
    status = site.json("poll", "status")
    assert status["findings"] == [] and site.votes()[:2] == [100, 100]
    assert missing(site, crowd) == 0


@pytest.mark.parametrize("forgets", [False, True])
def test_power_cuts_lose_no_acknowledged_vote(site, tmp_path, forgets):
    """Only synced bytes survive. The control, whose log is never synced as with synchronous=NORMAL, must lose votes."""
    shim, kept = f"{tmp_path}/power.so", f"{tmp_path}/kept"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, os.path.join(os.path.dirname(__file__), "power_cut.c"), "-ldl"], check=True)
    print(f"KILL_SEED={SEED}")
    chance = random.Random(SEED)
    crowd = prepared(site, 30)
    site.stop()
    for number in range(8):
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(kept)
        for ending in ("", "-wal"):
            if os.path.exists(site.store + ending):
                shutil.copy(site.store + ending, kept)
        environment = {"LD_PRELOAD": shim, "POWER_FOLDER": kept} | ({"POWER_FORGETS": "1"} if forgets else {})
        site.serve(environment=environment)
        stop = threading.Event()
        threads = crowd.cast_until(stop, chance)
        time.sleep(chance.uniform(0.1, 0.4))
        site.kill()
        stop.set()
        for thread in threads:
            thread.join(30)
        for ending in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(site.store + ending)
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(f"{kept}/{os.path.basename(site.store)}{ending}", site.store + ending)
    assert crowd.count > 10 and crowd.odd == []
    print(f"{crowd.count} receipts")
    lost = missing(site, crowd)
    assert (lost > 0) == forgets, lost
