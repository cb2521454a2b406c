"""Wrong clocks, a missing box key, a store that was moved, a full disk: none of them decides a poll or loses a vote."""
import re
import datetime
import glob
import os
import shutil
import subprocess
import time
import zoneinfo

import pytest
import requests
import staff
from conftest import Client, road
from test_casting import SMALL, Crowd

voter = road.voter
DAY = 86_400


def shifted(folder, seconds):
    """The environment of a program whose wall clock is wrong; the monotonic ones stay as they are."""
    library = f"{folder}/clock_shift.so"
    if not os.path.exists(library):
        source = os.path.join(os.path.dirname(__file__), "clock_shift.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    return {"LD_PRELOAD": library, "CLOCK_SHIFT": str(seconds)}


def voters():
    return [voter(n) for n in range(1, 13)] + [voter(13, college="cadres")]


def state(site):
    return site.json("poll", "status")["state"]


def cast(site, crowd):
    client, name, ballot = crowd.waiting.get()
    return client.session.post(f"{site.address}/ballots/{name}", data={"form": client.form_token, "ballot": ballot}, timeout=20)


def log(site):
    with open(f"{site.folder}/serve.log", encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("ahead, seconds, closes", [(40 * DAY, 6, 20 * DAY), (3 * 3600, 5, 7200)])
def test_a_clock_ahead_closes_nothing(site, ahead, seconds, closes):
    hour = datetime.datetime.fromtimestamp(time.time() + closes, zoneinfo.ZoneInfo("Europe/Paris")).strftime("%Y-%m-%d %H:%M")
    site.prepare(voters(), SMALL, closes=hour).open_poll().serve()
    time.sleep(1)
    site.stop()
    site.serve(environment=shifted(site.folder, ahead))
    time.sleep(seconds)
    assert state(site) == "ended"
    health = requests.get(f"{site.address}/health", timeout=10)
    assert health.status_code == 200 and "clock not believed: unproven" in health.text
    assert "the clock is not believed" in log(site)
    assert site.sql("SELECT count(*) FROM bureau_alert WHERE kind = 'clock.unproven'") == [(1,)]
    status = site.run("poll", "status").stdout
    assert "NOT BELIEVED" in status and "poll close --by NAME" in status
    site.stop()
    site.serve()
    road.wait_until(lambda: state(site) == "open")
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).text == "ok\n")
    assert cast(site, Crowd(site, 2)).status_code == 200
    assert "Nothing was added, removed or changed by hand" in site.run("poll", "status").stdout


def test_a_member_closes_a_poll_that_ended(site):
    site.prepare(voters(), SMALL).open_poll()
    site.serve(environment=shifted(site.folder, 4000 * DAY))
    road.wait_until(lambda: state(site) == "ended")
    site.stop()
    refused = site.run("poll", "close", status=1)
    assert "--by" in refused.stderr and state(site) == "ended"
    site.run("poll", "close", "--by", "Irene Laurent", "--reason", "minutes of today")
    assert state(site) == "closed"
    assert "Irene Laurent" in site.run("journal", "export").stdout


@pytest.mark.parametrize("deed", ["close", "extend"])
def test_the_bureau_confirms_the_end_or_takes_it_back_at_the_console(site, monkeypatch, deed):
    site.prepare(voters(), SMALL).open_poll()
    # All programs and the member's authenticator share the wrong clock; the poll's hour came by it.
    ahead, real = 4000 * DAY, time.time
    for name, value in shifted(site.folder, ahead).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    site.serve()
    road.wait_until(lambda: state(site) == "ended")
    [bureau] = staff.team(site, "bureau")
    page = bureau.get("seal").text
    assert "Confirmer la clôture du vote" in page and "Reprendre le vote jusqu" in page and "Procès-verbal (PDF)" in page
    assert bureau.do("poll/incident", words="L'horloge du serveur\navance").status_code == 200
    assert bureau.do("poll/incident", words="x", happened="2026-02-30 10:00").status_code == 422
    assert bureau.do("poll/presence", moment="closing", names="Irene Laurent\nRose Blanc").status_code == 200
    for closes, status in (("soon", 422), ("2027-01-01 09:00", 409)):
        assert bureau.do("poll/extend", closes=closes, reason="horloge").status_code == status
    if deed == "close":
        assert bureau.do("poll/close", reason="horloge vérifiée").status_code == 200
        assert state(site) == "closed"
        record = site.run("poll", "record", "--closing").stdout
        assert "closed for good" in record and "by staff:bureau: horloge vérifiée" in record
        assert "present at the closing: Irene Laurent, Rose Blanc" in record and "by staff:bureau: L'horloge du serveur avance" in record
    else:
        assert bureau.do("poll/extend", closes="2047-01-01 09:00", reason="horloge", tell="yes").status_code == 200
        assert state(site) == "open"
        road.wait_until(lambda: any("est prolongé" in text for text in site.texts("v1@example.org")))
    # Neither is offered any more.
    assert bureau.get("poll/close").status_code == 404 == bureau.get("poll/extend").status_code
    minutes = bureau.get("minutes.pdf")
    assert minutes.status_code == 200 and minutes.content.startswith(b"%PDF")


