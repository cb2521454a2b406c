"""Benchmarks of ballots: sealing, checking, counting; each against belenios-tool where it has a peer."""
import os
import resource
import statistics
import subprocess
import sys
import time

import ballot_archive

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = f"{ROOT}/.build/release/isoloir"
CHOICES = "[[0,1,0,0,0]]"


def seconds(command, **options):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.monotonic() - start


def conclude(name, ours, peer, least, unit="ms"):
    ratio = statistics.median(peer) / statistics.median(ours)
    print(f"{name}: ours {1000 * statistics.median(ours):.2f} {unit}, peer {1000 * statistics.median(peer):.2f} {unit}, ratio {ratio:.2f}", flush=True)
    return [] if ratio >= least else [f"{name}: the ratio must be {least} or more"]


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
    faults = conclude("ballot-seal-node", times["node"], times["peer"], 1.0)
    faults += conclude("ballot-seal-chromium", times["chromium"], times["peer"], 1.0)
    faults += conclude("ballot-seal", times["ours"], times["peer"], 4.0)
    if faults:
        sys.exit("\n".join(faults))


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
    faults = [] if two >= 1.7 else ["two threads must reach 1.7 times the rate of one"]
    faults += conclude("ballot-check", times["one"], times["peer"], 1.8)
    if faults:
        sys.exit("\n".join(faults))


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
    if memory >= 300:
        sys.exit("tally: peak memory must stay under 300 MB")


BENCHES = {"ballot-seal": ballot_seal, "ballot-check": ballot_check, "tally": tally}
