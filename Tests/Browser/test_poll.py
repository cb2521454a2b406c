"""Around the poll: refusals, notices, receipt, observation, frozen set, destruction."""
import glob
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import time

import nacl.exceptions
import nacl.signing
import pytest
import requests
from conftest import Client, road
from test_casting import Crowd, SMALL

voter = road.voter


def test_what_is_sealed_cannot_change(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL)
    early = site.run("poll", "open", "--yes", "--box-key", f"{site.folder}/none", status=1)
    assert "cannot be read" in early.stderr
    assert "2 trustees are needed" in site.run("poll", "seal", "--yes", "--box-key", f"{site.folder}/box.key", status=1).stderr
    site.open_poll()
    opened = site.run("poll", "open", "--yes", "--box-key", f"{site.folder}/box.key", status=1).stderr
    assert "this needs one that is sealed" in opened and "election key" not in opened
    assert "sealed already" in site.run("poll", "seal", "--yes", "--box-key", f"{site.folder}/other.key", status=1).stderr
    with open(f"{site.folder}/election/election.yaml", encoding="utf-8") as file:
        text = file.read()
    with open(f"{site.folder}/election/election.yaml", "w", encoding="utf-8") as file:
        file.write(text.replace("« Agir au quotidien »", "« Agir »"))
    assert "The poll is sealed" in site.run("election", "create", f"{site.folder}/election", status=1).stderr
    assert "The poll is sealed" in site.run("roll", "import", f"{site.folder}/roll.csv", "--yes", status=1).stderr
    refused = site.run("roll", "correct", "V1", "--column", "weight", "--value", "3", "--reason", "x", status=1)
    assert "The poll is sealed" in refused.stderr
    site.run("roll", "correct", "V1", "--column", "email", "--value", "new@example.org", "--reason", "typo")
    assert "its trustees cannot change" in site.run("trustee", "add", f"{site.trustees[0]}.pub", "--challenge", f"{site.folder}/x", status=1).stderr
    assert "once the poll is closed" in site.run("poll", "keep", "--to", f"{site.folder}/kept", status=1).stderr
    assert "--for-bureau" in site.run("poll", "signatures", "--to", f"{site.folder}/lists", status=1).stderr
    taken = "SELECT count(*) FROM journal_entry WHERE action = 'poll.signatures'"
    with open(f"{site.folder}/none", "w", encoding="utf-8"):
        pass
    site.run("poll", "signatures", "--to", f"{site.folder}/none", "--for-bureau", status=1)
    assert site.sql(taken) == [(0,)]
    site.run("poll", "signatures", "--to", f"{site.folder}/lists", "--for-bureau")
    # Nothing left by the second order: nothing is noted of it.
    assert "exists already" in site.run("poll", "signatures", "--to", f"{site.folder}/lists", "--for-bureau", status=1).stderr
    assert site.sql(taken) == [(1,)]
    assert "no trustee decryption file" in site.run("tally", "take", f"{site.trustees[0]}.answer", status=1).stderr


