"""An installation on a machine: what the doctor finds, whose the files are, backups with retention, and the questions before steps that
nothing takes back."""
import fcntl
import glob
import json
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import time

import pytest
from conftest import PROGRAM, ROOT, answered, free_port, needs, running, voter
from test_mail import Handler, Login, aiosmtpd, relay
from test_sms import Kannel

#: Records of domains as a name server gives them out: one in order, one without anything, one with each fault.
RECORDS = {
    "vote.example.org": ["v=spf1 a:relay.example.org -all"],
    "s1._domainkey.vote.example.org": ["v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"],
    "revoked._domainkey.vote.example.org": ["v=DKIM1; p="],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine"],
    "twice.example.net": ["v=spf1 -all", "v=spf1 a -all"],
    "open.example.net": ["v=spf1 +all"],
    "_dmarc.open.example.net": ["v=DMARC1; rua=mailto:x@open.example.net"],
    "_dmarc.both.example.net": ["v=DMARC1; p=none", "v=DMARC1; p=reject"],
    "_dmarc.above.example.net": ["v=DMARC1; p=none; sp=reject"],
}


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """A real name server on this machine, with those records alone; its address."""
    needs("dnsmasq")
    port = free_port()
    words = ["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", f"--port={port}", "--user=",
             "--listen-address=127.0.0.1", "--bind-interfaces", "--no-daemon", "--pid-file=", "--local=/example.org/", "--local=/example.net/"]
    for name, texts in RECORDS.items():
        words += [f"--txt-record={name},{text}" for text in texts]
    with running(words, port):
        yield f"127.0.0.1:{port}"


def examined(isoloir, *words, status=0):
    """What the doctor says, as `area: [(state, text)]`."""
    found = {}
    for finding in isoloir.json("doctor", *words, status=status):
        found.setdefault(finding["area"], []).append((finding["state"], finding["text"]))
    return found


def states(found, area):
    return [state for state, _ in found[area]]


def test_the_doctor_finds_a_fresh_installation_in_order_and_says_what_is_missing(isoloir):
    isoloir.election()
    found = examined(isoloir, "--offline")
    for area in ("settings", "permissions", "disk", "store", "keys", "templates"):
        assert states(found, area) == ["ok"], (area, found[area])
    assert "not sealed" in found["box key"][0][1]
    shown = isoloir.run("doctor", "--offline").stdout
    assert re.search(r"^  ok     store ", shown, re.M) and "FAULT" not in shown


def test_the_doctor_names_each_fault_with_its_cure(isoloir):
    isoloir.election()
    os.chmod(f"{isoloir.keys}/cse-2026.key", 0o644)
    refused = isoloir.run("doctor", "--offline", status=1)
    assert "chmod go= " in refused.stdout and "fault" in refused.stderr
    os.chmod(f"{isoloir.keys}/cse-2026.key", 0o600)
    os.rename(f"{isoloir.keys}/cse-2026.key", f"{isoloir.folder}/away")
    assert "key restore" in examined(isoloir, "--offline", status=1)["keys"][0][1]
    os.rename(f"{isoloir.folder}/away", f"{isoloir.keys}/cse-2026.key")
    shutil.copytree(f"{ROOT}/Templates", f"{isoloir.folder}/own")
    with open(f"{isoloir.folder}/own/mail/identifier.fr.txt", "a", encoding="utf-8") as file:
        file.write("{{nothing}}\n")
    found = examined(isoloir, "--offline", "--templates", f"{isoloir.folder}/own", status=1)
    assert states(found, "templates") == ["fault"] and "nothing" in found["templates"][0][1]
    with open(f"{isoloir.folder}/isoloir.yaml", "a") as file:
        file.write("maill: {}\n")
    assert "maill" in examined(isoloir, "--offline", status=1)["settings"][0][1]
    isoloir.settings("")
    isoloir.sql("DROP TRIGGER journal_entry_keeps")
    isoloir.sql("UPDATE journal_entry SET action = 'x' WHERE number = 1")
    assert states(examined(isoloir, "--offline", status=1), "store") == ["fault"]


