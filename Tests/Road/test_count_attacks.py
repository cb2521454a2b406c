"""Attacks on box, keys and count by an owner of the server or a dishonest trustee, with programs of our own against the command
line alone. Each is given all that such a person has: store, keys, papers signed with the server's key, every file of the others."""
import base64
import contextlib
import hashlib
import json
import os
import re
import resource
import secrets
import sqlite3
import subprocess

import attacker
import pytest
from attacker import G, P, compact
from walked_poll import BALLOT, LATE, OTHER, VOTERS, Poll, house, make, opened, prove  # noqa: F401 - a fixture among them

#: The vote that the attacks are after.
VICTIM = 7


@pytest.fixture(scope="module")
def poll(tmp_path_factory):
    poll = Poll(tmp_path_factory.mktemp("poll"))
    try:
        yield poll.walk()
    finally:
        if poll.site.process:
            poll.site.kill()


def chosen(poll):
    """What the ballots of the archive hold, in its order: the truth that an attacker looks for."""
    secret = sum(attacker.secret_keys(path)[BALLOT] for path in poll.site.trustees)
    return [[pow(a, -secret, P) * b % P for a, b in attacker.ciphertexts(text)[0]].index(G) for text in poll.archive.ballots]


# What trustees open.


def test_weights_that_spell_out_the_votes_are_not_opened(poll, tmp_path):
    """Weights 1, 2, 4 ... and 0 for everybody else. Before, both trustees opened the totals, and their binary digits were the votes."""
    archive, weights = poll.archive, [1 << place for place in range(VOTERS)]
    owners = {json.loads(text)["credential"]: weight for text, weight in zip(archive.ballots, weights)}
    archive.setup[2] = compact([f"{key},{owners.get(key, 0)}" for key in json.loads(archive.setup[2])]).encode()
    rows, reasons = poll.stolen(f"{tmp_path}/weights", archive.ballots, weights, archive)
    if rows:
        read = [[place for place, total in enumerate(rows[0]) if total & weight] for weight in weights]
        right = sum(found == [truth] for found, truth in zip(read, chosen(poll)))
        pytest.fail(f"{right} of {VOTERS} votes were read from the totals {rows[0]}")
    assert len(reasons) == 2 and all("the voting credentials or their weights are not the sealed ones" in reason for reason in reasons)
    # By itself nothing is wrong with it.
    poll.site.run("tally", "verify", f"{tmp_path}/weights")


def test_an_archive_of_one_ballot_is_not_opened(poll, tmp_path):
    """Before, both trustees opened the total of a single ballot: the vote."""
    rows, reasons = poll.stolen(f"{tmp_path}/one", poll.archive.ballots[:1], [1])
    assert not rows, f"the ballot's vote is {rows}, its voter chose {chosen(poll)[0]}"
    assert len(reasons) == 2 and all("1 ballot: fewer than 10 stand together" in reason for reason in reasons)
    assert all("ballots that were public are missing" in reason for reason in reasons)


def test_a_second_copy_of_a_key_opens_no_other_totals(poll, tmp_path):
    """All ballots but one, opened with a copy of the key that knows of no count. Before, the difference of the totals was a vote."""
    archive, parts, false = poll.archive, [], []
    sums = archive.write(f"{tmp_path}/less", archive.ballots[:-1], [1] * (VOTERS - 1))
    words, reasons = poll.forged(f"{tmp_path}/less", sums, VOTERS - 1, [1] * (VOTERS - 1)), []
    for number, key in enumerate(poll.site.trustees):
        first, second = f"{tmp_path}/{number}first", f"{tmp_path}/{number}second"
        done = poll.decrypt(first, poll.path, f"{tmp_path}/{number}.part", *poll.words, *poll.copied(key, first))
        assert done.returncode == 0, done.stderr
        parts.append(f"{tmp_path}/{number}.part")
        done = poll.decrypt(second, f"{tmp_path}/less", f"{tmp_path}/{number}.false", *words, *poll.copied(key, second))
        reasons.append(done.stderr)
        false += [f"{tmp_path}/{number}.false"] if done.returncode == 0 else []
    if len(false) == 2:
        uuid = archive.document["uuid"]
        whole = attacker.results(parts, uuid, attacker.tally(archive.ballots, [1] * VOTERS), VOTERS)[0]
        less = attacker.results(false, uuid, sums, VOTERS)[0]
        pytest.fail(f"{whole} less {less}: the last ballot holds choice {[a - b for a, b in zip(whole, less)].index(1)}, truly {chosen(poll)[-1]}")
    assert all("ballots that were public are missing" in reason for reason in reasons)


