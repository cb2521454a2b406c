"""kill -9 at random moments of import, issue, delivery and printing: nothing lost, nothing twice."""
import collections
import os
import random
import subprocess
import time

from aiosmtpd.controller import Controller
from conftest import free_port, voter

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


class Counter:
    def __init__(self):
        self.received = collections.Counter()

    async def handle_DATA(self, server, session, envelope):
        self.received[envelope.rcpt_tos[0]] += 1
        return "250 2.0.0 taken"


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
    kills = {"import": until_done(isoloir, ("roll", "import", path, "--yes"), takes, chance, 8, whole_or_nothing)}
    isoloir.run("roll", "import", path, "--yes")
    assert len(isoloir.json("roll", "list")) == VOTERS
    assert isoloir.sql("SELECT count(*) FROM roll_voter") == [(VOTERS,)]

    kills["issue"] = until_done(isoloir, ("identifiers", "issue"), 0.5, chance, 8, lambda: consistent(isoloir))
    isoloir.run("identifiers", "issue")
    consistent(isoloir)
    assert isoloir.sql("SELECT count(*) FROM outbox_message") == [(VOTERS,)]

    counter = Counter()
    controller = Controller(counter, hostname="127.0.0.1", port=free_port())
    controller.start()
    connections, lost, doubled = 3, 0, 0
    try:
        isoloir.settings(f"mail:\n  host: 127.0.0.1\n  port: {controller.port}\n  encryption: none\n  connections: {connections}\n")
        kills["delivery"] = until_done(isoloir, ("outbox", "send"), 1.0, chance, 10, lambda: consistent(isoloir))
        isoloir.run("outbox", "send", timeout=300)
    finally:
        controller.stop()
    mails = {f"v{number}@example.org" for number in range(0, VOTERS, 2)}
    lost = len(mails - set(counter.received))
    doubled = sum(count - 1 for count in counter.received.values())

    folder = f"{isoloir.folder}/letters"
    kills["printing"] = until_done(isoloir, ("letters", "print", "--to", folder), 0.9, chance, 6, lambda: consistent(isoloir))
    if isoloir.sql("SELECT count(*) FROM issuance_batch WHERE state = 'printing'") != [(0,)]:
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
