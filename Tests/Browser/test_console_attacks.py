"""What somebody at the console, or in front of it, may try."""
import contextlib
import io
import json
import os
import random
import re
import socket
import subprocess
import threading
import time
import zipfile

import requests
from conftest import PASSPHRASE, Client, code_in, road
from staff import Desk, grow_up, mail_of, team

voter = road.voter
LETTER = road.LETTER
CALL = {"reason": "appel", "check": "callBack"}
ALONE = ("  fourEyes: true", "  fourEyes: false")


def elsewhere(desk, number, contact, channel="email"):
    return desk.do(f"voters/{number}/reissue-elsewhere", channel=channel, contact=contact, **CALL)


def test_forms_of_others_do_nothing(site):
    site.prepare([voter(1)]).serve()
    [manager] = team(site, "manager")
    deed = {"channel": "email", **CALL}
    before = site.sql("SELECT count(*) FROM issuance_identifier")
    for headers, token in (({}, ""), ({}, "0" * 32), ({"Origin": "https://evil.example.org"}, None), ({"Sec-Fetch-Site": "cross-site"}, None)):
        answer = manager.post("voters/1/reissue", form=token, headers=headers, **deed)
        assert answer.status_code == 403 and "Formulaire expiré" in answer.text
    # GET changes nothing, and the token of one browser is not another's.
    assert manager.get("voters/1/reissue?channel=email&reason=x&check=callBack").status_code == 200
    other = Desk(site, "x")
    other.get("sign-in")
    stolen = re.search(r'name="form" value="([0-9a-f]+)"', other.page).group(1)
    assert manager.post("voters/1/reissue", form=stolen, **deed).status_code == 403
    assert manager.post("sign-out", form="").status_code == 403
    assert site.sql("SELECT count(*) FROM issuance_identifier") == before
    cookie = [c for c in manager.session.cookies if c.name == "cse-2026-staffSession"][0]
    assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "Strict"
    headers = manager.get("voters").headers
    assert headers["Cache-Control"] == "no-store" and "script-src 'self'" in headers["Content-Security-Policy"]
    # A sentence in the address is shown when we wrote it, and no other.
    manager.get("voters?say=Payez%20ici&sign=0000000000000000")
    assert "Payez" not in manager.page


def hidden(page, name):
    return re.search(rf'name="{name}" value="([0-9a-f]*)"', page).group(1)


def test_a_page_of_another_member_does_nothing_in_the_name_of_who_is_signed_in(site):
    """In one browser another member has signed in since: a deed, an upload, a stay, a sign-out of the old page are theirs no more."""
    site.prepare([voter(1)]).serve()
    manager, bureau = team(site, "manager", "bureau")
    old = hidden(manager.get("voters/1/reissue").text, "owner")
    own = hidden(bureau.get("").text, "owner")
    assert len(old) == 32 and old != own
    # The same browser: its own token, and the session of the bureau.
    browser = [c for c in manager.session.cookies if c.name == "cse-2026-staffBrowser"][0].value
    bureau.session.cookies.set("cse-2026-staffBrowser", browser, domain="localhost.local", path="/")
    for cookie in list(bureau.session.cookies):
        if cookie.name == "cse-2026-staffBrowser" and cookie.value != browser:
            bureau.session.cookies.clear(cookie.domain, cookie.path, cookie.name)
    now = hidden(bureau.get("").text, "owner")
    bureau.token = manager.token
    assert now not in (old, own)
    before = site.sql("SELECT count(*) FROM issuance_identifier"), site.sql("SELECT seen_at FROM access_session ORDER BY id")
    for path, fields in (("voters/1/reissue", {"channel": "email"} | CALL), ("sign-out", {}), ("factor", {"code": "000000"}),
                         ("account/passphrase", {"present": PASSPHRASE, "secret": "x", "again": "x"}), ("extend", {})):
        answer = bureau.post(path, owner=old, **fields)
        assert answer.status_code == 409 and "une autre personne s'est connectée dans ce navigateur" in bureau.text, (path, bureau.text)
    answer = bureau.post("extend", owner=old, headers={"Accept": "text/plain"})
    assert (answer.status_code, answer.text) == (409, "other\n")
    assert before[0] == site.sql("SELECT count(*) FROM issuance_identifier") and "Bureau Essai" in bureau.get("").text
    # Looking alone keeps nothing open; staying does.
    site.sql("UPDATE access_session SET seen_at = seen_at - 300")
    looked = bureau.post("extend", owner=now, look="1", headers={"Accept": "text/plain"})
    assert 540 < int(looked.text) <= 600
    assert int(bureau.post("extend", owner=now, headers={"Accept": "text/plain"}).text) == 900
    assert bureau.post("sign-out", owner=now, follow=False).headers["Location"].endswith("say=signedOut")


