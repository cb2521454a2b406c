"""What gateways and relays say afterwards: receipts of SMS, bounces of mail."""
import hashlib
import os
import re
import smtplib
import subprocess
import time

import requests
from conftest import Client, peers_of, road

voter = road.voter
NOWHERE = "v1@nowhere.example.org"


def tag(site, token, election="cse-2026"):
    """The tag that the program gives with a token: keyed by the election's key."""
    with open(f"{site.keys}/{election}.key", encoding="utf-8") as file:
        key = bytes.fromhex(file.read().split("\n")[1])
    subkey = hashlib.blake2b(digest_size=32, key=key, salt=(11).to_bytes(8, "little") + bytes(8), person=b"isoloir1" + bytes(8)).digest()
    return hashlib.blake2b(b"receipt:" + token.encode(), digest_size=16, key=subkey).hexdigest()[:16]


def test_kannel_s_receipts_come_back_and_others_are_refused(site, tmp_path):
    kannel = peers_of("test_sms").Kannel(tmp_path)
    site.prepare([voter(1, email="", phone="06 39 98 00 01")])
    with open(f"{site.folder}/password", "w") as file:
        file.write("foobar")
    os.chmod(f"{site.folder}/password", 0o600)
    site.settings(f"sms:\n  provider: kannel\n  url: http://127.0.0.1:{kannel.ports[13013]}/cgi-bin/sendsms\n  user: tester\n"
                  f"  passwordFile: {site.folder}/password\n  sender: \"38000\"\n  receipts: {site.address}/receipts/sms\n")
    try:
        kannel.start()
        site.serve()
        Client(site).identify(site.identifier("+33639980001"))
        # Kannel itself reports, first that its centre took the message, then that it was delivered.
        road.wait_until(lambda: site.sql("SELECT state FROM outbox_message WHERE kind = 'code'") == [("delivered",)], 20)
        [(token,)] = site.sql("SELECT provider_id FROM outbox_message WHERE kind = 'code'")
        right = {"id": token, "tag": tag(site, token), "status": "1"}
        for wrong in ({"tag": "0" * 16}, {"id": "0" * 24}, {"tag": right["tag"][:-1]}):
            assert requests.get(f"{site.address}/receipts/sms", params=right | wrong, timeout=10).status_code == 403
        assert requests.get(f"{site.address}/receipts/sms", params={"id": token}, timeout=10).status_code == 400
        site.sql("UPDATE outbox_message SET state = 'accepted' WHERE kind = 'code'")
        assert requests.get(f"{site.address}/receipts/sms", params=right, timeout=10).text == "taken\n"
        assert site.sql("SELECT state FROM outbox_message WHERE kind = 'code'") == [("delivered",)]
        # The first final word stands, whichever it was.
        for first, later, state in (("1", "2", "delivered"), ("2", "1", "bounced")):
            site.sql("UPDATE outbox_message SET state = 'accepted' WHERE kind = 'code'")
            for status in (first, later):
                assert requests.get(f"{site.address}/receipts/sms", params=right | {"status": status}, timeout=10).status_code == 200
            assert site.sql("SELECT state FROM outbox_message WHERE kind = 'code'") == [(state,)]
        # Words as the short message protocol has them, in any case; what is not final changes nothing.
        for word, state in (("DELIVRD", "delivered"), ("delivered", "delivered"), ("UNDELIV", "bounced"), ("rejectd", "bounced"),
                            ("EXPIRED", "bounced"), ("ENROUTE", "accepted"), ("ACCEPTD", "accepted"), ("UNKNOWN", "accepted"), ("8", "accepted"),
                            ("DELIVERED_TO_HANDSET", "delivered"), ("UNDELIVERABLE_REJECTED_OPERATOR", "bounced"), ("NOT DELIVERED", "bounced")):
            site.sql("UPDATE outbox_message SET state = 'accepted' WHERE kind = 'code'")
            assert requests.get(f"{site.address}/receipts/sms", params=right | {"status": word}, timeout=10).status_code == 200
            assert site.sql("SELECT state FROM outbox_message WHERE kind = 'code'") == [(state,)], word
        assert token not in open(f"{site.folder}/serve.log", encoding="utf-8").read()
    finally:
        kannel.stop()


def test_a_gateway_s_numbers_are_its_own(site):
    """What Kannel calls 2 and 1 is the opposite of what the short message protocol calls so: of other gateways words alone count."""
    site.prepare([voter(1, email="", phone="06 39 98 00 01")])
    with open(f"{site.folder}/token", "w") as file:
        file.write("t0ken")
    os.chmod(f"{site.folder}/token", 0o600)
    with peers_of("test_sms").gateway([202]) as (port, seen):
        site.settings(f"sms:\n  provider: rest\n  url: http://127.0.0.1:{port}/send\n  passwordFile: {site.folder}/token\n  sender: VOTE\n"
                      f"  receipts: {site.address}/receipts/sms\n")
        site.serve()
        Client(site).identify(site.identifier("+33639980001"))
        road.wait_until(lambda: site.sql("SELECT state FROM outbox_message WHERE kind = 'code'") == [("accepted",)], 20)
        address = seen[0][1]["receipt"]
        for number, state in (("2", "accepted"), ("1", "accepted"), ("5", "accepted"), ("8", "accepted"), ("16", "accepted"), ("DELIVRD", "delivered"), ("UNDELIV", "bounced")):
            site.sql("UPDATE outbox_message SET state = 'accepted' WHERE kind = 'code'")
            assert requests.get(f"{address}&status={number}", timeout=10).status_code == 200
            assert site.sql("SELECT state FROM outbox_message WHERE kind = 'code'") == [(state,)], number


