"""The site as it is installed: nginx from the template in front, a Unix socket behind, a graceful end."""
import concurrent.futures
import ctypes
import json
import os
import pty
import re
import shutil
import socket
import struct
import subprocess
import time

import pytest
import requests
from conftest import PASSPHRASE, Client, Site, road
from test_casting import SMALL

voter = road.voter
MAIL = "v1@example.org"


def test_behind_nginx_from_the_template(tmp_path, certificates):
    folder = f"/tmp/isoloir-nginx-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    plain, secure = road.free_port(), road.free_port()
    site = Site(tmp_path)
    site.address, site.ca = f"https://localhost:{secure}", f"{certificates}/ca.pem"
    site.prepare([voter(1)], settings=f"server: {{socket: {folder}/http.sock}}\n")
    with open(f"{road.ROOT}/Templates/deploy/nginx.conf", encoding="utf-8") as file:
        text = file.read()
    for old, new in [("listen 80", f"listen 127.0.0.1:{plain}"), ("    listen [::]:80;\n", ""), ("    listen [::]:80 default_server;\n", ""),
                     ("    listen [::]:443 ssl http2;\n", ""), ("    listen [::]:443 ssl default_server;\n", ""), ("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"), ("/run/isoloir/http.sock", f"{folder}/http.sock"), ("server_name vote.example.org", "server_name localhost"),
                     ("/etc/isoloir/tls/fullchain.pem", f"{certificates}/localhost.pem"), ("/etc/isoloir/tls/privkey.pem", f"{certificates}/localhost.key"),
                     ("/var/log/nginx/isoloir.log", f"{folder}/access.log"), ("$host", "$http_host")]:
        assert old in text, old
        text = text.replace(old, new)
    with open(f"{folder}/site.conf", "w") as file:
        file.write(text)
    with open(f"{folder}/nginx.conf", "w") as file:
        file.write(f"daemon off; pid {folder}/pid; error_log {folder}/error.log; user root; events {{}} http {{ include {folder}/site.conf; }}")
    site.port = road.free_port()
    site.log = open(f"{site.folder}/serve.log", "a", encoding="utf-8")
    site.process = subprocess.Popen(site.command("serve"), stdout=site.log, stderr=site.log, cwd=site.folder)
    road.wait_until(lambda: os.path.exists(f"{folder}/http.sock"))
    try:
        with road.running(["/usr/sbin/nginx", "-c", f"{folder}/nginx.conf", "-p", folder], secure):
            moved = requests.get(f"http://localhost:{plain}/", allow_redirects=False, timeout=10)
            assert moved.status_code == 301 and moved.headers["Location"].startswith("https://")
            someone = Client(site)
            assert someone.sign_in(site.identifier(MAIL), MAIL, 2, first=True).headers["Location"].startswith("/space")
            assert "v***@example.org" in someone.get("/space").text
            assert someone.get("/receipts/sms").status_code == 400
            # Another name gets nothing, and pages are not counted: a whole company opens them in the same minute.
            with pytest.raises(requests.exceptions.ConnectionError):
                requests.get(f"http://127.0.0.1:{plain}/", headers={"Host": "evil.example"}, timeout=10)
            strange = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{secure}", "-servername", "evil.example"], input=b"", capture_output=True, timeout=20)
            assert b"BEGIN CERTIFICATE" not in strange.stdout
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                ask = lambda _: requests.get(f"{site.address}/", verify=site.ca, timeout=30).status_code
                assert set(pool.map(ask, range(400))) == {200}
                send = lambda _: requests.post(f"{site.address}/", data={"identifier": "x"}, verify=site.ca, timeout=30)
                answers = list(pool.map(send, range(600)))
            stopped = [answer for answer in answers if answer.status_code == 429]
            assert stopped and "attendez dix secondes" in stopped[0].content.decode() and stopped[0].headers["Retry-After"] == "10"
            smuggled = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            done = subprocess.run(["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{secure}", "-servername", "localhost"], input=smuggled.encode(), capture_output=True, timeout=20)
            assert b" 400 " in done.stdout.split(b"\r\n")[0] or b"HTTP/1.1 4" in done.stdout
        with open(f"{folder}/access.log") as file:
            assert "127.0.0.1" not in file.read()
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)
    assert not os.path.exists(f"{folder}/http.sock")