def test_the_proof_of_a_key_decrypts_nothing(poll, tmp_path):
    """A "challenge" made of a voter's ciphertexts. Before, one honest answer and another trustee's key read the ballot in an open
    poll, choice by choice: the answer was a hash of beta / alpha^x."""
    name = "Anne Lambert"
    [pairs] = attacker.ciphertexts(poll.archive.ballots[0])
    tests = [{"ballot": BALLOT, "tally": [[{"alpha": str(a), "beta": str(b)}]]} for a, b in pairs]
    noise = [{"ballot": BALLOT, "nonce": hashlib.sha256(str(a).encode()).hexdigest()} for a, _ in pairs]
    files = {"1": ("tests", tests), "2": ("tests", tests), "3": ("nonces", [test | nonce for test, nonce in zip(tests, noise)])}
    other = attacker.secret_keys(poll.site.trustees[1])[BALLOT]
    own = attacker.secret_keys(poll.site.trustees[0])[BALLOT]
    for version, (member, entries) in files.items():
        challenge, answer = f"{tmp_path}/{version}.challenge", f"{tmp_path}/{version}.answer"
        with open(challenge, "w", encoding="utf-8") as file:
            file.write(compact({"isoloir": f"trustee-challenge-{min(int(version), 2)}", "election": "cse-2026", "trustee": name, member: entries}))
        done = subprocess.run(poll.site.command("tally", "answer", challenge, "--key", f"{poll.site.trustees[0]}.key", "--to", answer),
                              capture_output=True, text=True, timeout=60)
        if done.returncode:
            assert "the file is no trustee challenge" in done.stderr
            continue
        with open(answer, encoding="utf-8") as file:
            text = file.read()
        answers = json.loads(text)
        read = []
        for place, (alpha, _) in enumerate(pairs):
            for vote in (0, 1):
                number = pow(G, vote, P) * pow(alpha, other, P) % P
                digest = hashlib.sha256(f"isoloir trustee test|cse-2026|{name}|{BALLOT}|{number}".encode()).digest()
                if base64.b64encode(digest).decode().rstrip("=") in text:
                    read.append(vote)
        assert not read, f"before the count: {read}, truly choice {chosen(poll)[0]}"
        # What was signed is nothing that somebody else chose but the nonce.
        assert member == "nonces" and all(set(entry) == {"ballot", "signature"} for entry in answers["signatures"])
        assert not any(str(pow(a, own, P)) in text or str(b * pow(a, -own, P) % P) in text for a, b in pairs)


# Who is a trustee.


