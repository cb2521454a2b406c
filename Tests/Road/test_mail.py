"""Mail against real and hostile relays."""
import contextlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from conftest import ROOT, Isoloir, free_port, running, voter, wait_for_port


def prepare(isoloir, voters):
    isoloir.election()
    isoloir.roll(voters)
    isoloir.run("identifiers", "issue", "--by", "email")


def relay(isoloir, port, host="127.0.0.1", **options):
    lines = {"host": host, "port": port, "encryption": "none", "connections": 3, "name": "client.example.org"} | options
    isoloir.settings("mail:\n" + "".join(f"  {key}: {value}\n" for key, value in lines.items()))


class Handler:
    """Keeps what it gets."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope: Envelope):
        self.mails.append((envelope.rcpt_tos[0], envelope.content.decode("ascii")))
        return "250 2.0.0 taken"


@contextlib.contextmanager
def aiosmtpd(handler, **options):
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class Script(threading.Thread):
    """A relay that answers by a script: a function gets each connection."""

    def __init__(self, serve):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(60)
        self.port = self.listener.getsockname()[1]
        self.serve = serve
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.handle, args=(connection,), daemon=True).start()

    def handle(self, connection):
        connection.settimeout(60)
        with contextlib.suppress(OSError), connection:
            self.serve(connection, connection.makefile("rwb", buffering=0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


def converse(stream, until):
    """Answers politely until a line begins with `until`, which is returned unanswered."""
    stream.write(b"220 here\r\n")
    while line := stream.readline():
        word = line[:4].upper()
        if line.upper().startswith(until):
            return line
        if word == b"EHLO":
            stream.write(b"250-here\r\n250 PIPELINING\r\n")
        elif word == b"DATA":
            stream.write(b"354 go on\r\n")
            while (line := stream.readline()) != b".\r\n":
                assert line
            if until == b".":
                return line
            stream.write(b"250 taken\r\n")
        elif word == b"QUIT":
            stream.write(b"221 bye\r\n")
            return b""
        else:
            stream.write(b"250 fine\r\n")
    return b""


def test_every_mail_arrives_once_and_is_well_formed(isoloir):
    prepare(isoloir, [voter(number) for number in range(60)])
    handler = Handler()
    with aiosmtpd(handler) as port:
        relay(isoloir, port)
        assert "60 accepted" in isoloir.run("outbox", "send").stdout
    assert len({recipient for recipient, _ in handler.mails}) == len(handler.mails) == 60
    for _, mail in handler.mails:
        assert all(len(line) <= 78 for line in mail.split("\r\n"))
        assert "\n.\r\n" not in mail
        # Out-of-office notes are unwanted, reports of what did not arrive are not (DR, NDR).
        assert "X-Auto-Response-Suppress: OOF, AutoReply, RN, NRN\r\n" in mail
    assert isoloir.states() == {"accepted": 60}


POSTFIX = """compatibility_level = 3.6
queue_directory = {d}/spool
data_directory = {d}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.test.example
mydestination =
mynetworks = 127.0.0.0/8
default_transport = discard:
maillog_file = {d}/mail.log
maillog_file_prefixes = {d}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{{{v3@example.org=550 5.1.1 no such user}},{{v7@example.org=450 4.2.1 try later}}}}, permit_mynetworks, reject
smtpd_data_restrictions = check_recipient_access inline:{{{{v11@example.org=550 5.7.0 not now}}}}
smtpd_end_of_data_restrictions = check_recipient_access inline:{{{{v13@example.org=554 5.6.0 bad content}},{{v17@example.org=452 4.3.1 disk full}}}}
{more}
smtpd_tls_cert_file = {c}/localhost.pem
smtpd_tls_key_file = {c}/localhost.key
smtpd_tls_security_level = may
smtpd_client_connection_count_limit = 200
"""


@contextlib.contextmanager
def postfix(certificates, more=""):
    # Postfix's own users must reach the folder.
    folder = f"/tmp/isoloir-postfix-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("", "/spool", "/data"):
        os.makedirs(folder + name)
    shutil.chown(f"{folder}/data", "postfix")
    port = free_port()
    with open(f"{folder}/main.cf", "w") as file:
        file.write(POSTFIX.format(d=folder, c=certificates, more=more))
    with open(f"{ROOT}/Tests/Road/peers/postfix-master.cf") as source, open(f"{folder}/master.cf", "w") as file:
        file.write(re.sub(r"^\d+ inet", f"{port} inet", source.read(), flags=re.M))
    subprocess.run(["postfix", "-c", folder, "start"], check=True, capture_output=True, timeout=60)
    try:
        wait_for_port(port)
        yield port, folder
    finally:
        subprocess.run(["postfix", "-c", folder, "stop"], capture_output=True, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def test_postfix_refuses_some_under_pipelining_and_the_rest_arrives(isoloir, certificates):
    prepare(isoloir, [voter(number) for number in range(40)])
    with postfix(certificates) as (port, folder):
        relay(isoloir, port, host="localhost", encryption="starttls", certificates=f"{certificates}/ca.pem")
        isoloir.run("outbox", "send")
        # What was pipelined behind a message that was refused at its end may have to wait; nothing else happens to it.
        due = isoloir.sql("SELECT due_at - strftime('%s', 'now'), attempts FROM outbox_message WHERE state = 'waiting'")
        assert 2 <= len(due) <= 4 and all(30 <= seconds <= 80 and attempts == 1 for seconds, attempts in due)
        isoloir.sql("UPDATE outbox_message SET due_at = 0 WHERE state = 'waiting' AND reply LIKE '503%'")
        isoloir.run("outbox", "send")
        time.sleep(0.5)
        with open(f"{folder}/mail.log") as file:
            log = file.read()
    assert isoloir.states() == {"accepted": 35, "failed": 3, "waiting": 2}
    # The reply keeps the codes alone: the text could repeat the address.
    replies = isoloir.sql("SELECT reply FROM outbox_message WHERE state IN ('failed', 'waiting') ORDER BY reply")
    assert replies == [("450 4.2.1",), ("452 4.3.1",), ("550 5.1.1",), ("550 5.7.0",), ("554 5.6.0",)]
    sent = re.findall(r"to=<(v\d+@example\.org)>.*status=sent", log)
    assert len(sent) == len(set(sent)) == 35
    # Nobody got an empty message.
    sizes = [(int(size), count) for size, count in re.findall(r"size=(\d+), nrcpt=(\d+)", log)]
    assert len(sizes) == 35 and all(size > 1000 and count == "1" for size, count in sizes)


def test_postfix_refuses_our_sender_and_no_message_is_burnt(isoloir, certificates):
    prepare(isoloir, [voter(number) for number in range(40)])
    with postfix(certificates, "smtpd_delay_reject = no\nsmtpd_sender_restrictions = reject") as (port, _):
        relay(isoloir, port, host="localhost", encryption="starttls", certificates=f"{certificates}/ca.pem")
        assert "554 5.7.1" in isoloir.run("outbox", "send", status=1).stderr
    assert isoloir.states() == {"waiting": 40}


def test_a_relay_without_starttls_gets_no_mail(isoloir):
    prepare(isoloir, [voter(1)])
    handler = Handler()
    with aiosmtpd(handler) as port:
        relay(isoloir, port, encryption="starttls")
        assert "offers no STARTTLS" in isoloir.run("outbox", "send", status=1).stderr
    assert handler.mails == [] and isoloir.states() == {"waiting": 1}
    assert "email is paused" in isoloir.run("outbox", "status").stdout


@pytest.mark.parametrize("mode", ["starttls", "smtps"])
@pytest.mark.parametrize("name, trusted", [("elsewhere.example.org", True), ("localhost", False)])
def test_a_wrong_or_unknown_certificate_gets_no_mail(isoloir, certificates, mode, name, trusted):
    prepare(isoloir, [voter(1)])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{certificates}/{name}.pem", f"{certificates}/{name}.key")
    handler = Handler()
    options = {"tls_context": context} if mode == "starttls" else {"ssl_context": context}
    trust = {"certificates": f"{certificates}/ca.pem"} if trusted else {}
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    if mode == "smtps":
        # The controller probes itself, which must be by TLS here.
        def probe():
            with socket.create_connection(("127.0.0.1", controller.port)) as raw:
                with ssl._create_unverified_context().wrap_socket(raw) as secure:
                    secure.recv(1024)
        controller._trigger_server = probe
    controller.start()
    try:
        relay(isoloir, controller.port, host="localhost", encryption=mode, **trust)
        assert "certificate is not good for localhost" in isoloir.run("outbox", "send", status=1).stderr
    finally:
        controller.stop()
    assert handler.mails == [] and isoloir.states() == {"waiting": 1}


class Login:
    def __init__(self, only=None):
        self.seen, self.only = [], only

    def __call__(self, server, session, envelope, mechanism, data):
        self.seen.append((mechanism, data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"s3cret", handled=False)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_authentication_after_tls_only(isoloir, certificates, mechanism):
    prepare(isoloir, [voter(1)])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{certificates}/localhost.pem", f"{certificates}/localhost.key")
    login, handler = Login(), Handler()
    password = f"{isoloir.folder}/password"
    with open(password, "w") as file:
        file.write("s3cret\n")
    os.chmod(password, 0o600)
    excluded = {"LOGIN", "PLAIN"} - {mechanism}
    with aiosmtpd(handler, tls_context=context, require_starttls=True, auth_required=True, authenticator=login,
                  auth_exclude_mechanism=excluded) as port:
        relay(isoloir, port, host="localhost", encryption="starttls", certificates=f"{certificates}/ca.pem", user="me",
              passwordFile=password)
        isoloir.run("outbox", "send")
        assert login.seen == [(mechanism, "me", "s3cret")] and len(handler.mails) == 1
        with open(password, "w") as file:
            file.write("wrong")
        isoloir.run("identifiers", "reissue", "V1", "--by", "email", "--reason", "again")
        assert "refuses us" in isoloir.run("outbox", "send", status=1).stderr
        os.chmod(password, 0o644)
        assert "can be read by other accounts" in isoloir.run("outbox", "send", status=1).stderr


def test_a_password_is_never_sent_in_clear(isoloir):
    prepare(isoloir, [voter(1)])
    login = Login()
    password = f"{isoloir.folder}/password"
    with open(password, "w") as file:
        file.write("s3cret")
    os.chmod(password, 0o600)
    with aiosmtpd(Handler(), auth_require_tls=False, authenticator=login) as port:
        relay(isoloir, port, user="me", passwordFile=password)
        assert "not encrypted" in isoloir.run("outbox", "send", status=1).stderr
    assert login.seen == []


def test_mail_without_encryption_stays_on_this_machine(isoloir):
    prepare(isoloir, [voter(1)])
    relay(isoloir, 25, host="192.0.2.1")
    assert "goes to this machine only" in isoloir.run("outbox", "send", status=1).stderr


def test_a_relay_that_dies_at_the_final_dot_leaves_the_message_unknown(isoloir):
    prepare(isoloir, [voter(1)])

    def serve(connection, stream):
        converse(stream, b".")
        connection.close()

    with Script(serve) as script:
        relay(isoloir, script.port, connections=1)
        assert "1 unknown" in isoloir.run("outbox", "send").stdout
    assert isoloir.states() == {"unknown": 1}
    handler = Handler()
    with aiosmtpd(handler) as port:
        relay(isoloir, port)
        isoloir.run("outbox", "send")
        assert handler.mails == []
        isoloir.run("outbox", "retry", "--unknown")
        isoloir.run("outbox", "send")
    assert len(handler.mails) == 1


def test_a_relay_that_dies_before_the_dot_loses_nothing(isoloir):
    prepare(isoloir, [voter(1)])
    with Script(lambda connection, stream: converse(stream, b"DATA")) as script:
        relay(isoloir, script.port, connections=1)
        isoloir.run("outbox", "send", timeout=110)
    assert isoloir.states() == {"waiting": 1}


@pytest.mark.parametrize("reply, outcome", [
    (b"554 5.3.2 closed\r\n", "refuses us"), (b"421 4.3.2 busy\r\n", "the relay"), (b"220 hi\r\n", None)])
def test_refusals_of_the_whole_relay_burn_no_message(isoloir, reply, outcome):
    prepare(isoloir, [voter(number) for number in range(5)])

    def serve(connection, stream):
        if outcome:
            stream.write(reply)
            stream.readline()
            return
        # A relay that refuses our sender: everything we send would be refused.
        stream.write(reply)
        while line := stream.readline():
            stream.write(b"550 5.7.1 sender refused\r\n" if line.upper().startswith(b"MAIL") else b"250 fine\r\n")

    with Script(serve) as script:
        relay(isoloir, script.port, connections=1)
        done = isoloir.run("outbox", "send", status=1, timeout=110)
    assert (outcome or "550 5.7.1") in done.stderr
    assert isoloir.states() == {"waiting": 5}
    assert max(row[0] for row in isoloir.sql("SELECT attempts FROM outbox_message")) <= 1


def test_a_relay_that_hangs_is_left_in_time(isoloir):
    """The waits of RFC 5321 are minutes: the session's clock is tested by a relay that never says its greeting."""
    prepare(isoloir, [voter(1)])
    with Script(lambda connection, stream: time.sleep(30)) as script:
        relay(isoloir, script.port, connections=1)
        process = isoloir.start("outbox", "send")
        time.sleep(2)
        assert process.poll() is None
        process.kill()
        process.wait(10)
    assert isoloir.states() == {"waiting": 1}
    handler = Handler()
    with aiosmtpd(handler) as port:
        relay(isoloir, port)
        isoloir.run("outbox", "send")
    assert len(handler.mails) == 1


