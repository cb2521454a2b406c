"""Benchmarks against the fastest well-known peer of each kind. See `Tests/bench`."""
import contextlib
import os
import random
import resource
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import figures

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, ".build/release/isoloir")
HEADINGS = "reference,civility,last_name,first_name,email,phone,address2,address3,town,college,site"
STREETS = ["rue de la République", "avenue Victor Hugo", "rue des Écoles", "place de l'Église", "boulevard Carnot"]
TOWNS = ["59000 Lille", "75011 Paris", "97400 Saint-Denis", "01000 Bourg-en-Bresse", "62000 Arras"]
LAST = ["Martin", "Lefèvre", "Dubois", "Nguyen", "Pérez", "O'Connor", "Le Goff", "Bernard", "Moreau", "Garnier"]
FIRST = ["Zoé", "Jean-Baptiste", "Marie", "Karim", "Chloé", "François", "Anne", "Hugo", "Léa", "Paul"]


def rows(count):
    """Rows of 11 columns as an organiser's export has them."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    shuffled = random.Random(7)
    for index in range(count):
        word = "".join(shuffled.choice(letters) for _ in range(6)).capitalize()
        last, first = f"{LAST[index % 10]}-{word}", FIRST[index // 10 % 10]
        yield [
            f"R{index:08d}", "Mme" if index % 2 else "M.", last, first, f"{word.lower()}{letters[index % 26]}.{index}@example.org",
            f"07 {index // 1000000 % 100:02d} {index // 10000 % 100:02d} {index // 100 % 100:02d} {index % 100:02d}",
            f"Bâtiment {letters[index % 26].upper()}", f"{index % 180 + 1} {STREETS[index % 5]}", TOWNS[index % 5],
            "cadres" if index % 4 == 0 else "ouvriers", "lille" if index % 5 else "saint-denis",
        ]


def write_csv(path, count):
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEADINGS + "\n")
        for row in rows(count):
            file.write(",".join(row) + "\n")


def timed(command, **options):
    """Seconds and peak resident megabytes of a command that must succeed."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def isoloir(folder, *words):
    os.makedirs(f"{folder}/store", exist_ok=True)
    return [PROGRAM, *words, "--store", f"{folder}/store/isoloir.sqlite", "--keys", f"{folder}/keys",
            "--config", f"{folder}/isoloir.yaml"]


def new_store(folder):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/isoloir.yaml", "w") as file:
        file.write("templates: Templates\n")
    timed(isoloir(folder, "election", "create", "Ballots/cse-2026"))


def rounds(name, count, ours, peer, limit=None):
    """Runs both alternately and prints the last line that counts."""
    times = {"ours": [], "peer": []}
    for number in range(count):
        for who, work in (("ours", ours), ("peer", peer)):
            seconds, memory = work()
            times[who].append(seconds)
            print(f"round {number + 1} {who}: {seconds:.3f} s, peak {memory:.0f} MB", flush=True)
            if who == "ours" and limit and memory > limit:
                figures.wanted(name, False, f"{memory:.0f} MB is more than {limit} MB")
    figures.times(name, *(statistics.median(times[who]) for who in ("ours", "peer")))


def roll_import(work, count):
    voters = int(os.environ.get("VOTERS", 1_000_000))
    write_csv(f"{work}/roll.csv", voters)

    def ours():
        folder = tempfile.mkdtemp(dir=work)
        new_store(folder)
        result = timed(isoloir(folder, "roll", "import", f"{work}/roll.csv"))
        shutil.rmtree(folder)
        return result

    def peer():
        path = f"{work}/peer.sqlite"
        script = (
            f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;\n.mode csv\n"
            f"CREATE TABLE v ({', '.join(f'{name} TEXT' for name in HEADINGS.split(','))});\n"
            f"CREATE UNIQUE INDEX one ON v (reference);\n.import --skip 1 {work}/roll.csv v\n")
        start = time.monotonic()
        subprocess.run(["sqlite3", path], input=script, text=True, check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        for ending in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path + ending)
        return seconds, 0

    rounds("roll-import", count, ours, peer, limit=200)


def roll_import_xlsx(work, count):
    import openpyxl

    voters = int(os.environ.get("VOTERS", 300_000))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADINGS.split(","))
    for row in rows(voters):
        sheet.append(row)
    book.save(f"{work}/roll.xlsx")
    script = ("import python_calamine, sys\n"
              "rows = python_calamine.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()\n"
              f"assert len(rows) == {voters + 1}\n")

    def ours():
        folder = tempfile.mkdtemp(dir=work)
        new_store(folder)
        result = timed(isoloir(folder, "roll", "import", f"{work}/roll.xlsx"))
        shutil.rmtree(folder)
        return result

    rounds("roll-import-xlsx", count, ours,
           lambda: timed([sys.executable, "-c", script, f"{work}/roll.xlsx"]), limit=200)


def prepared(work, voters, issued=None, templates="Templates"):
    """A store with a roll, and identifiers issued by one channel."""
    folder = f"{work}/prepared"
    new_store(folder)
    write_csv(f"{work}/roll.csv", voters)
    timed(isoloir(folder, "roll", "import", f"{work}/roll.csv"))
    if issued:
        timed(isoloir(folder, "identifiers", "issue", "--by", issued, "--templates", templates))
    return folder


def copied(work, folder):
    target = tempfile.mkdtemp(dir=work)
    shutil.copytree(folder, target, dirs_exist_ok=True)
    return target


