"""Wrong clocks, a missing box key, a store that was moved, a full disk: none of them decides a poll or loses a vote."""
import re
import datetime
import glob
import html
import json
import os
import shutil
import subprocess
import time
import zoneinfo

import pytest
import requests
import staff
from conftest import Client, plain, road
from test_casting import SMALL, Crowd
from test_console import browse
from test_pages import check

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
    # The machine was started anew since, as far as the store knows.
    site.sql("UPDATE polling_poll SET seen_boot = 'an earlier start'")
    site.serve(environment=shifted(site.folder, ahead))
    time.sleep(seconds)
    assert state(site) == "ended"
    health = requests.get(f"{site.address}/health", timeout=10)
    assert health.status_code == 200 and "clock not believed: unproven" in health.text
    assert "the clock is not believed" in log(site)
    assert site.sql("SELECT count(*) FROM bureau_alert WHERE kind = 'clock.unproven'") == [(1,)]
    status = site.run("poll", "status").stdout
    assert "NOT BELIEVED" in status and "poll close --by NAME" in status
    # Nothing is final: no page may say that the poll has ended, nor that a result comes.
    for language, ended, halted in (("fr", "Le vote est terminé", "le bureau de vote vérifie cette heure"), ("en", "The poll closed", "is checking that hour")):
        page = requests.get(f"{site.address}/?lang={language}", timeout=10).text.replace("&#39;", "'")
        assert ended not in page and halted in page, page
        assert "sera publié" not in page and "will be published" not in page and "Vote terminé" not in page
    site.stop()
    site.serve()
    road.wait_until(lambda: state(site) == "open")
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).text == "ok\n")
    assert cast(site, Crowd(site, 2)).status_code == 200
    assert "Nothing was added, removed or changed by hand" in site.run("poll", "status").stdout


@pytest.mark.parametrize("shift", [40 * DAY, -40 * DAY, 7800])
def test_a_restart_does_not_make_a_wrong_clock_right(site, shift):
    closes = time.time() + 7200
    hour = datetime.datetime.fromtimestamp(closes, zoneinfo.ZoneInfo("Europe/Paris")).strftime("%Y-%m-%d %H:%M")
    metrics = road.free_port()
    site.prepare(voters(), SMALL, closes=hour, settings=f"server: {{metrics: {metrics}}}\n").open_poll().serve()
    crowd = Crowd(site, 2)
    assert 'isoloir_clock_doubted{election="cse-2026"} 0' in requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).text
    road.wait_until(lambda: site.sql("SELECT seen_boot IS NOT NULL FROM polling_poll") == [(1,)])
    site.stop()
    wrong = shifted(site.folder, shift)
    for _ in range(2):
        site.serve(environment=wrong)
        road.wait_until(lambda: "clock not believed: jumped" in requests.get(f"{site.address}/health", timeout=10).text)
        assert state(site) == "open"
        assert 'isoloir_clock_doubted{election="cse-2026"} 1' in requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).text
        site.stop()
    site.serve(environment=wrong)
    assert cast(site, crowd).status_code == 200
    # A command that shares the wrong clock writes the right hour down.
    closing = subprocess.run(site.command("poll", "close", "--yes", "--by", "Irene Laurent", "--reason", "minutes"), capture_output=True, text=True,
                             timeout=60, env=os.environ | wrong)
    assert closing.returncode == 0, closing.stderr
    [(ordered, until)] = site.sql("SELECT ordered_at, closes_at FROM polling_poll")
    assert abs(ordered - time.time()) < 120 and until == ordered
    assert cast(site, crowd).status_code == 200  # signed in before the order
    site.run("poll", "close", "--yes", "--at-once")
    assert state(site) == "closed"
    # The pages follow within a second or two: the planned close may be tomorrow's.
    today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Paris"))
    road.wait_until(lambda: f"{today.day} {today:%B %Y}" in requests.get(f"{site.address}/?lang=en", timeout=10).text)
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).text == "ok\n")