def test_an_unreachable_relay_is_said_and_everything_waits(isoloir):
    prepare(isoloir, [voter(1)])
    relay(isoloir, free_port())
    done = isoloir.run("outbox", "send", status=1, timeout=110)
    assert "cannot be reached" in done.stderr
    assert isoloir.states() == {"waiting": 1}


def test_one_dispatcher_at_a_time(isoloir):
    prepare(isoloir, [voter(1)])
    with Script(lambda connection, stream: time.sleep(10)) as script:
        relay(isoloir, script.port, connections=1)
        process = isoloir.start("outbox", "send")
        time.sleep(1)
        assert "Another dispatcher" in isoloir.run("outbox", "send", status=1).stderr
        process.kill()
        process.wait(10)


def refusing_recipients(reply):
    def serve(connection, stream):
        stream.write(b"220 hi\r\n")
        while line := stream.readline():
            word = line[:4].upper()
            stream.write({b"RCPT": reply, b"DATA": b"503 no recipients\r\n", b"EHLO": b"250-me\r\n250 PIPELINING\r\n"}.get(word, b"250 fine\r\n"))
    return serve


@pytest.mark.parametrize("reply", [b"554 5.7.1 <v@example.org>: Relay access denied\r\n", b"550 5.7.1 Unable to relay\r\n",
                                   b"550-5.7.1 Relaying denied\r\n550 5.7.1 see https://support.example.org\r\n"])