def test_a_form_of_the_sign_in_before_is_not_counted_at_the_console(site):
    site.prepare([voter(1)]).serve()
    members = team(site, "manager", "bureau")
    desk = Desk(site, "manager")
    desk.get("sign-in")
    desk.token = hidden(desk.page, "form")
    marks, codes = [], []
    for member in members:
        mail = mail_of(member.name)
        before = len(site.texts(mail))
        desk.post("sign-in", identifier=site.identifier(mail))
        assert desk.page.count('name="mark"') == 3
        marks.append(hidden(desk.page, "mark"))
        codes.append(code_in(site.wait_text(mail, before + 1).split("\n", 1)[1]))
    for fields in ({"code": codes[0]}, {"code": codes[1]}, {"action": "resend"}, {"action": "cancel"}):
        answer = desk.post("code", mark=marks[0], **fields)
        assert answer.status_code == 409 and "une autre connexion a commencé dans ce navigateur" in desk.error, desk.text
        assert hidden(answer.text, "mark") == marks[1]
    assert desk.post("code", mark=marks[1], code=codes[1]).status_code == 200 and "phrase" in desk.text
    mark = hidden(desk.page, "mark")
    answer = desk.post("passphrase", mark=marks[0], secret=PASSPHRASE)
    assert answer.status_code == 409 and "n'a pas été pris en compte" in desk.error
    assert desk.post("passphrase", mark=mark, secret=PASSPHRASE).url.endswith("/factor")
    # The second of two presses, whose first has signed in, is not told that nothing came of it.
    assert desk.post("passphrase", mark=mark, secret=PASSPHRASE).url.endswith("/factor")


def test_one_contact_for_two_voters_and_ones_own_need_the_bureau(site):
    site.prepare([voter(n) for n in range(1, 8)], ALONE).serve()
    manager, bureau = team(site, "manager", "bureau")
    assert elsewhere(manager, 1, "new.person@example.net").status_code == 200 and "en route" in manager.note
    # Dots, tags and case aside it is the same mailbox; another voter's on the roll is another voter's.
    for number, contact in ((2, "NewPerson+vote@Example.net"), (3, "v4@example.org"), (5, mail_of("manager")), (6, mail_of("bureau"))):
        elsewhere(manager, number, contact)
        assert "membre du bureau" in manager.note, (contact, manager.text)
        assert site.sql(f"SELECT count(*) FROM issuance_identifier WHERE voter = {number}") == [(1,)]
    bureau.get("")
    assert "Un contact donné à un électeur est aussi celui" in bureau.text and "membre de l'équipe" in bureau.text
    # Whoever raised an alert cannot put it away.
    alert = site.sql("SELECT id FROM bureau_alert ORDER BY id")[0][0]
    assert manager.do(f"alerts/{alert}/seen").status_code == 409
    assert bureau.do(f"alerts/{alert}/seen").status_code == 200
    request = site.sql("SELECT id FROM staff_approval ORDER BY id")[0][0]
    assert manager.do(f"approvals/{request}/decide", decision="approve", reason="x").status_code == 403
    bureau.do(f"approvals/{request}/decide", decision="refuse", reason="non")
    assert "refusée" in bureau.note
    assert bureau.do(f"approvals/{request}/decide", decision="approve", reason="x").status_code == 409
    assert site.sql("SELECT count(*) FROM issuance_identifier WHERE voter = 2") == [(1,)]