def test_a_proven_trustee_is_not_replaced_in_silence(house):
    """Before, another key under a proven trustee's name was taken, proven, sealed and opened: they learned it at the count."""
    make(house, "Anne Lambert", "thief")
    done = prove(house, "thief")
    if done.returncode == 0:
        done = opened(house)
        pytest.fail(f"opened with exit {done.returncode} and a thief's key: {house.run('trustee', 'list').stdout}")
    assert "has shown the keys that are registered" in done.stderr
    # Nor by whoever owns the store: the poll waits for Anne's own word, and her program finds that her key is not there.
    with open(f"{house.folder}/thief.pub", encoding="utf-8") as file:
        keys = {entry["ballot"]: compact(entry["document"]) for entry in json.load(file)["keys"]}
    for ballot, document in keys.items():
        house.sql("UPDATE polling_trustee_key SET document = ? WHERE ballot = ? AND trustee = (SELECT id FROM polling_trustee WHERE name = ?)",
                  document.encode(), ballot, "Anne Lambert")
    assert "Anne Lambert, Bruno Castel must check the sealed election first" in opened(house).stderr
    house.run("poll", "manifest", "--to", f"{house.folder}/sealed.json")
    house.run("tally", "archive", "--to", f"{house.folder}/sealed")
    check = house.run("tally", "check", "--seal", f"{house.folder}/sealed.json", "--archive", f"{house.folder}/sealed", "--key",
                      f"{house.folder}/anne.key", "--to", f"{house.folder}/anne.check", status=1)
    assert "YOUR KEY IS NOT IN THIS ELECTION" in check.stderr