@pytest.mark.parametrize("line", ["maill: {}", "mail: {host: [}", "mail: {port: many}"])
def test_one_wrong_line_of_the_settings_ends_no_other_look(isoloir, line):
    isoloir.election()
    isoloir.settings("")
    with open(f"{isoloir.folder}/isoloir.yaml", "a") as file:
        file.write(f"store: {isoloir.store}\nkeys: {isoloir.keys}\n{line}\n")
    os.chmod(f"{isoloir.keys}/cse-2026.key", 0o644)
    found = examined(isoloir, "--offline", status=1)
    assert "fault" in states(found, "settings") and states(found, "permissions") == ["fault"], found
    assert "disk" in found and "clock" in found and states(found, "store") == ["note"]


def test_the_doctor_wants_a_gateway_for_sms_and_looks_at_the_way_back(isoloir):
    isoloir.election()
    lmtp = f"{isoloir.folder}/bounces.sock"
    isoloir.settings(f"mail:\n  host: 127.0.0.1\n  port: {free_port()}\n  encryption: none\n"
                     f"  bounces: {{address: bounces@vote.example.org, socket: {lmtp}}}\n")
    found = examined(isoloir, "--dns", f"127.0.0.1:{free_port()}", status=1)
    assert states(found, "sms") == ["fault"] and "add \"sms\"" in found["sms"][0][1]
    assert found["bounces"][-1] == ("note", f"{lmtp} is not there: the service makes it when it starts; look again then")
    with open(lmtp, "w"):
        pass
    assert "is no socket" in examined(isoloir, "--offline", status=1)["bounces"][-1][1]
    os.remove(lmtp)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(lmtp)
        os.chmod(lmtp, 0o600)
        try:
            pwd.getpwnam("postfix")
        except KeyError:
            return
        assert "adduser postfix" in examined(isoloir, "--offline", status=1)["bounces"][-1][1]
        os.chmod(lmtp, 0o666)
        os.chmod(isoloir.folder, 0o755)
        # Whether Postfix is shut in is this machine's own matter.
        shown = subprocess.run(isoloir.command("doctor", "--offline"), capture_output=True, text=True, cwd=isoloir.folder, timeout=60).stdout
        assert "bounces" in shown and "adduser" not in shown, shown


#: How Debian's Postfix lists its services, and where nginx keeps the site of the package.
LMTP, NGINX = "lmtp      unix  -       -       {}       -       -       lmtp\n", "/etc/nginx/sites-enabled/isoloir"


def examined_with(isoloir, etc, files):
    """What the doctor says where files of the machine hold other texts: it sees a copy of /etc, in a mount namespace of its own."""
    if not os.path.exists(etc):
        # What only root may read is no matter here.
        subprocess.run(["cp", "-a", "/etc/.", etc], capture_output=True, check=False)
    for path, content in files.items():
        os.makedirs(os.path.dirname(etc + path.removeprefix("/etc")), exist_ok=True)
        with open(etc + path.removeprefix("/etc"), "w") as file:
            file.write(content)
    words = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c", 'mount --bind "$0" /etc && exec "$@"', etc]
    done = subprocess.run([*words, *isoloir.command("doctor", "--offline", "--json")], capture_output=True, text=True, cwd=isoloir.folder, timeout=60)
    found = {}
    for finding in json.loads(done.stdout or "[]"):
        found.setdefault(finding["area"], []).append((finding["state"], finding["text"]))
    assert found, done.stderr
    return found