def test_a_member_s_word_makes_the_right_clock_believed_that_was_wrong_before(site):
    hour = datetime.datetime.fromtimestamp(time.time() + 7200, zoneinfo.ZoneInfo("Europe/Paris")).strftime("%Y-%m-%d %H:%M")
    site.prepare(voters(), SMALL, closes=hour).open_poll()
    site.serve(environment=shifted(site.folder, 3600))
    road.wait_until(lambda: site.sql("SELECT seen_boot IS NOT NULL FROM polling_poll") == [(1,)])
    site.stop()
    site.serve()
    road.wait_until(lambda: "clock not believed: jumped" in requests.get(f"{site.address}/health", timeout=10).text)
    assert "poll clock --by NAME" in site.run("poll", "status").stdout
    shown = re.findall(r"at (\d\d:\d\d) \(Paris time\)", site.run("poll", "clock").stdout)
    assert len(shown) == 2 and shown[0] != shown[1]
    assert "--by and --reason" in site.run("poll", "clock", "--by", "Irene Laurent", status=1).stderr
    assert "clock not believed" in requests.get(f"{site.address}/health", timeout=10).text
    site.run("poll", "clock", "--by", "Irene Laurent", "--reason", "compared with the station's clock")
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).text == "ok\n")
    shown = re.findall(r"at (\d\d:\d\d) \(Paris time\)", site.run("poll", "clock").stdout)
    assert shown[0] == shown[1]
    assert "poll.clockTrusted" in site.run("journal", "export").stdout
    site.stop()
    site.serve()
    time.sleep(2)
    assert requests.get(f"{site.address}/health", timeout=10).text == "ok\n" and state(site) == "open"
    assert "Nothing was added, removed or changed by hand" in site.run("poll", "status").stdout


