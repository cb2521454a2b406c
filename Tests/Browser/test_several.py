"""Several elections of one store in one `serve`: each is found by its host, and nothing of one is taken for another's."""
import contextlib
import datetime
import os
import re
import socket
import threading
import time
import zoneinfo

import requests
from conftest import Client, Site, road, voter
from staff import Desk, add, mail_of
from test_casting import SMALL
from test_clock import shifted
from test_dead_ends import LISTS, WORKERS

MAIL = "v1@example.org"


class Election(Site):
    """A further election of an installation: its files lie below those of the first, and commands name it."""

    def __init__(self, first, name, address):
        self.first, self.name, self.address = first, name, address
        self.folder = f"{first.folder}/{name}"
        self.store, self.keys, self.port, self.process = first.store, first.keys, first.port, None
        os.makedirs(f"{self.folder}/election")
        for kind in ("mail", "sms"):
            os.symlink(f"{first.folder}/{kind}", f"{self.folder}/{kind}")

    def command(self, *words):
        return [road.PROGRAM, *map(str, words), "--store", self.store, "--keys", self.keys, "--config", f"{self.first.folder}/isoloir.yaml",
                *([] if words[:2] == ("election", "create") else ["--election", self.name])]

    def define(self):
        with open(f"{self.first.folder}/election/election.yaml", encoding="utf-8") as file:
            text = file.read()
        for old, new in ((f"address: {self.first.address}", f"address: {self.address}"), ("election: cse-2026", f"election: {self.name}")):
            assert old in text
            text = text.replace(old, new)
        with open(f"{self.folder}/election/election.yaml", "w", encoding="utf-8") as file:
            file.write(text)
        return self

    def create(self, voters):
        self.define().run("election", "create", f"{self.folder}/election")
        self.roll(voters)
        self.run("identifiers", "issue")
        # A server that runs already sends them itself.
        if not self.first.process:
            self.run("outbox", "send")
        return self


