"""Who may do what: every role at every address of console and API; what is denied is said and journalled."""
import json
import os
import re
import socket
import subprocess
import sys

import pytest
import requests
from conftest import road
from staff import ROLES, team

voter = road.voter

#: What each role may see and do, by hand, apart from the program's own table: pages, then deeds.
EVERYBODY = {"", "account", "printing", "help", "help/{guide}", "help/pictures/{name}"}
SUPPORT = {"voters", "voters/{voter}", "questions", "deliveries"}
READING = {"voters", "voters/{voter}", "given", "deliveries", "letters", "picture", "policy", "journal", "journal/check", "staff"}
FILES = {"proof.csv", "picture.csv", "picture.pdf", "journal.csv", "letters/specimen.pdf", "letters/reconciliation.pdf", "letters/destruction.pdf"}
#: Those open them who approve the letters that they come with.
ENCLOSURES = {"letters/enclosures/{sha256}"}
#: What waits for whoever decides, and what ended without their word.
WAITING = {"alerts", "approvals", "approvals/lapsed"}
MINUTES = {"seal", "minutes.pdf", "poll/clock"}
PAGES = {
    "manager": EVERYBODY | READING | FILES | WAITING | {"questions", "reminders", "roll", "roll/headings", "roll/sample.csv", "clients"} | ENCLOSURES,
    "bureau": EVERYBODY | READING | FILES | MINUTES | WAITING | ENCLOSURES,
    "support": EVERYBODY | SUPPORT,
    "auditor": EVERYBODY | READING | FILES | MINUTES,
    "printer": EVERYBODY | {"parcels", "parcels/specimen.pdf"},
}
VOTER = {f"voters/{{voter}}/{deed}" for deed in ("reissue", "reissue-elsewhere", "passphrase", "unlock", "reveal", "correct", "strike", "messages/{message}/retry")}
DELIVERY = {"identifiers/issue"} | {f"deliveries/{deed}" for deed in ("retry", "hold", "release", "fail-over", "threshold")} | {"reminders/send"}
LETTERS = {"letters/specimen", "letters/print", "letters/again", "letters/{batch}/posted", "letters/{batch}/confirm", "letters/{batch}/spoiled",
           "letters/returned"}
PARCELS = {"parcels/{parcel}/received", "parcels/{batch}/posted", "parcels/{batch}/spoiled", "parcels/{parcel}/destroyed",
           "parcels/{parcel}/files/{file}/fetch", "parcels/key"}
DECIDE = {"approvals/{request}/decide", "approvals/{request}/take-back", "alerts/{alert}/seen", "staff/{member}/confirm"}
STAFF = {"staff/add", "staff/{member}/renew", "staff/{member}/remove"}
BAT = {"letters/specimens/{specimen}/approve"}
DEEDS = {
    "manager": VOTER | DELIVERY | LETTERS | DECIDE | STAFF | BAT | {"questions/{question}/done", "policy/answers", "roll/add", "roll/upload",
                                                                   "roll/apply", "roll/columns", "roll/drop", "clients/add", "clients/{client}/remove"},
    "bureau": DECIDE | BAT | STAFF | {"policy/points/{point}/accept"} | {f"poll/{deed}" for deed in
                                                                                   ("suspend", "resume", "incident", "presence", "close", "extend", "clock/trust")},
    "support": {"voters/{voter}/reissue", "voters/{voter}/unlock", "questions/{question}/done"},
    "auditor": set(),
    "printer": PARCELS,
}


def table(site):
    """Every address of the API's description, which the program makes from its own tables."""
    paths = requests.get(f"{site.address}/api/v1/openapi.json", timeout=10).json()["paths"]
    gets = {path[1:] for path, methods in paths.items() if "get" in methods}
    posts = {path[1:] for path, methods in paths.items() if "post" in methods}
    return gets, posts


def concrete(path):
    return re.sub(r"\{(\w+)\}", lambda name: {"member": "nobody", "client": "nobody", "point": "https", "guide": "bureau", "name": "printer.png"}.get(name.group(1), "1"), path)


def test_every_role_at_every_address(site):
    site.prepare([voter(1), voter(2)]).serve()
    desks = dict(zip(ROLES, team(site, *ROLES)))
    gets, posts = table(site)
    assert gets == set().union(*PAGES.values()) and posts == set().union(*DEEDS.values())

    def denials():
        return [tuple(json.loads(d)[k] for k in ("path", "from")) + (who,) for who, d in
                site.sql("SELECT principal, details FROM journal_entry WHERE action = 'access.denied' ORDER BY number")]

    for role, desk in desks.items():
        for paths, mine, posting in ((gets, PAGES[role], False), (posts, DEEDS[role], True)):
            for path in sorted(paths):
                before = len(denials())
                for page in {concrete(path)}:
                    # An empty form is refused as a form, never as a right.
                    answer = desk.post(page, follow=False) if posting else desk.get(page, allow_redirects=False)
                    allowed = path in mine
                    if allowed:
                        assert answer.status_code in (200, 303, 404, 409, 422), (role, path, answer.status_code, desk.text)
                    else:
                        assert answer.status_code == 403 and "Accès refusé" in answer.text, (role, path, answer.status_code)
                    assert (len(denials()) == before + 1) != allowed, (role, path)
                    if not allowed:
                        assert denials()[-1] == (page, "console", f"staff:{role}")