def test_a_corrected_contact_is_a_new_contact(site):
    site.prepare([voter(n) for n in range(1, 5)]).serve()
    one, two, bureau = team(site, "manager1", "manager2", "bureau")
    fix = {"column": "email", "reason": "faute de frappe"}
    one.do("voters/1/correct", value="neuf@example.net", **fix)
    assert "seconde personne" in one.note and "v1@example.org" not in one.page
    assert site.sql("SELECT contact_at FROM roll_voter WHERE id = 1") == [(None,)]
    assert one.do("voters/1/correct", value="pas une adresse", column="phone", reason="x").status_code in (409, 422)
    # One's own address, or another voter's, is the bureau's to approve.
    one.do("voters/2/correct", value=mail_of("manager2"), **fix)
    assert "membre du bureau" in one.note
    one.do("voters/3/correct", value="v4@example.org", **fix)
    assert "membre du bureau" in one.note
    # The same new address asked for twice becomes the bureau's, even for a request that was an ordinary one before.
    one.do("voters/4/correct", value="n.euf+x@example.net", **fix)
    assert "membre du bureau" in one.note
    [(first,), *_] = site.sql("SELECT id FROM staff_approval ORDER BY id")
    assert two.do(f"approvals/{first}/decide", decision="approve", reason="ok").status_code == 403
    bureau.do(f"approvals/{first}/decide", decision="approve", reason="vu")
    assert site.sql("SELECT contact_by FROM roll_voter WHERE id = 1") == [("staff:manager1",)]
    # The old address is told, and the report has it.
    assert any("coordonnées ont changé" in text for text in [site.wait_text("v1@example.org", 2)])
    one.get("given")
    assert "staff:manager1" in one.text and "V1" in one.text


def test_accounts_that_depend_on_each_other_are_one_person(site):
    site.prepare([voter(1), voter(2)]).serve()
    manager, bureau = team(site, "manager", "bureau")
    assert manager.do("staff/add", name="puppet", fullName="P", mail=mail_of("puppet"), role="manager", language="fr").status_code == 403
    manager.do("clients/add", name="bot", role="manager", days="2")
    token = re.search(r"isoloir_[0-9a-f]{64}", manager.page).group()
    order = {"channel": "email", "contact": "n@example.net", "reason": "x", "check": "callBack"}
    asked = requests.post(f"{site.address}/api/v1/voters/1/reissue-elsewhere", json=order, headers={"Authorization": f"Bearer {token}"}, timeout=20)
    assert asked.json()["state"] == "waits"
    # The token's owner is the token.
    assert manager.do(f"approvals/{asked.json()['request']}/decide", decision="approve", reason="moi").status_code == 403
    # Whom the bureau's member made waits for somebody else's word, and all are told.
    bureau.do("staff/add", name="second", fullName="S", mail=mail_of("second"), role="bureau", language="fr")
    assert "attend la confirmation" in bureau.note and site.texts(mail_of("second")) == []
    road.wait_until(lambda: any("a été ajouté : S (membre du bureau de vote)" in text for text in site.texts(mail_of("manager"), newcomers=True)), 20)
    assert bureau.do("staff/second/confirm").status_code == 403 and "une autre personne" in bureau.error
    # That somebody tried what asks for another person is kept, beside what a role may not.
    kept = site.sql("SELECT principal, details FROM journal_entry WHERE action = 'access.denied' ORDER BY number DESC LIMIT 1")
    assert kept[0][0] == "staff:bureau" and "staff/second/confirm" in kept[0][1]
    manager.get("staff")
    assert "attend une confirmation" in manager.text
    assert manager.do("staff/second/confirm").status_code == 200 and "en service" in manager.note
    assert manager.do("staff/second/confirm").status_code in (404, 409)
    road.wait_until(lambda: any("compte est en service : S" in text for text in site.texts(mail_of("bureau"), newcomers=True)), 20)
    second = Desk(site, "second").enrol()
    elsewhere(manager, 2, "m@example.net")
    [(request,)] = site.sql("SELECT max(id) FROM staff_approval")
    # Identifiers were issued: for a day the new account approves nothing.
    assert second.do(f"approvals/{request}/decide", decision="approve", reason="vu").status_code == 403 and "récent" in second.error
    grow_up(site)
    second.do(f"approvals/{request}/decide", decision="approve", reason="vu")
    assert "approuvé" in second.note
    # A member who goes takes their tokens along.
    bureau.do("staff/manager/remove", reason="départ")
    assert requests.get(f"{site.address}/api/v1/voters", headers={"Authorization": f"Bearer {token}"}, timeout=20).status_code == 401