def shows(desk):
    """Both times on the page about the clock."""
    desk.get("poll/clock")
    facts = {plain(html.unescape(term)): plain(html.unescape(value)) for term, value in re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", desk.page)}
    return facts["L'horloge de la machine montre"], facts["Le serveur se fie à"]


def test_a_member_says_at_the_console_that_the_machine_s_clock_is_right(site, visitor):
    hour = datetime.datetime.fromtimestamp(time.time() + 7200, zoneinfo.ZoneInfo("Europe/Paris")).strftime("%Y-%m-%d %H:%M")
    site.prepare(voters(), SMALL, closes=hour).open_poll().serve()
    manager, bureau, auditor = team = staff.team(site, "manager", "bureau", "auditor")
    site.stop()
    # The machine was started anew with a wrong clock, and set right since.
    site.sql("UPDATE polling_poll SET seen_boot = 'an earlier start', seen_at = seen_at + 3600")
    site.serve(environment=shifted(site.folder, 3600))
    road.wait_until(lambda: site.sql("SELECT seen_boot <> 'an earlier start' FROM polling_poll") == [(1,)])
    site.stop()
    site.serve()
    road.wait_until(lambda: "clock not believed: jumped" in requests.get(f"{site.address}/health", timeout=10).text)
    # An application's codes are made by the right time, which the server does not believe: a spare code opens.
    for desk in team:
        desk.again(desk.spare[0])
    # Everybody is told on the first page; the way on is shown to those who may see it.
    for desk, leads in ((manager, False), (bureau, True), (auditor, True)):
        desk.get()
        assert "Le serveur ne croit pas son horloge" in desk.text and ('href="/manager/poll/clock"' in desk.page) == leads
    assert manager.get("poll/clock").status_code == 403 and auditor.get("poll/clock/trust").status_code == 403
    auditor.get("poll/clock")
    assert "/manager/poll/clock/trust" not in auditor.page
    first, second = shows(bureau)
    assert first != second and "a sauté de plus que le délai de grâce" in bureau.text and "Comparez ces heures" in bureau.text
    for width in (390, 1280):
        someone = browse(bureau, visitor(width=width)).open("/manager/poll/clock")
        check(someone, f"clock-{width}")
    # Without a reason nothing is taken, and nothing is lost.
    # Once more where a minute began in between.
    for _ in range(2):
        first, second = shows(bureau)
        bureau.get("poll/clock/trust")
        if first in bureau.text:
            break
    assert first in bureau.text and second in bureau.text and "clôturera le vote à l'heure prévue" in bureau.text
    assert bureau.post("poll/clock/trust", reason=" ").status_code == 422
    assert "clock not believed" in requests.get(f"{site.address}/health", timeout=10).text
    someone.press("L'horloge de la machine est juste")
    someone.fill("reason", "comparée à la gare").press("L'horloge est juste : s'y fier")
    assert "Le serveur se fie désormais" in someone.text and "il n'y a rien à décider" in someone.text, someone.text
    road.wait_until(lambda: requests.get(f"{site.address}/health", timeout=10).text == "ok\n")
    first, second = shows(bureau)
    assert first == second
    # The same entry as the command's.
    [entry] = [json.loads(text) for text, in site.sql("SELECT details FROM journal_entry WHERE action = 'poll.clockTrusted'")]
    assert entry["reason"] == "comparée à la gare" and entry["by"] == "staff:bureau", entry
    site.run("poll", "clock", "--by", "Irene Laurent", "--reason", "once more")
    both = [json.loads(text) for text, in site.sql("SELECT details FROM journal_entry WHERE action = 'poll.clockTrusted'")]
    assert set(both[0]) == set(both[1])
    # Nothing is left to say.
    assert bureau.get("poll/clock/trust").status_code == 404
    bureau.get()
    assert "ne croit pas son horloge" not in bureau.text and state(site) == "open"


def test_the_page_says_that_a_right_clock_would_close_the_poll(site):
    hour = datetime.datetime.fromtimestamp(time.time() + 1800, zoneinfo.ZoneInfo("Europe/Paris")).strftime("%Y-%m-%d %H:%M")
    site.prepare(voters(), SMALL, closes=hour).open_poll().serve()
    road.wait_until(lambda: site.sql("SELECT seen_boot IS NOT NULL FROM polling_poll") == [(1,)])
    [bureau] = staff.team(site, "bureau")
    site.stop()
    site.serve(environment=shifted(site.folder, 3 * 3600))
    road.wait_until(lambda: "clock not believed: jumped" in requests.get(f"{site.address}/health", timeout=10).text)
    bureau.get("poll/clock/trust")
    assert "le serveur le clôture, et c'est définitif" in bureau.text, bureau.text


def test_word_of_the_hours_outlives_a_clock_in_doubt(site):
    site.prepare(voters(), SMALL, closes="2036-12-01 17:00").open_poll()
    site.run("poll", "extend", "2036-12-01 19:00", "--tell")
    site.serve(environment=shifted(site.folder, 4000 * DAY))
    road.wait_until(lambda: state(site) == "ended")
    site.stop()
    site.serve()
    road.wait_until(lambda: state(site) == "open")
    sent = "SELECT state, count(*) FROM outbox_message WHERE kind = 'pollExtended' GROUP BY state"
    road.wait_until(lambda: site.sql(sent) == [("accepted", 13)], 40)


def test_a_member_closes_a_poll_that_ended(site):
    site.prepare(voters(), SMALL).open_poll()
    site.serve(environment=shifted(site.folder, 4000 * DAY))
    road.wait_until(lambda: state(site) == "ended")
    site.stop()
    refused = site.run("poll", "close", "--yes", status=1)
    assert "--by" in refused.stderr and state(site) == "ended"
    site.run("poll", "close", "--yes", "--by", "Irene Laurent", "--reason", "minutes of today")
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
    assert "Confirmer la clôture du vote" in page and "Prolonger le vote" in page and "Procès-verbal (PDF)" in page
    assert bureau.do("poll/incident", words="L'horloge du serveur\navance").status_code == 200
    assert bureau.do("poll/incident", words="x", happened="2026-02-30 10:00").status_code == 422
    assert bureau.do("poll/presence", moment="closing", names="Irene Laurent\nRose Blanc").status_code == 200
    bureau.get("seal")
    assert "L'horloge du serveur n'est pas crue" in bureau.text
    assert "L'horloge du serveur avance" in bureau.text and "clôture Irene Laurent, Rose Blanc staff:bureau" in bureau.text, bureau.text
    for closes, status in (("soon", 422), ("2027-01-01 09:00", 409)):
        assert bureau.do("poll/extend", closes=closes, reason="horloge").status_code == status
    if deed == "close":
        assert bureau.do("poll/close", reason="horloge vérifiée").status_code == 200
        assert state(site) == "closed"
        record = site.run("poll", "record", "--closing").stdout
        assert "clôture définitive" in record and "par staff:bureau : horloge vérifiée" in record
        assert "présents à la clôture : Irene Laurent, Rose Blanc" in record and "par staff:bureau : L'horloge du serveur avance" in record
    else:
        assert bureau.do("poll/extend", closes="2047-01-01 09:00", reason="horloge", tell="yes").status_code == 200
        assert state(site) == "open"
        road.wait_until(lambda: any("est prolongé" in text for text in site.texts("v1@example.org")))
    # The close is confirmed once; a poll that goes on can be extended again.
    assert bureau.get("poll/close").status_code == 404
    assert bureau.get("poll/extend").status_code == (404 if deed == "close" else 200)
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


@pytest.mark.parametrize("how", ["moved", "deleted", "replaced", "log", "index"])
def test_no_vote_is_taken_into_a_file_that_nobody_will_read(site, how):
    metrics = road.free_port()
    site.prepare(voters(), SMALL, settings=f"server: {{metrics: {metrics}}}\n").open_poll().serve()
    measured = lambda: requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).text  # noqa: E731
    assert 'isoloir_site_not_served{election="cse-2026",reason="store_moved"} 0' in measured()
    crowd = Crowd(site, 2)
    assert cast(site, crowd).status_code == 200
    path = site.store
    if how == "moved":
        os.rename(path, path + ".moved")
    elif how == "deleted":
        os.remove(path)
    elif how == "log":
        os.rename(path + "-wal", path + "-wal.moved")
    elif how == "index":
        # The next program that writes makes a new one, and sees no lock that the server holds.
        os.remove(path + "-shm")
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
    # The monitoring hears of it although no visitor meets an error.
    assert 'isoloir_site_not_served{election="cse-2026",reason="store_moved"} 1' in measured()
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
    preview = plain(site.run("poll", "resume", "--statement", statement, "--preview").stdout)
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
    assert "restored" in record and "abandon définitif, sans résultat" in record
    for words in (("poll", "close", "--yes", "--at-once", "--by", "I", "--reason", "r"), ("poll", "resume", "--by", "I", "--reason", "r")):
        assert "abandoned" in site.run(*words, status=1).stderr
    site.run("poll", "status")
    site.run("poll", "keep", "--to", f"{site.folder}/kept")
    assert site.sql("SELECT count(*) FROM outbox_message WHERE place IS NOT NULL")[0][0] > 0
    site.run("poll", "destroy", "--yes")
    # Nothing tells where anybody's messages went.
    assert site.sql("SELECT count(*) FROM outbox_message WHERE coalesce(sealed, place, reply, provider_id) IS NOT NULL") == [(0,)]
    assert site.sql("SELECT count(*) FROM outbox_past WHERE reply IS NOT NULL") == [(0,)]