def test_a_bounce_of_a_real_mail_server_marks_the_message(site, certificates):
    lmtp = f"/tmp/isoloir-bounces-{os.getpid()}.sock"
    mail = peers_of("test_mail")
    # The mail server takes the message and learns only from the next one that nobody has this address.
    far = mail.Script(mail.refusing_recipients(b"550 5.1.1 no such user\r\n"))
    more = ("transport_maps = inline:{ { vote.example.org = lmtp:unix:%s }, { nowhere.example.org = smtp:[127.0.0.1]:%d } }\n"
            "recipient_delimiter =\n" % (lmtp, far.port))
    site.prepare([voter(1, email=NOWHERE), voter(2)])
    with mail.postfix(certificates, more) as (port, folder):
        site.settings(f"mail:\n  host: localhost\n  port: {port}\n  encryption: starttls\n  certificates: {certificates}/ca.pem\n"
                      f"  name: client.example.org\n  bounces: {{address: bounces@vote.example.org, socket: {lmtp}}}\n")
        site.serve()
        try:
            os.chmod(lmtp, 0o666)  # Postfix's own user; an installation shares a group
            Client(site).identify(site.identifier(NOWHERE))
            road.wait_until(lambda: site.sql("SELECT state, reply FROM outbox_message WHERE kind = 'code' AND subject = 1")
                            == [("bounced", "bounced 5.1.1")], 30)
        except AssertionError:
            print(open(f"{folder}/mail.log").read()[-3000:], site.sql("SELECT kind, state, reply, provider_id FROM outbox_message"))
            raise
        # Nobody else can say that a message bounced.
        [(token,)] = site.sql("SELECT provider_id FROM outbox_message WHERE kind = 'code' AND subject = 1")
        for recipient, code in [(f"bounces+{token}.{'0' * 16}@vote.example.org", 550), ("bounces@vote.example.org", 550),
                                (f"bounces+{token}.{tag(site, token)}@vote.example.org", 250)]:
            with smtplib.LMTP(lmtp) as line:
                line.ehlo_or_helo_if_needed()
                line.mail("")
                assert line.rcpt(recipient)[0] == code
        with smtplib.LMTP(lmtp) as line:  # an automatic reply is no bounce
            line.sendmail("", [f"bounces+{token}.{tag(site, token)}@vote.example.org"], b"Subject: absent\r\n\r\nI am away. Action: failed\r\n")
    assert site.run("outbox", "status").stdout.count("bounced") == 1



def test_a_second_word_to_end_does_not_cut_the_end_short(site, tmp_path):
    site.prepare([voter(n) for n in range(1, 60)])
    site.settings(f"mail:\n  host: localhost\n  port: 9\n  encryption: none\n  name: client.example.org\n"
                  f"  bounces: {{address: bounces@vote.example.org, socket: {tmp_path}/b.sock}}\nsms: {{folder: {site.folder}/sms}}\n")
    site.serve()
    pid = site.process.pid
    for task in os.listdir(f"/proc/{pid}/task"):
        if int(task) == pid:  # the one that waits: the kernel shows what it waits for as let in
            continue
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as file:
            blocked = int(re.search(r"^SigBlk:\s*(\w+)$", file.read(), re.M).group(1), 16)
        # SIGINT is 2, SIGTERM 15: no thread but the one that waits for them may be ended by them.
        assert blocked >> 1 & 1 and blocked >> 14 & 1, task
    for _ in range(4):
        site.process.terminate()
        time.sleep(0.2)
    assert site.process.wait(60) == 0
    site.process = None
    assert not os.path.exists(f"{site.store}-wal") or os.path.getsize(f"{site.store}-wal") == 0


def test_bounces_are_taken_again_after_a_lack_of_descriptors(site, tmp_path):
    library, lmtp = f"{tmp_path}/no_place.so", f"/tmp/isoloir-place-{os.getpid()}.sock"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(os.path.dirname(__file__), "no_place.c")], check=True)
    site.prepare([voter(1)])
    site.settings("mail:\n  host: 127.0.0.1\n  port: 9\n  encryption: none\n  name: client.example.org\n"
                  f"  bounces: {{address: bounces@vote.example.org, socket: {lmtp}}}\n")
    site.serve(environment={"LD_PRELOAD": library, "NO_PLACE": "5"})
    with smtplib.LMTP(lmtp) as line:
        assert line.ehlo("test")[0] == 250
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        assert file.read().count("bounces wait: Too many open files") == 1