@contextlib.contextmanager
def also_at(port, target):
    """A second port of this machine that leads to the server, as a proxy's does: the header `Host` stays as the browser wrote it."""
    listener = socket.create_server(("127.0.0.1", port))

    def copy(source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", target))
                except OSError:
                    near.close()
                    continue
                threading.Thread(target=copy, args=(near, far), daemon=True).start()
                threading.Thread(target=copy, args=(far, near), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        # A thread that waits in `accept` is not woken by `close` alone.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def electorate(letter):
    return [voter(n, reference=f"{letter}{n}", email=f"{letter}{n}@example.org") for n in range(1, 13)] + [
        voter(13, reference=f"{letter}13", email=f"{letter}13@example.org", college="cadres")]


def asked(site, path="/", host=None, **options):
    """What the server answers for a host, whatever name leads to it."""
    return requests.get(f"http://127.0.0.1:{site.port}{path}", headers={"Host": host} if host else {}, timeout=20, allow_redirects=False, **options)


def served(site, host):
    return lambda: asked(site, host=host).status_code == 200


def test_two_elections_in_one_browser(site, visitor):
    """One host, two ports: browsers keep one set of cookies for both."""
    metrics = road.free_port()
    site.prepare(electorate("v"), SMALL, settings=f"server: {{metrics: {metrics}}}\n").open_poll()
    other = Election(site, "autre-2026", f"http://localhost:{road.free_port()}").create(electorate("w")).open_poll()
    site.serve()
    with also_at(int(other.address.rsplit(":")[-1]), site.port):
        someone = visitor()
        for place, contact in ((site, "v1@example.org"), (other, "w1@example.org")):
            someone.site = place
            someone.sign_in(place.identifier(contact), contact, len(place.texts(contact)))
            assert someone.path == "/space", someone.text
        names = {each["name"] for each in someone.driver.get_cookies()}
        assert {"cse-2026-session", "autre-2026-session"} <= names
        # The second sign-in took nothing of the first.
        someone.site = site
        someone.vote(WORKERS, LISTS[0])
        votes = dict(site.sql("SELECT election_definition.name, sum(votes) FROM polling_count JOIN polling_ballot ON ballot = polling_ballot.id"
                              " JOIN election_definition ON election_definition.id = election GROUP BY election"))
        assert votes == {"cse-2026": 1, "autre-2026": 0}
        someone.site = other
        assert "/ballots/" in someone.open("/space").driver.page_source
        told = requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).text
        for name in ("cse-2026", "autre-2026"):
            assert re.search(rf'isoloir_requests_total{{site="public",election="{name}",route="/code",status="303"}} \d', told)
            assert re.search(rf'isoloir_outbox_messages{{election="{name}",channel="email",state="accepted"}} [1-9]', told)
            assert f'isoloir_site_not_served{{election="{name}",reason="fault"}} 0' in told
        assert told.count("# TYPE isoloir_outbox_messages ") == 1
        # A start after the worst end keeps both signed in.
        site.kill()
        site.serve()
        for place in (site, other):
            someone.site = place
            assert someone.open("/space").path == "/space"


def test_a_host_of_no_election_learns_nothing(site):
    site.prepare([voter(1)])
    Election(site, "autre-2026", "https://autre.example.org").create([voter(2)])
    site.serve()
    assert served(site, "autre.example.org")() and served(site, f"LOCALHOST:{site.port}")() and served(site, "autre.example.org.:443")()
    for host in ("vote.example.org", "127.0.0.1", f"127.0.0.1:{site.port}", "[::1]", "autre.example.org:x", "autre.example.org/cse-2026", ""):
        for path in ("/", "/space", "/manager", "/box"):
            answer = asked(site, path, host)
            assert answer.status_code == 421, (host, path)
            assert "Aucun vote n'est servi" in answer.text and "No vote is served" in answer.text
            for word in ("cse-2026", "autre", "localhost", "CSE", "Elect"):
                assert word not in answer.text
            assert "Set-Cookie" not in answer.headers and "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert asked(site, "/assets/style.css", "nobody.example").status_code == 200
    assert asked(site, "/api/v1/voters", "nobody.example").status_code == 421
    # The receipts of a gateway that the settings do not name.
    for host, status in (("nobody.example", 421), (f"localhost:{site.port}", 400)):
        assert asked(site, "/receipts/sms", host).status_code == status
    # A form of one election's page, sent to the other's host by that one's browser: its own form goes through, so nothing else refuses.
    someone = Client(site)
    someone.get("/")
    there = asked(site, host="autre.example.org")
    cookie = there.headers["Set-Cookie"].split(";")[0]
    assert cookie.startswith("__Host-autre-2026-browser=")
    own = re.search(r'name="form" value="([0-9a-f]+)"', there.text).group(1)
    for token, isRefused in ((someone.form(), True), (own, False)):
        answer = requests.post(f"http://127.0.0.1:{site.port}/", data={"form": token, "identifier": site.identifier(MAIL)}, timeout=20, allow_redirects=False,
                               headers={"Host": "autre.example.org", "Origin": "https://autre.example.org", "Cookie": cookie})
        assert (answer.status_code == 403) == isRefused, answer.status_code
    health = asked(site, "/health", "127.0.0.1")
    assert (health.status_code, health.text) == (200, "ok\n")
    assert asked(site, "/health", "autre.example.org").text == "ok\n"


def test_one_that_cannot_be_served_keeps_no_other_from_serving(site):
    metrics = road.free_port()
    site.prepare([voter(1)], settings=f"server: {{metrics: {metrics}}}\n")
    Election(site, "autre-2026", "https://autre.example.org").create([voter(2)])
    os.rename(f"{site.keys}/autre-2026.key", f"{site.folder}/away.key")
    site.serve()
    assert served(site, f"localhost:{site.port}")()
    for path in ("/", "/space"):
        answer = asked(site, path, "autre.example.org")
        assert answer.status_code == 503 and "Retry-After" in answer.headers
        assert "momentanément indisponible" in answer.text and "unavailable" in answer.text
    assert asked(site, "/health", f"localhost:{site.port}").status_code == 200
    assert asked(site, "/health", "autre.example.org").status_code == asked(site, "/health", "127.0.0.1").status_code == 503
    # Nobody learns from it what is wrong.
    assert asked(site, "/health", "127.0.0.1").text == "not ok\n"
    told = requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).text
    assert 'isoloir_site_not_served{election="autre-2026",reason="fault"} 1' in told
    assert 'isoloir_site_not_served{election="cse-2026",reason="fault"} 0' in told
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        assert "autre-2026: The key of autre-2026 is not in" in file.read()
    # With --election that one alone, as ever: its fault is a refusal.
    site.stop()
    assert "is not in" in site.run("serve", "--port", site.port, "--election", "autre-2026", status=1).stderr
    site.serve("--election", "cse-2026")
    assert "cse-2026-browser=" in asked(site, host="autre.example.org").headers["Set-Cookie"]
    site.stop()
    # The key is back: the same process takes the election in within a minute or so.
    site.serve()
    assert asked(site, host="autre.example.org").status_code == 503
    os.rename(f"{site.folder}/away.key", f"{site.keys}/autre-2026.key")
    road.wait_until(served(site, "autre.example.org"), seconds=90)
    # A definition that cannot be read names no host: nobody's voters are led to the other election.
    site.stop()
    site.sql("UPDATE election_definition SET definition = 'election: [' WHERE name = 'autre-2026'")
    site.serve()
    assert served(site, f"localhost:{site.port}")() and asked(site, host="autre.example.org").status_code == 421
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        assert "autre-2026: the stored definition of autre-2026" in file.read()