def test_the_doctor_reads_what_postfix_and_nginx_let_through(isoloir, tmp_path):
    isoloir.election()
    lmtp, etc = f"{isoloir.folder}/bounces.sock", f"{tmp_path}/etc"
    with open(f"{isoloir.folder}/sms", "w") as file:
        file.write("secret\n")
    os.chmod(f"{isoloir.folder}/sms", 0o600)
    isoloir.settings(f"mail:\n  host: 127.0.0.1\n  port: {free_port()}\n  encryption: none\n"
                     f"  bounces: {{address: bounces@vote.example.org, socket: {lmtp}}}\n"
                     f"sms:\n  provider: rest\n  url: http://127.0.0.1:{free_port()}/\n  sender: VOTE\n"
                     f"  passwordFile: {isoloir.folder}/sms\n  receipts: https://vote.example.org/receipts/sms\n")

    def look(files):
        found = examined_with(isoloir, etc, files)
        return found["bounces"], found.get("receipts", [])

    bare = "# lmtp unix - - y - - lmtp\nrelay unix - - y - - smtp\n"
    with open(f"{ROOT}/Templates/deploy/nginx.conf", encoding="utf-8") as file:
        site = file.read()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(lmtp)
        os.chmod(lmtp, 0o666)
        for folder in (isoloir.folder, os.path.dirname(isoloir.folder)):
            os.chmod(folder, 0o755)
        # As Debian sets it up, Postfix' deliveries see their own folder alone.
        bounces, receipts = look({"/etc/postfix/master.cf": bare + LMTP.format("y"), NGINX: site})
        assert [state for state, _ in bounces] == ["fault"] and "postconf -F lmtp/unix/chroot=n" in bounces[0][1] and lmtp in bounces[0][1]
        # As the guide wants it; the package's own site lets this machine alone in.
        bounces, receipts = look({"/etc/postfix/master.cf": bare + LMTP.format("n")})
        assert [state for state, _ in bounces] == ["ok"], bounces
        [(state, told)] = receipts
        assert state == "note" and told.startswith("https://vote.example.org/receipts/sms: nginx") and "allow ITS-ADDRESS;" in told
        # A gateway's address was added, or nobody is kept out: there is nothing to say.
        for change in (("allow 127.0.0.1;", "allow 127.0.0.1;\n        allow 192.0.2.7;"), ("deny all;", "")):
            assert site.count(change[0]) >= 1
            at = site.index("location /receipts/ {")
            assert look({NGINX: site[:at] + site[at:].replace(*change, 1)})[1] == []
        # Nor without the package's site.
        os.remove(etc + NGINX.removeprefix("/etc"))
        assert look({})[1] == []