def test_a_relay_that_does_not_relay_burns_no_message(isoloir, reply):
    prepare(isoloir, [voter(number) for number in range(5)])
    with Script(refusing_recipients(reply)) as script:
        relay(isoloir, script.port, connections=2)
        isoloir.run("outbox", "send", status=1)
    assert isoloir.states() == {"waiting": 5}


@pytest.mark.parametrize("reply", [b"550 5.1.1 <v@example.org>: Recipient address rejected: User unknown in relay recipient table\r\n",
                                   b"550-5.1.1 <v@relay3.example>: unknown\r\n550 5.1.1 says relay3.example\r\n"])
def test_a_recipient_that_the_relay_does_not_know_holds_up_nobody(isoloir, reply):
    prepare(isoloir, [voter(number) for number in range(5)])
    with Script(refusing_recipients(reply)) as script:
        relay(isoloir, script.port, connections=1)
        isoloir.run("outbox", "send")
    assert isoloir.states() == {"failed": 5}
    assert isoloir.sql("SELECT DISTINCT reply FROM outbox_message") == [("550 5.1.1",)]


def test_a_relay_that_refuses_everybody_is_stopped_at_and_the_failed_can_go_again(isoloir):
    prepare(isoloir, [voter(number) for number in range(200)])
    with Script(refusing_recipients(b"550 5.1.0 bad configuration\r\n")) as script:
        relay(isoloir, script.port, connections=2)
        assert "in a row" in isoloir.run("outbox", "send", status=1).stderr
    failed = isoloir.states()["failed"]
    assert failed < 40 and isoloir.states()["waiting"] == 200 - failed
    listed = isoloir.json("outbox", "failures")
    assert len(listed) == failed and listed[0]["reply"] == "550 5.1.0" and listed[0]["reference"].startswith("V")
    isoloir.run("outbox", "retry")
    handler = Handler()
    with aiosmtpd(handler) as port:
        relay(isoloir, port)
        assert "200 accepted" in isoloir.run("outbox", "send").stdout