def test_many_new_contacts_in_an_hour_need_the_bureau(site):
    site.prepare([voter(n) for n in range(1, 25)], ALONE).serve()
    [manager] = team(site, "manager")
    for number in range(1, 21):
        assert elsewhere(manager, number, f"n{number}@example.net").status_code == 200 and "en route" in manager.note, number
    elsewhere(manager, 21, "n21@example.net")
    assert "membre du bureau" in manager.note
    assert site.sql("SELECT kind FROM bureau_alert") == [("manyContacts",)]
    # To contacts of the roll everything goes on.
    manager.do("voters/22/reissue", channel="email", **CALL)
    assert "en route" in manager.note


def test_a_new_contact_and_a_reset_together_need_two(site):
    site.prepare([voter(1), voter(2)], ALONE).serve()
    # A contact changed and a passphrase reset within 48 hours are a whole identity: the bureau alone decides.
    one, two, bureau = team(site, "manager1", "manager2", "bureau")
    one.do("voters/1/passphrase", **CALL)
    assert "prochaine connexion" in one.note
    elsewhere(one, 1, "n1@example.net")
    assert "Un membre du bureau de vote doit approuver" in one.note
    elsewhere(one, 2, "n2@example.net")
    assert "en route" in one.note
    one.do("voters/2/passphrase", **CALL)
    assert "Un membre du bureau de vote doit approuver" in one.note
    # Asked twice it is one request; the second person's word carries it out once.
    assert one.do("voters/2/passphrase", **CALL).status_code == 409
    [(request,)] = site.sql("SELECT id FROM staff_approval WHERE deed = 'resetPassphrase'")
    assert two.do(f"approvals/{request}/decide", decision="approve", reason="vu").status_code in (403, 409, 422)
    assert site.sql("SELECT state FROM staff_approval WHERE id = ?", request) == [("waiting",)]
    bureau.do(f"approvals/{request}/decide", decision="approve", reason="vu")
    assert "approuvé et fait" in bureau.note
    resets = site.sql("SELECT details FROM journal_entry WHERE action = 'passphrase.reset' ORDER BY number")
    assert len(resets) == 2 and "approved by staff:bureau" in resets[1][0]


def test_the_rolls_question_is_asked(site):
    question = ("  fourEyes: true", "  fourEyes: false\n  challenge:\n    fr: Le nom de votre premier outil ?\n    en: The name of your first tool?")
    road.HEAD.append("challenge")
    try:
        site.prepare([voter(1, challenge="Clef de 12")], question).serve()
    finally:
        road.HEAD.remove("challenge")
    [manager] = team(site, "manager")
    assert manager.do("voters/1/reissue", channel="email", **CALL).status_code == 422 and "question secrète" in manager.error
    for _ in range(5):
        assert manager.do("voters/1/reissue", channel="email", answer="marteau", **CALL).status_code == 422
    assert manager.do("voters/1/reissue", channel="email", answer="clef de 12", **CALL).status_code == 429
    assert site.sql("SELECT count(*) FROM issuance_identifier WHERE voter = 1") == [(1,)]
    assert site.sql("SELECT count(*) FROM journal_entry WHERE action = 'voter.answerWrong'") == [(5,)]
    site.sql("UPDATE passphrase_throttle SET last_at = last_at - 1000")
    assert manager.do("voters/1/reissue", channel="email", answer="Clef de 12", **CALL).status_code == 200


