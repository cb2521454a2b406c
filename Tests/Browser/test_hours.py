"""One source for the poll's hours: every page, mail, SMS and letter gives those in force, in every state."""
import glob
import re
import subprocess
import time

import pytest
import requests
import staff
from conftest import plain, road
from selenium.webdriver.common.by import By
from test_vote import SMALL

voter = road.voter
OLD, NEW = "lundi 1er décembre 2036 à 17 h", "lundi 1er décembre 2036 à 19 h"
BALLOT = "/ballots/titulaires-ouvriers"


def pages(someone, query="?lang=fr"):
    """What home, space and ballot page say above all else, and at their feet."""
    said = {}
    for path in ("/", "/space", BALLOT):
        someone.open(path + query)
        foot = someone.driver.find_element(By.CSS_SELECTOR, "footer .times").text
        said[path] = (someone.text, plain(foot))
    return said


def shown(someone, words, query="?lang=fr"):
    """Waits until the site knows of a change, and returns what its pages say."""
    road.wait_until(lambda: words in someone.open("/" + query).text)
    return pages(someone, query)


def letters(site, folder):
    site.letters(folder)
    [path] = glob.glob(f"{folder}/*.pdf")
    return plain(subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout)


def start(site, count=3, *changes, **options):
    site.prepare([voter(n) for n in range(1, count + 1)] + [voter(20, **road.LETTER), voter(21, college="cadres")], *SMALL, *changes, **options)
    return site.open_poll()


def test_an_extension_is_told_everywhere(site, visitor):
    start(site)
    # A message that waits, and a letter that was queued, were made before the extension.
    site.run("identifiers", "reissue", "V3", "--by", "email", "--reason", "lost, called")
    site.run("poll", "extend", "2036-12-01 19:00", "--by", "Irène Laurent", "--reason", "panne de deux heures")
    site.serve()
    late = plain(site.wait_text("v3@example.org", 2))
    assert NEW in late and OLD not in late
    jeanne = visitor()
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    for path, (text, foot) in pages(jeanne).items():
        assert f"Le vote est prolongé : vous pouvez voter jusqu'au {NEW} (heure de Paris)" in text, path
        assert foot == f"Vote prolongé jusqu'au {NEW} (heure de Paris)" and OLD not in text
    assert "extended: you can vote until Monday 1 December 2036 at 19:00 (Paris time)" in jeanne.open("/?lang=en").text
    jeanne.open("/space?lang=fr").press("Se déconnecter")
    # Recovered, reissued, printed afterwards.
    before = len(site.texts("v2@example.org"))
    jeanne.open("/").press("Identifiant oublié ou perdu").fill("contact", "v2@example.org").press("Demander")
    recovered = plain(site.wait_text("v2@example.org", before + 1))
    assert NEW in recovered and OLD not in recovered
    site.run("identifiers", "reissue", "V1", "--by", "email", "--reason", "lost, called")
    reissued = [plain(text) for text in site.texts("v1@example.org")]
    road.wait_until(lambda: NEW in plain(site.texts("v1@example.org")[-1]))
    assert not any(NEW in text for text in reissued[:1])
    letter = letters(site, f"{site.folder}/late")
    assert NEW in re.sub(r"\s+", " ", letter) and OLD not in re.sub(r"\s+", " ", letter)
    assert "Monday 1 December 2036 at 19:00" in site.run("election", "show").stdout
    journal = site.run("journal", "export").stdout
    assert "panne de deux heures" in journal and "Irène Laurent" in journal
    # A restart does not bring the old hour back.
    site.stop()
    site.serve()
    assert OLD not in pages(visitor())["/"][1]


def test_a_suspension_gives_its_reason_and_tells_everybody_alike(site, visitor):
    start(site)
    site.serve()
    jeanne = visitor()
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    reason = "le réseau du site de Lyon est coupé"
    preview = site.run("poll", "suspend", "--reason", reason, "--tell", "--preview").stdout
    assert reason in preview and "Nothing was changed" in preview and "4 voters would be told; 1 have neither" in preview
    assert site.json("poll", "status")["state"] == "open" and site.sql("SELECT count(*) FROM bureau_announcement") == [(0,)]
    jeanne.vote("Membres titulaires, premier collège", "Liste « Agir au quotidien »")
    site.run("poll", "suspend", "--reason", reason, "--by", "Irène Laurent", "--tell")
    for path, (text, foot) in shown(jeanne, "suspendu").items():
        assert "Le vote est suspendu par le bureau de vote" in text and f"Motif donné par le bureau : {reason}" in text, path
        assert foot.startswith("Vote suspendu.") and OLD in foot
    assert "Revenez pendant" not in jeanne.text
    assert f"Reason given by the bureau: {reason}" in jeanne.open("/?lang=en").text
    # Everybody in the same words, whoever has voted.
    told = []
    for mail in ("v1@example.org", "v2@example.org", "v3@example.org", "v21@example.org"):
        road.wait_until(lambda: any("est suspendu" in text for text in site.texts(mail)))  # noqa: B023
        [text] = [text for text in site.texts(mail) if "est suspendu" in text]
        told.append(re.sub(r"Bonjour .*,", "Bonjour,", text))
    assert len(set(told)) == 1 and reason in told[0]
    [(purpose, count)] = site.sql("SELECT purpose, count(*) FROM outbox_message JOIN outbox_mailing ON outbox_mailing.id = mailing WHERE purpose = 'hours'")
    assert (purpose, count) == ("hours", 4)
    site.run("poll", "resume", "--tell")
    road.wait_until(lambda: "suspendu" not in jeanne.open("/?lang=fr").text)
    road.wait_until(lambda: any("reprend" in text and OLD in plain(text) for text in site.texts("v1@example.org")))
    assert "Vote ouvert du" in pages(jeanne)["/"][1]