def restored(site, backup):
    """The backup brought back where nothing else lies, with its box key; returns the words of the restore."""
    os.makedirs(f"{site.folder}/new")
    if os.path.exists(f"{site.keys}/cse-2026.box"):
        os.rename(f"{site.keys}/cse-2026.box", f"{site.folder}/away.box")
    site.store = f"{site.folder}/new/restored.sqlite"
    return site.run("store", "restore", backup).stdout


def agreed(site):
    """Two members' statement that nothing was published."""
    mark = re.search(r"mark ([0-9a-f]{16})", site.run("poll", "status").stdout).group(1)
    path = f"{site.folder}/agreed.txt"
    site.run("bureau", "draft", "resume-after-restore", "--seal", f"{site.folder}/sealed.json", "--restore", mark, "--reason", "minutes", "--to", path)
    for member in site.members:
        site.run("bureau", "sign", path, "--key", f"{member}.key", "--yes")
    return path


def sayings(site):
    """What all mails to the voters say, but for their names."""
    return [text.replace("\xa0", " ") for number in range(1, 14) for text in site.texts(f"v{number}@example.org")]


@pytest.mark.parametrize("change", ["extend", "extend and tell", "suspend"])
def test_word_of_a_restore_outlives_a_change_of_the_hours(site, change):
    site.prepare(voters(), SMALL).open_poll()
    backup = f"{site.folder}/backup.isoloir"
    site.run("store", "backup", backup)
    restored(site, backup)
    site.run("poll", "box-key", f"{site.folder}/box.key")
    site.run("poll", "resume", "--statement", agreed(site))
    # Nothing has left yet.
    assert not word(site)
    if change == "suspend":
        site.run("poll", "suspend", "--reason", "panne", "--tell")
        # Nobody asks for the message, and it goes out all the same.
        site.run("poll", "resume", "--by", "Irene Laurent", "--reason", "réparé")
    else:
        site.run("poll", "extend", "2036-12-01 19:00", *(["--tell"] if change.endswith("tell") else []))
    site.serve()
    road.wait_until(lambda: len(word(site)) == 13)
    time.sleep(3)
    assert len(word(site)) == 13
    told = sayings(site)
    assert not any("déposés comptent" in text for text in told), told
    hour = "17 h" if change == "suspend" else "19 h"
    assert all(f"2036 à {hour}" in text for text in told if "vérifiez votre bulletin" in text)
    if change.endswith("tell"):
        longer = [text for text in told if "est prolongé" in text]
        assert len(longer) == 13 and all("S'il manque, votez à nouveau" in text for text in longer)
    # The same of pages, while it is suspended once more.
    site.run("poll", "suspend", "--reason", "encore")
    road.wait_until(lambda: "rétablie" in requests.get(f"{site.address}/?lang=fr", timeout=10).text and "suspendu" in requests.get(f"{site.address}/?lang=fr", timeout=10).text)
    assert "déposés comptent" not in requests.get(f"{site.address}/?lang=fr", timeout=10).text