def test_keys_are_sealed_and_backups_looked_at(isoloir, monkeypatch):
    isoloir.election()
    found = examined(isoloir, "--offline")
    assert "lies in clear" in found["keys"][0][1] and "none was ever made" in found["backup"][0][1]
    isoloir.run("store", "backup", f"{isoloir.folder}/a.backup")
    assert "0 hours old" in examined(isoloir, "--offline")["backup"][0][1]
    assert "no secret" in isoloir.run("key", "seal", "--yes", status=1).stderr
    credentials = f"{isoloir.folder}/credentials"
    os.makedirs(credentials, mode=0o700)
    with open(f"{credentials}/isoloir-seal", "w") as file:
        file.write("c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0\n")
    before = open(f"{isoloir.keys}/cse-2026.key").read()
    with monkeypatch.context() as patch:
        patch.setenv("CREDENTIALS_DIRECTORY", credentials)
        found = examined(isoloir, "--offline")
        assert states(found, "keys") == ["note"] and "isoloir key seal" in found["keys"][0][1]
        said = isoloir.run("key", "seal", "--yes").stdout
        assert "cse-2026: sealed" in said and "_backup: sealed" in said
        assert "sealed already" in isoloir.run("key", "seal", "--yes").stdout
        assert "lies sealed" in examined(isoloir, "--offline")["keys"][0][1]
        isoloir.run("store", "backup", f"{isoloir.folder}/b.backup")
        # A clear key that somebody puts beside the sealed ones is named, sealed alone, and the others stay as they are.
        sealed = {name: open(f"{isoloir.keys}/{name}").read() for name in os.listdir(isoloir.keys)}
        with open(f"{isoloir.keys}/other-2026.key", "w") as file:
            file.write(before)
        os.chmod(f"{isoloir.keys}/other-2026.key", 0o600)
        said = isoloir.run("key", "seal", "--yes").stdout
        assert "other-2026: sealed" in said and "cse-2026: sealed" not in said
        assert {name: open(f"{isoloir.keys}/{name}").read() for name in sealed} == sealed
        os.remove(f"{isoloir.keys}/other-2026.key")
    # Under another secret nothing is sealed: a folder holds keys under one.
    others = f"{isoloir.folder}/others"
    os.makedirs(others, mode=0o700)
    with open(f"{others}/isoloir-seal", "w") as file:
        file.write("b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI=\n")
    with open(f"{isoloir.keys}/other-2026.key", "w") as file:
        file.write(before)
    os.chmod(f"{isoloir.keys}/other-2026.key", 0o600)
    with monkeypatch.context() as patch:
        patch.setenv("CREDENTIALS_DIRECTORY", others)
        refused = isoloir.run("key", "seal", "--yes", status=1).stderr
        assert "does not open with this secret" in refused and "key restore" in refused, refused
    assert open(f"{isoloir.keys}/other-2026.key").read() == before
    os.remove(f"{isoloir.keys}/other-2026.key")
    for name in os.listdir(isoloir.keys):
        with open(f"{isoloir.keys}/{name}") as file:
            assert before not in file.read(), name
        assert os.stat(f"{isoloir.keys}/{name}").st_mode & 0o077 == 0 and name.endswith((".key", ".box")), name
    # Without the secret nothing opens, and the cure is named.
    found = examined(isoloir, "--offline", status=1)
    assert "LoadCredentialEncrypted" in found["keys"][0][1]
    os.remove(f"{isoloir.keys}/_backup.key")
    with monkeypatch.context() as patch:
        patch.setenv("CREDENTIALS_DIRECTORY", credentials)
        assert "put it back from its copy" in examined(isoloir, "--offline", status=1)["backup"][0][1]


def test_the_doctor_signs_in_at_the_relay_and_sends_nothing(isoloir, certificates):
    isoloir.election()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{certificates}/localhost.pem", f"{certificates}/localhost.key")
    password = f"{isoloir.folder}/password"
    handler = Handler()
    with aiosmtpd(handler, tls_context=context, require_starttls=True, authenticator=Login(), auth_required=True) as port:
        for text, state in (("s3cret", "ok"), ("wrong", "fault")):
            with open(password, "w") as file:
                file.write(text)
            os.chmod(password, 0o600)
            relay(isoloir, port, host="localhost", encryption="starttls", certificates=f"{certificates}/ca.pem", user="me", passwordFile=password)
            found = examined(isoloir, "--dns", f"127.0.0.1:{free_port()}", status=1)
            assert states(found, "mail") == [state], found["mail"]
    assert not handler.mails
    relay(isoloir, free_port())
    assert "cannot be reached" in examined(isoloir, "--dns", f"127.0.0.1:{free_port()}", status=1)["mail"][0][1]


def test_the_doctor_asks_the_gateway_whether_it_takes_the_account(isoloir, tmp_path):
    isoloir.election(("address: https://vote.example.org", "address: http://localhost:8080"))
    kannel = Kannel(tmp_path)
    try:
        kannel.start()
        kannel.settings(isoloir)
        assert states(examined(isoloir, status=1), "sms") == ["ok"]
        kannel.settings(isoloir, password="wrong")
        assert "refuses our account" in examined(isoloir, status=1)["sms"][0][1]
    finally:
        kannel.stop()
    assert "cannot be reached" in examined(isoloir, status=1)["sms"][0][1]