def test_numbers_in_addresses_lead_nowhere(site):
    site.prepare([voter(1)]).serve()
    [manager] = team(site, "manager")
    # A voter of another election in the same store.
    with open(f"{site.folder}/election/election.yaml", encoding="utf-8") as file:
        text = file.read()
    os.makedirs(f"{site.folder}/other")
    with open(f"{site.folder}/other/election.yaml", "w", encoding="utf-8") as file:
        file.write(text.replace("election: cse-2026", "election: autre-2026").replace(site.address, "https://autre.example.org"))
    site.run("election", "create", f"{site.folder}/other")
    site.run("roll", "import", f"{site.folder}/roll.csv", "--election", "autre-2026")
    theirs = site.sql("SELECT max(id) FROM roll_voter")[0][0]
    assert theirs > 1
    for page in (f"voters/{theirs}", f"voters/{theirs}/reissue", f"voters/{theirs}/reveal", "voters/0", "voters/-1", "voters/1e3", "voters/99999999999999999999",
                 "voters/%2e%2e", "voters/1/", "approvals/1/decide", "letters/specimens/9/approve/x", "voters/1/nothing", "voters/{voter}"):
        assert manager.get(page).status_code in (400, 404), page
    for page in (f"voters/{theirs}/reissue", f"voters/{theirs}/reveal", f"voters/{theirs}/strike", f"voters/{theirs}/correct"):
        answer = manager.post(page, channel="email", column="email", value="a@example.net", **CALL)
        assert answer.status_code == 404, page
    manager.get("voters?q=V1")
    assert f"voters/{theirs}" not in manager.page
    assert manager.do("letters/again", batch="7", printer="x", reason="x").status_code == 422
    assert manager.do("policy/answers", **{"postponable": "maybe"}).status_code == 422
    site.run("store", "check")


WRONG = [
    {"first": "9223372036854775807", "last": "9223372036854775807", "batch": "9223372036854775807"}, {"batch": "-1"}, {"batch": "1", "first": "5", "last": "2"},
    {"batch": "1" * 400}, {"batch": "\u0663"}, {"batch": "1", "printer": "<b>"}, {"last": "3"},
]


def test_wrong_values_are_refused_in_words(site):
    site.prepare([voter(1)]).serve()
    manager, printer = team(site, "manager", "printer")
    for values in WRONG:
        answer = manager.do("letters/again", **({"batch": "1", "printer": "printer", "reason": "x"} | values))
        assert answer.status_code in (409, 422) and manager.error, values
    assert manager.do("deliveries/threshold", state="bounced", percent="101").status_code == 422
    assert manager.do("letters/1/posted", on="2026-02-30").status_code in (409, 422)
    assert manager.get("journal?before=99999999999999999999&action=%00").status_code in (200, 400)
    assert manager.get("voters?q=a%E2%80%8Db").status_code == 200
    assert manager.get("").status_code == printer.get("").status_code == 200


def test_names_and_files_are_no_scripts_and_no_formulas(site):
    evil = '"><script>alert(1)</script>'
    site.prepare([voter(1), voter(2, last_name="L'Été")]).serve()
    [manager] = team(site, "manager")
    manager.do("staff/add", name="evil", fullName=evil, mail="e@staff.example.org", role="support", language="fr")
    manager.get("staff")
    assert "<script>alert" not in manager.page and "&lt;script&gt;" in manager.page
    manager.get("roll")
    manager.post("roll/upload", files={"file": ('x"><img src=x onerror=alert(1)>.csv', f"reference;nom\n{evil};{evil}\n")})
    road.wait_until(lambda: "onerror" in manager.get("roll").text or "img src" in manager.page, 10)
    assert "<img src=x" not in manager.page and "<script>alert" not in manager.page
    manager.do("voters/1/unlock", reason=evil)
    manager.get("journal")
    assert "<script>alert" not in manager.page
    for name in ("proof.csv", "journal.csv"):
        for line in manager.get(name).text.splitlines():
            for field in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', line):
                assert not re.match(r'"?[=+@\t]', field), (name, field)
    # A reference that a spreadsheet would take for a formula comes in by no door.
    assert manager.do("roll/add", reference="=1+1", last_name="A", college="ouvriers", reason="x").status_code == 422
    assert "L'Été" in manager.get("proof.csv").text