def test_a_poll_that_was_sealed_under_an_earlier_version_goes_on_with_its_texts(site):
    """An earlier package's texts lie beside this one's: without the console's pages of today, nor the second style sheet."""
    ours, earlier = f"{site.folder}/Texts", f"{site.folder}/Texts-0.1"
    for folder in (ours, earlier):
        shutil.copytree(f"{road.ROOT}/Templates", folder)
    shutil.rmtree(f"{earlier}/pages/console")
    os.remove(f"{earlier}/assets/pages.css")
    for language in ("fr", "en"):
        with open(f"{earlier}/pages/console.{language}.yaml", "w", encoding="utf-8") as file:
            file.write("title: An earlier console\n")
    with open(f"{earlier}/pages/console.html", "w", encoding="utf-8") as file:
        file.write("<p>An earlier console's one page.</p>\n")
    with open(f"{earlier}/pages/head.html", encoding="utf-8") as file:
        head = re.sub(r"\{\{\^isHome\}\}.*?\{\{/isHome\}\}", "", file.read(), flags=re.S)
    with open(f"{earlier}/pages/head.html", "w", encoding="utf-8") as file:
        file.write(head.replace('<header>', '<header data-earlier="1">'))

    def use(folder):
        with open(f"{site.folder}/isoloir.yaml", encoding="utf-8") as file:
            text = re.sub(r"^templates: .*$", f"templates: {folder}", file.read(), flags=re.M)
        with open(f"{site.folder}/isoloir.yaml", "w", encoding="utf-8") as file:
            file.write(text)

    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL)
    use(earlier)
    site.open_poll()
    use(ours)
    site.serve()
    assert 'data-earlier="1"' in requests.get(f"{site.address}/", timeout=20).text
    # The style of the sealed pages is whole; the console is this program's.
    assert "stylesheet" in requests.get(f"{site.address}/help", timeout=20).text
    console = requests.get(f"{site.address}/manager/sign-in", timeout=20)
    assert console.status_code == 200 and "earlier" not in console.text and "<form" in console.text
    site.run("poll", "minutes", "--to", f"{site.folder}/minutes.pdf")
    site.run("poll", "manifest", "--to", f"{site.folder}/seal.json")
    site.run("observe", site.address, "--seal", f"{site.folder}/seal.json")


def test_the_unit_names_settings_that_exist():
    with open(f"{road.ROOT}/Templates/deploy/isoloir.service", encoding="utf-8") as file:
        unit = file.read()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6"):
        assert line in unit
    for name in ("isoloir", "isoloir-backup"):
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"{road.ROOT}/Templates/deploy/{name}.service"],
                              capture_output=True, text=True, timeout=30)
        assert float(re.search(rf"exposure level for {name}.service: ([\d.]+)", done.stdout).group(1)) <= 2
    assert "serve --config" in unit and "RuntimeDirectory=isoloir" in unit


