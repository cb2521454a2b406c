"""Texts made to be dear: piles of combining marks in every field of every route, with and without a session."""
import glob
import os
import re
import socket
import threading
import time
import urllib.parse

import pytest
import requests
from conftest import Client, captcha_answer, road
from staff import team

voter = road.voter
MARK = "\u0301\u0316"
MANY = "e" + MARK * 131_072
# What fits a voter's form, escaped and raw, and what fits its fields: piles of the most marks that may stand in a row.
HALF, RAW = "e" + MARK * 1200, "e" + MARK * 3500
PILED = ("e" + "\u0301" * 30)
BOUND, CALM = 2.0, 1.5
ANSWERS = {200, 202, 303, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 431}
SOURCES = "".join(open(path, encoding="utf-8").read() for room in ("HTTPServer", "VoterSite", "Console") for path in glob.glob(os.path.join(road.ROOT, f"Sources/{room}/**/*.swift"), recursive=True))
FIELDS = sorted(set(re.findall(r'(?:form\??|fields|asked)\["(\w+)"\]', SOURCES)) | {"form", "nobodyknows"})
PARAMETERS = sorted(set(re.findall(r'parameter\("(\w+)"\)', SOURCES)) | {"q", "nobodyknows"})


def routes(method):
    """The paths of the voters' site that are reached so, as its sources name them."""
    found = set(re.findall(rf'\b{method}\("(/[^"]*)"', SOURCES)) | {"/lost", "/first", "/forgotten"}
    return sorted(path.replace(r"\(ballot)", "titulaires-ouvriers") for path in found)