def test_the_doctor_reads_what_the_sender_publishes(isoloir, names):
    isoloir.election(("address: https://vote.example.org", "address: http://localhost:8080"))
    relay_lines = f"mail:\n  host: 127.0.0.1\n  port: {free_port()}\n  encryption: none\n"
    isoloir.settings(relay_lines + "  dkim: s1\n")
    found = examined(isoloir, "--dns", names, status=1)
    assert [states(found, area) for area in ("spf", "dkim", "dmarc")] == [["ok"]] * 3, found
    isoloir.settings(relay_lines + "  dkim: revoked\n")
    assert "revoked" in examined(isoloir, "--dns", names, status=1)["dkim"][0][1]
    isoloir.settings(relay_lines + "  dkim: s2\n")
    assert "no DKIM key" in examined(isoloir, "--dns", names, status=1)["dkim"][0][1]
    isoloir.settings(relay_lines)
    for domain, spf, dmarc in (("none.example.net", "no SPF record", "no DMARC record"), ("twice.example.net", "2 SPF records", "no DMARC"),
                               ("open.example.net", "everybody", "no policy")):
        isoloir.election(("address: https://vote.example.org", "address: http://localhost:8080"),
                         ("email: ne-pas-repondre@vote.example.org", f"email: vote@{domain}"))
        found = examined(isoloir, "--dns", names, status=1)
        assert spf in found["spf"][0][1] and dmarc in found["dmarc"][0][1], found
        assert states(found, "dkim") == ["note"] and "mail.dkim" in found["dkim"][0][1]
    for domain, dmarc in (("both.example.net", "2 DMARC records"), ("vote.above.example.net", "sp=reject"), ("above.example.net", ": p=none")):
        isoloir.election(("address: https://vote.example.org", "address: http://localhost:8080"),
                         ("email: ne-pas-repondre@vote.example.org", f"email: vote@{domain}"))
        assert dmarc in examined(isoloir, "--dns", names, status=1)["dmarc"][0][1]
    # Nobody there: an answer all the same, and soon.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        began = time.monotonic()
        found = examined(isoloir, "--dns", f"127.0.0.1:{silent.getsockname()[1]}", status=1)
    assert 2 <= time.monotonic() - began < 20 and states(found, "spf") == ["note"] and "dmarc" not in found


def test_the_doctor_reads_the_certificate(isoloir, certificates, monkeypatch):
    isoloir.election(("address: https://vote.example.org", "address: https://localhost"))
    pair = f"certificate: {certificates}/localhost.pem, key: {certificates}/localhost.key"
    isoloir.settings(f"server: {{{pair}}}\n")
    found = examined(isoloir, status=1)
    assert states(found, "certificate") == ["ok"] and re.search(r"good for (29|30) days", found["certificate"][0][1])
    for chain, key, said in (("elsewhere.example.org.pem", "elsewhere.example.org.key", "not for localhost"),
                             ("localhost.pem", "elsewhere.example.org.key", "is not the key of")):
        isoloir.settings(f"server: {{certificate: {certificates}/{chain}, key: {certificates}/{key}}}\n")
        assert said in examined(isoloir, status=1)["certificate"][0][1]
    # Behind a proxy it is the one that browsers are shown: nobody vouches for this one.
    port = free_port()
    isoloir.election(("address: https://vote.example.org", f"address: https://localhost:{port}"))
    isoloir.settings("")
    assert "nothing answers" in examined(isoloir, status=1)["certificate"][0][1]
    with running(["openssl", "s_server", "-accept", str(port), "-cert", f"{certificates}/localhost.pem", "-key", f"{certificates}/localhost.key",
                  "-quiet"], port):
        assert "is not good" in examined(isoloir, status=1)["certificate"][0][1]
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificates}/ca.pem")
        assert states(examined(isoloir, status=1), "certificate") == ["ok"]
        # The console has one of its own, where it has an address of its own.
        isoloir.settings(f"server: {{manager: {{url: \"https://localhost:{free_port()}\"}}}}\n")
        found = examined(isoloir, status=1)
        assert states(found, "certificate") == ["ok", "fault"] and "nothing answers" in found["certificate"][1][1]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can call for another account")