def test_a_missing_key_holds_up_its_own_election_only(isoloir):
    prepare(isoloir, [voter(1)])
    isoloir.election(("election: cse-2026", "election: autre-2026"),
                     ("address: https://vote.example.org", "address: https://autre.example.org"))
    isoloir.run("roll", "import", f"{isoloir.folder}/roll.csv", "--election", "autre-2026")
    isoloir.run("identifiers", "issue", "--election", "autre-2026")
    os.rename(f"{isoloir.keys}/cse-2026.key", f"{isoloir.folder}/away.key")
    handler = Handler()
    with aiosmtpd(handler) as port:
        relay(isoloir, port)
        done = isoloir.run("outbox", "send", status=1)
        assert "1 accepted" in done.stdout and "not in the key folder" in done.stderr
        assert isoloir.states() == {"accepted": 1, "waiting": 1}
        os.rename(f"{isoloir.folder}/away.key", f"{isoloir.keys}/cse-2026.key")
        isoloir.run("outbox", "send")
    assert len(handler.mails) == 2


@pytest.mark.parametrize("step, seconds", [("greeting", 2), ("command", 2), ("finalReply", 2)])
def test_every_wait_ends(isoloir, step, seconds):
    """The standard waits are RFC 5321's minutes; here they are seconds."""
    prepare(isoloir, [voter(1)])

    seen = []

    def serve(connection, stream):
        seen.append(connection)
        if step == "command":
            stream.write(b"220 hi\r\n")
        elif step == "finalReply":
            converse(stream, b".")
        time.sleep(20)

    timeouts = ", ".join(f"{name}: {seconds if name == step else 60}" for name in ("greeting", "command", "finalReply"))
    with Script(serve) as script:
        relay(isoloir, script.port, connections=1, timeouts="{" + timeouts + "}")
        start = time.monotonic()
        done = isoloir.start("outbox", "send")
        # A second connection shows that the first was given up; after the body only the message's result does.
        while len(seen) < 2 and done.poll() is None:
            assert time.monotonic() - start < 25
            time.sleep(0.1)
        done.kill()
        done.wait(10)
        assert time.monotonic() - start >= seconds
    assert isoloir.states() == {"unknown" if step == "finalReply" else "waiting": 1}