def test_word_that_is_not_true_any_more_is_taken_back(site):
    start(site)
    site.run("poll", "suspend", "--reason", "essai", "--tell")
    site.run("poll", "resume")
    waiting = site.sql("SELECT state, count(*) FROM outbox_message WHERE kind = 'pollSuspended' GROUP BY state")
    assert waiting == [("withdrawn", 4)]
    assert "The poll is suspended" in (site.run("poll", "suspend").stdout + site.run("poll", "extend", "2036-12-01 19:00", "--tell", status=1).stderr)
    assert site.run("poll", "suspend", "--reason", "a\nb", status=2)


def test_an_early_close_is_said_and_leads_to_the_result(site, visitor):
    start(site)
    site.serve()
    jeanne = visitor()
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    site.run("poll", "close", "--yes")
    for path, (text, foot) in shown(jeanne, "encore finir de voter").items():
        if path != BALLOT:
            assert "Seules les personnes qui s'étaient connectées avant peuvent encore finir de voter" in text, path
        assert foot.startswith("Vote terminé le ") and OLD not in foot
    site.count_poll()
    for path, (text, foot) in shown(jeanne, "avant l'heure annoncée").items():
        assert "Le bureau de vote a clos le vote" in text and "Revenez" not in text, path
        assert "avant l'heure annoncée" in foot and OLD not in foot
    road.wait_until(lambda: "Voir le résultat" in jeanne.open("/?lang=fr").text)
    assert jeanne.press("Voir le résultat").path == "/result"


def test_an_open_ballot_page_asks_before_it_says_that_the_poll_has_ended(site, visitor):
    start(site)
    site.serve()
    jeanne = visitor()
    # A browser whose clock can be put forward, beyond the close and its grace.
    jeanne.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {
        "source": "const real = Date.now; window.ahead = 0; Date.now = () => real() + window.ahead;"})
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    jeanne.open(BALLOT)
    grace = jeanne.driver.find_element(By.ID, "grace")
    site.run("poll", "extend", "2037-01-15 19:00")
    asked = 'return performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/hours")).length'
    jeanne.driver.execute_script("window.ahead = 1000 * (Number(document.getElementById('grace').dataset.close) + 60)")
    road.wait_until(lambda: jeanne.driver.execute_script(asked) > 0)
    time.sleep(2)
    assert not grace.is_displayed()
    # Now it is so.
    site.run("poll", "close", "--yes")
    jeanne.driver.execute_script("window.ahead += 1000 * 86400 * 365 * 20")
    road.wait_until(grace.is_displayed, 20)
    assert "Le vote est terminé, mais vous pouvez encore finir" in grace.text


def test_an_early_opening_says_when_voting_begins(site):
    start(site, opens="2036-01-05 09:00", closes="2036-12-01 17:00")
    assert "voting begins at the announced hour: Saturday 5 January 2036 at 09:00" in site.opening
    assert "vote annoncé à partir du samedi 5 janvier 2036" in site.opening and "\nouvert le " in site.opening
    site.sql("UPDATE polling_poll SET state = 'sealed'")
    assert "The hours that voters are told are not those of the poll" in site.run("poll", "status", status=1).stderr