def test_an_open_poll_without_its_box_key_is_not_served(site):
    site.prepare(voters(), SMALL).open_poll().serve()
    crowd = Crowd(site, 2)
    site.stop()
    keys = glob.glob(f"{site.folder}/**/*.box", recursive=True)
    assert len(keys) == 1
    os.remove(keys[0])
    for words in (("poll", "status"), ("store", "check")):
        assert "box key is missing" in site.run(*words, status=1).stderr
    site.serve()
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).status_code == 503)
    assert "poll box-key FILE" in requests.get(f"{site.address}/health", timeout=10).text
    page = requests.get(f"{site.address}/", timeout=10)
    assert page.status_code == 503 and page.headers["Retry-After"] == "60" and "momentanément indisponible" in page.text
    assert "poll box-key FILE" in log(site)
    assert site.sql("SELECT count(*) FROM bureau_alert WHERE kind = 'boxKeyMissing'") == [(1,)]
    with open(f"{site.folder}/other.box", "w") as file:
        file.write("isoloir box key 1\n" + "ab" * 32 + "\n")
    os.chmod(f"{site.folder}/other.box", 0o600)
    assert "another poll's" in site.run("poll", "box-key", f"{site.folder}/other.box", status=1).stderr
    assert not os.path.exists(keys[0])
    site.run("poll", "box-key", f"{site.folder}/box.key")
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).text == "ok\n")
    assert cast(site, crowd).status_code == 200
    site.run("store", "check")


@pytest.mark.parametrize("how", ["moved", "deleted", "replaced", "log"])
def test_no_vote_is_taken_into_a_file_that_nobody_will_read(site, how):
    site.prepare(voters(), SMALL).open_poll().serve()
    crowd = Crowd(site, 2)
    assert cast(site, crowd).status_code == 200
    path = site.store
    if how == "moved":
        os.rename(path, path + ".moved")
    elif how == "deleted":
        os.remove(path)
    elif how == "log":
        os.rename(path + "-wal", path + "-wal.moved")
    else:
        shutil.copy(path, path + ".new")
        os.rename(path + ".new", path)
    # At once, not only from the next second's look on.
    answer = cast(site, crowd)
    assert answer.status_code == 503 and "receipt" not in answer.text
    assert requests.get(f"{site.address}/health", timeout=10).status_code == 503
    road.wait_until(lambda: requests.get(f"{site.address}/", timeout=10).status_code == 503)
    assert "Retry-After" in requests.get(f"{site.address}/", timeout=10).headers
    assert "VOTERS ARE NOT SERVED" in log(site)
    assert requests.get(f"{site.address}/manager", timeout=10).status_code == 503
    told = requests.get(f"{site.address}/api/v1/voters", timeout=10)
    assert told.status_code == 503 and told.headers["Content-Type"] == "application/problem+json" and int(told.headers["Retry-After"]) > 0
    assert told.json()["status"] == 503 and "moved" in told.json()["title"]
    site.kill()


@pytest.fixture
def small_disk(tmp_path):
    place = f"{tmp_path}/disk"
    os.makedirs(place)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", place], capture_output=True).returncode != 0:
        pytest.fail("a small tmpfs cannot be mounted here: run the tests as root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place):
    with open(f"{place}/filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"0" * 4096)
        except OSError:
            pass


def test_a_full_disk_is_not_ok_and_asks_to_come_back(site, small_disk):
    site.prepare([voter(1)])
    identifier = site.identifier("v1@example.org")
    for path in glob.glob(f"{site.store}*"):
        shutil.move(path, small_disk)
    site.store = f"{small_disk}/{os.path.basename(site.store)}"
    site.serve()
    client = Client(site)
    client.identify(identifier)
    assert requests.get(f"{site.address}/health", timeout=10).text == "ok\n"
    fill(small_disk)
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).status_code == 503)
    assert "disk is full" in requests.get(f"{site.address}/health", timeout=10).text
    other = Client(site)
    other.get("/")
    answer = other.identify(identifier)
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "60"
    os.remove(f"{small_disk}/filler")
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).text == "ok\n")
    site.stop()


def test_a_file_at_its_limit_of_size_is_an_error_and_no_end(site):
    site.prepare([voter(1)])
    log = f"{site.folder}/limited.log"
    # Nothing may be written beyond what the store has already; the log of the program is far below.
    limit = 40_000
    site.process = subprocess.Popen(
        ["bash", "-c", f'ulimit -S -f {limit // 1024}; exec "$@" >"{log}" 2>&1', "bash", *site.command("serve", "--port", site.port)], cwd=site.folder)
    road.wait_for_port(site.port, site.process)
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).status_code == 503)
    assert "ok" not in requests.get(f"{site.address}/health", timeout=10).text and site.process.poll() is None
    site.stop()