def test_unit_settings_and_guide_say_the_same():
    def read(name):
        with open(f"{road.ROOT}/{name}", encoding="utf-8") as file:
            return file.read()
    settings = read("Templates/deploy/isoloir.yaml")
    guides = [read(name) for name in ("Templates/help/administrators.fr.md", "Templates/help/administrators.en.md",
                                      "Sources/Elections/Elections.docc/MachineSettings.md")]
    unit, backup = read("Templates/deploy/isoloir.service"), read("Templates/deploy/isoloir-backup.service")
    for key in ("store", "keys", "boxKeys", "templates", "ballots"):
        place = re.search(rf"^{key}: (\S+)", settings, re.M).group(1)
        assert all(re.search(rf"^{key}: {place}(?: |$)", guide, re.M) for guide in guides), key
        # What the service writes is a folder that systemd makes for it.
        if place.startswith("/var/lib/"):
            folders = [re.search(r"^StateDirectory=(.*)$", text, re.M).group(1).split() for text in (unit, backup)]
            assert all(place.split("/")[3] in names for names in folders), key
    assert "socket: " + re.search(r"server unix:(\S+);", read("Templates/deploy/nginx.conf")).group(1) in settings
    for folder in re.search(r"^StateDirectory=(.*)$", backup, re.M).group(1).split():
        assert f"d /var/lib/{folder} 0700 isoloir isoloir" in read("Sources/debian/isoloir.tmpfiles")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *(f"{road.ROOT}/Templates/deploy/isoloir-backup.{kind}" for kind in ("service", "timer"))],
                          capture_output=True, text=True, timeout=30)
    # The program is not installed here; nothing else is complained of.
    assert not [line for line in done.stderr.splitlines() if "isoloir" in line and "/usr/bin/isoloir" not in line], done.stderr


def test_the_backup_unit_lets_a_backup_be_made(site):
    """Under the filter of its system calls, and as an account that is not root's where root tests."""
    with open(f"{road.ROOT}/Templates/deploy/isoloir-backup.service", encoding="utf-8") as file:
        calls = allowed_calls(file.read())
    calls |= {"fchown"} if os.geteuid() == 0 else set()
    site.prepare([voter(1)])
    os.mkdir(f"{site.folder}/backups")
    done = subprocess.run(site.command("store", "backup", f"{site.folder}/backups", "--keep", "1"), cwd=site.folder, preexec_fn=confine(calls),
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and len(os.listdir(f"{site.folder}/backups")) == 1, done.stderr


def test_metrics_and_alerts_are_as_prometheus_takes_them(site, client):
    port = road.free_port()
    site.prepare([voter(1)], settings=f"server: {{metrics: {port}}}\n").serve()
    someone = client()
    someone.identify(site.identifier(MAIL))
    assert someone.code("000000").status_code == 422
    someone.get("/manager/sign-in")
    metrics = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    checked = subprocess.run(["promtool", "check", "metrics"], input=metrics, capture_output=True, text=True, timeout=30)
    assert checked.returncode == 0 and not checked.stdout + checked.stderr, checked.stdout + checked.stderr
    for line in ('isoloir_build_info{version=', 'isoloir_sign_ins_refused_total{site="public",election="cse-2026",step="code"} 1',
                 'isoloir_sign_ins_checked_total{site="public",election="cse-2026",step="code"} 1', "process_resident_memory_bytes ",
                 'isoloir_requests_total{site="console",election="cse-2026",route="/manager/sign-in",status="200"} 1', 'isoloir_channel_paused{channel="email"} 0',
                 'isoloir_outbox_messages{election="cse-2026",channel="email",state="bounced"} 0', 'isoloir_outbox_messages{election="cse-2026",channel="email",state="accepted"}', 'isoloir_outbox_oldest_due_seconds{election="cse-2026",channel="sms"} 0',
                 "process_open_fds ", "process_cpu_seconds_total ", "isoloir_store_free_bytes ", "# TYPE isoloir_letters gauge"):
        assert line in metrics, line
    rules = f"{road.ROOT}/Templates/deploy/alerts.yaml"
    checked = subprocess.run(["promtool", "check", "rules", rules], capture_output=True, text=True, timeout=30)
    assert checked.returncode == 0 and "SUCCESS" in checked.stdout, checked.stdout + checked.stderr
    # What an alert watches is what is told.
    with open(rules, encoding="utf-8") as file:
        watched = set(re.findall(r"isoloir_\w+", "".join(line for line in file if "expr:" in line)))
    told = set(re.findall(r"^# TYPE (\w+)", metrics, re.M))
    assert {name.removesuffix("_bucket") for name in watched} <= told, watched - told


@pytest.mark.parametrize(("failed", "of", "rings"), [(3, 30, True), (3, 1000, False), (1, 10, False), (25, 1000, True)])
def test_failures_are_few_or_many_by_the_size_of_the_election(tmp_path, failed, of, rings):
    series = "isoloir_outbox_messages{{channel=\"email\",state=\"{}\"}}"
    expected = [{"exp_labels": {"severity": "warning", "channel": "email"}}] if rings else []
    test = {"rule_files": [f"{road.ROOT}/Templates/deploy/alerts.yaml"], "evaluation_interval": "1m", "tests": [{
        "interval": "1m", "input_series": [
            # Half an hour without, then all at once.
            {"series": series.format("failed"), "values": f"0x60 {failed}x30"},
            {"series": series.format("accepted"), "values": f"{of - failed}x90"}],
        "promql_expr_test": [{"expr": 'ALERTS{alertname="IsoloirFailures"}', "eval_time": "80m", "exp_samples": [
            {"labels": 'ALERTS{alertname="IsoloirFailures",alertstate="firing",channel="email",severity="warning"}', "value": 1}] if expected else []}]}]}
    path = f"{tmp_path}/rules.yaml"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(test, file)
    checked = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, timeout=30)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(("right", "wrong", "rings"), [
    # Ten minutes of one site: half of a small election's, typing errors of a large one, a guesser beside nobody, a few slips.
    (30, 30, True), (18_000, 2_000, False), (0, 25, True), (2, 8, False), (3_000, 2_000, True), (40_000, 4_000, True)])