def test_an_election_that_comes_is_served_without_a_restart(site):
    site.prepare([voter(1)]).serve()
    # Alone it answers for every host.
    assert served(site, "anything.example.org")()
    other = Election(site, "autre-2026", f"http://localhost:{road.free_port()}").create([voter(1, reference="W1", email="w1@example.org")])
    road.wait_until(lambda: asked(site, host="anything.example.org").status_code == 421, seconds=30)
    with also_at(int(other.address.rsplit(":")[-1]), site.port):
        # Its voters are sent codes, by the dispatcher that began before.
        someone = Client(other)
        sent = len(other.texts("w1@example.org"))
        assert someone.sign_in(other.identifier("w1@example.org"), "w1@example.org", sent + 1, first=True).headers["Location"].startswith("/space")
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        assert f"autre-2026: serving; voters come by {other.address}" in file.read()


def test_the_host_of_a_destroyed_election_leads_to_no_other(site):
    site.prepare([voter(1)])
    Election(site, "autre-2026", "https://autre.example.org").create([voter(2)])
    site.serve()
    assert served(site, "autre.example.org")() and asked(site, host="anything.example.org").status_code == 421
    site.sql("INSERT INTO polling_poll (election, state, sealed_at, closes_at, manifest, fingerprint)"
             " SELECT id, 'destroyed', 1, 1, x'00', 'x' FROM election_definition WHERE name = 'autre-2026'")
    road.wait_until(lambda: asked(site, host="autre.example.org").status_code == 421, seconds=30)
    # One is left, and still it answers for its own host alone.
    assert served(site, f"localhost:{site.port}")() and asked(site, host="anything.example.org").status_code == 421
    # After a start it is alone; the other's letters still lead to nobody.
    site.stop()
    site.serve()
    assert served(site, "anything.example.org")()
    for host in ("autre.example.org", "AUTRE.example.org.:443", "autre.example.org:8443"):
        assert asked(site, host=host).status_code == 421, host


def test_a_destroyed_trial_at_this_machine_s_name_or_another_port_keeps_nobody_away(site):
    """Before, whoever came by a name that a destroyed trial had was turned away from the one election that is left."""
    site.prepare([voter(1)])
    for name, address in (("essai-2026", "http://localhost:8080"), ("epreuve-2026", "http://127.0.0.1:8081")):
        Election(site, name, address).create([voter(2)])
    site.sql("INSERT INTO polling_poll (election, state, sealed_at, closes_at, manifest, fingerprint)"
             " SELECT id, 'destroyed', 1, 1, x'00', 'x' FROM election_definition WHERE name <> 'cse-2026'")
    site.serve()
    for host in ("localhost", "localhost:8080", "127.0.0.1:8081", "anything.example.org"):
        assert served(site, host)(), host
        assert asked(site, "/health", host).text == "ok\n"


def test_two_elections_at_one_address_are_refused(site):
    site.prepare(electorate("v"), SMALL)
    other = Election(site, "autre-2026", site.address).define()
    refused = site.run("election", "create", f"{other.folder}/election", status=1).stderr
    for word in ("cse-2026", "autre-2026", site.address, "--election"):
        assert word in refused
    assert len(site.sql("SELECT 1 FROM election_definition")) == 1
    # An older store may hold two: one of them is served by name.
    with open(f"{other.folder}/election/election.yaml", encoding="utf-8") as file:
        site.sql("INSERT INTO election_definition (name, definition, stored_at) VALUES ('autre-2026', ?, 1)", file.read())
    refused = site.run("serve", "--port", site.port, status=1).stderr
    assert "cse-2026" in refused and "autre-2026" in refused and "--election" in refused
    assert "have the same address" in site.run("doctor", "--offline", status=1).stdout
    site.serve("--election", "cse-2026")
    assert served(site, f"localhost:{site.port}")()
    site.stop()
    # Of the two the one that is sealed keeps its address, and the other is complained of.
    [row] = site.sql("SELECT name, definition, stored_at FROM election_definition WHERE name = 'autre-2026'")
    site.sql("DELETE FROM election_definition WHERE name = 'autre-2026'")
    site.seal_poll()
    site.sql("INSERT INTO election_definition (name, definition, stored_at) VALUES (?, ?, ?)", *row)
    site.serve()
    answer = asked(site, host=f"localhost:{site.port}")
    assert answer.status_code == 200 and "cse-2026-browser=" in answer.headers["Set-Cookie"]
    assert asked(site, host="anything.example.org").status_code == 421
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        assert "autre-2026: autre-2026 and cse-2026 have the same address" in file.read()