def word(site):
    """The mails that tell of a poll which goes on after a restore, by their files."""
    mails = {}
    for path in glob.glob(f"{site.folder}/mail/new/*.eml"):
        with open(path, "rb") as file:
            mails[path] = road.email.message_from_binary_file(file, policy=road.email.policy.default)
    return {path: mail for path, mail in mails.items() if "vérifiez votre bulletin" in mail["Subject"]}


def test_a_restored_poll_waits_for_two_members_and_the_published_heads(site):
    site.prepare(voters(), SMALL).open_poll()
    backup = f"{site.folder}/backup.isoloir"
    site.run("store", "backup", backup)
    # Drilled where nothing else lies: the box key is in no backup.
    os.makedirs(f"{site.folder}/new")
    os.rename(f"{site.keys}/cse-2026.box", f"{site.folder}/away.box")
    site.store = f"{site.folder}/new/restored.sqlite"
    restored = site.run("store", "restore", backup).stdout
    assert "stays suspended" in restored and "poll box-key" in restored
    assert "box key is missing" in site.run("store", "check", status=1).stderr
    site.run("poll", "box-key", f"{site.folder}/box.key")
    site.run("store", "check")
    status = site.run("poll", "status").stdout
    assert "suspended" in status and "from a backup of" in status and "voting did not go on" in status
    assert '"epoch":"2"' in site.run("journal", "export").stdout.replace(" ", "").replace('\\"', '"')
    assert "restored from a backup" in site.run("poll", "resume", status=1).stderr
    assert "restored from a backup" in site.run("poll", "resume", "--by", "Irene Laurent", "--reason", "in haste", status=1).stderr
    mark = re.search(r"mark ([0-9a-f]{16})", status).group(1)
    head, statement = "ab" * 32, f"{site.folder}/resume.txt"
    # A head that this box does not hold: ballots that are public were lost.
    for heads, name in (([head], statement + ".lost"), ([], statement)):
        given = [word for one in heads for word in ("--head", one)]
        site.run("bureau", "draft", "resume-after-restore", "--seal", f"{site.folder}/sealed.json", "--restore", mark, *given, "--reason", "minutes", "--to", name)
        site.run("bureau", "sign", name, "--key", f"{site.members[0]}.key", "--yes")
        assert "2 members of the bureau must have signed" in site.run("poll", "resume", *given, "--statement", name, status=1).stderr
        site.run("bureau", "sign", name, "--key", f"{site.members[1]}.key", "--yes")
        if heads:
            assert "not resumed" in site.run("poll", "resume", *given, "--statement", name, status=1).stderr
    site.serve()
    assert "rétablie" in requests.get(f"{site.address}/", timeout=10).text
    preview = site.run("poll", "resume", "--statement", statement, "--preview").stdout
    assert "S'il manque, votez à nouveau" in preview and "Nothing was changed" in preview
    # Nobody asked for it: whose ballot was lost must hear of it.
    site.run("poll", "resume", "--statement", statement)
    road.wait_until(lambda: len(word(site)) == 13)
    [text] = {re.sub(r"Bonjour .*,", "Bonjour,", mail.get_body(("plain",)).get_content()) for mail in word(site).values()}
    assert "numéro de suivi" in text and "votez à nouveau" in text
    for path in word(site):
        os.remove(path)
    road.wait_until(lambda: "votez à nouveau" in requests.get(f"{site.address}/help", timeout=10).text)
    assert "votez à nouveau" in requests.get(f"{site.address}/", timeout=10).text
    assert cast(site, Crowd(site, 2)).status_code == 200
    # In the end the bureau gives the poll up: every page says so, and all voters are told.
    ending = f"{site.folder}/abandon.txt"
    site.run("bureau", "draft", "abandon-poll", "--seal", f"{site.folder}/sealed.json", "--reason", "minutes, page 9", "--to", ending)
    site.run("bureau", "sign", ending, "--key", f"{site.members[0]}.key", "--yes")
    assert "2 members of the bureau must have signed" in site.run("poll", "abandon", "--statement", ending, status=1).stderr
    site.run("bureau", "sign", ending, "--key", f"{site.members[1]}.key", "--yes")
    site.run("poll", "abandon", "--statement", ending, "--tell")
    for path in ("/", "/help", "/box"):
        road.wait_until(lambda: "Vote abandonné le" in requests.get(f"{site.address}{path}", timeout=10).text)  # noqa: B023
    home = requests.get(f"{site.address}/", timeout=10).text
    assert "sans résultat : aucun bulletin ne sera dépouillé" in home.replace("\xa0", " ") and "minutes, page 9" in home
    road.wait_until(lambda: any("a mis fin au vote" in text for text in site.texts("v1@example.org")))
    site.stop()
    record = site.run("poll", "record").stdout
    assert "restored" in record and "abandoned for good, without a result" in record
    for words in (("poll", "close", "--at-once", "--by", "I", "--reason", "r"), ("poll", "resume", "--by", "I", "--reason", "r")):
        assert "abandoned" in site.run(*words, status=1).stderr
    site.run("poll", "status")
    site.run("poll", "keep", "--to", f"{site.folder}/kept")
    site.run("poll", "destroy", "--yes")