def test_the_opening_record_is_signed(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll()
    with open(f"{site.folder}/opening.txt", encoding="utf-8") as file:
        record = file.read()
    assert record in site.opening and "scrutin titulaires-ouvriers : 12 inscrits, 0 bulletin dans l'urne, 0 émargement" in record
    text, key, signature = re.fullmatch(r"(.*)ed25519 ([0-9a-f]{64})\nsignature ([0-9a-f]{128})\n", record, re.S).groups()
    nacl.signing.VerifyKey(bytes.fromhex(key)).verify(text.encode(), bytes.fromhex(signature))
    with pytest.raises(nacl.exceptions.BadSignatureError):
        nacl.signing.VerifyKey(bytes.fromhex(key)).verify(text.replace("0 bulletin", "1 bulletin").encode(), bytes.fromhex(signature))


def test_a_small_group_needs_the_bureaus_written_word(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")])
    for number, name in enumerate(("Anne", "Bruno"), 1):
        path = f"{site.folder}/t{number}"
        site.run("tally", "trustee-key", "--for", f"{site.folder}/election", "--name", name, "--to", path)
        site.run("trustee", "add", f"{path}.pub", "--challenge", f"{path}.challenge")
    refused = site.run("poll", "seal", "--yes", "--box-key", f"{site.folder}/box.key", status=1).stderr
    assert "Only 1 voters may vote on titulaires-cadres" in refused and "Anne has not answered the challenge" in refused
    mine = site.run("tally", "answer", f"{site.folder}/t1.challenge", "--key", f"{site.folder}/t1.key", "--to", f"{site.folder}/mine")
    assert "goes to the election manager" in mine.stdout
    with open(f"{site.folder}/mine", encoding="utf-8") as file:
        assert "decryption" not in file.read()
    other = site.run("tally", "answer", f"{site.folder}/t1.challenge", "--key", f"{site.folder}/t2.key", "--to", f"{site.folder}/a", status=1)
    assert "the challenge is for Anne" in other.stderr


def test_casting_over_http_and_word_of_it(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll().serve("--log", f"{site.folder}/access.log")
    crowd = Crowd(site, 12)
    client, name, ballot = crowd.waiting.get()
    page = client.get(f"/ballots/{name}")
    assert "'wasm-unsafe-eval'" in page.headers["Content-Security-Policy"] and "blob:" in page.headers["Content-Security-Policy"]
    # First page and space try it, so that whoever cannot vote hears so in time; nothing else may.
    assert all("'wasm-unsafe-eval'" in client.get(path).headers["Content-Security-Policy"] for path in ("/space", "/?say=ended"))
    assert "unsafe" not in client.get("/help").headers["Content-Security-Policy"]
    send = lambda text, **fields: client.session.post(  # noqa: E731
        f"{site.address}/ballots/{name}", data={"form": client.form_token, "ballot": text} | fields, timeout=20)
    # The page's script can read every refusal, and says what to do.
    strange = send(ballot, form="0")
    assert strange.status_code == 409 and "Une autre personne s'est connectée" in strange.json()["text"].replace("\u2019", "'")
    assert send(ballot.replace('"answers"', ' "answers"')).status_code == 422
    first = send(ballot)
    assert first.status_code == 200 and send(ballot).json() == first.json()
    other = [text for someone, box, text in list(crowd.waiting.queue) if box == name][0]
    answer = send(other)
    assert answer.status_code in (409, 422) and "receipt" not in answer.text
    stranger = Client(site)
    stranger.get("/")
    assert stranger.post(f"/ballots/{name}", ballot=other).status_code == 401
    receipt = first.json()["receipt"]
    pdf = client.session.post(f"{site.address}/receipt", data={"form": client.form_token, "ballot": name} | receipt, timeout=20)
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf.content, capture_output=True, check=True).stdout.decode()
    assert receipt["tracker"] in text and receipt["signature"][:40] in re.sub(r"\s", "", text)
    forged = client.session.post(f"{site.address}/receipt", data={"form": client.form_token, "ballot": name, "tracker": "A" * 43,
                                                                 "signature": receipt["signature"]}, timeout=20)
    assert forged.status_code == 422
    # Nothing is written per vote beside ballot, signature and erased credential.
    tables = [name for name, in site.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    count = lambda: {table: site.sql(f"SELECT count(*) FROM {table}") for table in tables}  # noqa: E731
    time.sleep(1.5)
    before = count()
    client, name, ballot = crowd.waiting.get()
    assert client.session.post(f"{site.address}/ballots/{name}", data={"form": client.form_token, "ballot": ballot}, timeout=20).status_code == 200
    assert {table for table, rows in count().items() if rows != before[table]} <= {"help_trace", "recovery_trace", "access_session"}
    with open(f"{site.folder}/access.log", encoding="utf-8") as file:
        log = file.read()
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        log += file.read()
    assert receipt["tracker"] not in log and "example.org" not in log
    # Word of the vote goes out with the close, once for each who voted.
    site.run("poll", "close", "--yes", "--at-once")
    for mail in ("v1@example.org", "v2@example.org"):
        road.wait_until(lambda: any("Un vote a été enregistré pour vous" in text for text in site.texts(mail)))  # noqa: B023
    told = [number for number in range(1, 14) if any("Un vote a été enregistré" in text for text in site.texts(f"v{number}@example.org"))]
    assert told == [1, 2]
    notice = [text for text in site.texts("v1@example.org") if "Un vote a été enregistré" in text]
    assert len(notice) == 1 and receipt["tracker"] not in notice[0] and "titulaires" not in notice[0]


def test_a_flood_of_bad_ballots_pauses_its_voter_alone(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll().serve("--log", f"{site.folder}/access.log")
    crowd = Crowd(site, 3)
    own = {}
    while not crowd.waiting.empty():
        client, name, ballot = crowd.waiting.get()
        own.setdefault(id(client), (client, name, ballot))
    (flooder, name, ballot), (honest, place, vote), (english, where, text) = own.values()
    send = lambda client, box, text, path="": client.session.post(  # noqa: E731
        f"{site.address}/ballots/{box}{path}", data={"form": client.form_token, "ballot": text}, timeout=20)
    # A ballot that was spoilt on its way, wherever, is sent again at once, and once more.
    digit = text.index('"credential":"') + 20
    for spoilt in (text[:-1], text[:digit] + ("2" if text[digit] != "2" else "3") + text[digit + 1:]):
        assert send(english, where, spoilt).status_code == 422
    assert send(english, where, text).status_code == 200
    assert [send(flooder, name, ballot[:-1]).status_code for _ in range(3)] == [422] * 3
    for answer, words in ((send(flooder, name, ballot), "Attendez"), (send(flooder, name, ballot, "?lang=en"), "Wait")):
        assert answer.status_code == 429 and 1 <= int(answer.headers["Retry-After"]) <= 60
        news = answer.json()
        assert words in news["text"] and answer.headers["Retry-After"] in news["text"] and "receipt" not in news and "{" not in news["text"]
    # Nobody else waits, and a second session of the same voter is no way around.
    assert send(honest, place, vote).status_code == 200
    assert site.sql("SELECT sum(votes) FROM polling_count") == [(2,)]


def test_the_site_is_observed_from_outside(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll().serve()
    manifest = f"{site.folder}/seal.json"
    site.run("poll", "manifest", "--to", manifest)
    assert "the site gives what was sealed" in site.run("observe", site.address, "--seal", manifest).stdout
    with open(manifest, encoding="utf-8") as file:
        text = file.read()
    digest = [entry["sha256"] for entry in json.loads(text)["files"] if entry["path"] == "served/ballot.js"][0]
    with open(manifest, "w", encoding="utf-8") as file:
        file.write(text.replace(f'served/ballot.js","sha256":"{digest}', f'served/ballot.js","sha256":"{"0" * 64}'))
    refused = site.run("observe", site.address, "--seal", manifest, status=1).stderr
    assert "is given another /assets/ballot.js than the sealed one" in refused and "fingerprint" in refused


def test_tampering_is_found_at_the_start_and_by_status(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll()
    assert "Nothing was added, removed or changed by hand" in site.run("poll", "status").stdout
    site.sql("UPDATE polling_count SET votes = 1 WHERE ballot = 1")
    assert "1 votes recorded" in site.run("poll", "status", status=1).stderr
    assert "1 votes recorded" in site.run("serve", "--port", site.port, status=1).stderr


def test_the_frozen_set_and_the_destruction(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll()
    site.run("poll", "rehearse", timeout=300)
    assert "poll.rehearse" in site.run("journal", "export").stdout
    assert site.votes() == [0, 0, 0, 0]
    # The figures of the open poll keep what they were made of, for the next ones.
    made = "SELECT json_array_length(content, '$.history') FROM turnout_snapshot"
    site.serve()
    road.wait_until(lambda: site.sql(made) == [(1,)], 30)
    site.stop()
    with open(f"{site.folder}/report.txt", "w", encoding="utf-8") as file:
        file.write("all is well\n")
    said = ("--expert", "Cabinet Probe", "--by", "Irene Laurent")
    assert "no day up to today" in site.run("poll", "expertise", f"{site.folder}/report.txt", "--date", "2036-10-30", *said, status=1).stderr
    site.run("poll", "expertise", f"{site.folder}/report.txt", "--date", "2025-10-30", *said)
    site.run("poll", "note", "Coupure de courant au deuxième étage", "--by", "Irene Laurent")
    site.run("poll", "present", "closing", "--name", "Irene Laurent", "--name", "Rose Blanc", "--by", "Irene Laurent")
    assert "once the poll is closed and counted" in site.run("poll", "keep", "--to", f"{site.folder}/early", status=1).stderr
    words = site.close_poll()
    assert "trustees are awaited" in site.run("poll", "keep", "--to", f"{site.folder}/early", status=1).stderr
    assert not os.path.exists(f"{site.folder}/early")
    for path in site.trustees:
        site.run("tally", "decrypt", f"{site.folder}/closed", *words, "--key", f"{path}.key", "--to", f"{path}.part")
        site.run("tally", "take", f"{path}.part")
    assert "frozen set first" in site.run("poll", "destroy", "--yes", status=1).stderr
    # What lies there under the record's name already is not signed with the rest.
    os.makedirs(f"{site.folder}/laid")
    with open(f"{site.folder}/laid/closing-record.txt", "w", encoding="utf-8") as file:
        file.write("isoloir closing record 1\nall is well\n")
    assert "is not this poll's closing record" in site.run("poll", "keep", "--to", f"{site.folder}/laid", status=1).stderr
    assert not os.path.exists(f"{site.folder}/laid/SHA256SUMS")
    site.run("poll", "keep", "--to", f"{site.folder}/kept")
    assert subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=f"{site.folder}/kept", capture_output=True).returncode == 0
    assert len(glob.glob(f"{site.folder}/kept/*.bel")) == 4
    minutes, result = (kept(site, name) for name in ("minutes.pdf", "result.pdf"))
    assert "Coupure de courant au deuxième étage" in minutes and "À la clôture : Irene Laurent, Rose Blanc" in minutes
    for words in ("Inscrits 12", "Émargements 0", "Abstentions 12", "Participation 0,00 %", "Votes blancs 0", "Suffrages exprimés 0"):
        assert words in minutes, minutes
    assert minutes.count("Hugo Petit") == 1 and "Résultat" in result
    lists = kept(site, "signatures-titulaires-ouvriers.pdf")
    assert "Annoncés : lundi 5 janvier 2026 à 9 h" in lists and "Abstentions 12" in lists and lists.count("Rose Blanc") == 1
    assert kept(site, "result-record.txt").startswith("isoloir result record 1") and "isoloir opening record 1" in kept(site, "opening-record.txt")
    assert "isoloir custody record 1" in kept(site, "custody-record.txt")
    digest = hashlib.sha256(b"all is well\n").hexdigest()
    assert f"Expertise of 2025-10-30, by Cabinet Probe SHA-256 of the report {digest}" in kept(site, "expertise.txt")
    accepted = kept(site, "accepted-points.csv")
    assert "https;1-05;" in accepted and "answered;-;" in accepted and "Bureau de test: a test" in accepted
    deliveries = kept(site, "deliveries.csv")
    assert "domain or operator" in deliveries and re.search(r"[0-9-]{10} [0-9]{2}:00;email;example.org;.*13", deliveries), deliveries
    site.run("poll", "destroy", "--yes")
    assert site.sql(made) == [(0,)]
    assert os.listdir(site.keys) == [] and "poll.destroy" in site.run("journal", "export").stdout
    site.run("journal", "verify")
    site.run("store", "check")
    with sqlite3.connect(site.store) as database:
        assert database.execute("SELECT count(*) FROM roll_voter WHERE last_name <> '' OR mail IS NOT NULL").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM polling_elector WHERE entry <> zeroblob(length(entry))").fetchone() == (0,)
    with open(site.store, "rb") as file:
        assert b"Martinb" not in file.read()


def kept(site, name):
    """A file of the frozen set as text, blanks and lines made one."""
    path = f"{site.folder}/kept/{name}"
    if name.endswith(".pdf"):
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    else:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    return " ".join(text.split())


def test_a_site_that_runs_already_learns_of_seal_and_opening(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).serve()
    client = Client(site)
    client.sign_in(site.identifier("v1@example.org"), "v1@example.org", 2, first=True)
    assert client.get("/ballots/titulaires-ouvriers").status_code == 403 and "Empreinte du scellé" not in client.page
    site.open_poll()
    road.wait_until(lambda: "Empreinte du scellé" in client.get("/space").text)
    page = client.get("/ballots/titulaires-ouvriers")
    assert page.status_code == 200 and re.search(r'data-credential="[0-9A-Za-z]{3}(-[0-9A-Za-z]{3}){4}"', page.text)
    site.run("poll", "suspend")
    road.wait_until(lambda: "suspendu" in client.get("/space").text)
    assert client.get("/ballots/titulaires-ouvriers").status_code == 403


def shortened(path, folder):
    """An archive less its last ballots, closed and added up again by belenios-tool."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        name, size = data[at:at + 100].rstrip(b"\0").decode(), int(data[at + 124:at + 135], 8)
        content = data[at + 512:at + 512 + size]
        at += 512 + (size + 511) // 512 * 512
        if name.endswith(".event.json") and json.loads(content)["type"] == "Ballot":
            break
    os.makedirs(folder)
    with open(f"{folder}/{os.path.basename(path)}", "wb") as file:
        file.write(data[:at])
    tool = lambda *words, **options: subprocess.run(["belenios-tool", *words], cwd=folder, check=True, capture_output=True, **options)  # noqa: E731
    tool("archive", "add-event", "--type=EndBallots", input=b"")
    tally = tool("election", "compute-encrypted-tally").stdout
    tool("archive", "add-event", "--type=EncryptedTally", input=tally)


def remember(key, *lines):
    """Writes a memory beside a key file as the program does, for a copy that was used elsewhere."""
    with open(key, "rb") as file:
        secret = hashlib.sha256(b"isoloir key memory|" + file.read()).digest()
    mac = hashlib.sha256(secret + hashlib.sha256(secret + "\n".join(lines).encode()).digest()).hexdigest()
    with open(f"{key}.done", "w", encoding="utf-8") as file:
        file.write("\n".join([*lines, f"end {mac}"]) + "\n")


def forged_seal(site, folder):
    """The manifest with another receipts' key, and the closing record signed with it."""
    own = nacl.signing.SigningKey.generate()
    key = own.verify_key.encode().hex()
    with open(f"{site.folder}/sealed.json", encoding="utf-8") as file:
        text = file.read()
    forged = text.replace(json.loads(text)["receipts.ed25519"], key)
    with open(f"{site.folder}/forged.json", "w", encoding="utf-8") as file:
        file.write(forged)
    with open(f"{folder}/closing-record.txt", encoding="utf-8") as file:
        lines = file.read().split("ed25519 ")[0]
    lines = re.sub(r"^manifest .*$", f"manifest {hashlib.sha256(forged.encode()).hexdigest()}", lines, flags=re.M)
    with open(f"{site.folder}/forged.txt", "w", encoding="utf-8") as file:
        file.write(f"{lines}ed25519 {key}\nsignature {own.sign(lines.encode()).signature.hex()}\n")


def test_a_trustee_decrypts_one_tally_of_a_ballot_only(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll().serve()
    crowd = Crowd(site, 3)
    while not crowd.waiting.empty():
        client, name, ballot = crowd.waiting.get()
        assert client.session.post(f"{site.address}/ballots/{name}", data={"form": client.form_token, "ballot": ballot}, timeout=20).status_code == 200
    words = site.close_poll()
    key = site.trustees[0]
    decrypt = lambda folder, part, *words, status=0: site.run(  # noqa: E731
        "tally", "decrypt", f"{site.folder}/{folder}", *words, "--key", f"{key}.key", "--to", f"{key}.{part}", status=status)
    # Nothing is opened without seal, record, head and typed digest, nor on one member's word.
    heads, tallies = words.index("--head"), words.index("--tally")
    for some, status, said in ((words[2:], 2, "--seal is missing"), (words[:2] + words[4:], 1, "fewer than 10"),
                               (words[:heads] + words[tallies:], 1, "(--head)"), (words[:tallies], 1, "(--tally)")):
        assert said in decrypt("closed", "none", *some, status=status).stderr
    assert not os.path.exists(f"{key}.none")
    assert "Nothing was opened" in site.run("tally", "opened", f"{key}.key").stdout
    decrypt("closed", "part", *words)
    [path] = glob.glob(f"{site.folder}/closed/titulaires-ouvriers.*.bel")
    shortened(path, f"{site.folder}/other")
    record = ["--record", f"{site.folder}/closed/closing-record.txt"]
    other = site.json("tally", "verify", f"{site.folder}/other")
    assert other["stage"] == "tallied" and "every check passed" in site.run("tally", "verify", f"{site.folder}/other").stdout
    refused = decrypt("other", "part2", *words, *record, "--tally", other["tally"], status=1)
    assert "the closing record says 3" in refused.stderr and "ballots that were public are missing" in refused.stderr
    assert not os.path.exists(f"{key}.part2")
    # The verifier tells a cut copy from the whole one, and whose part is of another tally.
    whole = f"{site.folder}/closed"
    assert site.run("tally", "verify", path, "--expect", "closed").stdout.startswith("stage: closed and added up")
    assert "counted is expected" in site.run("tally", "verify", whole, "--expect", "counted", status=1).stderr
    assert "sealed is expected" in site.run("tally", "verify", path, "--expect", "sealed", status=1).stderr
    site.run("tally", "verify", whole, "--seal", f"{site.folder}/sealed.json", "--previous", f"{site.folder}/sealed", "--part", f"{key}.part")
    assert "does not begin with the earlier copy" in site.run(
        "tally", "verify", f"{site.folder}/other", "--previous", whole, status=1).stderr
    # A folder stands for the whole poll, also where one archive is left in it.
    os.makedirs(f"{site.folder}/alone")
    os.link(path, f"{site.folder}/alone/{os.path.basename(path)}")
    assert "has no later copy here" in site.run(
        "tally", "verify", f"{site.folder}/alone", "--previous", f"{site.folder}/sealed", status=1).stderr
    site.run("tally", "verify", path, "--previous", f"{site.folder}/sealed/{os.path.basename(path)}")
    assert "opened another tally" in site.run("tally", "verify", f"{site.folder}/other", "--part", f"{key}.part", status=1).stderr
    # A second copy of the key knows nothing of the first one's memory: both can be compared.
    copy = f"{site.folder}/copy.key"
    shutil.copy(f"{key}.key", copy)
    # A key file that never checked the seal wants its fingerprint; the wrong one opens nothing.
    fingerprint = site.json("poll", "status")["fingerprint"]
    for some, said in (([], "is not there"), (["--copy"], "never checked a seal"), (["--fingerprint", "0" * 32], "not this seal's")):
        assert said in site.run("tally", "decrypt", whole, *words, *some, "--key", copy, "--to", f"{copy}.part", status=1).stderr
    remember(copy, f"{other['uuid']} {other['tally']}")
    assert "DIFFERENT totals" in site.run("tally", "opened", f"{key}.key", "--also", copy, status=1).stderr
    assert "no copy of" in site.run("tally", "opened", f"{key}.key", "--also", f"{site.trustees[1]}.key", status=1).stderr
    # The same totals again are no harm; other totals of the same ballot are refused by the memory too.
    decrypt("closed", "part3", *words)
    refused = site.run("tally", "decrypt", whole, *words, "--fingerprint", fingerprint, "--key", copy, "--to", f"{key}.part4", status=1)
    assert "other totals of this ballot were decrypted before" in refused.stderr and not os.path.exists(f"{key}.part4")
    # A memory that was emptied, cut or written by somebody without the key, or led around by a link, opens nothing.
    os.symlink(f"{key}.key", f"{site.folder}/link.key")
    assert "opened" in site.run("tally", "opened", f"{site.folder}/link.key").stdout
    with open(f"{key}.key.done", encoding="utf-8") as file:
        memory = file.read()
    # One that was taken away is missed, and what begins in its place says so.
    os.remove(f"{key}.key.done")
    assert "is not there" in decrypt("closed", "part5", *words, status=1).stderr
    assert "is not kept beside it" in site.run("tally", "opened", f"{key}.key").stdout
    decrypt("closed", "part7", *words, "--copy", "--fingerprint", fingerprint)
    assert "it was called a copy" in site.run("tally", "opened", f"{key}.key").stdout
    for forged in ("", memory[:-9], memory.replace("seal ", "seal 0", 1), f"{other['uuid']} {other['tally']}\n"):
        with open(f"{key}.key.done", "w", encoding="utf-8") as file:
            file.write(forged)
        assert "was changed or cut" in decrypt("closed", "part5", *words, status=1).stderr
    with open(f"{key}.key.done", "w", encoding="utf-8") as file:
        file.write(memory)
    # A copy of key and memory together passes for no original: it wants the fingerprint, once, and says what it is.
    both = f"{site.folder}/both.key"
    shutil.copy(f"{key}.key", both)
    shutil.copy(f"{key}.key.done", f"{both}.done")
    copied = lambda number, *some, status=0: site.run(  # noqa: E731
        "tally", "decrypt", whole, *words, *some, "--key", both, "--to", f"{both}.part{number}", status=status)
    assert "not the one that its memory was written for" in copied(1, status=1).stderr and not os.path.exists(f"{both}.part1")
    assert "not this seal's" in copied(1, "--fingerprint", "0" * 32, status=1).stderr
    assert "taken for one" in site.run("tally", "opened", both).stdout
    copied(1, "--fingerprint", fingerprint)
    copied(2)
    assert "taken for one" in site.run("tally", "opened", both).stdout
    assert "taken for one" not in site.run("tally", "opened", f"{key}.key").stdout
    # A second name of one file is a copy too; a file that was moved on its disk is not.
    os.link(f"{key}.key", f"{site.folder}/name.key")
    assert "its memory was written for" in decrypt("closed", "part8", *words, status=1).stderr
    os.remove(f"{site.folder}/name.key")
    for end in (".key", ".key.done"):
        os.rename(f"{key}{end}", f"{site.folder}/moved{end}")
    site.run("tally", "decrypt", whole, *words, "--key", f"{site.folder}/moved.key", "--to", f"{key}.part8")
    for end in (".key", ".key.done"):
        os.rename(f"{site.folder}/moved{end}", f"{key}{end}")
    # A seal of the server's own making, with members and a record of its own, is not the one that the key checked.
    forged_seal(site, whole)
    assert "ANOTHER SEAL" in site.run("tally", "decrypt", whole, "--seal", f"{site.folder}/forged.json", "--record", f"{site.folder}/forged.txt",
                                      *words[4:], "--key", f"{key}.key", "--to", f"{key}.part6", status=1).stderr
    assert not os.path.exists(f"{key}.part5") and not os.path.exists(f"{key}.part6")
    archive = requests.get(f"{site.address}/box/titulaires-ouvriers/archive.bel", timeout=20).content
    with open(path, "rb") as file:
        assert archive == file.read()


def test_sealed_templates_are_compared_at_opening_and_start(site):
    templates = f"{site.folder}/election-templates"
    shutil.copytree(f"{road.ROOT}/Templates", templates)
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL, settings="")
    with open(f"{site.folder}/isoloir.yaml", encoding="utf-8") as file:
        text = file.read()
    with open(f"{site.folder}/isoloir.yaml", "w", encoding="utf-8") as file:
        file.write(re.sub(r"templates: .*", f"templates: {templates}", text))
    site.open_poll()
    assert "Nothing was added" in site.run("poll", "status").stdout
    with open(f"{templates}/assets/ballot.js", "a", encoding="utf-8") as file:
        file.write("// a stranger's line\n")
    for words in (("poll", "status"), ("serve", "--port", site.port)):
        refused = site.run(*words, status=1).stderr
        assert "assets/ballot.js is not the sealed one" in refused and "served/ballot.js is not the sealed one" in refused
