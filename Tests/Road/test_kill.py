"""kill -9 at random moments of import, issue, delivery and printing: nothing lost, nothing twice."""
import collections
import contextlib
import os
import random
import re
import shutil
import subprocess
import tempfile
import time

from conftest import free_port, running, voter
from test_sms import gateway

SEED = int(os.environ.get("KILL_SEED", random.randrange(1 << 30)))
VOTERS = 16_000


def killed(isoloir, words, longest, chance):
    """Runs a command and kills it at a random moment; true when it was killed before its end."""
    process = subprocess.Popen(isoloir.command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=isoloir.folder)
    try:
        process.wait(chance.uniform(0.02, longest))
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(20)
        return True


def voters():
    for number in range(VOTERS):
        letter = {"email": "", "address2": f"{number % 99 + 1} rue A", "town": f"{59000 + number % 900} Lille"} if number % 2 else {}
        yield voter(number, first_name="Zoé" if number % 3 else "Jean") | letter


def consistent(isoloir):
    """What must hold at any moment."""
    isoloir.run("store", "check")
    assert isoloir.sql("SELECT voter FROM issuance_identifier WHERE state IN ('active', 'unposted') GROUP BY voter HAVING count(*) > 1") == []
    assert isoloir.sql("SELECT count(*) FROM issuance_identifier WHERE state <> 'revoked' AND NOT EXISTS (SELECT 1 FROM "
                       "outbox_message WHERE subject = voter AND outbox_message.generation = issuance_identifier.generation)") == [(0,)]


def until_done(isoloir, words, longest, chance, wanted, check):
    """Kills a command until it was killed often enough, then lets it end."""
    kills = 0
    for _ in range(60):
        if killed(isoloir, words, longest, chance):
            kills += 1
            check()
        if kills >= wanted:
            break
    return kills


