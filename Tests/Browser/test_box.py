"""What store, log and keys tell of voters and ballots: pairing programs without a key, heads, copies that must go."""
import datetime
import glob
import hashlib
import json
import os
import re
import shutil
import sqlite3
import struct
import time

import pytest
from conftest import road
from test_casting import Crowd, SMALL

voter = road.voter
VOTERS = [voter(n) for n in range(1, 13)] + [voter(13, college="cadres")]
SIGNED = "SELECT id, ballot FROM polling_elector WHERE substr(entry, 1, 8) <> zeroblob(8)"
FILLED = "SELECT id, ballot FROM polling_slot WHERE substr(content, 5, 4) <> zeroblob(4)"


def commits(log):
    """The places in a write-ahead log at which a transaction ends."""
    if len(log) < 32:
        return []
    page = struct.unpack(">I", log[8:12])[0]
    ends = []
    for at in range(32, len(log) - page - 23, page + 24):
        if log[at + 8:at + 16] != log[16:24]:
            break  # a frame of before the log was begun anew
        if struct.unpack(">I", log[at + 4:at + 8])[0]:
            ends.append(at + page + 24)
    return ends


def pairs(site, folder):
    """Who cast which ballot, by store and log alone: what one transaction adds to both list and box."""
    with open(site.store, "rb") as file:
        store = file.read()
    try:
        with open(f"{site.store}-wal", "rb") as file:
            log = file.read()
    except FileNotFoundError:
        log = b""
    found, before = [], None
    os.makedirs(folder, exist_ok=True)
    for end in [0] + commits(log):
        for path in glob.glob(f"{folder}/copy*"):
            os.remove(path)
        with open(f"{folder}/copy", "wb") as file:
            file.write(store)
        if end:
            with open(f"{folder}/copy-wal", "wb") as file:
                file.write(log[:end])
        database = sqlite3.connect(f"{folder}/copy")
        now = set(database.execute(SIGNED)), set(database.execute(FILLED))
        database.close()
        if before is not None:
            signed, filled = now[0] - before[0], now[1] - before[1]
            if len(signed) == len(filled) == 1:
                found.append((signed.pop(), filled.pop()))
        before = now
    return found


def told(site):
    """How many ballots of the box the log holds: nobody can be paired with one that is not there."""
    path = f"{site.store}-wal"
    if not os.path.exists(path):
        return 0
    with open(path, "rb") as file:
        log = file.read()
    ballots = [row[0][8:][700:760] for row in site.sql("SELECT content FROM polling_slot WHERE substr(content, 5, 4) <> zeroblob(4)")]
    return sum(ballot in log for ballot in ballots)


def cast(crowd, count):
    for _ in range(count):
        client, name, ballot = crowd.waiting.get_nowait()
        answer = client.session.post(f"{crowd.site.address}/ballots/{name}", data={"form": client.form_token, "ballot": ballot}, timeout=20)
        assert answer.status_code == 200, answer.text


def size(site):
    path = f"{site.store}-wal"
    return os.path.getsize(path) if os.path.exists(path) else 0


def just_emptied(site):
    """Waits for the next emptying of the log, so that nothing of what follows goes soon."""
    mark = f"{site.store}-emptied"
    before = os.stat(mark).st_mtime_ns if os.path.exists(mark) else 0
    road.wait_until(lambda: os.path.exists(mark) and os.stat(mark).st_mtime_ns > before, 90)