def test_doctor_names_a_host_that_elections_share(site):
    site.prepare([voter(1)])
    Election(site, "autre-2026", f"http://localhost:{road.free_port()}").create([voter(2)])
    told = site.run("doctor", "--offline").stdout
    assert "several elections stand on localhost" in told and "$http_host" in told


def test_what_is_one_elections_opens_nothing_at_the_other(site):
    """Whoever holds something of one election and writes it under the other's names, at the other's address."""
    site.prepare(electorate("v"), SMALL).open_poll()
    add(site, "manager1", "manager")
    other = Election(site, "autre-2026", f"http://localhost:{road.free_port()}").create(electorate("w")).open_poll()
    add(other, "manager2", "manager")
    site.serve()
    with also_at(int(other.address.rsplit(":")[-1]), site.port):
        someone, sent = Client(site), len(site.texts(MAIL))
        someone.identify(site.identifier(MAIL))
        site.wait_text(MAIL, sent + 1)
        pending = someone.session.cookies.get_dict()
        someone = Client(site)
        assert someone.sign_in(site.identifier(MAIL), MAIL, len(site.texts(MAIL)) + 1, first=True).headers["Location"].startswith("/space")
        signed = someone.session.cookies.get_dict()

        def tried(place, path, cookies):
            renamed = {f"{place.name}-{name.removeprefix('cse-2026-')}": value for name, value in cookies.items()}
            return requests.get(place.address + path, cookies=renamed, timeout=20, allow_redirects=False)

        site.name = "cse-2026"
        assert "cse-2026-session" in signed and "cse-2026-pending" in pending and "cse-2026-browser" in pending
        for path, cookies in (("/space", signed), ("/code", pending)):
            assert tried(other, path, cookies).status_code == 303, path
        assert tried(site, "/space", signed).status_code == 200
        # The browser's token of one is unknown to the other, which gives its own.
        assert "autre-2026-browser=" in tried(other, "/", pending).headers["Set-Cookie"]
        own, foreign = Desk(site, "manager1").enrol(), Desk(other, "manager2").enrol()
        # Under the other's names and at its console.
        staff = own.session.cookies.get_dict()
        assert "cse-2026-staffSession" in staff
        assert tried(site, "/manager", staff).status_code == 200
        assert tried(other, "/manager", staff).headers["Location"].startswith("/manager/sign-in")
        [number] = [number for number, in site.sql("SELECT min(roll_voter.id) FROM roll_voter JOIN election_definition ON election_definition.id = election"
                                                   " WHERE name = 'cse-2026'")]
        assert own.get(f"voters/{number}").status_code == 200
        for path in (f"voters/{number}", f"voters/{number}/correct", f"voters/{number}/reveal"):
            assert foreign.get(path).status_code == 404, path
        # A program's token, and what it asks for.
        bearers = []
        for desk in (own, foreign):
            desk.do("clients/add", name="bot", role="manager", days="2")
            bearers.append({"Authorization": "Bearer " + re.search(r"isoloir_[0-9a-f]{64}", desk.page).group()})
        for place, bearer, status in ((site, bearers[0], 200), (other, bearers[0], 401), (other, bearers[1], 404), (site, bearers[1], 401)):
            assert requests.get(f"{place.address}/api/v1/voters/{number}", headers=bearer, timeout=20).status_code == status
        [client] = [number for number, in site.sql("SELECT staff_client.id FROM staff_client JOIN election_definition ON election_definition.id = election"
                                                   " WHERE election_definition.name = 'cse-2026'")]
        assert foreign.post(f"clients/{client}/remove").status_code == 404
        assert requests.get(f"{site.address}/api/v1/voters/{number}", headers=bearers[0], timeout=20).status_code == 200