@contextlib.contextmanager
def sink():
    """Postfix's smtp-sink, which speaks PIPELINING and writes each mail it accepts into a file; counts them by recipient."""
    folder = tempfile.mkdtemp(prefix="isoloir-sink-")
    os.chmod(folder, 0o777)
    port = free_port()

    def received():
        counts = collections.Counter()
        for name in os.listdir(folder):
            with open(f"{folder}/{name}", errors="replace") as file:
                text = file.read()
            # A mail without its closing boundary was cut off, and not accepted.
            recipient = re.search(r"^X-Rcpt-Args: <(\S+?)>", text, re.M)
            boundary = re.search(r'boundary="(\S+?)"', text)
            if recipient and boundary and f"--{boundary.group(1)}--" in text:
                counts[recipient.group(1)] += 1
        return counts

    try:
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        with running(["/usr/sbin/smtp-sink", *user, "-c", "-d", f"{folder}/mail.", f"127.0.0.1:{port}", "256"], port):
            yield port, received
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_thirty_kills_lose_nothing_and_double_nothing(isoloir):
    chance = random.Random(SEED)
    isoloir.election()
    path = f"{isoloir.folder}/roll.csv"
    isoloir.roll(list(voters()), "--dry-run")

    def whole_or_nothing():
        consistent(isoloir)
        assert len(isoloir.json("roll", "list")) in (0, VOTERS)

    started = time.monotonic()
    isoloir.run("roll", "import", path, "--dry-run")
    takes = time.monotonic() - started
    kills = {"import": until_done(isoloir, ("roll", "import", path, "--yes"), takes, chance, 12, whole_or_nothing)}
    isoloir.run("roll", "import", path, "--yes")
    assert len(isoloir.json("roll", "list")) == VOTERS
    assert isoloir.sql("SELECT count(*) FROM roll_voter") == [(VOTERS,)]

    kills["issue"] = until_done(isoloir, ("identifiers", "issue"), 0.5, chance, 8, lambda: consistent(isoloir))
    isoloir.run("identifiers", "issue")
    consistent(isoloir)
    assert isoloir.sql("SELECT count(*) FROM outbox_message") == [(VOTERS,)]

    connections = 3
    with sink() as (port, received):
        isoloir.settings(f"mail:\n  host: 127.0.0.1\n  port: {port}\n  encryption: none\n  connections: {connections}\n")
        kills["delivery"] = until_done(isoloir, ("outbox", "send"), 0.5, chance, 10, lambda: consistent(isoloir))
        isoloir.run("outbox", "send", timeout=300)
        time.sleep(0.5)
        counts = received()
    mails = {f"v{number}@example.org" for number in range(0, VOTERS, 2)}
    lost = len(mails - set(counts))
    doubled = sum(count - 1 for count in counts.values())

    folder = f"{isoloir.folder}/letters"
    isoloir.approve()
    kills["printing"] = until_done(isoloir, ("letters", "print", "--to", folder), 0.9, chance, 6, lambda: consistent(isoloir))
    # On a busy machine every kill may come before the print run began.
    if isoloir.sql("SELECT count(*) FROM issuance_batch WHERE state = 'printed'") == [(0,)]:
        isoloir.run("letters", "print", "--to", folder)
    batches = isoloir.sql("SELECT number, letters FROM issuance_batch")
    assert batches == [(1, VOTERS // 2)]
    pages = sum(int(line.split()[1]) for name in os.listdir(folder) if name.endswith(".pdf")
                for line in subprocess.run(["pdfinfo", f"{folder}/{name}"], capture_output=True, text=True).stdout.split("\n")
                if line.startswith("Pages"))
    print(f"\nseed {SEED}: kills {kills}, mails {len(mails)}, lost {lost}, doubled {doubled}, letters {batches[0][1]}, pages {pages}")
    assert sum(kills.values()) >= 30, kills
    assert lost == 0
    assert doubled <= connections * kills["delivery"]
    assert pages == VOTERS // 2
    assert isoloir.sql("SELECT count(*), count(DISTINCT voter) FROM issuance_identifier WHERE state <> 'revoked'") == [(VOTERS, VOTERS)]


LATER = 3000


def test_kills_of_later_work_lose_nothing_and_double_nothing(isoloir, tmp_path):
    """A changed roll, SMS, reissues and printing for an encrypting printer, killed at random moments."""
    chance = random.Random(SEED + 1)
    isoloir.election()

    def rows(first):
        for number in range(LATER):
            letter = {"address2": f"{number % 99 + 1} rue A", "town": f"{59000 + number % 900} Lille"}
            sms = {"phone": f"06 39 98 {number // 100:02d} {number % 100:02d}"}
            yield voter(number, first_name=first, email="") | (letter if number % 2 else sms)

    isoloir.roll(list(rows("Zoé")))
    path = f"{isoloir.folder}/changed.csv"
    isoloir.roll(list(rows("Ana")), "--dry-run")
    os.rename(f"{isoloir.folder}/roll.csv", path)

    def old_or_new():
        isoloir.run("store", "check")
        changed = sum(row["firstName"] == "Ana" for row in isoloir.json("roll", "list"))
        assert changed in (0, LATER)

    kills = {"update": until_done(isoloir, ("roll", "import", path, "--yes"), 0.5, chance, 6, old_or_new)}
    isoloir.run("roll", "import", path, "--yes")
    assert {row["firstName"] for row in isoloir.json("roll", "list")} == {"Ana"}
    isoloir.run("identifiers", "issue")

    words = ("identifiers", "reissue", "V0", "--by", "sms", "--reason", "lost")
    kills["reissue"] = until_done(isoloir, words, 0.12, chance, 6, lambda: consistent(isoloir))

    with open(f"{isoloir.folder}/token", "w") as file:
        file.write("t0ken")
    os.chmod(f"{isoloir.folder}/token", 0o600)
    with gateway([200]) as (port, seen):
        isoloir.settings(f"sms:\n  provider: rest\n  url: http://127.0.0.1:{port}/send\n  sender: VOTE\n"
                         f"  passwordFile: {isoloir.folder}/token\n")
        kills["sms"] = until_done(isoloir, ("outbox", "send"), 0.8, chance, 8, lambda: consistent(isoloir))
        isoloir.run("outbox", "send", timeout=300)
    received = collections.Counter(message["reference"] for _, message in seen)
    [(sent,)] = isoloir.sql("SELECT count(*) FROM outbox_message WHERE channel = 'sms' AND state <> 'withdrawn'")
    doubled = sum(count - 1 for count in received.values())
    assert len(received) == sent and doubled <= kills["sms"]

    home = str(tmp_path / "printer")
    os.makedirs(home, mode=0o700)
    gpg = ["gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-generate-key", "Printer <p@example.org>", "rsa2048", "encrypt"], check=True, capture_output=True)
    subprocess.run([*gpg, "--armor", "--output", f"{home}/key.asc", "--export"], check=True, capture_output=True)
    folder = f"{isoloir.folder}/letters"

    def nothing_in_clear():
        consistent(isoloir)
        for name in os.listdir(folder) if os.path.exists(folder) else []:
            with open(f"{folder}/{name}", "rb") as file:
                assert b"%PDF" not in file.read(1 << 20), name

    printing = ("letters", "print", "--to", folder, "--encrypt-to", f"{home}/key.asc")
    isoloir.approve()
    kills["printing"] = until_done(isoloir, printing, 0.6, chance, 5, nothing_in_clear)
    if isoloir.sql("SELECT count(*) FROM issuance_batch WHERE state = 'printed'") == [(0,)]:
        isoloir.run(*printing)
    nothing_in_clear()
    [name] = [name for name in os.listdir(folder) if name.endswith(".pdf.gpg")]
    subprocess.run([*gpg, "--output", f"{home}/letters.pdf", "--decrypt", f"{folder}/{name}"], check=True, capture_output=True)
    shown = subprocess.run(["pdfinfo", f"{home}/letters.pdf"], capture_output=True, text=True).stdout
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, capture_output=True)
    assert f"Pages:           {LATER // 2}\n" in shown
    print(f"\nseed {SEED}: kills {kills}, SMS {sent}, lost {sent - len(received)}, doubled {doubled}")
    assert sum(kills.values()) >= 15, kills