def test_every_hour_names_its_zone(site, visitor):
    start(site, 3, ("timezone: Europe/Paris", "timezone: Indian/Reunion"))
    assert "(heure de La Réunion)" in site.opening and "Paris" not in site.opening, repr(site.opening[:900])
    status = site.run("poll", "status").stdout
    assert "Réunion time" in status and "Paris" not in status, status
    site.serve()
    [bureau] = staff.team(site, "bureau")
    bureau.get("seal")
    assert "heure de La Réunion" in bureau.text and "Paris" not in bureau.text
    jeanne = visitor()
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    for path in ("/", "/space", "/help"):
        jeanne.open(path)
        page = plain(jeanne.driver.find_element(By.TAG_NAME, "body").text)
        assert "heure de La Réunion" in page and "Paris" not in page, path
    for mail in site.texts("v1@example.org"):
        assert "Paris" not in mail, mail
    site.run("poll", "extend", "2036-12-01 21:00", "--tell")
    road.wait_until(lambda: any("prolong" in text and "heure de La Réunion" in text for text in site.texts("v1@example.org")))


def test_a_sealed_poll_past_its_hour(site, visitor):
    metrics = road.free_port()
    site.prepare([voter(n) for n in range(1, 4)] + [voter(21, college="cadres")], *SMALL, settings=f"server: {{metrics: {metrics}}}\n")
    seal(site)
    site.serve()
    jeanne = visitor().open("/")
    assert "l'ouverture, annoncée pour le lundi 5 janvier 2026 à 9 h (heure de Paris), est retardée" in jeanne.text
    assert "the opening hour has come, and the poll is not open" in requests.get(f"{site.address}/health", timeout=10).text
    assert "isoloir_poll_opening_overdue{election=\"cse-2026\"} 1" in requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).text
    road.wait_until(lambda: site.sql("SELECT kind FROM bureau_alert") == [("openingOverdue",)])


def seal(site):
    """Two trustees and the seal, without the opening."""
    site.trustees = []
    for number, name in enumerate(("Anne Lambert", "Bruno Castel"), 1):
        path = f"{site.folder}/trustee{number}"
        site.run("tally", "trustee-key", "--for", f"{site.folder}/election", "--name", name, "--to", path)
        site.run("trustee", "add", f"{path}.pub", "--challenge", f"{path}.challenge")
        site.run("tally", "answer", f"{path}.challenge", "--key", f"{path}.key", "--to", f"{path}.answer")
        site.run("trustee", "confirm", f"{path}.answer")
    site.run("poll", "seal", "--yes", "--box-key", f"{site.folder}/box.key")


@pytest.mark.parametrize("how", ["closed", "suspended"])
def test_an_open_ballot_page_promises_nothing_where_no_vote_is_taken(site, visitor, how):
    start(site)
    site.serve()
    jeanne = visitor()
    jeanne.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {
        "source": "const real = Date.now; window.ahead = 0; Date.now = () => real() + window.ahead;"})
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    jeanne.open(BALLOT)
    grace = jeanne.driver.find_element(By.ID, "grace")
    if how == "closed":
        site.run("poll", "close", "--yes", "--at-once")
    else:
        site.run("poll", "suspend", "--reason", "panne de réseau")
    jeanne.driver.execute_script("window.ahead = 1000 * (Number(document.getElementById('grace').dataset.close) + 60)")
    road.wait_until(grace.is_displayed, 20)
    assert "encore finir" not in grace.text and ":" not in grace.find_element(By.CLASS_NAME, "left").text
    jeanne.shot(how)
    if how == "closed":
        assert "Le bureau de vote a clos le vote" in grace.text
    else:
        assert "Le vote est suspendu" in grace.text and "panne de réseau" in grace.text
        # It goes on, and the page that is still open learns of it.
        site.run("poll", "resume", "--by", "Irène Laurent", "--reason", "réparé")
        jeanne.driver.execute_script("window.ahead = 0")
        road.wait_until(lambda: not grace.is_displayed(), 25)


def test_a_reminder_that_waits_lives_until_the_close_in_force(site):
    start(site)
    site.sql("INSERT INTO outbox_message (election, subject, kind, generation, channel, priority, state, frame, sealed, due_at, expires_at, created_at) "
             "SELECT election, subject, 'reminder', 1, channel, 2, 'waiting', frame, x'00', 4102444800, (SELECT closes_at FROM polling_poll), created_at "
             "FROM outbox_message WHERE subject > 0 AND channel = 'email' LIMIT 1")
    site.run("poll", "extend", "2036-12-01 19:00")
    assert site.sql("SELECT expires_at = closes_at FROM outbox_message, polling_poll WHERE kind = 'reminder'") == [(1,)]


def test_papers_of_an_open_poll_name_no_close_as_a_fact(site):
    start(site)
    site.run("poll", "signatures", "--to", f"{site.folder}/lists", "--for-bureau")
    text = plain(subprocess.run(["pdftotext", "-layout", f"{site.folder}/lists/signatures-titulaires-ouvriers.pdf", "-"],
                                capture_output=True, text=True, check=True).stdout)
    [real] = re.findall(r"Constatés : (.*(?:\n.*)?)", text)
    assert "en cours" in real and "2036" not in real, text