def test_consoles_at_an_address_of_their_own(site):
    port = road.free_port()
    place = f"http://localhost:{port}"
    site.prepare([voter(1)], settings=f"server: {{manager: {{url: \"{place}\", port: {port}}}}}\n")
    site.serve()
    # One election: nothing is asked.
    assert requests.get(f"{place}/manager/sign-in", timeout=20).status_code == 200
    site.stop()
    add(site, "anne", "manager")
    other = Election(site, "autre-2026", "https://autre.example.org").create([voter(2)])
    add(other, "paul", "manager")
    site.serve()
    for who, name in (("anne", "cse-2026"), ("paul", "autre-2026")):
        assert f"{place}/manager?election={name}" in site.wait_text(mail_of(who), 1), who
    page = requests.get(f"{place}/manager", timeout=20)
    assert page.status_code == 200 and "Quelle élection" in page.text and "Which election" in page.text
    # It names nothing but what stands in the template.
    with open(f"{road.ROOT}/Templates/pages/server/consoles.html", encoding="utf-8") as file:
        assert page.text == file.read().replace("{{path}}", "/manager").replace("{{election}}", "")
    answers = []
    for name in ("cse-2026", "autre-2026", "nobody-2026"):
        browser = requests.Session()
        chosen = browser.get(f"{place}/manager?election={name}", timeout=20, allow_redirects=False)
        answers.append((chosen.status_code, chosen.headers["Location"], chosen.headers["Set-Cookie"].replace(name, "")))
        page = browser.get(f"{place}/manager", timeout=20)
        assert (page.url == f"{place}/manager/sign-in") == (name != "nobody-2026")
        assert f"{name}-staffBrowser" in browser.cookies or name == "nobody-2026"
        assert "Quelle élection" in browser.get(f"{place}/manager/election", timeout=20).text
    assert len(set(answers)) == 1 and answers[0][:2] == (303, "/manager")
    # A link in a message leads to its page, whichever election the browser was at.
    browser = requests.Session()
    browser.get(f"{place}/manager?election=autre-2026", timeout=20)
    linked = browser.get(f"{place}/manager/parcels?election=cse-2026", timeout=20, allow_redirects=False)
    assert linked.headers["Location"] == "/manager/parcels"
    assert browser.get(f"{place}/manager/parcels", timeout=20).url.endswith("/manager/sign-in") and "cse-2026-staffBrowser" in browser.cookies
    assert requests.get(f"{place}/manager/a%0d%0ab?election=cse-2026", timeout=20, allow_redirects=False).status_code in (200, 400)
    for name in ("", "a" * 41, "cse_2026", "CSE-2026", "a;b", "a%0d%0ab"):
        assert "Set-Cookie" not in requests.get(f"{place}/manager?election={name}", timeout=20, allow_redirects=False).headers, name
    # A page from elsewhere leads nobody's tabs to another election: it is asked for, and the button goes on to the same page.
    browser = requests.Session()
    browser.get(f"{place}/manager?election=cse-2026", timeout=20)
    for headers, isAsked in (({"Sec-Fetch-Site": "cross-site"}, True), ({"Sec-Fetch-Site": "same-site"}, True), ({"Referer": "https://evil.example/x"}, True),
                             ({"Origin": "null"}, True), ({"Sec-Fetch-Site": "none"}, False), ({"Sec-Fetch-Site": "same-origin"}, False),
                             ({"Referer": f"{place}/manager/election"}, False)):
        answer = requests.get(f"{place}/manager/parcels?election=autre-2026", headers=headers, cookies=browser.cookies.get_dict(), timeout=20, allow_redirects=False)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == ((200, False) if isAsked else (303, True)), headers
        if isAsked:
            assert 'value="autre-2026"' in answer.text and 'action="/manager/parcels"' in answer.text
    # Where the browser is there already, nothing is switched.
    assert browser.get(f"{place}/manager?election=cse-2026", headers={"Sec-Fetch-Site": "cross-site"}, timeout=20, allow_redirects=False).status_code == 303
    # A page of one election's console, sent to another's.
    browser = requests.Session()
    browser.get(f"{place}/manager?election=cse-2026", timeout=20)
    form = re.search(r'name="form" value="([0-9a-f]+)"', browser.get(f"{place}/manager/sign-in", timeout=20).text).group(1)
    browser.get(f"{place}/manager?election=autre-2026", timeout=20)
    browser.get(f"{place}/manager/sign-in", timeout=20)
    answer = browser.post(f"{place}/manager/sign-in", data={"form": form, "identifier": "x"}, headers={"Origin": place}, timeout=20)
    assert answer.status_code == 403
    # Programs name the election in a header.
    assert requests.get(f"{place}/api/v1/voters", timeout=20).status_code == 400
    assert requests.get(f"{place}/api/v1/voters", headers={"Isoloir-Election": "autre-2026"}, timeout=20).status_code == 401
    assert asked(site, "/manager", f"localhost:{site.port}").status_code == 404