def test_wrong_codes_are_many_by_their_share_of_the_attempts(tmp_path, right, wrong, rings):
    series = "isoloir_sign_ins_{}_total{{site=\"public\",step=\"code\"}}"
    expected = [{"labels": 'ALERTS{alertname="IsoloirSignInsRefused",alertstate="firing",severity="warning",site="public"}', "value": 1}] if rings else []
    test = {"rule_files": [f"{road.ROOT}/Templates/deploy/alerts.yaml"], "evaluation_interval": "1m", "tests": [{
        "interval": "1m", "input_series": [
            {"series": series.format("refused"), "values": f"0+{wrong / 10}x60"},
            {"series": series.format("checked"), "values": f"0+{(right + wrong) / 10}x60"}],
        "promql_expr_test": [{"expr": 'ALERTS{alertname="IsoloirSignInsRefused",alertstate="firing"}', "eval_time": "50m", "exp_samples": expected}]}]}
    path = f"{tmp_path}/rules.yaml"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(test, file)
    checked = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, timeout=30)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_an_end_by_signal_cuts_no_request(site):
    """Hashes under way when SIGTERM comes are answered; the socket is closed for newcomers."""
    site.prepare([voter(number) for number in range(1, 9)]).serve()
    ready = []
    for number in range(1, 9):
        client = Client(site)
        client.identify(site.identifier(f"v{number}@example.org"))
        assert client.code(client.sent_code(f"v{number}@example.org")).headers["Location"] == "/passphrase"
        client.get("/passphrase")
        ready.append(client)
    # Half a request, whose rest never comes, holds nothing up.
    stalled = socket.create_connection(("127.0.0.1", site.port))
    stalled.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\nform=")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(client.post, "/passphrase", secret=PASSPHRASE, again=PASSPHRASE, action="choose") for client in ready]
        time.sleep(0.02)
        site.process.terminate()
        statuses = [future.result().status_code for future in answers if future.exception() is None]
        refused = [future.exception() for future in answers if future.exception() is not None]
    assert site.process.wait(12) == 0
    site.process = None
    stalled.close()
    # Whoever was let in before the signal got an answer; nobody's connection was cut in the middle of one.
    assert statuses and set(statuses) == {303}
    assert all(isinstance(error, requests.ConnectionError) and "refused" in str(error) for error in refused), refused
    assert site.sql("SELECT count(*) FROM access_session") == [(len(statuses),)]


