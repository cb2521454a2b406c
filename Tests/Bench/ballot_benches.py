"""Benchmarks of ballots: sealing, checking, counting; each against belenios-tool where it has a peer."""
import contextlib
import html
import json
import multiprocessing
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse

import bad_ballots
import ballot_archive
import figures

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("ISOLOIR_PROGRAM", f"{ROOT}/.build/release/isoloir")
CHOICES = "[[0,1,0,0,0]]"


def seconds(command, **options):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.monotonic() - start


def conclude(name, ours, peer, least):
    """Of times in seconds."""
    ours, peer = statistics.median(ours), statistics.median(peer)
    figures.wanted(name, peer / ours >= least, f"the ratio must be {least} or more")
    figures.times(name, ours, peer)


def seal_peer(folder):
    """A ballot by belenios-tool, less the time of its start."""
    whole = seconds(["belenios-tool", "election", "generate-ballot", "--privcred", "one.txt", "--ballot", "vote.json"], cwd=folder)
    return whole - seconds(["belenios-tool", "--version"])


def seal_ours(folder, ballots=100):
    """A ballot by BallotEngine: many at once, less the start and the tables."""
    def run(count):
        return seconds([PROGRAM, "tally", "ballot", f"{folder}/election.json", "--credential", f"{folder}/one.txt",
                        "--choices", CHOICES, "--count", str(count)])
    return (run(ballots + 1) - run(1)) / ballots


HARNESS = """
const seal = async (wasm, election, credential, count) => {
    let memory;
    const env = { random: (p, n) => { crypto.getRandomValues(new Uint8Array(memory.buffer, p, n)); }, progress: () => {} };
    const { instance } = await WebAssembly.instantiate(wasm, { env });
    memory = instance.exports.memory;
    const put = (bytes) => { const p = instance.exports.reserve(bytes.length); new Uint8Array(memory.buffer, p, bytes.length).set(bytes); };
    put(new TextEncoder().encode(election));
    if (instance.exports.prepare() < 0) throw new Error("prepare");
    const input = new Uint8Array([...new TextEncoder().encode(credential), 0, 0, 1, 0, 0, 0]);
    const times = [];
    for (let i = 0; i < count; i += 1) {
        put(input);
        const start = performance.now();
        if (instance.exports.seal() < 0) throw new Error("seal");
        times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[count >> 1];
};
"""