def test_what_root_calls_goes_on_as_the_owner_of_the_store(isoloir):
    nobody = pwd.getpwnam("nobody")
    for folder in (isoloir.folder, f"{isoloir.folder}/store", f"{isoloir.folder}/keys"):
        os.makedirs(folder, exist_ok=True)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    folder = isoloir.folder
    while folder != "/":
        os.chmod(folder, os.stat(folder).st_mode | 0o011)
        folder = os.path.dirname(folder)
    os.chmod(f"{isoloir.folder}/keys", 0o700)
    isoloir.settings(f"mail: {{folder: {isoloir.folder}/mail}}\n")
    said = isoloir.election().stderr
    assert "Called by root: this goes on as nobody" in said
    isoloir.roll([voter(number) for number in range(1, 4)])
    isoloir.run("identifiers", "issue")
    isoloir.run("store", "backup", f"{isoloir.folder}/a.backup")
    isoloir.run("store", "empty-log")
    made = glob.glob(f"{isoloir.folder}/store/*") + glob.glob(f"{isoloir.keys}/*") + glob.glob(f"{isoloir.folder}/mail*")
    assert any(path.endswith(".lock") for path in made)
    assert {os.stat(path).st_uid for path in made} == {nobody.pw_uid}, made
    # The journal names who called.
    assert {who for who, in isoloir.sql("SELECT principal FROM journal_entry")} == {"system:root"}
    # What root made before is told, and the cure is one command.
    os.chown(f"{isoloir.store}-backup.lock", 0, 0)
    found = examined(isoloir, "--offline", status=1)
    assert states(found, "permissions") == ["fault"] and "chown -R nobody " in found["permissions"][0][1]
    # A service of that account opens all of it.
    done = subprocess.run(["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", *isoloir.command("store", "check")],
                          capture_output=True, text=True, cwd="/tmp", timeout=60)
    assert done.returncode == 0 and "Called by root" not in done.stderr, done.stderr


def test_backups_into_a_folder_keep_the_latest_and_the_custody_knows(isoloir):
    isoloir.election()
    folder = f"{isoloir.folder}/backups"
    assert "wants a folder" in isoloir.run("store", "backup", folder, "--keep", "2", status=2).stderr
    os.makedirs(folder)
    with open(f"{folder}/other.txt", "w") as file:
        file.write("not ours")
    for _ in range(4):
        isoloir.run("store", "backup", folder, "--keep", "2")
        time.sleep(1.1)
    names = sorted(os.listdir(folder))
    assert len(names) == 3 and "other.txt" in names and all(re.fullmatch(r"isoloir-\d{8}T\d{6}Z\.backup", name) for name in names[:2])
    assert isoloir.sql("SELECT count(*) FROM journal_entry WHERE action = 'store.backup.removed'") == [(2,)]
    removed = [json.loads(details) for details, in isoloir.sql("SELECT details FROM journal_entry WHERE action = 'store.backup.removed'")]
    made = [json.loads(details) for details, in isoloir.sql("SELECT details FROM journal_entry WHERE action = 'store.backup' ORDER BY number")]
    assert [(entry["file"], entry["sha256"]) for entry in removed] == [(entry["file"], entry["sha256"]) for entry in made[:2]]
    assert isoloir.sql("SELECT count(*) FROM journal_entry WHERE action = 'poll.backupDestroyed'") == [(0,)]
    # The latest one opens.
    for path in glob.glob(f"{isoloir.store}*"):
        os.rename(path, path.replace("isoloir.sqlite", "before.sqlite"))
    assert "restored and checked" in isoloir.run("store", "restore", f"{folder}/{names[1]}").stdout