@pytest.mark.parametrize("opens", ["2026-01-05 09:00", "2036-01-05 09:00"])
def test_a_poll_that_was_sealed_in_the_backup_is_opened_with_word_to_all(site, opens):
    backup, check = f"{site.folder}/backup.isoloir", site.check_seal
    site.check_seal = lambda: (check(), site.run("store", "backup", backup))
    site.prepare(voters(), SMALL, opens=opens).open_poll()
    said = restored(site, backup)
    assert "can only be abandoned (isoloir poll abandon)" in said and "closed" not in said
    site.run("poll", "accept", "all", "--by", "Bureau de test", "--reason", "a test")
    site.serve()
    for language, words in (("fr", "avant l’ouverture du vote"), ("en", "before the poll opened")):
        page = requests.get(f"{site.address}/?lang={language}", timeout=10).text
        assert words in page, page
    key = ("--box-key", f"{site.folder}/box.key")
    refused = site.run("poll", "open", "--yes", *key, status=1).stderr
    assert "poll abandon" in refused and "close" not in refused
    assert "is sealed" in site.run("poll", "close", "--yes", "--at-once", "--by", "I", "--reason", "r", status=1).stderr
    site.run("poll", "open", "--yes", *key, "--statement", agreed(site))
    road.wait_until(lambda: len(word(site)) == 13)


def test_messages_leave_whatever_the_clock_shows(site):
    site.prepare([voter(1)])
    # Further ahead than any wait: the courier must not wait for that time to come.
    site.serve(environment=shifted(site.folder, 4000 * DAY))
    time.sleep(3)
    site.run("identifiers", "reissue", "V1", "--by", "email", "--reason", "lost")
    site.wait_text("v1@example.org", 2)