def seal_node(folder):
    script = f"""import fs from "fs";
{HARNESS}
console.log(await seal(fs.readFileSync("{ROOT}/Templates/assets/ballot.wasm"), fs.readFileSync("{folder}/election.json", "utf8"),
    fs.readFileSync("{folder}/one.txt", "utf8"), 15));"""
    done = subprocess.run(["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    return float(done.stdout) / 1000


def browser(folder):
    """A headless Chromium in which a ballot is sealed; returns the function that does it."""
    import http.server
    import threading

    sys.path.insert(0, f"{ROOT}/Tests/Browser")
    os.environ.setdefault("ISOLOIR", PROGRAM)
    from conftest import chromium

    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path):
            return {"/ballot.wasm": f"{ROOT}/Templates/assets/ballot.wasm", "/election.json": f"{folder}/election.json",
                    "/one.txt": f"{folder}/one.txt", "/": f"{folder}/page.html"}.get(path, "/nowhere")

        def log_message(self, *words):
            pass

    with open(f"{folder}/page.html", "w") as file:
        file.write("<!DOCTYPE html><title>ballot</title>")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    driver = chromium()
    driver.set_script_timeout(60)
    driver.get(f"http://127.0.0.1:{server.server_port}/")

    def run():
        milliseconds = driver.execute_async_script(HARNESS + """
            const done = arguments[0];
            (async () => {
                const wasm = await (await fetch("/ballot.wasm")).arrayBuffer();
                const [election, credential] = [await (await fetch("/election.json")).text(), await (await fetch("/one.txt")).text()];
                return seal(wasm, election, credential, 15);
            })().then(done, (error) => done(String(error)));""")
        assert isinstance(milliseconds, (int, float)), milliseconds
        return milliseconds / 1000

    return driver, run


def ballot_seal(work, rounds):
    folder = f"{work}/election"
    ballot_archive.set_up(folder, 2)
    with open(f"{folder}/vote.json", "w") as file:
        file.write(CHOICES)
    driver, chromium = browser(folder)
    times = {"ours": [], "node": [], "chromium": [], "peer": []}
    try:
        for number in range(rounds):
            for name, run in (("ours", seal_ours), ("node", seal_node), ("chromium", lambda _: chromium()), ("peer", seal_peer)):
                times[name].append(run(folder))
            print(f"  round {number + 1}: " + ", ".join(f"{name} {1000 * list_[-1]:.2f} ms" for name, list_ in times.items()), flush=True)
    finally:
        driver.quit()
    conclude("ballot-seal-node", times["node"], times["peer"], 1.0)
    conclude("ballot-seal-chromium", times["chromium"], times["peer"], 1.0)
    conclude("ballot-seal", times["ours"], times["peer"], 4.0)


def filled(work, voters):
    """An archive of as many ballots as voters."""
    folder = f"{work}/election-{voters}"
    archive = ballot_archive.set_up(folder, voters)
    ballots = subprocess.Popen([PROGRAM, "tally", "ballot", f"{folder}/election.json", "--credential", f"{folder}/private_creds.txt",
                                "--choices", CHOICES], stdout=subprocess.PIPE)
    ballot_archive.fill(archive, ballots.stdout)
    assert ballots.wait() == 0
    os.makedirs(f"{folder}/alone")
    os.rename(archive, f"{folder}/alone/{os.path.basename(archive)}")
    return f"{folder}/alone/{os.path.basename(archive)}"


def ballot_check(work, rounds):
    archive = filled(work, int(os.environ.get("BALLOTS", 1000)))
    times = {"one": [], "two": [], "peer": []}
    for number in range(rounds):
        for name, command in (("one", [PROGRAM, "tally", "verify", archive, "--threads", "1"]),
                              ("two", [PROGRAM, "tally", "verify", archive, "--threads", "2"]),
                              ("peer", ["belenios-tool", "election", "verify", "--dir", os.path.dirname(archive)])):
            times[name].append(seconds(command))
        print(f"  round {number + 1}: " + ", ".join(f"{name} {list_[-1]:.2f} s" for name, list_ in times.items()), flush=True)
    two = statistics.median(times["one"]) / statistics.median(times["two"])
    print(f"ballot-check on two threads: {two:.2f} times the rate of one", flush=True)
    figures.wanted("ballot-check", two >= 1.7, "two threads must reach 1.7 times the rate of one")
    conclude("ballot-check", times["one"], times["peer"], 1.8)


def tally(work, rounds):
    """Time and peak memory of verifying and adding up a large box; the fixture is kept in the cache's folder."""
    ballots = int(os.environ.get("BALLOTS", 100_000 if os.environ.get("LARGE") else 10_000))
    cache = os.environ.get("ISOLOIR_BENCH_CACHE", os.path.expanduser("~/.cache/isoloir-bench"))
    marker = f"{cache}/tally-{ballots}"
    if not os.path.exists(marker):
        os.makedirs(cache, exist_ok=True)
        path = filled(cache, ballots)
        with open(marker, "w") as file:
            file.write(path)
    with open(marker) as file:
        archive = file.read()
    start = time.monotonic()
    process = subprocess.Popen([PROGRAM, "tally", "verify", archive], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    taken, memory = time.monotonic() - start, usage.ru_maxrss / 1024
    print(f"tally: {ballots} ballots verified and added up in {taken:.1f} s ({ballots / taken:.0f}/s), peak {memory:.0f} MB", flush=True)
    # No other program adds up: its peer is the memory that is asked for.
    figures.wanted("tally", memory < 300, "peak memory must stay under 300 MB")
    figures.times("tally", memory, 300)


def cast_commits(work, rounds):
    """Durable votes per second, checks switched off, on a disk of 4 ms per sync: together, against one commit per vote."""
    shim = f"{work}/slow.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, f"{ROOT}/Tests/Bench/slow_sync.c"], check=True)
    together, alone = [], []
    for number in range(rounds):
        done = subprocess.run([f"{ROOT}/.build/release/CastBench"], cwd=ROOT, capture_output=True, text=True, check=True,
                              env=os.environ | {"LD_PRELOAD": shim})
        for list_, rate in zip((together, alone), done.stdout.split()):
            list_.append(float(rate))
        print(f"  round {number + 1}: {together[-1]:.0f} votes/s together, {alone[-1]:.0f}/s one by one", flush=True)
    together, alone = statistics.median(together), statistics.median(alone)
    figures.wanted("cast-commits", together / alone >= 20, "the ratio must be 20 or more")
    figures.rates("cast-commits", together, alone)


def rounds(work, count):
    """The longest wait of a vote while a box of 300,000 slots is published, and that of a plain write of sqlite3 beside it."""
    import sqlite3
    import threading

    slots = int(os.environ.get("SLOTS", 300_000))
    ours, plain = [], []
    for number in range(min(count, 3)):
        process = subprocess.Popen([f"{ROOT}/.build/release/CastBench", str(slots)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                                   env=os.environ | {"TMPDIR": str(work)})
        assert process.stdout.readline() == "begin\n"
        over, waits = threading.Event(), []

        def write():
            database = sqlite3.connect(f"{work}/plain-{number}.sqlite", isolation_level=None)  # noqa: B023
            database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (content BLOB)")
            while not over.wait(0.004):  # noqa: B023
                start = time.monotonic()
                database.execute("INSERT INTO t VALUES (randomblob(12288))")
                waits.append(1000 * (time.monotonic() - start))  # noqa: B023

        thread = threading.Thread(target=write)
        thread.start()
        assert process.stdout.readline() == "end\n"
        over.set()
        thread.join()
        votes, longest, taken = process.stdout.readline().split()
        assert process.wait() == 0
        ours.append(float(longest))
        plain.append(max(waits))
        print(f"  round {number + 1}: {slots} slots in {float(taken) / 1000:.1f} s; {votes} votes, the longest waited {ours[-1]:.1f} ms; "
              f"plain sqlite3 {plain[-1]:.1f} ms", flush=True)
    longest, beside = statistics.median(ours), statistics.median(plain)
    # The plain write of sqlite3 beside it tells whether it was the disk: it excuses nothing.
    figures.wanted("rounds", longest < 50, "no vote may wait for 50 ms")
    figures.times("rounds", longest, beside)


BALLOTS_OF_64 = int(os.environ.get("BALLOTS", 16))
# Sessions that send bad ballots beside the honest ones, and how many each sends a second: as many as one session could keep the
# server checking before such ballots were counted.
FLOODERS, FLOOD_RATE = 4, 28


def cast(work, rounds):
    """Votes per second over HTTP from 64 sessions, against the bare rate of ballot checks on as many threads."""
    import concurrent.futures

    sys.path.insert(0, f"{ROOT}/Tests/Browser")
    os.environ.setdefault("ISOLOIR", PROGRAM)
    import pathlib

    from conftest import Client, Site, road

    cast_commits(work, rounds)
    sessions = 64
    names = [f"ballot-{number}" for number in range(BALLOTS_OF_64)]
    ballots = "ballots:\n" + "".join(
        f"  - id: {name}\n    title: {{fr: {name}, en: {name}}}\n    questions:\n      - title: {{fr: Qui, en: Who}}\n"
        "        answers: [A, B, C, D, E]\n        min: 1\n        max: 1\n        blank: false\n" for name in names)
    with open(f"{ROOT}/Ballots/cse-2026/election.yaml", encoding="utf-8") as file:
        sample = file.read()
    old = sample[sample.index("ballots:"):sample.index("\naccess:")]
    rates, bare, flooded = [], [], []
    for number in range(rounds):
        folder = pathlib.Path(work) / f"cast-{number}"
        folder.mkdir()
        site = Site(folder)
        site.prepare([road.voter(n) for n in range(1, sessions + FLOODERS + 1)], (old, ballots)).open_poll().serve("--log", "/dev/null")
        try:
            clients = {}

            def sign_in(n):
                client, mail = Client(site), f"v{n}@example.org"
                client.sign_in(site.identifier(mail), mail, 2, first=True)
                clients[n] = client

            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                list(pool.map(sign_in, range(1, sessions + FLOODERS + 1)))
            flooders = [clients.pop(n) for n in range(sessions + 1, sessions + FLOODERS + 1)]
            requests = {n: [] for n in clients}
            archive, made = None, []
            for name in names:
                lines, tokens = [], {}
                for n, client in clients.items():
                    page = client.get(f"/ballots/{name}").text
                    lines.append(re.search(r'data-credential="([^"]+)"', page).group(1))
                    tokens[n] = client.form()
                with open(f"{folder}/e.json", "w", encoding="utf-8") as file:
                    file.write(html.unescape(re.search(r'data-document="([^"]+)"', page).group(1)))
                with open(f"{folder}/c.txt", "w", encoding="utf-8") as file:
                    file.write("\n".join(lines))
                texts = site.run("tally", "ballot", f"{folder}/e.json", "--credential", f"{folder}/c.txt", "--choices", "[[0,1,0,0,0]]").stdout.split()
                made += texts
                for n, text in zip(clients, texts):
                    body = urllib.parse.urlencode({"form": tokens[n], "ballot": text})
                    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in clients[n].session.cookies)
                    requests[n].append((f"POST /ballots/{name} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n"
                                        "Content-Type: application/x-www-form-urlencoded\r\n"
                                        f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
            # One half of the ballots without a flood, the other half beside one.
            half = len(names) // 2
            calm = {n: list_[:half] for n, list_ in requests.items()}
            rest = {n: list_[half:] for n, list_ in requests.items()}
            rates.append(half * sessions / storm(site.port, calm))
            with flood(site, flooders, names[-1], folder) as sent:
                flooded.append((len(names) - half) * sessions / storm(site.port, rest))
            assert sent() > FLOODERS
        finally:
            site.stop()
        site.run("poll", "close", "--yes", "--at-once")
        site.run("tally", "archive", "--to", f"{folder}/archives")
        archives = sorted(name for name in os.listdir(f"{folder}/archives") if name.endswith(".bel"))
        start = time.monotonic()
        counted = 0
        for name in archives:
            done = subprocess.run([PROGRAM, "tally", "verify", f"{folder}/archives/{name}", "--threads", str(max(1, os.cpu_count() - 1) + 3)], check=True, capture_output=True, text=True)
            counted += int(re.search(r"ballots +(\d+)", done.stdout).group(1))
        whole = time.monotonic() - start
        empty = 0.0
        for _ in archives:
            empty += seconds([PROGRAM, "--version"])
        assert counted == len(made), (counted, len(made))
        bare.append(counted / (whole - empty))
        print(f"  round {number + 1}: {rates[-1]:.1f} votes/s over HTTP, {bare[-1]:.1f} checks/s bare, {flooded[-1]:.1f} votes/s beside a flood", flush=True)
    print(f"  beside a flood: {FLOODERS} sessions that send {FLOOD_RATE} bad ballots a second each")
    rate, beside, checks = (statistics.median(each) for each in (rates, flooded, bare))
    figures.wanted("cast-flood", beside / rate >= 0.8, "the ratio must be 0.8 or more")
    figures.rates("cast-flood", beside, rate)
    figures.wanted("cast", rate / checks >= 0.8, "the ratio must be 0.8 or more")
    figures.rates("cast", rate, checks)


@contextlib.contextmanager
def flood(site, clients, name, folder):
    """Bad ballots of a few sessions, sent by a process of their own; gives the number of answers so far."""
    lines = []
    for client in clients:
        page = client.get(f"/ballots/{name}").text
        document = html.unescape(re.search(r'data-document="([^"]+)"', page).group(1))
        credential = re.search(r'data-credential="([^"]+)"', page).group(1)
        with open(f"{folder}/f.json", "w", encoding="utf-8") as file:
            file.write(document)
        with open(f"{folder}/f.txt", "w", encoding="utf-8") as file:
            file.write(credential)
        ballot = site.run("tally", "ballot", f"{folder}/f.json", "--credential", f"{folder}/f.txt", "--choices", "[[0,1,0,0,0]]").stdout.strip()
        bad = bad_ballots.spoilt(ballot, credential, json.loads(document)["uuid"])
        body = urllib.parse.urlencode({"form": client.form(), "ballot": bad})
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.session.cookies)
        lines.append(f"POST /ballots/{name} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\n" f"Content-Length: {len(body)}\r\n\r\n{body}")
    counts = [multiprocessing.Value("i", 0) for _ in lines]
    processes = [multiprocessing.Process(target=pour, args=(site.port, line.encode(), count)) for line, count in zip(lines, counts)]
    for process in processes:
        process.start()
    try:
        yield lambda: sum(count.value for count in counts)
    finally:
        for process in processes:
            process.terminate()
            process.join()


def pour(port, request, count):
    """Sends one request again and again, each when the one before was answered, and so many a second at most."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        while True:
            start, answer = time.monotonic(), b""
            line.sendall(request)
            while True:
                answer += line.recv(65536)
                head, mark, body = answer.partition(b"\r\n\r\n")
                if mark and len(body) >= int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]):
                    break
            assert answer.split(b" ")[1] in (b"422", b"429", b"503"), answer
            count.value += 1
            time.sleep(max(0.0, 1 / FLOOD_RATE - (time.monotonic() - start)))


def storm(port, requests):
    """Sends every session's requests one after the other, all sessions at once; each must be taken."""
    import selectors

    selector = selectors.DefaultSelector()
    left = 0
    for wanted in requests.values():
        connection = socket.create_connection(("127.0.0.1", port))
        state = {"requests": list(wanted), "answer": b"", "place": 0}
        left += len(wanted)
        selector.register(connection, selectors.EVENT_READ, state)
    start = time.monotonic()
    for key in selector.get_map().values():
        key.fileobj.sendall(key.data["requests"][0])
    while left:
        for key, _ in selector.select(60):
            state = key.data
            state["answer"] += key.fileobj.recv(65536)
            head, mark, body = state["answer"].partition(b"\r\n\r\n")
            if not mark or len(body) < int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]):
                continue
            assert head.startswith(b"HTTP/1.1 200") and b'"receipt"' in body, (head, body)
            state["answer"], state["place"], left = b"", state["place"] + 1, left - 1
            if state["place"] < len(state["requests"]):
                key.fileobj.sendall(state["requests"][state["place"]])
    return time.monotonic() - start


BENCHES = {"cast": cast, "rounds": rounds, "ballot-seal": ballot_seal, "ballot-check": ballot_check, "tally": tally}