def test_every_token_at_every_address(site):
    site.prepare([voter(1), voter(2)]).serve()
    desks = dict(zip(ROLES, team(site, *ROLES)))
    tokens = {}
    for role in ("manager", "support"):
        desks["manager"].do("clients/add", name=f"p-{role}", role=role, days="2")
        tokens[role] = re.search(r"isoloir_[0-9a-f]{64}", desks["manager"].page).group()
    assert desks["manager"].do("clients/add", name="p-b", role="bureau", days="2").status_code == 422
    gets, posts = table(site)
    for role, token in tokens.items():
        head = {"Authorization": f"Bearer {token}", "Accept-Language": "fr"}
        for path in sorted(gets):
            answer = requests.get(f"{site.address}/api/v1/{concrete(path)}", headers=head, timeout=60)
            assert answer.status_code in ((200, 404) if path in PAGES[role] else (403,)), (role, path, answer.status_code, answer.text[:200])
        for path in sorted(posts):
            answer = requests.post(f"{site.address}/api/v1/{concrete(path)}", headers=head, json={}, timeout=60)
            # What decides for a second person needs a person.
            mine = path in DEEDS[role] and not path.startswith(("approvals/", "alerts/", "staff/", "clients/"))
            assert answer.status_code in ((415,) if mine and path == "roll/upload" else (200, 404, 409, 422) if mine else (403,)), (role, path, answer.status_code, answer.text[:200])
    assert requests.get(f"{site.address}/api/v1/voters", timeout=10).status_code == 401
    assert requests.get(f"{site.address}/api/v1/voters", headers={"Authorization": "Bearer isoloir_" + "0" * 64}, timeout=10).status_code == 401
    desks["manager"].do("clients/p-support/remove")
    assert requests.get(f"{site.address}/api/v1/voters", headers={"Authorization": f"Bearer {tokens['support']}"}, timeout=10).status_code == 401
    denied = site.sql("SELECT count(*) FROM journal_entry WHERE action = 'access.denied' AND principal LIKE 'staff:api.p-%'")
    assert denied[0][0] > 50


@pytest.mark.parametrize("actor,newcomer,status", [("manager", "bureau", 403), ("manager", "auditor", 403), ("manager", "manager", 403), ("manager", "printer", 403),
                                                   ("manager", "support", 200), ("bureau", "bureau", 200), ("bureau", "printer", 200)])
def test_nobody_gives_themselves_the_bureaus_eyes(site, actor, newcomer, status):
    site.prepare([voter(1)]).serve()
    [desk] = team(site, actor)

    def denials():
        return site.sql("SELECT count(*) FROM journal_entry WHERE action = 'access.denied' AND details LIKE '%\"path\":\"staff\"%'")[0][0]

    before, wanted = denials(), {"name": "new", "fullName": "Nouveau", "role": newcomer, "language": "fr"}
    # Who may not is told so, and stands in the journal, whatever else was sent.
    assert desk.do("staff/add", **wanted, mail="nowhere").status_code == (422 if status == 200 else 403)
    answer = desk.do("staff/add", **wanted, mail="new@staff.example.org")
    assert answer.status_code == status
    assert denials() - before == (0 if status == 200 else 2)
    assert len(site.sql("SELECT 1 FROM staff_member WHERE name = 'new'")) == (1 if status == 200 else 0)
    assert desk.do(f"staff/{actor}/renew", reason="moi").status_code == 403


def test_the_api_does_what_the_console_does_once_for_a_key(site):
    site.prepare([voter(1), voter(2)], ("  fourEyes: true", "  fourEyes: false")).serve()
    [manager] = team(site, "manager")
    manager.do("clients/add", name="rh", role="manager", days="2")
    head = {"Authorization": f"Bearer {re.search(r'isoloir_[0-9a-f]{64}', manager.page).group()}"}
    api = f"{site.address}/api/v1"
    found = requests.get(f"{api}/voters", params={"q": "v2@example.org"}, headers=head, timeout=10).json()["voters"]
    assert [voter["reference"] for voter in found] == ["V2"]
    order = {"channel": "email", "contact": "neu@example.net", "reason": "call", "check": "callBack"}
    path = f"{api}/voters/{found[0]['id']}/reissue-elsewhere"
    first = requests.post(path, json=order, headers=head | {"Idempotency-Key": "a1"}, timeout=10)
    again = requests.post(path, json=order, headers=head | {"Idempotency-Key": "a1"}, timeout=10)
    assert first.status_code == again.status_code == 200 and first.json() == again.json() and again.headers["Idempotency-Replayed"] == "true"
    assert site.sql("SELECT count(*) FROM issuance_identifier WHERE voter = 2") == [(2,)]
    other = requests.post(path, json=order | {"reason": "x"}, headers=head | {"Idempotency-Key": "a1"}, timeout=10)
    assert other.status_code == 409 and other.headers["Content-Type"] == "application/problem+json"
    for body, status in ((b"[1]", 400), (b"{", 400), (b'{"channel": {}}', 400), (b'{"nope": 1}', 422), (b'{"channel": "fax"}', 422)):
        answer = requests.post(path, data=body, headers=head | {"Content-Type": "application/json"}, timeout=10)
        assert answer.status_code == status and answer.json()["status"] == status, body
    assert requests.post(path, data="a=b", headers=head, timeout=10).status_code == 415
    # A program has no cookie and no form, and a browser's session opens nothing here.
    assert manager.session.get(f"{api}/voters", timeout=10).status_code == 401
    assert not re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", first.text) and "neu@" not in requests.get(f"{api}/voters/{found[0]['id']}", headers=head, timeout=10).text


