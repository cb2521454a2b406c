"""SMS through Kannel with its fake SMSC, and through a JSON gateway."""
import contextlib
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import threading
import time

import pytest
from conftest import ROOT, free_port, running, voter, wait_for_port


class Kannel:
    """A private Kannel: bearerbox, smsbox and the fake SMSC."""

    def __init__(self, folder):
        self.folder = f"{folder}/kannel"
        os.makedirs(f"{self.folder}/spool")
        self.ports = {number: free_port() for number in (13000, 13001, 13010, 13013, 13080)}
        with open(f"{ROOT}/Tests/Road/peers/kannel.conf") as file:
            text = file.read().replace("DIR", self.folder)
        for old, new in self.ports.items():
            text = re.sub(rf"\b{old}\b", str(new), text)
        self.config = f"{self.folder}/kannel.conf"
        with open(self.config, "w") as file:
            file.write(text)
        self.processes = []

    def _start(self, command, output=subprocess.DEVNULL):
        self.processes.append(subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT))

    def start(self):
        self._start(["/usr/sbin/bearerbox", "-v", "3", self.config])
        wait_for_port(self.ports[13010])
        with open(f"{self.folder}/fake.out", "a") as output:
            self._start(["/usr/lib/kannel/test/fakesmsc", "-H", "127.0.0.1", "-r", str(self.ports[13010]), "-i", "1", "-m", "0",
                         "-v", "0", "1 2 text nop"], output)
        time.sleep(1)
        self._start(["/usr/sbin/smsbox", "-v", "3", self.config])
        wait_for_port(self.ports[13013])
        time.sleep(1)

    def stop(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait(10)
        self.processes = []

    def settings(self, isoloir, password="foobar"):
        with open(f"{isoloir.folder}/password", "w") as file:
            file.write(password)
        os.chmod(f"{isoloir.folder}/password", 0o600)
        isoloir.settings(f"sms:\n  provider: kannel\n  url: http://127.0.0.1:{self.ports[13013]}/cgi-bin/sendsms\n"
                         f"  user: tester\n  passwordFile: {isoloir.folder}/password\n  sender: \"38000\"\n")

    def received(self, count):
        for _ in range(100):
            with open(f"{self.folder}/fake.out", errors="replace") as file:
                text = file.read()
            if len(re.findall(r"Vote", text)) >= count:
                return text
            time.sleep(0.1)
        return text


def sms_voter(number, **fields):
    return voter(number, email="", phone=f"06 39 98 00 {number:02d}", **fields)


def test_kannel_takes_every_message_once_and_survives_a_kill(isoloir, tmp_path):
    isoloir.election()
    isoloir.roll([sms_voter(number) for number in range(6)])
    isoloir.run("identifiers", "issue")
    kannel = Kannel(tmp_path)
    kannel.settings(isoloir)
    try:
        refused = isoloir.run("outbox", "send")
        assert "6 refused for now" in refused.stdout and isoloir.states() == {"waiting": 6}
        kannel.start()
        isoloir.sql("UPDATE outbox_message SET due_at = 0")
        assert "6 accepted" in isoloir.run("outbox", "send").stdout
        text = kannel.received(6)
        assert len(re.findall(r"votre identifiant est", text)) == 6 and "Beauséjour" in text.replace("Beaus\ufffdjour", "Beauséjour")
        kannel.stop()
        isoloir.run("identifiers", "reissue", "V1", "--by", "sms", "--reason", "lost")
        assert "1 refused for now" in isoloir.run("outbox", "send").stdout
        kannel.start()
        isoloir.sql("UPDATE outbox_message SET due_at = 0 WHERE state = 'waiting'")
        assert "1 accepted" in isoloir.run("outbox", "send").stdout
        assert isoloir.states() == {"accepted": 7}
        kannel.settings(isoloir, password="wrong")
        isoloir.run("identifiers", "reissue", "V2", "--by", "sms", "--reason", "lost")
        assert "refuses our account" in isoloir.run("outbox", "send", status=1).stderr
        # Nothing secret stands in Kannel's own log of addresses.
        log = "".join(open(f"{kannel.folder}/{name}", errors="replace").read() for name in ("smsbox.log",))
        assert "foobar" not in log
    finally:
        kannel.stop()


@contextlib.contextmanager
def gateway(replies):
    """A JSON gateway that answers with the given statuses, the last one for ever; a status may be a redirection's address."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            seen.append((self.headers["Authorization"], json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            status = replies.pop(0) if len(replies) > 1 else replies[0]
            body = json.dumps({"id": f"gw-{len(seen)}"}).encode()
            self.send_response(302 if isinstance(status, str) else status)
            if isinstance(status, str):
                self.send_header("Location", status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, seen
    finally:
        server.shutdown()


def test_a_json_gateway_and_its_refusals(isoloir):
    isoloir.election()
    isoloir.roll([sms_voter(1), sms_voter(2, last_name="Çelik"), sms_voter(3)])
    isoloir.run("identifiers", "issue")
    with open(f"{isoloir.folder}/token", "w") as file:
        file.write("t0ken")
    os.chmod(f"{isoloir.folder}/token", 0o600)
    with gateway([200, 400, 503, 200]) as (port, seen):
        isoloir.settings(f"sms:\n  provider: rest\n  url: http://127.0.0.1:{port}/send\n  sender: VOTE\n"
                         f"  passwordFile: {isoloir.folder}/token\n")
        assert "1 accepted, 1 refused for good, 1 refused for now" in isoloir.run("outbox", "send").stdout
        assert seen[0][0] == "Bearer t0ken" and seen[0][1]["to"] == "+33639980001" and seen[0][1]["unicode"] is False
    assert isoloir.sql("SELECT provider_id FROM outbox_message WHERE state = 'accepted'") == [("gw-1",)]


@pytest.mark.parametrize("status", [404, 405, 410, "https://sms.example.org/v2/send?key=secret"])
def test_an_address_that_is_none_pauses_at_once_and_the_doctor_names_it(isoloir, status):
    isoloir.election()
    isoloir.roll([sms_voter(1), sms_voter(2)])
    isoloir.run("identifiers", "issue")
    with open(f"{isoloir.folder}/token", "w") as file:
        file.write("t0ken")
    os.chmod(f"{isoloir.folder}/token", 0o600)
    said = "at https://sms.example.org/v2/send: HTTP 302" if isinstance(status, str) else f"no such address: HTTP {status}"
    with gateway([status]) as (port, seen):
        isoloir.settings(f"sms:\n  provider: rest\n  url: http://127.0.0.1:{port}/send\n  sender: VOTE\n  passwordFile: {isoloir.folder}/token\n")
        assert said in isoloir.run("outbox", "send", status=1).stderr
        assert len(seen) == 1 and isoloir.states() == {"waiting": 2}
        [finding] = [finding for finding in isoloir.json("doctor", status=1) if finding["area"] == "sms"]
        assert finding["state"] == "fault" and said in finding["text"] and "secret" not in finding["text"]
    with gateway([400]) as (port, _):
        isoloir.settings(f"sms:\n  provider: rest\n  url: http://127.0.0.1:{port}/send\n  sender: VOTE\n  passwordFile: {isoloir.folder}/token\n")
        [finding] = [finding for finding in isoloir.json("doctor", status=1) if finding["area"] == "sms"]
        assert finding["state"] == "note" and "cannot be told" in finding["text"]


def test_a_json_gateway_is_told_where_receipts_go(isoloir):
    """The address says which message, with the tag that shows that the receipt is an answer to it; 402 is the account's fault."""
    isoloir.election()
    isoloir.roll([sms_voter(1), sms_voter(2), sms_voter(3)])
    isoloir.run("identifiers", "issue")
    with open(f"{isoloir.folder}/token", "w") as file:
        file.write("t0ken")
    os.chmod(f"{isoloir.folder}/token", 0o600)
    with gateway([202, 402]) as (port, seen):
        isoloir.settings(f"sms:\n  provider: rest\n  url: http://127.0.0.1:{port}/send\n  sender: VOTE\n  passwordFile: {isoloir.folder}/token\n"
                         "  receipts: https://vote.example.org/receipts/sms\n")
        assert "wants to be paid: HTTP 402" in isoloir.run("outbox", "send", status=1).stderr
    assert len(seen) == 2 and isoloir.states() == {"accepted": 1, "waiting": 2}
    [(token,)] = isoloir.sql("SELECT provider_id FROM outbox_message WHERE state = 'accepted'")
    address, query = seen[0][1]["receipt"].split("?")
    fields = dict(field.split("=") for field in query.split("&"))
    assert address == "https://vote.example.org/receipts/sms" and fields["id"] == token == seen[0][1]["reference"] and len(fields["tag"]) == 16
    assert "sms is paused" in isoloir.run("outbox", "status").stdout


def test_what_came_back_stands_among_the_failures(isoloir):
    isoloir.election()
    isoloir.roll([sms_voter(1), sms_voter(2)])
    isoloir.run("identifiers", "issue")
    isoloir.sql("UPDATE outbox_message SET state = 'bounced', sealed = NULL, ended_at = 1, reply = 'bounced 5.1.1' WHERE subject = 1")
    shown = isoloir.run("outbox", "failures").stdout
    assert "V1" in shown and "bounced 5.1.1" in shown and "V2" not in shown
    [row] = isoloir.json("outbox", "failures")
    assert (row["state"], row["canRetry"], row["at"]) == ("bounced", False, "1970-01-01T00:00:01Z")
    # What tells whether somebody has voted is nobody's to list.
    for kind in ("voteRecorded", "reminder"):
        isoloir.sql("UPDATE outbox_message SET kind = ? WHERE subject = 1", kind)
        assert isoloir.json("outbox", "failures") == []


def test_what_waits_leaves_with_the_address_that_holds_then(isoloir):
    isoloir.election()
    isoloir.roll([sms_voter(1), voter(2)])
    isoloir.run("identifiers", "issue")
    isoloir.election(("address: https://vote.example.org", "address: https://scrutin.example.org"), ("phone: 03 53 01 98 76", "phone: 03 53 01 98 99"))
    isoloir.settings("mail:\n  folder: mail\nsms:\n  folder: sms\n")
    isoloir.run("outbox", "send")
    [[mail]] = isoloir.mails(f"{isoloir.folder}/mail").values()
    for part in ("plain", "html"):
        said = mail.get_body((part,)).get_content()
        assert "https://scrutin.example.org" in said and "https://vote.example.org" not in said and "98 76" not in said, part
    texts = []
    for path in pathlib.Path(f"{isoloir.folder}/sms").rglob("*"):
        if path.is_file():
            texts.append(path.read_text(encoding="utf-8"))
    [text] = texts
    assert "scrutin.example.org" in text and "vote.example.org" not in text


def test_prefixes_and_budgets_are_kept(isoloir):
    isoloir.election()
    isoloir.roll([sms_voter(1), sms_voter(2), sms_voter(3) | {"phone": "+44 7700 900123"}])
    assert isoloir.json("identifiers", "issue")["unreachableVoters"] == ["V3"]
    # A list that is shortened afterwards holds at sending too.
    isoloir.settings("sms:\n  folder: sms\n  prefixes: [\"+33\", \"+44\"]\n")
    isoloir.run("identifiers", "issue")
    with open(f"{isoloir.folder}/token", "w") as file:
        file.write("t0ken")
    os.chmod(f"{isoloir.folder}/token", 0o600)
    with gateway([200]) as (port, seen):
        settings = (f"sms:\n  provider: rest\n  url: http://127.0.0.1:{port}/send\n  sender: VOTE\n"
                    f"  passwordFile: {isoloir.folder}/token\n  budgets:\n    batches: 1\n")
        isoloir.settings(settings)
        assert "budget" in isoloir.run("outbox", "send", status=1).stderr
        assert len(seen) == 1
        # Recovery has a budget of its own.
        isoloir.run("identifiers", "reissue", "V2", "--by", "sms", "--reason", "lost")
        isoloir.run("outbox", "send")
        assert len(seen) == 2
        assert isoloir.states() == {"accepted": 2, "failed": 1, "withdrawn": 1}
    assert isoloir.sql("SELECT reply FROM outbox_message WHERE state = 'failed'") == [("the number's prefix is not allowed",)]


def test_a_gateway_without_tls_elsewhere_is_refused(isoloir):
    isoloir.election()
    isoloir.settings("sms:\n  provider: rest\n  url: http://sms.example.org/\n  sender: VOTE\n  passwordFile: /nowhere\n")
    assert "must be https" in isoloir.run("outbox", "send", status=1).stderr


def test_what_the_gateway_did_not_take_is_not_charged(isoloir):
    isoloir.election()
    isoloir.roll([sms_voter(1), sms_voter(2)])
    isoloir.run("identifiers", "issue")
    with open(f"{isoloir.folder}/token", "w") as file:
        file.write("t0ken")
    os.chmod(f"{isoloir.folder}/token", 0o600)
    with gateway([503, 400, 200]) as (port, seen):
        isoloir.settings(f"sms:\n  provider: rest\n  url: http://127.0.0.1:{port}/send\n  sender: VOTE\n"
                         f"  passwordFile: {isoloir.folder}/token\n")
        isoloir.run("outbox", "send")
        assert isoloir.sql("SELECT used FROM outbox_budget") == [(0,)]
        isoloir.sql("UPDATE outbox_message SET due_at = 0")
        isoloir.run("outbox", "send")
        [(used,)] = isoloir.sql("SELECT used FROM outbox_budget")
    assert used == 1 and isoloir.states() == {"accepted": 1, "failed": 1}
    assert "SMS segments today, batch: 1 of" in isoloir.run("outbox", "status").stdout


def test_an_answer_that_never_came_leaves_the_sms_unknown_and_a_dead_process_sends_it_again(isoloir):
    isoloir.election()
    isoloir.roll([sms_voter(1)])
    isoloir.run("identifiers", "issue")
    listener = socket.create_server(("127.0.0.1", 0))
    with open(f"{isoloir.folder}/token", "w") as file:
        file.write("t0ken")
    os.chmod(f"{isoloir.folder}/token", 0o600)
    isoloir.settings(f"sms:\n  provider: rest\n  url: http://127.0.0.1:{listener.getsockname()[1]}/send\n  sender: VOTE\n"
                     f"  passwordFile: {isoloir.folder}/token\n")
    process = isoloir.start("outbox", "send")
    connection, _ = listener.accept()
    connection.recv(65536)
    assert isoloir.states() == {"sent": 1}
    process.kill()
    process.wait(10)
    connection.close()
    process = isoloir.start("outbox", "send")
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.close()
    assert process.wait(60) == 0
    listener.close()
    assert isoloir.states() == {"unknown": 1}


def test_a_number_that_is_not_routable_holds_up_nobody(isoloir, tmp_path):
    isoloir.election()
    isoloir.roll([voter(1, email="", phone="06 39 98 90 01"), sms_voter(2)])
    isoloir.run("identifiers", "issue")
    kannel = Kannel(tmp_path)
    kannel.settings(isoloir)
    try:
        kannel.start()
        assert "1 accepted, 1 refused for good" in isoloir.run("outbox", "send").stdout
    finally:
        kannel.stop()
    assert isoloir.json("outbox", "failures")[0]["reference"] == "V1"


def test_clear_text_goes_to_this_machine_alone(isoloir):
    isoloir.election()
    for host in ("localhost.evil.example.org", "127.0.0.1@evil.example.org", "127.0.0.1.example.org"):
        isoloir.settings(f"sms:\n  provider: rest\n  url: http://{host}/send\n  sender: V\n  passwordFile: /nowhere\n")
        assert "must be https" in isoloir.run("outbox", "send", status=1).stderr
