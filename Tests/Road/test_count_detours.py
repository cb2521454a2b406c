"""Detours around the rules on trustees, restores and sealed rows: each step is allowed by itself, or touches what no seal covers."""
import contextlib
import glob
import hashlib
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import time

import nacl.signing
import pytest
from conftest import voter
from walked_poll import BALLOT, SMALL, house, make, voters  # noqa: F401 - a fixture among them


def attempt(site, *words):
    return subprocess.run(site.command(*words), capture_output=True, text=True, cwd=site.folder, timeout=60)


def add(site, path, *more):
    """Adds a trustee's public file, and answers where it was taken."""
    file, mark = f"{site.folder}/{path}", secrets.token_hex(4)
    done = attempt(site, "trustee", "add", f"{file}.pub", "--challenge", f"{file}.{mark}", *more)
    if done.returncode == 0:
        site.run("tally", "answer", f"{file}.{mark}", "--key", f"{file}.key", "--to", f"{file}.{mark}.answer")
        site.run("trustee", "confirm", f"{file}.{mark}.answer")
    return done


def test_a_proven_trustee_is_not_unproven_by_their_own_file(house):
    """A proven trustee's own public file, which is no secret, comes in once more; then another's keys under the name."""
    make(house, "Anne Lambert", "thief")
    attempt(house, "trustee", "add", f"{house.folder}/anne.pub", "--challenge", f"{house.folder}/again")
    removed = attempt(house, "trustee", "remove", "Anne Lambert")
    assert removed.returncode == 1, removed.stdout
    done = add(house, "thief")
    assert done.returncode == 1 and "has shown the keys that are registered" in done.stderr, house.run("trustee", "list").stdout


def test_a_word_of_removal_serves_once(house):
    """Two members took a trustee away. The same keys come in again, and the same paper takes them away again."""
    folder = house.folder
    for name in ("irene", "hugo"):
        house.run("key", "member", "--name", name, "--to", f"{folder}/{name}")
        house.run("bureau", "add", f"{folder}/{name}.pub")
    house.run("bureau", "draft", "remove-trustee", "--old", f"{folder}/anne.pub", "--reason", "ill", "--to", f"{folder}/word")
    for name in ("irene", "hugo"):
        house.run("bureau", "sign", f"{folder}/word", "--key", f"{folder}/{name}.key", "--yes")
    house.run("trustee", "remove", "Anne Lambert", "--statement", f"{folder}/word")
    if add(house, "anne").returncode == 0:
        again = attempt(house, "trustee", "remove", "Anne Lambert", "--statement", f"{folder}/word")
        assert again.returncode == 1, again.stdout


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A poll that was just opened, with a backup from before the opening."""
    site = voters.Site(tmp_path_factory.mktemp("ready"))
    site.prepare([voter(n) for n in range(1, 12)] + [voter(99, college="cadres")], SMALL)
    run = site.run

    def with_backup(*words, **options):
        if words[:2] == ("poll", "open"):
            run("store", "backup", f"{site.folder}/sealed.backup")
        return run(*words, **options)

    site.run = with_backup
    site.open_poll()
    site.run = run
    run("store", "backup", f"{site.folder}/open.backup")
    return site


def copied(ready, folder):
    site = voters.Site(folder)
    for name in ("store", "keys"):
        shutil.copytree(f"{ready.folder}/{name}", f"{site.folder}/{name}", dirs_exist_ok=True)
    shutil.copy(f"{ready.folder}/isoloir.yaml", site.folder)
    return site


def test_a_poll_that_was_open_is_not_opened_anew(ready, tmp_path):
    """The store is restored from a backup of before the opening: whoever voted would vote once more, with a credential that may stand
    in a published archive, and nobody of the bureau signed for it."""
    site = copied(ready, tmp_path)
    assert site.json("poll", "status")["state"] == "open"
    for path in glob.glob(f"{site.store}*"):
        os.remove(path)
    site.run("store", "restore", f"{ready.folder}/sealed.backup")
    done = attempt(site, "poll", "open", "--yes", "--box-key", f"{ready.folder}/box.key")
    assert done.returncode == 1, site.run("poll", "status").stdout


def test_a_server_whose_store_was_moved_erases_no_box_key(ready, tmp_path):
    """The poll was closed by mistake, its store is moved away and a backup takes its place, while the old server still runs. It reads
    the old store's closed poll, and the box key that lies at the old place now is that of the poll that goes on."""
    site = copied(ready, tmp_path)
    site.serve()
    try:
        site.run("poll", "close", "--yes", "--at-once")
        os.makedirs(f"{tmp_path}/away")
        for path in glob.glob(f"{site.store}*"):
            shutil.move(path, f"{tmp_path}/away")
        site.run("store", "restore", f"{ready.folder}/open.backup")
        site.run("poll", "box-key", f"{ready.folder}/box.key")
        time.sleep(4)
        with open(f"{tmp_path}/serve.log", encoding="utf-8") as file:
            assert "was moved, deleted or replaced" in file.read()
        assert os.path.exists(f"{site.keys}/cse-2026.box"), attempt(site, "poll", "status").stderr
    finally:
        site.kill()