def raw(site, manager, length, send, chunked=False):
    """Posts an upload by hand; the status line, or what the server did instead."""
    host, port = "localhost", site.port
    cookies = "; ".join(f"{c.name}={c.value}" for c in manager.session.cookies)
    head = (f"POST /manager/roll/upload HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            + ("Transfer-Encoding: chunked\r\n\r\n" if chunked else f"Content-Length: {length}\r\n\r\n"))
    with socket.create_connection((host, port), 20) as line:
        line.settimeout(60)
        line.sendall(head.encode())
        try:
            send(line)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            return line.recv(4096).decode("latin-1").split("\r\n")[0]
        except OSError:
            return "closed"


def test_large_uploads_and_bombs(site):
    site.prepare([voter(1)]).serve()
    manager, support = team(site, "manager", "support")
    folder = f"{site.store}.uploads/cse-2026"
    # Two gigabytes are refused before they are sent.
    assert " 413 " in raw(site, manager, 2 << 30, lambda line: None)
    # In pieces of unknown number it ends at the limit, and nothing stays.
    piece = b"%x\r\n" % (1 << 20) + b"a" * (1 << 20) + b"\r\n"

    def flood(line):
        for _ in range(300):
            line.sendall(piece)

    assert " 200 " not in raw(site, manager, 0, flood, chunked=True)
    road.wait_until(lambda: not os.path.isdir(folder) or os.listdir(folder) == [], 10)
    # Who may not change the roll, or is nobody, uploads nothing: the ordinary limit holds.
    stranger = Desk(site, "x")
    stranger.get("sign-in")
    for someone in (support, stranger):
        assert " 413 " in raw(site, someone, 10 << 20, lambda line: None)
    # Somebody who goes away in the middle leaves nothing.
    raw(site, manager, 5 << 20, lambda line: (line.sendall(b"a" * 100_000), line.close()))
    time.sleep(1)
    road.wait_until(lambda: os.listdir(folder) == [], 10)
    # A workbook that swells to gigabytes.
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook><sheets><sheet name='a' sheetId='1' r:id='r1' xmlns:r='r'/></sheets></workbook>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b"<worksheet><sheetData>")
            for _ in range(1500):
                sheet.write(b"<row><c><v>1</v></c></row>" * 40_000)
            sheet.write(b"</sheetData></worksheet>")
    assert len(box.getvalue()) < 20 << 20
    for name, content in (("bomb.xlsx", box.getvalue()), ("not.xlsx", b"PK\x03\x04 nothing"), ("picture.csv", os.urandom(5000)), ("empty.csv", b"")):
        manager.get("roll")
        assert manager.post("roll/upload", files={"file": (name, content)}).status_code == 200, manager.text
        road.wait_until(lambda: "lecture en cours" not in (manager.get("roll"), manager.text)[1], 60)
        assert name in manager.text
        if "rien n'est encore" in manager.text:
            manager.do("roll/drop")
    # No file, no name, no form.
    assert manager.post("roll/upload", files={"valid": (None, "yes")}).status_code == 422
    assert manager.post("roll/upload", files={"file": ("", "x")}).status_code in (400, 403, 422)
    assert manager.post("roll/upload", form="0", files={"file": ("a.csv", "x")}).status_code == 403
    peak = int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{site.process.pid}/status").read()).group(1)) // 1024
    assert peak < 700, peak
    assert site.sql("SELECT count(*) FROM roll_voter") == [(1,)]
    # The refused form's file goes once its answer has gone.
    road.wait_until(lambda: os.listdir(folder) == [], 10)