def test_a_relay_that_dies_at_the_dot_of_several_leaves_those_alone_unknown(isoloir):
    """Each connection's second message is cut off: only that one is in doubt, and what was begun after it waits."""
    prepare(isoloir, [voter(number) for number in range(30)])
    taken, dead = [], []

    def serve(connection, stream):
        stream.write(b"220 here\r\n")
        bodies = 0
        while line := stream.readline():
            word = line[:4].upper()
            if word == b"DATA":
                stream.write(b"354 go on\r\n")
                while (line := stream.readline()) != b".\r\n":
                    assert line
                bodies += 1
                if bodies == 2:
                    dead.append(connection)
                    return
                taken.append(connection)
                stream.write(b"250 taken\r\n")
            else:
                stream.write(b"250-here\r\n250 PIPELINING\r\n" if word == b"EHLO" else b"250 fine\r\n")

    with Script(serve) as script:
        relay(isoloir, script.port, connections=3)
        isoloir.run("outbox", "send", timeout=110)
    assert len(dead) >= 3
    assert isoloir.states() == {"accepted": len(taken), "unknown": len(dead), "waiting": 30 - len(taken) - len(dead)}


def test_ipv6(isoloir):
    prepare(isoloir, [voter(1)])
    handler = Handler()
    controller = Controller(handler, hostname="::1", port=free_port())
    controller.start()
    try:
        relay(isoloir, controller.port, host='"::1"')
        assert "1 accepted" in isoloir.run("outbox", "send").stdout
    finally:
        controller.stop()


def test_what_has_no_way_out_is_not_waited_for(isoloir):
    isoloir.election()
    isoloir.roll([voter(1), voter(2, email="", phone="06 39 98 00 02")])
    isoloir.run("identifiers", "issue")
    handler = Handler()
    with aiosmtpd(handler) as port:
        relay(isoloir, port)
        done = isoloir.run("outbox", "send", "--until-empty", timeout=60)
    assert "1 accepted" in done.stdout and '1 SMS wait, and the settings have no "sms"' in done.stdout


def test_refusals_for_now_are_given_up_after_two_days(isoloir):
    prepare(isoloir, [voter(1)])
    isoloir.sql("UPDATE outbox_message SET attempts = 14")
    with Script(refusing_recipients(b"450 4.2.1 later\r\n")) as script:
        relay(isoloir, script.port, connections=1)
        isoloir.run("outbox", "send")
        [(delay,)] = isoloir.sql("SELECT due_at - strftime('%s', 'now') FROM outbox_message")
        assert 0.75 * 4 * 3600 <= delay <= 1.25 * 4 * 3600
        isoloir.sql("UPDATE outbox_message SET due_at = 0")
        isoloir.run("outbox", "send")
    assert isoloir.states() == {"failed": 1}