def test_a_busy_port_a_wrong_certificate_and_a_damaged_store_are_said(site, tmp_path):
    site.prepare([voter(1)])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "Give another port" in site.run("serve", "--port", port, status=1).stderr
    assert "numeric address" in site.run("serve", "--address", "nowhere.example.org", status=1).stderr
    (tmp_path / "bad.pem").write_text("no certificate")
    (tmp_path / "bad.pem").chmod(0o600)
    site.settings(f"server: {{certificate: {tmp_path}/bad.pem, key: {tmp_path}/bad.pem}}\n")
    assert "PEM" in site.run("serve", "--port", road.free_port(), status=1).stderr
    site.settings("")
    site.sql("DROP TRIGGER journal_entry_keeps")
    site.sql("UPDATE journal_entry SET action = 'x' WHERE number = 1")
    assert "journal" in site.run("serve", "--port", road.free_port(), status=1).stderr


def allowed_calls(unit):
    """The system calls that the unit's filter leaves, groups opened, its lines taken in their order."""
    def opened(name):
        if not name.startswith("@"):
            return {name}
        text = subprocess.run(["systemd-analyze", "syscall-filter", name, "--no-pager"], capture_output=True, text=True, check=True).stdout
        words = [line.strip() for line in text.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
        return set().union(*(opened(word) for word in words))

    calls = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        names = set().union(*(opened(name) for name in line.removeprefix("~").split()))
        calls = calls - names if line.startswith("~") else calls | names
    return calls


def test_the_unit_lets_the_clock_be_asked_and_never_set():
    with open(f"{road.ROOT}/Templates/deploy/isoloir.service", encoding="utf-8") as file:
        unit = file.read()
    calls = allowed_calls(unit)
    # The C library's adjtimex is either call.
    assert {"adjtimex", "clock_adjtime", "clock_gettime"} <= calls
    assert not {"clock_settime", "settimeofday", "mount", "reboot"} & calls
    # With it systemd takes both calls away again, whatever the filter says.
    assert not re.search(r"^ProtectClock=yes", unit, re.M)
    assert re.search(r"^CapabilityBoundingSet=$", unit, re.M) and "CAP_SYS_TIME" not in re.sub(r"^#.*$", "", unit, flags=re.M)
    assert "isoloir-box" in re.search(r"^StateDirectory=(.*)$", unit, re.M).group(1)


def confine(calls):
    """Before a program begins: every system call but these kills it, as under the unit."""
    with open("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", encoding="utf-8") as file:
        numbers = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", file.read())}
    load, equal, answer, allow, kill = 0x20, 0x15, 0x06, 0x7FFF0000, 0x80000000
    steps = [struct.pack("HBBI", load, 0, 0, 0)]
    for name in sorted(calls & numbers.keys()):
        steps += [struct.pack("HBBI", equal, 0, 1, numbers[name]), struct.pack("HBBI", answer, 0, 0, allow)]
    steps.append(struct.pack("HBBI", answer, 0, 0, kill))
    code = ctypes.create_string_buffer(b"".join(steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    library = ctypes.CDLL(None, use_errno=True)

    def apply():
        no_new_privileges, seccomp, by_filter = 38, 22, 2
        assert library.prctl(no_new_privileges, 1, 0, 0, 0) == 0
        # The program points to the code, which must live as long.
        assert len(code) > 0 and library.prctl(seccomp, by_filter, program, 0, 0) == 0

    return apply


def test_serve_asks_the_clock_under_the_filter_of_the_unit(site):
    with open(f"{road.ROOT}/Templates/deploy/isoloir.service", encoding="utf-8") as file:
        calls = allowed_calls(file.read())
    # As root, and the tests may be, SQLite gives its files to the store's owner; under the unit's account it does not.
    calls |= {"fchown"} if os.geteuid() == 0 else set()
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll()
    for name, left, ends in (("whole", calls, False), ("without", calls - {"adjtimex", "clock_adjtime"}, True)):
        site.log = open(f"{site.folder}/{name}.log", "w", encoding="utf-8")
        site.process = subprocess.Popen(site.command("serve", "--port", site.port), stdout=site.log, stderr=site.log, cwd=site.folder,
                                        preexec_fn=confine(left))
        if ends:
            # The filter is a real one: without the two calls the program is killed for its question.
            assert site.process.wait(60) < 0
            site.process = None
            continue
        road.wait_for_port(site.port, site.process)
        time.sleep(3)
        assert requests.get(f"{site.address}/health", timeout=10).text == "ok\n"
        site.stop()


def keeps_memory_to_itself(process):
    """No core dump, and none of the runtime's own handlers, which would print registers and memory: SIGILL, SIGTRAP, SIGABRT, SIGBUS,
    SIGFPE, SIGSEGV."""
    with open(f"/proc/{process}/limits", encoding="utf-8") as file:
        core = next(line for line in file if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"], core
    with open(f"/proc/{process}/status", encoding="utf-8") as file:
        caught = int(next(line for line in file if line.startswith("SigCgt")).split()[1], 16)
    assert not any(caught >> number - 1 & 1 for number in (4, 5, 6, 7, 8, 11)), hex(caught)


def test_a_crash_leaves_neither_dump_nor_trace_of_memory(tmp_path):
    site = Site(tmp_path)
    site.prepare([voter(1)]).serve()
    try:
        keeps_memory_to_itself(site.process.pid)
    finally:
        site.stop()


def test_no_command_leaves_its_keys_in_a_dump(tmp_path):
    site = Site(tmp_path)
    site.prepare([voter(1)])
    with open(f"{tmp_path}/roll.csv", encoding="utf-8") as file:
        text = file.read()
    with open(f"{tmp_path}/changed.csv", "w", encoding="utf-8") as file:
        file.write(text.replace("v1@example.org", "new@example.org"))
    # It waits for an answer at a terminal, with keys and names in memory.
    ours, theirs = pty.openpty()
    process = subprocess.Popen(site.command("roll", "import", f"{tmp_path}/changed.csv"), cwd=site.folder, stdin=theirs, stderr=theirs,
                               stdout=subprocess.DEVNULL)
    try:
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(ours, 1000)
        keeps_memory_to_itself(process.pid)
    finally:
        process.kill()
        process.wait(10)
        os.close(ours)
        os.close(theirs)


def test_a_key_that_everybody_reads_is_refused(tmp_path, certificates):
    site = Site(tmp_path)
    key = f"{tmp_path}/open.key"
    shutil.copy(f"{certificates}/localhost.key", key)
    site.prepare([voter(1)], settings=f"server: {{certificate: {certificates}/localhost.pem, key: {key}}}\n")
    os.chmod(key, 0o644)
    done = subprocess.run(site.command("serve"), capture_output=True, text=True, cwd=site.folder, timeout=60)
    assert done.returncode == 1 and "chmod 640" in done.stderr, done.stderr


def test_tls_takes_neither_static_rsa_nor_cbc(tmp_path, certificates):
    site = Site(tmp_path)
    site.ca = f"{certificates}/ca.pem"
    site.prepare([voter(1)], settings=f"server: {{certificate: {certificates}/localhost.pem, key: {certificates}/localhost.key}}\n")
    site.address = f"https://localhost:{site.port}"
    site.serve()

    def taken(cipher):
        words = ["openssl", "s_client", "-connect", f"127.0.0.1:{site.port}", "-tls1_2", "-cipher", cipher]
        return b"Cipher is " + cipher.encode() in subprocess.run(words, input=b"", capture_output=True, timeout=20).stdout
    try:
        assert taken("ECDHE-RSA-AES128-GCM-SHA256") and taken("ECDHE-RSA-AES256-GCM-SHA384")
        for cipher in ("AES128-GCM-SHA256", "AES256-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384"):
            assert not taken(cipher), cipher
    finally:
        site.stop()