def test_guessing_at_the_authenticator_is_slowed_and_ends_nothing(site):
    site.prepare([voter(1)]).serve()
    [anne] = team(site, "manager")
    desk = Desk(site, "manager")
    desk.begin(site.identifier(mail_of("manager")))

    desk.post("passphrase", secret=PASSPHRASE)
    answers = [desk.post("factor", code=f"{n:06d}").status_code for n in range(8)]
    assert answers[:5] == [422] * 5 and answers[-1] == 429
    assert desk.get("voters").url.endswith("/factor")
    assert anne.get("voters").status_code == 200


DEEDS = [
    ("reissue", "voters/{n}/reissue", {"channel": "email", **CALL}, "identifier.reissue"),
    ("elsewhere", "voters/{n}/reissue-elsewhere", {"channel": "sms", "contact": "06 39 98 {n:02d} {n:02d}", **CALL}, "identifier.reissue"),
    ("passphrase", "voters/{n}/passphrase", CALL, "passphrase.reset"),
    ("correct", "voters/{n}/correct", {"column": "last_name", "value": "Nouveau", "reason": "x"}, "roll.correct"),
    ("strike", "voters/{n}/strike", {"reason": "x"}, "roll.strike"),
    ("unlock", "voters/{n}/unlock", {"reason": "x"}, "voter.unlock"),
    ("add", "roll/add", {"reference": "K{n}", "last_name": "Kill", "college": "ouvriers", "reason": "x"}, "roll.add"),
    ("staff", "staff/add", {"name": "k{n}", "fullName": "K", "mail": "k{n}@staff.example.org", "role": "support", "language": "fr"}, "staff.add"),
    ("hold", "deliveries/hold", {"channel": "sms", "reason": "x"}, "delivery.hold"),
    ("retry", "deliveries/retry", {"what": "failed"}, "delivery.retry"),
    ("specimen", "letters/specimen", {}, "letters.specimen"),
    ("print", "letters/print", {"printer": "printer"}, "letters.parcel"),
    ("remind", "reminders/send", {"target": "notSignedIn", "confirmed": "yes"}, "reminder.ask"),
]


def test_kill_in_every_deed_leaves_it_done_or_not_done(site):
    seed = int(os.environ.get("KILL_SEED", random.randrange(1 << 30)))
    print(f"KILL_SEED={seed}")
    chance = random.Random(seed)
    site.prepare([voter(n) for n in range(1, 60)] + [voter(n, **LETTER) for n in range(60, 90)], ALONE).serve()
    manager, printer = team(site, "manager", "printer")
    home = f"/tmp/isoloir-kill-{os.getpid()}"
    os.makedirs(home, mode=0o700)

    gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"]
    subprocess.run(gpg + ["--quick-generate-key", "p@example.org", "default", "default", "never"], check=True, capture_output=True, timeout=120)
    printer.do("parcels/key", key=subprocess.run(gpg + ["--armor", "--export"], check=True, capture_output=True, text=True, timeout=60).stdout)
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, timeout=60)
    subprocess.run(["rm", "-rf", home], check=True)
    manager.do("letters/specimen")
    manager.do("letters/specimens/1/approve", confirmed="yes")
    outcomes = {"done": 0, "not": 0}
    for round_ in range(3):
        for index, (name, path, fields, action) in enumerate(DEEDS):
            number = 1 + round_ * len(DEEDS) + index
            address = path.format(n=number)
            values = {k: v.format(n=number) if "{" in v else v for k, v in fields.items()}
            manager.get(address)
            before = site.sql(f"SELECT count(*) FROM journal_entry WHERE action = '{action}'")[0][0]

            def press():
                with contextlib.suppress(requests.RequestException):
                    manager.post(address, follow=False, **values)  # noqa: B023

            hand = threading.Thread(target=press)
            hand.start()
            time.sleep(chance.uniform(0, 0.03 if name != "print" else 0.4))
            site.kill()
            hand.join(30)
            site.run("store", "check")
            after = site.sql(f"SELECT count(*) FROM journal_entry WHERE action = '{action}'")[0][0]
            assert after - before in (0, 1), name
            outcomes["done" if after > before else "not"] += 1
            # Half a deed shows: a journal entry without its effect, or the effect alone.
            effect = {
                "reissue": f"SELECT count(*) - 1 FROM issuance_identifier WHERE voter = {number}",
                "elsewhere": f"SELECT count(*) FROM issuance_contact WHERE voter = {number}",
                "correct": f"SELECT count(*) FROM roll_voter WHERE id = {number} AND last_name = 'Nouveau'",
                "strike": f"SELECT count(*) FROM roll_voter WHERE id = {number} AND removed_at IS NOT NULL",
                "add": f"SELECT count(*) FROM roll_voter WHERE reference = 'K{number}'",
                "staff": f"SELECT count(*) FROM staff_member WHERE name = 'k{number}'",
            }.get(name)
            if effect:
                assert site.sql(effect)[0][0] == after - before, (name, number)
            orphans = site.sql("SELECT count(*) FROM issuance_identifier WHERE state <> 'revoked' AND NOT EXISTS (SELECT 1 FROM outbox_message "
                               "WHERE subject = voter AND outbox_message.generation = issuance_identifier.generation)")
            assert orphans == [(0,)], name
            site.serve()
            assert manager.get("").status_code == 200, name
    print(outcomes)
    assert outcomes["done"] and outcomes["not"]
    # A print run that was cut off goes on; the letters are numbered once.
    manager.do("letters/print", printer="printer")
    road.wait_until(lambda: "Impression en cours" not in (manager.get("letters"), manager.text)[1], 60)
    assert site.sql("SELECT count(*), count(DISTINCT message) FROM issuance_letter")[0][0] == site.sql("SELECT count(DISTINCT message) FROM issuance_letter")[0][0]
    assert site.sql("SELECT count(*) FROM issuance_batch WHERE state NOT IN ('printed', 'posted')") == [(0,)]
    assert json.dumps(outcomes)
    site.run("journal", "verify")