def test_a_backup_that_cannot_be_read_does_not_end_retention(isoloir):
    """A disk that fails is where retention matters: the old file goes without its digest, and what stays is said."""
    isoloir.election()
    folder = f"{isoloir.folder}/backups"
    os.makedirs(folder)
    old = f"{folder}/isoloir-20200101T000000Z.backup"
    os.symlink(f"{isoloir.folder}/a-disk-that-is-gone", old)
    made = isoloir.run("store", "backup", folder, "--keep", "1")
    assert "It was removed without the digest" in made.stderr and f"{old}: removed, 1 newer one stay" in made.stdout.replace("stays", "stay")
    assert not os.path.lexists(old) and len(os.listdir(folder)) == 1
    [details] = [json.loads(details) for details, in isoloir.sql("SELECT details FROM journal_entry WHERE action = 'store.backup.removed'")]
    assert details == {"file": os.path.basename(old)}
    # What cannot be removed is said, and the new backup stays.
    os.makedirs(old)
    time.sleep(1.1)
    refused = isoloir.run("store", "backup", folder, "--keep", "1", status=1).stderr
    assert f"{old} cannot be removed" in refused and len(os.listdir(folder)) == 3


def test_the_restore_drill_of_the_guide_ends_with_votes(isoloir, tmp_path):
    drills = set()
    for name in ("Templates/help/administrators.fr.md", "Templates/help/administrators.en.md", "Sources/Store/Store.docc/BackupAndRestore.md"):
        with open(f"{ROOT}/{name}", encoding="utf-8") as file:
            found = re.search(r"^```\n(isoloir store restore .*?)^```$", file.read(), re.M | re.S).group(1)
        # What stands behind two blanks is said about the command.
        drills.add("\n".join(line.split("  ")[0] for line in found.strip().splitlines()))
    [drill] = drills
    isoloir.election()
    isoloir.roll([voter(number) for number in range(1, 13)] + [voter(number, college="cadres") for number in range(20, 33)])
    isoloir.run("identifiers", "issue")
    for name in ("ines", "hugo"):
        isoloir.run("key", "member", "--name", name.title(), "--to", f"{isoloir.folder}/{name}")
    isoloir.run("key", "escrow", "--to", f"{isoloir.folder}/escrow.file", "--member", f"{isoloir.folder}/ines.pub", "--member",
                f"{isoloir.folder}/hugo.pub")
    isoloir.run("store", "backup", f"{isoloir.folder}/monday.backup")
    # Another machine: nothing but the backup, its key, the escrow file and two members.
    second = type(isoloir)(tmp_path / "second")
    os.makedirs(second.keys, mode=0o700)
    shutil.copy(f"{isoloir.keys}/_backup.key", second.keys)
    for name in ("monday.backup", "escrow.file", "ines.key", "hugo.key"):
        shutil.copy(f"{isoloir.folder}/{name}", second.folder)
    shutil.rmtree(isoloir.keys)
    said = ""
    for line in drill.splitlines():
        for command in line.split(" && "):
            assert command.startswith("isoloir ")
            said = second.run(*command.split()[1:], timeout=300).stdout
    assert "The rehearsal went through" in said