def test_store_and_log_do_not_pair_voters_and_ballots(site, tmp_path):
    site.prepare(VOTERS, SMALL).open_poll()
    assert size(site) == 0 and site.json("poll", "status")["log"]["bytes"] == 0
    site.serve()
    crowd, look = Crowd(site, 12), lambda: pairs(site, f"{tmp_path}/look")
    # In an open poll, before any round, for as long as the log holds it: the program works.
    just_emptied(site)
    cast(crowd, 6)
    begun = time.monotonic()
    assert len(look()) == 6 and told(site) == 6
    time.sleep(max(0, begun + 90 - time.monotonic()))
    assert look() == [] and told(site) == 0
    assert site.votes()[0] == 6
    # A clean stop in an open poll.
    cast(crowd, 2)
    site.stop()
    assert size(site) == 0 and look() == []
    # A kill, and a restart.
    site.serve()
    just_emptied(site)
    cast(crowd, 2)
    site.kill()
    assert len(look()) == 2
    site.serve()
    road.wait_until(lambda: told(site) == 0, 10)
    assert look() == []
    # A change of state by command line beside a reader that leaves.
    cast(crowd, 2)
    reader = sqlite3.connect(site.store, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM polling_slot").fetchone()[0] > 0
    cast(crowd, 2)
    closed = site.run("poll", "close", "--yes", "--at-once")
    assert "could not be emptied: another program reads the store" in closed.stderr
    assert "last emptied" in closed.stdout
    assert told(site) > 0
    reader.execute("COMMIT")
    reader.close()
    road.wait_until(lambda: told(site) == 0, 10)
    assert look() == []
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        log = file.read()
    assert "the store's log cannot be emptied" in log and "the store's log is emptied again" in log


def test_every_change_of_state_empties_the_log(site):
    site.prepare(VOTERS, SMALL).open_poll()
    for words in (("suspend",), ("resume",), ("extend", "2036-12-02 17:00"), ("close", "--yes")):
        site.run("poll", *words)
        assert size(site) == 0, words
    site.sql("UPDATE polling_poll SET round_at = round_at")
    assert "the log is empty" in site.run("store", "empty-log").stdout


def events(path):
    """Height and hash of the events in an archive, in their order."""
    with open(path, "rb") as file:
        data = file.read()
    found, at = [], 0
    while at < len(data):
        count = int(data[at + 124:at + 135], 8)
        name, content = data[at:at + 100].rstrip(b"\0").decode(), data[at + 512:at + 512 + count]
        at += 512 + (count + 511) // 512 * 512
        if name.endswith(".event.json"):
            found.append((json.loads(content)["height"], hashlib.sha256(content).hexdigest()))
    return found


def test_the_head_of_a_close_by_command_line_reaches_the_bureau(site):
    site.prepare(VOTERS, SMALL).open_poll()
    site.run("manager", "add", "laurent", "--full-name", "I. Laurent", "--mail", "laurent@example.net", "--role", "bureau")
    site.serve()
    crowd = Crowd(site, 3)
    cast(crowd, 3)
    assert site.json("poll", "status")["rounds"] == []
    site.stop()
    site.run("poll", "close", "--yes", "--at-once")
    status = site.json("poll", "status")
    [head] = status["rounds"]
    for moment in (head["at"], status["log"]["emptied"]):
        assert abs(datetime.datetime.fromisoformat(moment).timestamp() - time.time()) < 600 and moment.endswith("Z"), moment
    assert (head["ballot"], head["round"], head["ballots"], head["signatures"], head["height"]) == ("titulaires-ouvriers", 1, 3, 3, 3)
    groups = " ".join(re.findall("....", head["head"]))
    assert groups in re.sub(r"\s+", " ", site.run("poll", "status").stdout)
    site.run("outbox", "send")
    [mail] = [text for text in site.texts("laurent@example.net") if "Urne publiée" in text]
    assert groups in re.sub(r"\s+", " ", mail) and "3 = 3" in mail and "(titulaires-ouvriers)" in mail
    site.run("tally", "archive", "--to", f"{site.folder}/closed")
    [path] = glob.glob(f"{site.folder}/closed/titulaires-ouvriers.*.bel")
    assert (3, head["head"]) in events(path)


def test_backups_that_retention_removed_are_reported_together(site):
    """Retention unlinks files of one machine: between seal and close each of them may lie elsewhere still, and is asked for by name."""
    site.prepare(VOTERS, SMALL)
    folder, run = f"{site.folder}/backups", site.run
    os.makedirs(folder)

    def back_up():
        run("store", "backup", folder, "--keep", "1")
        # Their names are seconds.
        time.sleep(1.1)
        return os.listdir(folder)[0]

    names = []

    def with_backups(*words, **options):
        if words[:2] == ("poll", "open"):
            names.extend(back_up() for _ in range(3))
        return run(*words, **options)

    site.run = with_backups
    site.open_poll()
    site.run = run
    assert len(set(names)) == 3 and os.listdir(folder) == names[2:]
    order = ("poll", "backup-destroyed", "all-removed", "--by", "I. Laurent", "--reason", "tapes erased, minutes of 2 December")
    # While backups are made and removed nobody says of all of them that they are gone.
    assert "The poll is not closed" in run(*order, "--yes", status=1).stderr
    run("poll", "close", "--yes", "--at-once")
    for name in names[:2]:
        assert re.search(rf"{name}  \w{{16}}  removed from this machine; COPIES ELSEWHERE: NOT REPORTED DESTROYED", run("poll", "custody").stdout)
    removed = lambda: [(backup["file"], "removed" in backup, backup.get("by")) for backup in site.json("poll", "custody")["backups"]]
    before = [(names[0], True, None), (names[1], True, None), (names[2], False, None)]
    assert removed() == before
    # A program has to say --yes; it is shown what it would say.
    refused = run(*order, status=1).stderr
    assert "say --yes" in refused and all(name in refused for name in names[:2]) and names[2] not in refused and removed() == before
    status, shown = road.answered(site, "n", *order)
    assert status == 1 and "Note of 2 backups that no copy is left anywhere?" in shown and "Nothing was noted" in shown and removed() == before
    status, shown = road.answered(site, "y", *order)
    assert status == 0 and all(name in shown for name in names[:2])
    assert removed() == [(names[0], True, "I. Laurent"), (names[1], True, "I. Laurent"), (names[2], False, None)]
    # The third goes after the close; the one that takes its place is of after the close and pairs nobody.
    back_up()
    assert f"{names[2]}: noted as destroyed, by I. Laurent." in run(*order, "--yes").stdout
    assert "No backup that was removed from this machine is left" in run(*order, "--yes", status=1).stderr
    assert run("poll", "custody").stdout.count("destroyed, by I. Laurent: tapes erased, minutes of 2 December") == 3


def test_the_box_key_ends_with_the_close_and_backups_are_asked_for(site):
    site.prepare(VOTERS, SMALL)
    run = site.run

    def with_backup(*words, **options):
        if words[:2] == ("poll", "open"):
            run("store", "backup", f"{site.folder}/monday.sealed")
        return run(*words, **options)

    site.run = with_backup
    warned = []
    site.run = lambda *words, **options: warned.append(with_backup(*words, **options)) or warned[-1]
    site.open_poll()
    site.run = run
    assert "Backups were made since the seal: monday.sealed" in warned[-1].stderr
    [key] = glob.glob(f"{site.keys}/*.box")
    assert "in use" in site.run("poll", "custody").stdout
    site.run("poll", "close", "--yes")
    assert os.path.exists(key)
    # What cannot be erased does not stop the close.
    with open(key, "rb") as file:
        content = file.read()
    os.remove(key)
    os.makedirs(f"{key}/kept")
    closed = site.run("poll", "close", "--yes", "--at-once")
    assert "THE BOX KEY COULD NOT BE ERASED" in closed.stdout and site.json("poll", "status")["state"] == "closed"
    assert site.json("poll", "custody")["keys"][0]["outcome"] == "kept"
    shutil.rmtree(key)
    with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(content)
    site.run("poll", "custody")
    assert not os.path.exists(key)
    shown = site.json("poll", "custody")
    assert [copy["outcome"] for copy in shown["keys"]] == ["erased"]
    [backup] = shown["backups"]
    for moment in (shown["keys"][0]["at"], backup["at"]):
        assert abs(datetime.datetime.fromisoformat(moment).timestamp() - time.time()) < 600 and moment.endswith("Z"), moment
    with open(f"{site.folder}/monday.sealed", "rb") as file:
        assert backup["sha256"] == hashlib.sha256(file.read()).hexdigest() and "destroyed" not in backup
    assert "NOT REPORTED DESTROYED" in site.run("poll", "custody").stdout
    # The bureau's own file lies on this machine, and is named until it is gone and reported.
    [file] = shown["keyFiles"]
    assert file["isThere"] and f"{file['path']}: STILL THERE" in site.run("poll", "custody").stdout
    assert f"The box key still lies on this machine, in {file['path']}" in closed.stderr
    report = ("poll", "backup-destroyed", file["path"], "--by", "I. Laurent", "--reason", "shredded")
    assert "is still there" in site.run(*report, status=1).stderr
    os.remove(file["path"])
    assert "NOT REPORTED DESTROYED" in site.run("poll", "custody").stdout
    site.run(*report)
    assert f"{file['path']}: destroyed, by I. Laurent: shredded" in site.run("poll", "custody").stdout
    site.run("store", "backup", f"{site.folder}/later.sealed")
    refused = site.run("poll", "backup-destroyed", "later.sealed", "--by", "I. Laurent", "--reason", "x", status=1)
    assert "No backup \"later.sealed\" is left" in refused.stderr
    site.run("poll", "backup-destroyed", "monday.sealed", "--by", "I. Laurent", "--reason", "minutes of 2 December")
    assert "destroyed, by I. Laurent: minutes of 2 December" in site.run("poll", "custody").stdout
    refused = site.run("poll", "backup-destroyed", "all-removed", "--by", "I. Laurent", "--reason", "x", status=1)
    assert "No backup that was removed from this machine" in refused.stderr
    # Nothing needs the key any more.
    site.run("poll", "status")
    site.run("tally", "archive", "--to", f"{site.folder}/closed")
    site.serve()


def test_serve_refuses_a_box_key_among_credentials(site):
    site.prepare(VOTERS)
    site.port = road.free_port()
    os.environ["CREDENTIALS_DIRECTORY"] = str(site.keys)
    try:
        refused = site.run("serve", "--port", site.port, status=1).stderr
        assert "among systemd's credentials" in refused and "boxKeys" in refused
    finally:
        del os.environ["CREDENTIALS_DIRECTORY"]


@pytest.mark.parametrize("folder", ["box", "."])
def test_box_keys_have_a_folder_of_their_own(site, folder):
    site.prepare(VOTERS, SMALL, settings=f"boxKeys: {site.folder}/{folder}\n" if folder == "box" else "")
    if folder == ".":
        with open(f"{site.folder}/isoloir.yaml", "a", encoding="utf-8") as file:
            file.write(f"boxKeys: {os.path.dirname(site.store)}\n")
        refused = site.run("poll", "status", status=1).stderr
        assert "lies in the store's folder" in refused and "boxKeys in isoloir.yaml" in refused
        return
    site.open_poll()
    assert [os.path.basename(path) for path in glob.glob(f"{site.folder}/box/*")] == ["cse-2026.box"] and glob.glob(f"{site.keys}/*.box") == []
    site.run("poll", "close", "--yes", "--at-once")
    assert glob.glob(f"{site.folder}/box/*") == []