def test_whoever_is_not_signed_in_takes_no_threads_from_staff(site):
    site.prepare([voter(1)]).serve()
    [manager] = team(site, "manager")
    stranger = Desk(site, "x")
    stranger.get("sign-in")
    form = re.search(r'name="form" value="([0-9a-f]+)"', stranger.page).group(1)
    # The member's own sign-in is one of sixty.
    statuses = [stranger.post("sign-in", form=form, identifier="nobody").status_code for _ in range(60)]
    assert statuses == [422] * 59 + [429]
    answers = []

    def flood(number):
        with requests.Session() as session:
            session.trust_env = False
            for count in range(125):
                # Cookies that were never given out count as none.
                cookies = {"cse-2026-staffSession": f"invented{number}-{count}"} if count % 2 else {}
                path = ("manager/sign-in", "manager/code", "manager", "manager/voters", "manager/passphrase", "api/v1/voters", "api/v1/x",
                        "api/v1/openapi.json")[count % 8]
                tokens = {"Authorization": f"Bearer isoloir_invented{number}-{count}"} if path.startswith("api") else {}
                answer = session.get(f"{site.address}/{path}", cookies=cookies, headers=tokens, timeout=60, allow_redirects=False)
                answers.append((answer.status_code, answer.headers.get("Retry-After")))

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    honest = []
    while any(thread.is_alive() for thread in threads):
        start = time.monotonic()
        assert manager.get("voters").status_code == 200
        assert time.monotonic() - start < 5
        honest.append(stranger.get("sign-in").status_code)
    # One request of the crowded network is answered at a time: whoever honestly signs in there gets through between two others.
    assert set(honest) <= {200, 429, 503} and 200 in honest, honest
    assert len(answers) == 1000 and answers.count((429, "10")) > 0
    assert {status for status, _ in answers} <= {200, 303, 401, 429, 503}
    assert stranger.get("sign-in").status_code == 200
    # Nobody is remembered after a start; whoever is signed in still passes by.
    site.stop()
    site.serve()
    threads = [threading.Thread(target=flood, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    statuses = [manager.get("").status_code for _ in range(10)]
    for thread in threads:
        thread.join()
    assert statuses == [200] * 10