def test_steps_that_nothing_takes_back_show_what_they_rest_on_and_ask(isoloir):
    isoloir.election()
    isoloir.roll([voter(number) for number in range(1, 13)] + [voter(20, college="cadres", email="", phone=""),
                                                             voter(21, college="cadres", email="", phone="+32 470 12 34 56")], "--accept-valid")
    for step in (("seal", "--box-key", f"{isoloir.folder}/box.key"), ("open", "--box-key", f"{isoloir.folder}/box.key"), ("close",)):
        refused = isoloir.run("poll", *step, status=1)
        assert "say --yes" in refused.stderr and "12 voters" in refused.stderr and "Nothing was changed" in refused.stderr
    assert not os.path.exists(f"{isoloir.folder}/box.key")
    status, shown = answered(isoloir, "n", "poll", "seal", "--box-key", f"{isoloir.folder}/box.key")
    assert status == 1 and not os.path.exists(f"{isoloir.folder}/box.key")
    for words in ("ballot titulaires-ouvriers: 12 voters", "answers", "without an identifier", "not sent yet: 0 mails", "letters"):
        assert words in shown, shown
    # One without any contact, and one whose only number SMS may not go to, as the issue of identifiers says; whoever gave a contact
    # on the phone is reached.
    assert "  2 unreachable by" in shown, shown
    assert isoloir.json("identifiers", "issue")["unreachableVoters"] == ["V20", "V21"]
    isoloir.run("identifiers", "reissue", "V20", "--by", "email", "--to", "v20@example.org", "--reason", "called")
    assert "  1 unreachable by" in isoloir.run("poll", "seal", "--box-key", f"{isoloir.folder}/box.key", status=1).stderr
    # Whose answer is yes goes on, to the reasons that stand in the way of this seal.
    status, shown = answered(isoloir, "y", "poll", "seal", "--box-key", f"{isoloir.folder}/box.key")
    assert status == 1 and "2 trustees are needed" in shown


def test_a_seal_is_of_what_was_looked_at(isoloir):
    isoloir.election()
    isoloir.roll([voter(number) for number in range(1, 13)] + [voter(20, college="cadres")])
    # While somebody looks at the summary, another definition is stored.
    status, shown = answered(isoloir, "y", "poll", "seal", "--box-key", f"{isoloir.folder}/box.key",
                             meanwhile=lambda: isoloir.election(("closes: 2026-12-01 17:00", "closes: 2026-12-02 17:00")))
    assert status == 1 and "was stored anew meanwhile" in shown and not os.path.exists(f"{isoloir.folder}/box.key")
    # While a seal is under way, none is stored.
    with open(f"{isoloir.store}-seal.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        refused = isoloir.run("election", "create", f"{isoloir.folder}/election", status=1).stderr
    assert "A seal or another change of a definition is under way" in refused
    isoloir.run("election", "create", f"{isoloir.folder}/election")


def test_manual_and_completion_come_from_the_commands_themselves(tmp_path):
    page = tmp_path / "isoloir.1"
    page.write_text(subprocess.run([PROGRAM, "manual"], capture_output=True, text=True, check=True).stdout)
    read = subprocess.run(["man", "--warnings", "-l", str(page)], capture_output=True, text=True, env={**os.environ, "MANWIDTH": "120", "LC_ALL": "C.UTF-8"})
    assert read.returncode == 0 and not read.stderr, read.stderr
    commands = re.findall(r"^  isoloir (\w[\w-]*(?: [a-z][\w-]*)?)", subprocess.run([PROGRAM, "--help"], capture_output=True, text=True).stdout, re.M)
    assert len(commands) > 60
    for command in commands:
        assert f"isoloir {command}" in read.stdout, command
    script = subprocess.run([PROGRAM, "completion"], capture_output=True, text=True, check=True).stdout
    def completed(*words):
        quoted = " ".join(f"'{word}'" for word in words)
        asked = f"{script}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _isoloir; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        done = subprocess.run(["bash", "-euc", asked], capture_output=True, text=True, cwd=tmp_path)
        assert not done.stderr, done.stderr
        return done.stdout.split()
    assert "poll" in completed("isoloir", "p") and "doctor" in completed("isoloir", "d")
    assert completed("isoloir", "poll", "sea") == ["seal"]
    assert completed("isoloir", "poll", "seal", "--b") == ["--box-key"] and "--yes" in completed("isoloir", "poll", "close", "--")
    assert completed("isoloir", "serve", "--po") == ["--port"]
    assert completed("isoloir", "poll", "seal", "--box-key", "iso") == ["isoloir.1"]