def changed(site, *statements):
    with contextlib.closing(sqlite3.connect(site.store)) as database, database:
        for statement, *values in statements:
            database.execute(statement, values)
    return attempt(site, "poll", "status")


def test_exchanged_credentials_of_slots_are_found(ready, tmp_path):
    """Every slot is found by the credential of another: nobody could vote any more, and each would be told that the credential is
    another voter's."""
    site = copied(ready, tmp_path)
    rows = site.sql("SELECT id, credential FROM polling_slot WHERE ballot = (SELECT id FROM polling_ballot WHERE name = ?) ORDER BY id", BALLOT)
    away = [("UPDATE polling_slot SET credential = ? WHERE id = ?", hashlib.sha256(credential).digest(), slot) for slot, credential in rows]
    turned = [("UPDATE polling_slot SET credential = ? WHERE id = ?", credential, slot)
              for (slot, _), (_, credential) in zip(rows, rows[1:] + rows[:1])]
    done = changed(site, *away, *turned)
    assert done.returncode == 1, done.stdout


@pytest.mark.parametrize("how", ["erased", "exchanged"])
def test_credentials_taken_from_lines_are_found(ready, tmp_path, how):
    """The sealed credentials in the lines of two who have not voted: they could not vote any more."""
    site = copied(ready, tmp_path)
    rows = site.sql("SELECT id, entry FROM polling_elector WHERE ballot = (SELECT id FROM polling_ballot WHERE name = ?) ORDER BY id", BALLOT)
    (first, one), (second, other) = rows[2:4]
    one, other = (bytes(len(one)), bytes(len(other))) if how == "erased" else (other, one)
    done = changed(site, ("UPDATE polling_elector SET entry = ? WHERE id = ?", one, first),
                   ("UPDATE polling_elector SET entry = ? WHERE id = ?", other, second))
    assert done.returncode == 1, done.stdout


def test_exchanged_members_are_found(ready, tmp_path):
    """Other members' keys in the store's copy of the manifest, and the fingerprint beside it made anew: their statements would let
    unbound parts in and restored polls go on."""
    site = copied(ready, tmp_path)
    [(manifest,)] = site.sql("SELECT manifest FROM polling_poll")
    manifest = re.sub(rb'("ed25519":")[0-9a-f]{64}', lambda found: found.group(1) + nacl.signing.SigningKey.generate().verify_key.encode().hex().encode(),
                      manifest)
    digits = hashlib.sha256(manifest).hexdigest().upper()[:32]
    fingerprint = " ".join(re.findall("....", digits))
    done = changed(site, ("UPDATE polling_poll SET manifest = ?, fingerprint = ?", manifest, fingerprint))
    assert fingerprint in done.stdout and done.returncode == 1, done.stdout