def test_a_program_brings_the_roll(site):
    site.prepare([voter(1), voter(2)]).serve()
    manager, = team(site, "manager")
    tokens = {}
    for role in ("manager", "support"):
        manager.do("clients/add", name=f"p-{role}", role=role, days="2")
        tokens[role] = {"Authorization": f"Bearer {re.search(r'isoloir_[0-9a-f]{64}', manager.page).group()}"}
    head, api = tokens["manager"], f"{site.address}/api/v1"
    line = ";".join(road.HEAD)
    rows = [";".join(str(voter(n).get(column, "")) for column in road.HEAD) for n in (1, 2, 3)]

    def send(text, token=head, kind="text/csv", **params):
        return requests.post(f"{api}/roll/upload", data=text.encode(), params=params, headers=token | {"Content-Type": kind}, timeout=20)

    def state():
        return requests.get(f"{api}/roll", headers=head, timeout=10).json()

    def done(answer):
        assert answer.status_code == 202, answer.text
        road.wait_until(lambda: state()["state"] != "reading", 20)
        return state()

    whole = "\n".join([line] + rows) + "\n"
    assert send(whole, tokens["support"]).status_code == 403 and send(whole, {}).status_code == 401
    assert send(whole, kind="application/json").status_code == 415
    assert send(whole, valid="1").status_code == 422
    faulty = done(send(whole.replace("v3@example.org", "v3@")))
    assert (faulty["state"], faulty["rejected"], faulty["faults"][0]["line"], faulty["faults"][0]["column"]) == ("ready", 1, 4, "email"), faulty
    assert requests.post(f"{api}/roll/apply", json={"confirmed": True}, headers=head, timeout=20).status_code == 409
    busy = send(whole)
    assert busy.status_code == 409 and busy.json()["title"].startswith("Another file")
    assert requests.post(f"{api}/roll/drop", json={}, headers=head, timeout=10).status_code == 200
    ready = done(send(whole))
    assert (ready["state"], ready["rows"], ready["added"], ready["changed"], ready["removed"]) == ("ready", 3, 1, 0, 0), ready
    assert requests.get(f"{api}/voters", params={"q": "V3"}, headers=head, timeout=10).json()["voters"] == []
    applied = requests.post(f"{api}/roll/apply", json={"confirmed": True}, headers=head, timeout=20)
    assert applied.status_code == 200, applied.text
    assert [found["reference"] for found in requests.get(f"{api}/voters", params={"q": "V3"}, headers=head, timeout=10).json()["voters"]] == ["V3"]
    assert site.sql("SELECT principal FROM journal_entry WHERE action LIKE 'roll.import%' ORDER BY number DESC LIMIT 1")[0][0].startswith("staff:api.p-manager")
    # A second upload while the first one still comes in has no place to go.
    with socket.create_connection(("localhost", site.port), 20) as slow:
        slow.sendall((f"POST /api/v1/roll/upload HTTP/1.1\r\nHost: localhost:{site.port}\r\nAuthorization: {head['Authorization']}\r\n"
                      "Content-Type: text/csv\r\nContent-Length: 500\r\n\r\nreference").encode())
        road.wait_until(lambda: os.path.isdir(f"{site.store}.uploads/cse-2026") and os.listdir(f"{site.store}.uploads/cse-2026"), 10)
        assert send(whole).status_code == 409
    road.wait_until(lambda: os.listdir(f"{site.store}.uploads/cse-2026") == [], 20)


def test_schemathesis_finds_nothing(site, tmp_path):
    """The served description is what the program does: generated requests, valid and not, by an independent tool."""
    site.prepare([voter(1), voter(2)], ("  fourEyes: true", "  fourEyes: false")).serve()
    [manager] = team(site, "manager")
    manager.do("clients/add", name="st", role="manager", days="2")
    token = re.search(r"isoloir_[0-9a-f]{64}", manager.page).group()
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{site.address}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}",
         "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
         "--max-examples", "8", "--generation-database", "none", "--suppress-health-check", "all", "--seed", "5", "--workers", "1", "--no-color"],
        capture_output=True, text=True, timeout=240, cwd=tmp_path, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    site.run("store", "check")