def test_one_key_is_one_trustee(house):
    """Before, Anne's key stood under a second name, proven by the same private file: two trustees were one person."""
    for ending in ("key", "pub"):
        with open(f"{house.folder}/anne.{ending}", encoding="utf-8") as file:
            text = file.read()
        with open(f"{house.folder}/twin.{ending}", "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(text.replace("Anne Lambert", "Zoe Dubois"))
    done = prove(house, "twin")
    assert done.returncode == 1, house.run("trustee", "list").stdout
    assert "is Anne Lambert's already" in done.stderr


# What trustees hand in.


def false_part(poll, honest):
    """A trustee's file with a false factor, as well made as its owner can."""
    with open(honest, encoding="utf-8") as file:
        content = json.load(file)
    uuid, secret = poll.archive.document["uuid"], attacker.secret_keys(poll.site.trustees[0])[BALLOT]
    [entry] = [entry for entry in content["parts"] if entry["uuid"] == uuid]
    [[(alpha, _), *_]] = attacker.ciphertexts(compact({"answers": [{"choices": json.loads(attacker.tally(poll.archive.ballots, [1] * VOTERS))[0]}]}))
    digest = hashlib.sha256(poll.archive.setup[0]).digest()
    attacker.false_decryption(entry["decryption"], alpha, secret, base64.b64encode(digest).decode().rstrip("="))
    if "signature" in entry:
        text = compact(entry["decryption"]).encode()
        entry["signature"] = attacker.signature(secret, "isoloir-opening", bytes.fromhex(entry["tally"]), hashlib.sha256(text).digest(),
                                                b"cse-2026", uuid.encode())
    return content


def test_a_false_factor_does_not_spoil_the_count(poll, tmp_path):
    """One trustee's false factor with a proof that the protocol takes for valid. Before, it was "proven and taken", the honest part
    never came in any more, there was no result, and nobody could be blamed."""
    site = poll.copy("closed", tmp_path)
    parts = []
    for number, key in enumerate(poll.site.trustees):
        copy = f"{tmp_path}/{number}"
        parts.append(f"{copy}.part")
        assert poll.decrypt(copy, f"{poll.folder}/archives", parts[-1], *poll.words, *poll.copied(key, copy)).returncode == 0
    take = lambda path: subprocess.run(site.command("tally", "take", path), capture_output=True, text=True, timeout=60)  # noqa: E731
    content = false_part(poll, parts[0])
    earlier = {name: content[name] for name in ("election", "trustee")}
    earlier = {"isoloir": "trustee-decryption-1", **earlier,
               "parts": [{"uuid": part["uuid"], "decryption": part["decryption"]} for part in content["parts"]]}
    unbound = json.loads(compact(content))
    for part in unbound["parts"]:
        part.pop("binding", None)
    answers = []
    for number, file in enumerate((content, earlier, unbound)):
        with open(f"{tmp_path}/{number}.false", "w", encoding="utf-8") as target:
            target.write(compact(file))
        answers.append(take(target.name))
    honest = [take(path) for path in parts]
    result = subprocess.run(site.command("tally", "result", "--json"), capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, f"{answers[0].stdout}then: {honest[0].stdout}{honest[1].stderr}{result.stderr}"
    votes = {entry["ballot"]: entry["questions"][0] for entry in json.loads(result.stdout)}[BALLOT]
    truth = chosen(poll)
    assert [votes["blank"], *(line["votes"] for line in votes["lines"])] == [truth.count(place) for place in range(4)]
    assert [answer.returncode for answer in answers] == [1, 1, 1]
    assert "Anne Lambert" in answers[0].stderr and "the factor of question 1, choice 1 is FALSE" in answers[0].stderr
    assert all("nothing binds its factors" in answer.stderr for answer in answers[1:])


# Box, list and log.


def put_back(site, before, after, counts=False):
    """Takes a vote out of box and list, as if it had never been; out of their count as well, where that is asked for."""
    with contextlib.closing(sqlite3.connect(site.store, timeout=20)) as database, database:
        for table, column, kind in (("polling_slot", "content", "slots"), ("polling_elector", "entry", "entries")):
            [changed] = [key for key in after[kind] if after[kind][key] != before[kind][key]]
            database.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (before[kind][changed], changed))
        for name, value in before["counts"][BALLOT].items() if counts else ():
            if name not in ("name", "ballot"):
                database.execute(f"UPDATE polling_count SET {name} = ? WHERE ballot = ?", (value, before["counts"][BALLOT]["ballot"]))


def findings(site):
    done = subprocess.run(site.command("poll", "status", "--json"), capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)["findings"]


@pytest.mark.parametrize("trick", ["subtraction", "earlier row", "other ballot's row", "row as it is"])
def test_a_vote_taken_away_is_found(poll, tmp_path, trick):
    """A vote goes from box and list, and the count's row is mended without any key. Before, the vote's keyed terms were the
    difference of two sums that lay in the clear; subtracted, they left no trace for `poll status` and `store check`."""
    site = poll.copy("stopped", tmp_path)
    before, after, rows = poll.moments[VICTIM - 1], poll.moments[VICTIM], poll.moments[-1]["counts"]
    assert findings(site) == [] and rows[BALLOT]["votes"] == VOTERS
    put_back(site, before, after)
    row = {"votes": VOTERS - 1}
    for name in [name for name, value in rows[BALLOT].items() if isinstance(value, bytes)]:
        size = len(rows[BALLOT][name])
        with_it, without = (int.from_bytes(moment["counts"][BALLOT][name], "little") for moment in (after, before))
        mended = (int.from_bytes(rows[BALLOT][name], "little") - with_it + without) % (1 << 8 * size)
        row[name] = {"subtraction": mended.to_bytes(size, "little"), "earlier row": poll.moments[-2]["counts"][BALLOT][name],
                     "other ballot's row": rows[OTHER][name], "row as it is": rows[BALLOT][name]}[trick]
    for name, value in row.items():
        site.sql(f"UPDATE polling_count SET {name} = ? WHERE ballot = ?", value, rows[BALLOT]["ballot"])
    found = findings(site)
    assert found, f"{VOTERS - 1} of {VOTERS} votes: {site.run('poll', 'status').stdout}{site.run('store', 'check').stdout}"
    assert all(finding.startswith(BALLOT) for finding in found)


def test_a_vote_put_back_behind_the_server_is_known(poll, tmp_path):
    """All of one vote is put back, with the count's row of before, while the server runs. Before, the same voter voted once more, and
    nobody knew."""
    site = poll.copy("stopped", tmp_path)
    site.serve()
    try:
        poll.cast(LATE, BALLOT, poll.late)
        after = poll.rows(site)
        assert after["counts"][BALLOT]["votes"] == LATE
        put_back(site, poll.moments[-1], after, counts=True)
        client = poll.clients[LATE]
        answer = client.session.post(f"{site.address}/ballots/{BALLOT}", data={"form": client.form_token, "ballot": poll.late}, timeout=30)
        assert answer.status_code >= 500, f"{answer.status_code}: {answer.text}; {findings(site)}"
        with open(f"{tmp_path}/serve.log", encoding="utf-8") as file:
            assert "were changed by hand: nothing is written over them" in file.read()
    finally:
        site.kill()


def test_store_and_log_pair_no_voter_with_a_ballot(poll):
    """The store and its write-ahead log without any key. Before, the log stayed after a clean stop and after a close beside a reader
    and paired every vote since the last round: each transaction of the log adds one signature and one ballot."""
    told = [f"{len(found)} pairs of voter and slot {moment}: {found}" for moment, found in poll.found.items() if found]
    assert not told, "; ".join(told)
    assert "could not be emptied: another program reads the store" in poll.closing.stderr


# Archives.


def verdict(poll, folder, *words):
    return subprocess.run(poll.site.command("tally", "verify", folder, *words), capture_output=True, text=True, timeout=60)


def test_a_reused_credential_is_refused(poll, tmp_path):
    """Two ballots of one credential. Before, the later one counted, in an election in which nobody votes twice."""
    document = f"{tmp_path}/document"
    archive = poll.archive
    with open(document, "wb") as file:
        file.write(archive.setup[0])
    [again] = poll.sealed(document, [poll.credential], 3)
    archive.write(f"{tmp_path}/again", [*archive.ballots, again.encode()])
    done = verdict(poll, f"{tmp_path}/again")
    assert done.returncode == 1, done.stdout
    assert "its credential was used before" in done.stderr


@pytest.mark.parametrize("case", ["equal keys", "key 1", "election key 1", "credential 1"])
def test_keys_that_protect_nothing_are_refused(poll, tmp_path, case):
    """Equal trustees' keys, a trustee's key 1, an election key 1, a credential 1. Before, the verifier passed all of them."""
    archive, secret = poll.archive, secrets.randbelow(attacker.Q)
    keys = {"equal keys": [secret, secret], "key 1": [secret, 0], "election key 1": [secret, attacker.Q - secret]}.get(case)
    if keys:
        documents = [attacker.public_key(key) for key in keys]
        if case == "equal keys":
            documents[1] = documents[0]
        product = pow(G, sum(keys) % attacker.Q, P)
        archive.setup[0] = re.sub(rb'("public_key":")\d+', rf"\g<1>{product}".encode(), archive.setup[0])
        archive.setup[1] = compact([["Single", document] for document in documents]).encode()
    else:
        archive.setup[2] = compact(["1", *json.loads(archive.setup[2])[1:]]).encode()
    archive.write(f"{tmp_path}/weak", [])
    done = verdict(poll, f"{tmp_path}/weak")
    assert done.returncode == 1, done.stdout
    assert {"equal keys": "trustee 2 has the same key as trustee 1", "key 1": "the key of trustee 2 is 1", "election key 1": "the election's key is 1",
            "credential 1": "is 1: everybody could sign with it"}[case] in done.stderr


def test_a_document_of_many_names_is_read_soon(poll, tmp_path):
    """0.9 MB of JSON with 80,000 names. Before, it took 19 s in a release build: every name was compared with all before it."""
    archive = poll.archive
    names = ",".join(f'"{number:07}":0' for number in range(80_000))
    archive.setup[0] = archive.setup[0][:-1] + f",{names}}}".encode()
    archive.write(f"{tmp_path}/names", [])
    # Of the processor, not of the clock: other tests run beside this one.
    begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(poll.site.command("tally", "verify", f"{tmp_path}/names"), capture_output=True, timeout=60)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun
    assert seconds < 8, f"{seconds:.0f} s"