def issue(work, count):
    voters = int(os.environ.get("VOTERS", 100_000))
    folder = prepared(work, voters)
    subprocess.run(["cc", "-O2", "-o", f"{work}/insert", f"{ROOT}/Tests/Bench/peer_insert.c", "-lsqlite3"], check=True)
    probe = copied(work, folder)
    timed(isoloir(probe, "identifiers", "issue", "--by", "email"))
    database = sqlite3.connect(f"{probe}/store/isoloir.sqlite")
    sealed = database.execute("SELECT avg(length(sealed)) FROM outbox_message").fetchone()[0]
    database.close()

    def ours():
        target = copied(work, folder)
        result = timed(isoloir(target, "identifiers", "issue", "--by", "email"))
        shutil.rmtree(target)
        return result

    def peer():
        target = copied(work, folder)
        result = timed([f"{work}/insert", f"{target}/store/isoloir.sqlite", str(voters), str(int(sealed))])
        shutil.rmtree(target)
        return result

    rounds("issue", count, ours, peer)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def sink():
    port = free_port()
    process = subprocess.Popen(["/usr/sbin/smtp-sink", "-u", "nobody", "-c", "-m", "512", f"127.0.0.1:{port}", "1024"],
                               stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def mail(work, count):
    messages = int(os.environ.get("VOTERS", 20_000))
    # The peer's mails have one part of 2 kB; ours have two parts by default, and here their text alone.
    shutil.copytree("Templates", f"{work}/templates", ignore=shutil.ignore_patterns("*.html"))
    folder = prepared(work, messages, issued="email", templates=f"{work}/templates")
    with sink() as port:
        with open(f"{folder}/isoloir.yaml", "w") as file:
            file.write("templates: Templates\nmail:\n  host: 127.0.0.1\n"
                       f"  port: {port}\n  encryption: none\n  connections: 10\n  name: bench.example.org\n")

        def ours():
            target = copied(work, folder)
            result = timed(isoloir(target, "outbox", "send"))
            database = sqlite3.connect(f"{target}/store/isoloir.sqlite")
            accepted = database.execute("SELECT count(*) FROM outbox_message WHERE state = 'accepted'").fetchone()[0]
            database.close()
            if accepted != messages:
                sys.exit(f"{accepted} of {messages} messages were accepted")
            shutil.rmtree(target)
            return result

        def peer():
            return timed(["/usr/sbin/smtp-source", "-d", "-s", "10", "-m", str(messages), "-l", "2048", "-f", "a@example.org",
                          "-t", "b@example.org", f"127.0.0.1:{port}"])

        rounds("mail", count, ours, peer)


def letters(work, count):
    number = int(os.environ.get("VOTERS", 10_000))
    folder = prepared(work, number, issued="letter")

    def ours(folder=folder):
        target = copied(work, folder)
        for words in (("specimen", "--to", f"{target}/proof.pdf"), ("approve", "--by", "bench")):
            subprocess.run(isoloir(target, "letters", *words), check=True, stdout=subprocess.DEVNULL)
        result = timed(isoloir(target, "letters", "print", "--to", f"{target}/letters"), stderr=subprocess.DEVNULL)
        sizes = [os.path.getsize(f"{target}/letters/{name}") for name in os.listdir(f"{target}/letters") if name.endswith(".pdf")]
        print(f"  {sum(sizes) / number:.0f} bytes a letter")
        shutil.rmtree(target)
        return result

    def peer():
        return timed([sys.executable, f"{ROOT}/Tests/Bench/peer_letters.py", f"{work}/peer.pdf", str(number)])

    if os.environ.get("LARGE"):
        seconds, memory = ours()
        print(f"{number} letters: {seconds:.1f} s, peak {memory:.0f} MB")
        figures.wanted("letters", memory <= 80, "more than 80 MB")
        figures.times("letters-memory", memory, 80)
        return
    rounds("letters", count, ours, peer, limit=80)


def main():
    benches = {"roll-import": roll_import, "roll-import-xlsx": roll_import_xlsx, "issue": issue, "mail": mail, "letters": letters}
    if len(sys.argv) > 1 and sys.argv[1] in ("page", "sign-in", "captcha", "idle", "elections"):
        import site_benches

        def of_the_site(work, rounds):
            site_benches.main(sys.argv[1], rounds, work)

        benches[sys.argv[1]] = of_the_site
    if len(sys.argv) > 1 and sys.argv[1] in ("ballot-seal", "ballot-check", "cast", "rounds", "tally"):
        import ballot_benches

        benches |= ballot_benches.BENCHES
    if len(sys.argv) > 1 and sys.argv[1] in ("voter-search", "reissue", "dashboard"):
        # This file is run as a program: the benches of the console import it by its name.
        sys.modules["bench"] = sys.modules["__main__"]
        import console_benches

        benches |= console_benches.BENCHES
    if len(sys.argv) < 2 or sys.argv[1] not in benches:
        sys.exit(f"usage: Tests/bench {'|'.join([*benches, 'page', 'sign-in', 'captcha', 'idle', 'elections', 'ballot-seal', 'ballot-check', 'cast', 'rounds', 'tally', 'voter-search', 'reissue', 'dashboard'])} [ROUNDS]")
    os.chdir(ROOT)
    work = tempfile.mkdtemp(prefix="isoloir-bench-")
    try:
        benches[sys.argv[1]](work, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    finally:
        shutil.rmtree(work, ignore_errors=True)


main()