def test_a_bureau_s_word_on_the_clock_is_for_its_own_poll(site):
    hour = datetime.datetime.fromtimestamp(time.time() + 7200, zoneinfo.ZoneInfo("Europe/Paris")).strftime("%Y-%m-%d %H:%M")
    site.prepare(electorate("v"), SMALL, closes=hour).open_poll()
    port = road.free_port()
    other = Election(site, "autre-2026", f"http://localhost:{port}").create(electorate("w")).open_poll()
    signs = "SELECT count(*) FROM polling_poll WHERE seen_boot IS NOT NULL"
    # Both polls begin under a clock that is an hour ahead; then it is set right.
    site.serve(environment=shifted(site.folder, 3600))
    road.wait_until(lambda: site.sql(signs) == [(2,)])
    site.stop()
    site.serve()

    def health(host):
        return asked(site, "/health", host).text

    here, there = f"localhost:{site.port}", f"localhost:{port}"
    road.wait_until(lambda: all("clock not believed: jumped" in health(host) for host in (here, there)))
    seen = site.sql("SELECT seen_at - seen_ticks FROM polling_poll ORDER BY election")
    site.run("poll", "clock", "--election", "cse-2026", "--by", "Irene Laurent", "--reason", "compared with the station's clock")
    road.wait_until(lambda: health(here) == "ok\n")
    for contact in ("v1@example.org", "v2@example.org"):
        time.sleep(3)
        assert health(here) == "ok\n" and "clock not believed: jumped" in health(there)
        after = site.sql("SELECT seen_at - seen_ticks FROM polling_poll ORDER BY election")
        assert abs(after[0][0] - seen[0][0] + 3600) < 30 and after[1] == seen[1]
        # Commands go by the time of the election that they name.
        for name, differ in (("cse-2026", False), ("autre-2026", True)):
            shown = re.findall(r"at (\d\d:\d\d) \(Paris time\)", site.run("poll", "clock", "--election", name).stdout)
            assert (shown[0] != shown[1]) == differ
        # The dispatcher, which serves both, has codes sent that are due, and not too late, by the election's time.
        someone = Client(site)
        sent = len(site.texts(contact))
        assert someone.sign_in(site.identifier(contact), contact, sent + 1, first=True).headers["Location"].startswith("/space")
        site.stop()
        site.serve()
        road.wait_until(lambda: health(here) == "ok\n" and "jumped" in health(there))
    # Whoever's poll still goes by the other time signs in too: when a code was accepted is told by its own time.
    with also_at(port, site.port):
        contact = "w1@example.org"
        sent = len(site.texts(contact))
        assert Client(other).sign_in(other.identifier(contact), contact, sent + 1, first=True).headers["Location"].startswith("/space")
    # The other bureau has its own word.
    other.run("poll", "clock", "--by", "Paul Petit", "--reason", "compared with the station's clock")
    road.wait_until(lambda: health(there) == health(here) == "ok\n")


def test_a_draft_without_grace_tightens_no_running_poll_s_clock(site):
    hour = datetime.datetime.fromtimestamp(time.time() + 7200, zoneinfo.ZoneInfo("Europe/Paris")).strftime("%Y-%m-%d %H:%M")
    site.prepare(electorate("v"), SMALL, closes=hour).open_poll()
    draft = Election(site, "autre-2026", "https://autre.example.org").define()
    path = f"{draft.folder}/election/election.yaml"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"^grace:.*\n", "", text, flags=re.M) + "\ngrace: 0\n")
    draft.run("election", "create", f"{draft.folder}/election")
    site.serve()
    road.wait_until(lambda: site.sql("SELECT seen_boot IS NOT NULL FROM polling_poll") == [(1,)])
    site.stop()
    # Within the running poll's grace.
    site.serve(environment=shifted(site.folder, 300))
    time.sleep(4)
    assert site.sql("SELECT clock_doubt FROM polling_poll") == [(None,)]
    assert asked(site, "/health", f"localhost:{site.port}").text == "ok\n"