def exchange(port, head, body=b"", chunked=False):
    """Sends a request by hand; the status, or None where the line was closed, and the seconds that it took."""
    start = time.monotonic()
    with socket.create_connection(("localhost", port), 20) as line:
        line.settimeout(30)
        try:
            line.sendall(head.encode() + b"\r\n\r\n")
            for at in range(0, len(body), 16384):
                piece = body[at:at + 16384]
                line.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if chunked else piece)
            if chunked:
                line.sendall(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        try:
            answer = line.recv(4096)
        except ConnectionResetError:
            pass
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/") else None, time.monotonic() - start


def spent(site):
    """Seconds of the processor that the server has taken so far."""
    with open(f"/proc/{site.process.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Attacker:
    """Knows a browser's cookies, and what every answer took: of the clock, and no more than the server's processor did
    meanwhile, for other tests run on the same machine."""

    def __init__(self, site, cookies=None):
        self.site, self.port, self.worst, self.count = site, site.port, (0, None), 0
        self.cookies = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())

    def send(self, method, path, body=b"", chunked=False, type_="application/x-www-form-urlencoded", **headers):
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}"]
        if self.cookies and "Cookie" not in headers:
            lines.append(f"Cookie: {self.cookies}")
        if method == "POST":
            lines += [f"Content-Type: {type_}", "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        before = spent(self.site)
        status, seconds = exchange(self.port, "\r\n".join(lines), body, chunked)
        seconds = min(seconds, spent(self.site) - before)
        self.count += 1
        self.worst = max(self.worst, (seconds, f"{method} {path[:80]} {len(body)}"), key=lambda pair: pair[0])
        assert status is None or status in ANSWERS, (method, path[:100], status)
        assert seconds < BOUND, (method, path[:100], len(body), seconds)
        return status

    def form(self, path, token, name, value, **options):
        pairs = ([("form", token)] if name != "form" else []) + [(name, value)]
        return self.send("POST", path, urllib.parse.urlencode(pairs).encode(), **options)


class Visitors:
    """Somebody honest who looks at the home page all the while."""

    def __init__(self, site):
        self.site, self.slowest, self.looks, self.goes_on = site, 0.0, 0, True
        self.thread = threading.Thread(target=self.look)

    def __enter__(self):
        self.thread.start()
        return self

    def look(self):
        while self.goes_on:
            start, before = time.monotonic(), spent(self.site)
            assert requests.get(self.site.address, timeout=30).status_code == 200
            seconds = min(time.monotonic() - start, spent(self.site) - before)
            self.slowest, self.looks = max(self.slowest, seconds), self.looks + 1
            time.sleep(0.02)

    def __exit__(self, *_):
        self.goes_on = False
        self.thread.join()


@pytest.fixture
def served(site):
    site.prepare([voter(1), voter(2)], settings="server: {trustedProxies: [127.0.0.1]}\n").serve()
    return site


def test_marks_in_every_field_of_the_voters_forms_cost_nothing(served):
    stranger, someone = Client(served), Client(served)
    stranger.get("/")
    identifier = served.identifier("v1@example.org")
    assert someone.sign_in(identifier, "v1@example.org", 2, first=True).headers["Location"].startswith("/space")
    someone.get("/space")
    pending = Client(served)
    pending.identify(identifier)
    pending.get("/code")
    assert {"identifier", "code", "secret", "answer", "contact", "text", "ballot"} <= set(FIELDS) and len(routes("post")) > 8
    with Visitors(served) as visitors:
        for client in (stranger, pending, someone):
            token = client.form()
            attacker = Attacker(served, client.session.cookies.get_dict())
            for path in routes("post"):
                if path == "/sign-out":
                    continue
                assert attacker.form(path, token, "text", MANY) in (413, 422, None)
                for name in FIELDS:
                    value = HALF if name != "ballot" or not path.startswith("/ballots/") else MANY[:80_000]
                    # Before anything else the token, then the marks: no page of the form itself comes back.
                    assert attacker.form(path, token, name, value) in ({403, 409} if name == "form" else {401, 413, 422}), (path, name)
                    raw = f"form={token}&{name}=".encode() + RAW.encode()
                    assert attacker.send("POST", path, raw) in (401, 403, 413, 422), (path, name)
            assert attacker.send("POST", "/help", f"form={token}&text=".encode() + MANY.encode(), chunked=True) in (413, None)
    assert visitors.looks > 10 and visitors.slowest < CALM, visitors.slowest


def test_eight_at_once_do_not_stop_the_site(served):
    client = Client(served)
    client.get("/")
    token = client.form()
    done = []

    def flood(name, path, value):
        attacker = Attacker(served, client.session.cookies.get_dict())
        for _ in range(6):
            attacker.form(path, token, name, value)
        done.append(attacker.worst)

    # Below every limit: as many marks as may stand in a row, again and again, in fields that are searched and folded.
    wide = PILED * 16
    for value in (MANY[:88_000], wide):
        threads = [threading.Thread(target=flood, args=pair + (value,)) for pair in
                   [("identifier", "/"), ("contact", "/lost"), ("text", "/help"), ("contact", "/help")] * 2]
        with Visitors(served) as visitors:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert visitors.slowest < CALM, visitors.slowest
    assert len(done) == 16


def test_fields_just_below_their_limits_are_read_in_a_moment(served):
    client = Client(served)
    client.get("/")
    token = client.form()
    attacker = Attacker(served, client.session.cookies.get_dict())
    values = [PILED * 16, "e\u0301" * 240, "a b" * 160, "\U0001F468\u200D" * 240, "\u1100" * 490, "\U0001F1EB" * 490, "1 " * 245, "@" * 490, "-" * 490, "\u0f77" * 490]
    for path in routes("post"):
        for name in FIELDS:
            for value in values:
                attacker.form(path, token, name, value)
    for name in ("text", "secret", "again"):
        for value in (PILED * 30, "e\u0301" * 490, "\u1100" * 1000):
            attacker.form("/help", token, name, value)
    assert attacker.count > 500 and attacker.worst[0] < BOUND


def test_marks_in_headers_cookies_paths_and_parameters(served):
    client = Client(served)
    client.get("/")
    attacker = Attacker(served, client.session.cookies.get_dict())
    raw, escaped = "e" + MARK * 1500, urllib.parse.quote("e" + MARK * 600)
    with Visitors(served) as visitors:
        for name in ("Cookie", "Accept-Language", "Origin", "Authorization", "X-Forwarded-For", "User-Agent", "Sec-Fetch-Site", "Range",
                     "Idempotency-Key", "X-Live", "Accept", "If-None-Match", "X-Nobody-Knows"):
            for path in ("/", "/manager/sign-in", "/api/v1/voters"):
                assert attacker.send("GET", path, **{name.replace("-", "_"): raw}) in (400, 413, 431, None), (name, path)
            assert attacker.send("GET", "/", **{name.replace("-", "_"): "x=" + MARK * 130_000}) in (400, 413, 431, None)
        assert attacker.send("POST", "/", b"form=1", type_="application/x-www-form-urlencoded; x=" + MARK * 1500) in (400, 413, 431, None)
        for path in routes("get") + ["/manager/voters", "/manager/journal", "/api/v1/voters", "/receipts/sms"]:
            for name in PARAMETERS:
                assert attacker.send("GET", f"{path}?{name}={escaped}") == 400, (path, name)
                assert attacker.send("GET", f"{path}?{escaped}={name}") == 400, (path, name)
        for path in ("/", "/assets/", "/captcha/", "/box/", "/ballots/", "/manager/voters/", "/api/v1/voters/"):
            assert attacker.send("GET", path + escaped) == 400
    assert visitors.slowest < CALM, visitors.slowest


def test_marks_at_the_console_and_in_json(served):
    [manager] = team(served, "manager")
    manager.do("clients/add", name="bot", role="manager", days="2")
    token = re.search(r"isoloir_[0-9a-f]{64}", manager.page).group()
    stranger = Attacker(served)
    attacker = Attacker(served, manager.session.cookies.get_dict())
    paths = requests.get(f"{served.address}/api/v1/openapi.json", timeout=10).json()["paths"]
    deeds = sorted(re.sub(r"\{\w+\}", "1", path).removeprefix("/api/v1").strip("/") for path, methods in paths.items() if "post" in methods)
    assert len(deeds) > 20
    names = sorted({name for methods in paths.values() for name in re.findall(r"'(\w+)': \{'(?:type|enum|maxLength|description)", str(methods.get("post", "")))} | {"reason"})
    assert len(names) > 10, names
    escapes = "e" + r"\u0301\u0316" * 2500
    with Visitors(served) as visitors:
        for path in ("sign-in", "code", "passphrase", "factor"):
            for name in ("form", "identifier", "code", "secret", "again", "action"):
                for someone, form in ((stranger, "0"), (attacker, manager.token)):
                    assert someone.form(f"/manager/{path}", form, name, HALF) in (403, 422)
                    assert someone.form(f"/manager/{path}", form, name, MANY) in (413, None)
        for path in deeds:
            for name in ("reason", "contact", names[len(path) % len(names)]):
                assert attacker.form(f"/manager/{path}", manager.token, name, HALF * 2) in ((403, 415, 422) if path == "roll/upload" else (422,)), (path, name)
            head = {"type_": "application/json", "Authorization": f"Bearer {token}"}
            for body in (f'{{"reason":"{RAW}"}}', f'{{"{RAW}":"x","{RAW}a":"y"}}', f'{{"reason":"{escapes}"}}', f'{{"{escapes}":1}}',
                         f'{{"reason":"{"a" * 5000}"}}'):
                assert stranger.send("POST", f"/api/v1/{path}", body.encode(), **head) in (403, 415, 422), (path, body[:30])
            # The roll's own address takes a file, of which nothing is read here.
            longest = (415,) if path == "roll/upload" else (413, None)
            assert stranger.send("POST", f"/api/v1/{path}", f'{{"reason":"{MANY}"}}'.encode(), **head) in longest
        pasted = ("V1" + " " * 4000 + "\n") * 20
        # What is pasted is long only from those who are signed in.
        assert stranger.form("/manager/letters/returned", "0", "list", pasted) in (413, None)
        assert attacker.form("/manager/letters/returned", manager.token, "list", pasted) in (200, 422)
    assert visitors.slowest < CALM, visitors.slowest


def test_tokens_have_one_spelling(served):
    """A session, a sign-in under way, a browser and a program's token are taken as they were given, and not otherwise."""
    identifier = served.identifier("v1@example.org")
    someone = Client(served)
    assert someone.sign_in(identifier, "v1@example.org", 2, first=True).headers["Location"].startswith("/space")
    cookies = someone.session.cookies.get_dict()
    [session] = [name for name in cookies if name.endswith("session")]
    [browser] = [name for name in cookies if name.endswith("browser")]
    begun = Client(served)
    begun.identify(identifier)
    [pending] = [name for name in begun.session.cookies.get_dict() if name.endswith("pending")]

    def get(path, jar):
        return requests.get(served.address + path, cookies=jar, allow_redirects=False, timeout=20)

    assert get("/space", cookies).status_code == 200 and get("/code", begun.session.cookies.get_dict()).status_code == 200
    for other in (lambda text: text.upper(), lambda text: text + "0", lambda text: '"' + text + '"', lambda text: text[:-1] + text[-1].upper() + "=",
                  lambda text: "0x" + text, lambda text: text + "%20"):
        assert get("/space", cookies | {session: other(cookies[session])}).status_code == 303
        assert get("/code", begun.session.cookies.get_dict() | {pending: other(begun.session.cookies.get_dict()[pending])}).status_code == 303
        # Another browser's token makes a new browser of it, whose forms are others.
        assert browser in get("/help", cookies | {browser: other(cookies[browser])}).headers.get("Set-Cookie", "")
    someone.get("/space")
    assert any(digit.isalpha() for digit in someone.form())
    for token in (someone.form().upper(), someone.form() + " ", " " + someone.form(), someone.form() + "\u0301"):
        answer = requests.post(f"{served.address}/help", data={"form": token}, cookies=cookies, timeout=20)
        assert answer.status_code == 403
    [manager] = team(served, "manager")
    manager.do("clients/add", name="bot", role="manager", days="2")
    token = re.search(r"isoloir_[0-9a-f]{64}", manager.page).group()
    for text, status in ((token, 200), (token.upper(), 401), ("isoloir_" + token[8:].upper(), 401), (token + "=", 401), (token + "00", 401)):
        assert requests.get(f"{served.address}/api/v1/voters", headers={"Authorization": f"Bearer {text}"}, timeout=20).status_code == status


def test_a_solved_picture_and_solved_work_are_spent_in_every_spelling(served):
    def sent():
        return served.sql("SELECT count(*) FROM recovery_request")[0][0]

    someone = Client(served)
    for kind in ("picture", "work"):
        someone.get("/lost?picture=1")
        if kind == "picture":
            token = re.search(r'name="challenge" value="([0-9a-f]+)"', someone.page).group(1)
            proof = {"challenge": token, "answer": captcha_answer(served, token)[0]}
        else:
            proof = someone.work("v1@example.org")
            token = proof["work"]
        field = "challenge" if kind == "picture" else "work"
        before = sent()
        spellings = [token.upper(), token[:-1] + token[-1].upper(), token + " ", " " + token, token + "\n", token + "\u0301"]
        spellings += [token[:place] + token[place].upper() + token[place + 1:] for place in range(len(token)) if token[place].isalpha()]
        spellings = [text for text in spellings if text != token]
        assert someone.post("/lost", contact="v1@example.org", **proof).status_code == 200
        assert sent() == before + 1
        for text in spellings + [token]:
            someone.get("/lost?picture=1")
            assert someone.post("/lost", contact="v1@example.org", **proof | {field: text}).status_code == 422, (kind, text)
        assert sent() == before + 1
