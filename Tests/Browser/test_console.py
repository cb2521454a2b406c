"""The console as its people use it: from the telephone call to the identifier, from the specimen to the posted batch."""
import hashlib
import html
import io
import json
import os
import re
import subprocess
import time

import openpyxl
import pytest
import requests
from conftest import PASSPHRASE, Client, code_in, road
from selenium.webdriver.common.by import By
from staff import Desk, Words, add, mail_of, team, totp, voter as found
from test_casting import SMALL, Crowd
from test_pages import check, in_the_dark

voter = road.voter
LETTER = road.LETTER
CALL = {"reason": "appel du 24", "check": "callBack"}
ALONE = ("  fourEyes: true", "  fourEyes: false")
CHALLENGE = ("  fourEyes: true", "  fourEyes: false\n  challenge:\n    fr: Le nom de votre premier outil ?\n    en: The name of your first tool?")

#: A moment as lists of the console show it, in French and in English.
WHEN = r"(?:\d\d/\d\d/20\d\d|\d\d? \w+ 20\d\d) \d\d:\d\d"


def browse(desk, someone):
    """Lends a member's session to a browser."""
    someone.open("/manager/sign-in")
    someone.driver.delete_all_cookies()
    for cookie in desk.session.cookies:
        someone.driver.add_cookie({"name": cookie.name, "value": cookie.value, "path": "/"})
    return someone


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_member_comes_in(site, visitor, language):
    say = Words(language)
    site.prepare([voter(1)]).serve()
    add(site, "anne", "manager", language)
    invitation = site.wait_text(mail_of("anne"), 1)
    assert f"{site.address}/manager" in invitation and say("gestionnaire de l'élection", "election manager") in invitation
    someone = visitor(language=language).open("/manager")
    assert someone.path == "/manager/sign-in"
    someone.fill("identifier", site.identifier(mail_of("anne"))).press(say("Continuer"))
    someone.fill("code", code_in(site.wait_text(mail_of("anne"), 2).split("\n", 1)[1])).press(say("Valider le code"))
    someone.fill("secret", "court").fill("again", "court").press(say("Enregistrer"))
    assert say("trop courte", "too short") in someone.text
    someone.fill("secret", PASSPHRASE).fill("again", PASSPHRASE).press(say("Enregistrer"))
    assert someone.path == "/manager/factor"
    someone.shot("enrol")
    shot = f"{os.environ.get('ISOLOIR_SHOTS', road.ROOT + '/.build/screenshots')}/{someone.name}-enrol.png"
    read = subprocess.run(["zbarimg", "-q", "--raw", shot], capture_output=True, text=True, check=True).stdout.strip()
    secret = re.fullmatch(r"otpauth://totp/Isoloir%20cse-2026:anne\?secret=([A-Z2-7]{32})&issuer=Isoloir%20cse-2026", read).group(1)
    assert secret in someone.text.replace(" ", "")
    someone.fill("code", "000000").press(say("Relier l'application"))
    assert say("n'est pas le bon", "not right") in someone.text
    someone.fill("code", totp(secret)).press(say("Relier l'application"))
    spare = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", someone.text)
    assert len(spare) == 10
    someone.press(say("Je les ai notés : ouvrir la console"))
    assert someone.title == say("Accueil") and "Anne Essai" in someone.driver.find_element(By.TAG_NAME, "header").text
    someone.press(say("Se déconnecter"))
    # The telephone is lost: a spare code lets her in, once.
    desk = Desk(site, "anne")
    desk.begin(site.identifier(mail_of("anne")))
    desk.post("passphrase", secret=PASSPHRASE)
    assert desk.get("voters").url.endswith("/manager/factor")
    desk.post("factor", code=spare[0])
    assert desk.get("account").status_code == 200 and f"{say('Codes de secours restants')} 9" in desk.text
    # A new passphrase: the old one is asked, the session in the other browser ends, a mail says so.
    someone.open("/manager").fill("identifier", site.identifier(mail_of("anne"))).press(say("Continuer"))
    someone.fill("code", code_in(site.wait_text(mail_of("anne"), 4).split("\n", 1)[1])).press(say("Valider le code"))
    someone.fill("secret", PASSPHRASE).press(say("Continuer"))
    someone.fill("code", spare[1]).press(say("Se connecter"))
    someone.open("/manager/account").press(say("Changer ma phrase de passe"))
    someone.shot("own-passphrase")
    fresh = "quatre zebus verts en mer du nord"
    someone.fill("present", "une autre phrase").fill("secret", fresh).fill("again", fresh).press(say("Changer"))
    assert say("pas la bonne", "not the right one") in someone.text
    someone.fill("present", PASSPHRASE).fill("secret", fresh).fill("again", fresh).press(say("Changer"))
    assert someone.path.startswith("/manager/account") and say("a changé", "was changed") in someone.text
    assert say("phrase de passe a changé", "passphrase was changed") in site.wait_text(mail_of("anne"), 5)
    assert desk.get("account").url.endswith("/manager/sign-in?say=ended")
    actions = [action for action, in site.sql("SELECT action FROM journal_entry WHERE principal = 'staff:anne' ORDER BY number")]
    assert actions == ["passphrase.set", "staff.factor", "staff.signIn", "staff.signIn", "passphrase.set"]


def test_a_voters_session_is_none_at_the_console_and_the_other_way(site):
    site.prepare([voter(1)]).serve()
    [anne] = team(site, "manager")
    client = Client(site)
    client.sign_in(site.identifier("v1@example.org"), "v1@example.org", 2, first=True)
    token = client.session.cookies["cse-2026-session"]
    desk = Desk(site, "stranger")
    desk.session.cookies.set("cse-2026-staffSession", token)
    assert desk.get("voters").url.endswith("?say=ended")
    client.session.cookies.clear(domain="localhost.local", path="/", name="cse-2026-session")
    client.session.cookies.set("cse-2026-session", anne.session.cookies["cse-2026-staffSession"])
    assert client.get("/space", allow_redirects=False).status_code == 303
    # A voter's identifier is nobody's at the console: the same page, and no mail.
    before = len(site.texts("v1@example.org"))
    desk = Desk(site, "stranger")
    desk.get("sign-in")
    desk.token = re.search(r'name="form" value="([0-9a-f]+)"', desk.page).group(1)
    assert desk.post("sign-in", identifier=site.identifier("v1@example.org")).url.endswith("/manager/code")
    anne.get("")
    assert len(site.texts("v1@example.org")) == before


@pytest.mark.parametrize("language", ["fr", "en"])
def test_lost_letter_on_the_phone_to_a_new_identifier_by_sms(site, visitor, language):
    say = Words(language)
    site.prepare([voter(1), voter(2, last_name="Légaré", first_name="Noëlle", reference="L2", **LETTER)], letters=True).serve()
    one, two, eyes = team(site, "manager1", "manager2", "support", language=language)
    identifier, code = site.letter(1)
    someone = browse(one, visitor(language=language))
    someone.open("/manager/voters").fill("q", "noel lega").press(say("Chercher"))
    someone.press(say("Madame Noëlle Légaré", "Ms Noëlle Légaré"))
    assert "L2" in someone.text and say("lettre", "letter") in someone.text
    someone.shot("voter").press(say("Envoyer un identifiant à un nouveau contact"))
    someone.driver.find_element(By.CSS_SELECTOR, "select[name=channel] option[value=sms]").click()
    someone.driver.find_element(By.CSS_SELECTOR, "select[name=check] option[value=callBack]").click()
    someone.fill("contact", "06 39 98 00 44").fill("reason", "lettre perdue").press(say("Envoyer au nouveau contact"))
    assert say("Une seconde personne doit approuver", "A second person must approve") in someone.text
    assert site.texts("+33639980044") == []
    assert say("attend l'accord d'une seconde personne", "waits for a second person") in site.wait_text(mail_of("manager2"), 3)
    # Whoever asked does not approve, and the support may not.
    [number] = [n for n, in site.sql("SELECT id FROM staff_approval")]
    refused = one.do(f"approvals/{number}/decide", decision="approve", reason="moi")
    assert refused.status_code == 403 and say("Vous avez fait cette demande", "You made this request") in one.error
    assert eyes.get("approvals").status_code == 403
    # The old identifier lives until somebody has approved.
    assert site.sql("SELECT count(*) FROM issuance_identifier WHERE state = 'active' AND voter = 2") == [(1,)]
    other = browse(two, visitor(language=language))
    other.open("/manager/approvals").shot("approvals").press(say("Décider d'une demande") + f" {number}")
    # With its country: who approves sees where it leads.
    assert "+33639980044" in other.text and "lettre perdue" in other.text
    other.driver.find_element(By.CSS_SELECTOR, "select[name=decision] option[value=approve]").click()
    other.fill("reason", "rappelée au bureau").shot("decide").press(say("Enregistrer la décision"))
    assert say("C'est approuvé et fait.") in other.text
    fresh = site.identifier("+33639980044")
    assert fresh != identifier and fresh not in other.driver.page_source
    client = Client(site)
    client.identify(identifier)
    assert site.sql("SELECT state FROM issuance_identifier WHERE voter = 2 ORDER BY generation") == [("revoked",), ("active",)]
    # A letter tells at the old address.
    assert site.sql("SELECT channel FROM outbox_message WHERE kind = 'notice' AND subject = 2") == [("letter",)]
    visitor().sign_in(fresh, "+33639980044", 1)
    assert b"39980044" not in site.sql("SELECT sealed FROM staff_approval")[0][0]
    one.get(f"voters/{found(one, 'légaré')}")
    assert say("terminé") in one.text and say("utilisable") in one.text and re.search(f"{say('Première connexion')} {WHEN}", one.text), one.text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_bounced_mail_to_a_corrected_contact(site, visitor, language):
    say = Words(language)
    site.prepare([voter(1), voter(2), voter(3, phone="06 39 98 00 03")] + [voter(n) for n in range(4, 8)], ALONE).serve()
    # As the relay's bounce leaves it; how bounces come back is tested where they do.
    site.sql("UPDATE outbox_message SET state = 'bounced', reply = 'bounced 5.1.1' WHERE subject IN (1, 3)")
    [anne] = team(site, "manager", language=language)
    someone = browse(anne, visitor(language=language)).open("/manager/deliveries")
    assert "bounced 5.1.1" in someone.text and "example.org" in someone.text
    someone.shot("deliveries").open("/manager/voters?q=v1@example.org").press(say("Madame Zoé Martinb", "Ms Zoé Martinb"))
    assert say("revenu", "bounced") in someone.text and "v***@example.org" in someone.text and "v1@" not in someone.text
    steps = [say("en attente"), say("accepté", "accepted"), say("revenu", "bounced") + " \\(bounced 5.1.1\\)"]
    assert re.search("\n".join(f"{WHEN} {step}" for step in steps), someone.text), someone.text
    someone.shot("steps")
    someone.press(say("Corriger des données"))
    someone.fill("email", "zoe@example.net").fill("reason", "faute de frappe").press(say("Corriger"))
    assert say("La donnée est corrigée.") in someone.text
    assert any("coordonnées ont changé" in text for text in (site.wait_text("v1@example.org", 2), *site.texts("v1@example.org")))
    someone.press(say("Renvoyer un identifiant au contact connu"))
    for name, value in (("channel", "email"), ("check", "callBack")):
        someone.driver.find_element(By.CSS_SELECTOR, f"select[name={name}] option[value={value}]").click()
    someone.fill("reason", "adresse corrigée").press(say("Envoyer un nouvel identifiant"))
    assert say("Un nouvel identifiant est en route", "A new identifier is on its way") in someone.text
    site.identifier("zoe@example.net")
    # The other one is reached by SMS: the way round the failing channel.
    elsewhere = anne.do("deliveries/fail-over", **{"from": "email", "to": "sms", "place": "example.net", "reason": "adresses mortes"})
    assert elsewhere.status_code == 200 and f"{say('Identifiants renvoyés :')} 0." in anne.note
    assert anne.do("deliveries/retry", what="failed", mailing="99").status_code == 422 and say("Aucun message", "No message") in anne.error
    assert anne.do("deliveries/retry", what="failed", mailing="1").status_code == 200 and anne.note.endswith(" 0.")
    done = anne.do("deliveries/fail-over", **{"from": "email", "to": "sms", "place": "@Example.org", "mailing": "1", "reason": "adresses mortes"})
    assert done.status_code == 200 and f"{say('Identifiants renvoyés :')} 1." in anne.note
    site.identifier("+33639980003")
    # A mail domain may be one voter's alone: the journal, which is kept, has it sealed.
    kept = site.sql("SELECT details, sealed IS NOT NULL FROM journal_entry WHERE action = 'delivery.failOver' ORDER BY number")
    assert [sealed for _, sealed in kept] == [1, 1] and not any("example" in details for details, _ in kept), kept
    assert anne.do("deliveries/fail-over", **{"from": "email", "to": "email", "reason": "x"}).status_code == 422
    # Each order is followed by itself: seven by the first, one by the way round, one sent alone.
    anne.get("deliveries")
    mailings = anne.text[anne.text.index(say("Par envoi")):]
    for name, total in ((say("identifiants à tous ceux qui n'en avaient pas"), 7), (say("nouveaux identifiants par un autre canal"), 1)):
        assert re.search(rf"\d, {WHEN}, {name}, \S+(?: \d+)* {total} ", mailings), mailings
    assert say("Messages envoyés un par un") in mailings


@pytest.fixture
def printer_key(tmp_path):
    """A printer's key pair in a home of its own."""
    home = f"/tmp/isoloir-printer-{os.getpid()}"
    os.makedirs(home, mode=0o700, exist_ok=True)
    gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    subprocess.run(gpg + ["--quick-generate-key", "Imprimeur <p@example.org>", "default", "default", "never"], check=True, capture_output=True, timeout=120)
    armour = subprocess.run(gpg + ["--armor", "--export"], check=True, capture_output=True, text=True, timeout=60).stdout
    yield gpg, armour
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, timeout=60)
    subprocess.run(["rm", "-rf", home], check=True)


def blank_pages(path, count):
    """A PDF of empty sheets of A4."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>",
               b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % (3 + at) for at in range(count)), count), *[page] * count]
    content, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    with open(path, "wb") as file:
        file.write(content)
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_of_letters_says_what_is_approved(site, visitor, language):
    say = Words(language)
    enclosure = f"{site.folder}/statements.pdf"
    first = blank_pages(enclosure, 2)
    site.prepare([voter(1, **LETTER)], settings=f"letters:\n  enclosures: [cadres={enclosure}]\n").serve()
    manager, bureau, printer = team(site, "manager", "bureau", "printer", language=language)

    def shown():
        manager.get("letters")
        return manager.text

    none, waits = say("faites-la avant la première impression", "make it before the first printing"), say("attend son approbation", "waits for approval")
    approved, changed = say("approuvée par staff:bureau", "approved by staff:bureau"), say("annexes ont changé depuis", "enclosures have changed since")
    later = say("une épreuve plus récente attend son approbation", "a later specimen waits for its approval")
    assert none in shown() and "statements.pdf" in manager.text and first in manager.text and say("Deuxième collège", "Second college") in manager.text
    manager.do("letters/specimen")
    assert waits in shown()
    assert bureau.do("letters/specimens/1/approve", confirmed="yes").status_code == 200
    assert approved in shown() and changed not in manager.text
    # Whoever approves sees what goes along.
    assert all(f"letters/enclosures/{first}" in person.get("letters").text for person in (manager, bureau))
    along = bureau.get(f"letters/enclosures/{first}")
    assert along.status_code == 200 and hashlib.sha256(along.content).hexdigest() == first
    assert bureau.get(f"letters/enclosures/{'0' * 64}").status_code == 404 and printer.get(f"letters/enclosures/{first}").status_code == 403
    # Another enclosure under the same name: what was approved is still told, and nothing is printed.
    second = blank_pages(enclosure, 4)
    assert approved in shown() and changed in manager.text and second in manager.text and first not in manager.text
    assert manager.do("letters/print", printer="printer").status_code == 409 and say("bon à tirer", "specimen") in manager.error
    bureau.get("letters")
    assert "specimens/" not in bureau.page
    manager.do("letters/specimen")
    assert approved in shown() and later in manager.text and changed not in manager.text
    browse(bureau, visitor(language=language)).open("/manager/letters").shot("letters-later")
    bureau.get("letters")
    assert "letters/specimens/2/approve" in bureau.page
    assert bureau.do("letters/specimens/2/approve", confirmed="yes").status_code == 200
    assert approved in shown() and later not in manager.text
    # Without the file the page is there, and each step says what is wrong.
    os.remove(enclosure)
    assert say("une annexe", "enclosure") in shown()
    assert manager.get("letters/specimen.pdf").status_code == 409 and say("une annexe", "enclosure") in manager.text
    for step in ({"path": "letters/specimen"}, {"path": "letters/print", "printer": "printer"}):
        assert manager.do(step.pop("path"), **step).status_code == 409, manager.error


@pytest.mark.parametrize("language", ["fr", "en"])
def test_from_the_specimen_to_a_posted_batch(site, visitor, printer_key, language):
    say = Words(language)
    gpg, armour = printer_key
    site.prepare([voter(n, **LETTER) for n in range(1, 5)]).serve()
    manager, bureau, printer, other = team(site, "manager", "bureau", "printer", "printer2", language=language)
    # Nothing is printed before the specimen was approved, nor without a key.
    assert manager.do("letters/print", printer="printer").status_code == 409 and say("bon à tirer", "specimen") in manager.error
    manager.do("letters/specimen")
    specimen = manager.get("letters/specimen.pdf")
    assert specimen.headers["Content-Type"] == "application/pdf" and specimen.content.startswith(b"%PDF")
    [number] = [n for n, in site.sql("SELECT id FROM bureau_specimen")]
    # Whoever made it does not approve it.
    assert manager.do(f"letters/specimens/{number}/approve", confirmed="yes").status_code == 403
    assert site.sql("SELECT approved_at FROM bureau_specimen") == [(None,)]
    someone = browse(bureau, visitor(language=language)).open("/manager/letters").shot("unapproved")
    someone.press(say("Donner le bon à tirer"))
    someone.driver.find_element(By.CSS_SELECTOR, "input[name=confirmed]").click()
    someone.press(say("Approuver"))
    assert say("Le bon à tirer est donné.") in someone.text
    assert manager.do("letters/print", printer="printer").status_code == 409 and say("clé publique", "public key") in manager.error
    assert printer.do("parcels/key", key="no key").status_code == 422
    # A private key is burnt: refused in so many words, kept nowhere, and not shown again.
    private = subprocess.run(gpg + ["--armor", "--export-secret-keys"], check=True, capture_output=True, text=True, timeout=60).stdout
    pasted = printer.do("parcels/key", key=private)
    assert pasted.status_code == 422 and say("clé privée. Elle est désormais compromise", "private key. It is burnt") in printer.error
    assert private.splitlines()[3] not in pasted.text and site.sql("SELECT printer_key FROM staff_member WHERE name = 'printer'") == [(None,)]
    assert printer.do("parcels/key", key=armour).status_code == 200, printer.text
    fingerprint = re.search(r"\b[0-9A-F]{40}\b", printer.note).group()
    assert manager.do("letters/print", printer="printer").status_code == 200
    road.wait_until(lambda: say("Lot imprimé", "Batch printed") in (manager.get("letters"), manager.text)[1], 30)
    assert fingerprint in manager.text
    assert say("Lot 1 prêt", "Batch 1 is ready") in site.wait_text(mail_of("printer"), 3) and "files/" not in site.texts(mail_of("printer"))[2]
    # The printer fetches: a POST that counts, a ticket that resumes.
    someone = browse(printer, visitor(language=language)).open("/manager/parcels").shot("parcels")
    parcel = site.sql("SELECT id, folder FROM bureau_parcel")[0]
    files = site.sql("SELECT number, name, sha256 FROM bureau_file ORDER BY number")
    assert len(files) == 3 and all(name.endswith(".gpg") for _, name, _ in files)
    opened = printer.do(f"parcels/{parcel[0]}/files/1/fetch")
    link = re.search(r'href="/manager/(parcels/\d+/files/1/[0-9a-f]+)"', printer.page).group(1)
    whole = printer.session.get(f"{site.address}/manager/{link}", timeout=30)
    assert opened.status_code == 200 and hashlib.sha256(whole.content).hexdigest() == files[0][2]
    rest = printer.session.get(f"{site.address}/manager/{link}", headers={"Range": "bytes=100-"}, timeout=30)
    assert rest.status_code == 206 and rest.content == whole.content[100:] and rest.headers["Content-Range"].startswith("bytes 100-")
    assert printer.session.get(f"{site.address}/manager/{link}", headers={"Range": "bytes=99999999-"}, timeout=30).status_code == 416
    for stranger in (other, manager):
        assert stranger.session.get(f"{site.address}/manager/{link}", timeout=30).status_code in (403, 404)
    assert other.do(f"parcels/{parcel[0]}/files/1/fetch").status_code == 404
    for _ in range(2):
        assert printer.do(f"parcels/{parcel[0]}/files/1/fetch").status_code == 200
    assert printer.do(f"parcels/{parcel[0]}/files/1/fetch").status_code == 409 and say("trois fois", "three times") in printer.error
    with open(f"{site.folder}/batch.gpg", "wb") as file:
        file.write(whole.content)
    pdf = subprocess.run(gpg + ["--decrypt", f"{site.folder}/batch.gpg"], check=True, capture_output=True, timeout=60).stdout
    assert not any(b"%PDF" in open(os.path.join(folder, name), "rb").read(64) for folder, _, names in os.walk(parcel[1]) for name in names)
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, check=True, capture_output=True).stdout.decode()
    letters = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", text)
    assert len(letters) == 4
    # Arrived; a sheet is spoiled; posted; confirmed; destroyed.
    assert other.do(f"parcels/{parcel[0]}/received").status_code == 409
    assert printer.do(f"parcels/{parcel[0]}/destroyed", confirmed="yes").status_code == 409
    printer.do(f"parcels/{parcel[0]}/received")
    # A wrong number is found before an identifier ends: the sheet is shown by the first letters of its name, and no more.
    assert printer.do("parcels/1/spoiled", number="9", reason="pliée").status_code == 404
    asked = printer.do("parcels/1/spoiled", number="2", reason="pliée", destroyed="yes")
    assert asked.status_code == 422 and say("Est-ce bien la feuille", "Is this the sheet") in printer.error
    [shown] = set(re.findall(r"\b2 [A-Z]{3}\b", printer.error))
    assert "MARTIN" not in asked.text.upper() and site.sql("SELECT count(*) FROM issuance_letter WHERE state = 'spoiled'") == [(0,)]
    # What was chosen for one sheet is no word for another.
    assert printer.do("parcels/1/spoiled", number="3", reason="pliée", destroyed="yes", held=shown).status_code == 422
    printer.do("parcels/1/spoiled", number="2", reason="pliée", destroyed="yes", held=shown)
    assert say("La feuille est signalée", "The sheet is reported") in printer.note
    client = Client(site)
    client.identify(letters[0])
    assert site.sql("SELECT count(*) FROM issuance_identifier WHERE state = 'active'") == [(0,)]
    assert other.do("parcels/1/posted", on=road.TODAY).status_code == 404
    assert printer.do("parcels/1/posted", on="2099-01-01").status_code == 422
    printer.do("parcels/1/posted", on=road.TODAY)
    assert say("Identifiants utilisables : 3.", "Identifiers that can be used: 3.") in printer.note
    sheet = manager.get("letters/reconciliation.pdf").content
    words = subprocess.run(["pdftotext", "-layout", "-", "-"], input=sheet, check=True, capture_output=True).stdout.decode()
    assert all(re.search(line, words) for line in (say(r"Imprimées\s+4", r"Printed\s+4"), say(r"Gâchées\s+1", r"Spoiled\s+1"), say(r"Numéros à ne pas poster\s: 2", "Numbers not to post: 2")))
    # One letter again, then a range, then none once the secrets are wiped.
    for first, last in (("1", "1"), ("3", "4")):
        before = len(site.sql("SELECT id FROM bureau_parcel"))
        assert manager.do("letters/again", batch="1", first=first, last=last, printer="printer", reason="bourrage").status_code == 200
        road.wait_until(lambda: len(site.sql("SELECT id FROM bureau_parcel")) == before + 1, 30)  # noqa: B023
    assert site.sql("SELECT letters FROM bureau_parcel ORDER BY id") == [(4,), (1,), (2,)]
    manager.do("letters/1/confirm")
    assert manager.do("letters/again", batch="1", printer="printer", reason="trop tard").status_code == 409 and say("effacés", "wiped") in manager.error
    manager.do("letters/returned", list="1;3\n")
    assert f"{say('Lettres enregistrées comme revenues :')} 1." in manager.note
    printer.do(f"parcels/{parcel[0]}/destroyed", confirmed="yes")
    assert not os.path.exists(parcel[1]) and manager.get("letters/destruction.pdf").content.startswith(b"%PDF")
    journal = [action for action, in site.sql("SELECT action FROM journal_entry ORDER BY number")]
    assert journal.count("letters.fetch") == 3 and "letters.approve" in journal and "letters.destroyed" in journal
    site.run("journal", "verify")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_who_has_voted_is_the_bureaus_alone_and_the_turnout_comes_in_rounds(site, visitor, language):
    say = Words(language)
    site.prepare([voter(n) for n in range(1, 15)] + [voter(15, college="cadres")], SMALL).open_poll().serve()
    crowd = Crowd(site, 14)
    manager, bureau, support, auditor = team(site, "manager", "bureau", "support", "auditor", language=language)
    number = found(manager, "v3@example.org")
    road.wait_until(lambda: say("Participation") in (manager.get("picture"), manager.text)[1] and say("préparation", "being made") not in manager.text, 20)

    def seen(desk):
        pages = []
        for path in (f"voters/{number}", "picture", "deliveries", "given", "reminders", "letters"):
            desk.get(path)
            pages.append(re.sub(say("Chiffres du") + f" {WHEN}", "", desk.text))
        pages.append(desk.get("picture.csv").text if desk is not support else "")
        return pages

    # A contact that is noted while a voter is signed in: who votes after it is who "then voted".
    reference, = site.sql("SELECT reference FROM roll_voter WHERE id = ?", found(manager, "v7@example.org"))[0]
    site.run("roll", "correct", reference, "--column", "email", "--value", "other@example.org", "--reason", "a test")
    road.wait_until(lambda: site.sql("SELECT count(*) FROM outbox_message WHERE state = 'waiting'") == [(0,)], 30)
    watchers = (manager, support, auditor)
    before = [seen(desk) for desk in watchers]
    bureau.get(f"voters/{number}")
    assert say("A voté", "Voted") in bureau.text and say("pas encore", "not yet") in bureau.text
    votes = [crowd.waiting.get() for _ in range(14)]
    for client, name, ballot in votes:
        assert client.session.post(f"{site.address}/ballots/{name}", data={"form": client.form_token, "ballot": ballot}, timeout=20).status_code == 200
    time.sleep(12)
    after = [seen(desk) for desk in watchers]
    for old, new in zip(before, after):
        assert old == new
    bureau.get(f"voters/{number}")
    assert re.search(say("A voté", "Voted") + rf"[^:]+: {WHEN}", bureau.text)
    # A reissue to somebody who has voted answers as it does for everybody.
    other = found(manager, "v14@example.org")
    answers = []
    for voter_number in (number, other):
        manager.do(f"voters/{voter_number}/reissue", channel="email", **CALL)
        answers.append(manager.note)
    assert answers[0] == answers[1] and say("en route", "on its way") in answers[0]
    browse(bureau, visitor(language=language)).open("/manager/seal").shot("seal")
    bureau.get("seal")
    assert say("sont intactes", "intact") in bureau.text
    site.run("poll", "close", "--yes", "--at-once")
    road.wait_until(lambda: say("Votants par heure") in (manager.get("picture"), manager.text)[1], 30)
    assert say("100,0 % (14 / 14)", "100.0% (14 / 14)") in manager.text or say("93,3 %", "93.3%") in manager.text, manager.text
    assert say("masqué", "hidden") in manager.text
    browse(manager, visitor(language=language)).open("/manager/picture").shot("picture")
    pdf = subprocess.run(["pdftotext", "-layout", "-", "-"], input=manager.get("picture.pdf").content, check=True, capture_output=True).stdout.decode()
    assert say("Participation") in pdf and "14" in pdf
    assert manager.get("picture.csv").text.splitlines()[0].lstrip("\ufeff").startswith(say("Nature;Nom", "Kind;Name"))
    manager.get(f"voters/{number}")
    assert say("A voté", "Voted") in manager.text
    support.get(f"voters/{number}")
    assert say("A voté", "Voted") not in support.text
    # Nor do the messages tell it, or the list of contacts that somebody gave.
    notice = say("avis de vote enregistré", "notice of a recorded vote")
    road.wait_until(lambda: notice in (manager.get(f"voters/{number}"), manager.text)[1], 30)
    for desk in (support, auditor):
        desk.get(f"voters/{number}")
        assert notice not in desk.text, desk.name
    shown = [re.sub(r"\s+", " ", (desk.get("given"), desk.text)[1]) for desk in (manager, auditor)]
    assert say("oui", "yes") in shown[0].lower() and say("oui", "yes") not in shown[1].lower(), shown


def test_reminders_are_computed_and_never_listed(site):
    site.prepare([voter(n) for n in range(1, 26)] + [voter(26, college="cadres")]).serve()
    manager, = team(site, "manager")
    client = Client(site)
    client.sign_in(site.identifier("v2@example.org"), "v2@example.org", 2, first=True)
    manager.do("reminders/send", target="notSignedIn")
    assert "environ 30" in manager.text and "Envoyer ce rappel" in manager.text, manager.text
    assert site.texts("v1@example.org") and not any("N'oubliez" in text for text in site.texts("v1@example.org"))
    assert manager.do("reminders/send", target="notSignedIn", college="cadres").status_code == 422 and "Moins de dix" in manager.error
    assert manager.do("reminders/send", target="notVoted", confirmed="yes").status_code in (409, 422)
    manager.do("reminders/send", target="notSignedIn", confirmed="yes")
    assert "Le rappel part" in manager.note
    road.wait_until(lambda: any("N'oubliez pas de voter" in text for text in site.texts("v1@example.org")), 30)
    assert not any("N'oubliez pas" in text for text in site.texts("v2@example.org"))
    assert len([1 for n in range(1, 27) if any("N'oubliez pas" in text for text in site.texts(f"v{n}@example.org"))]) == 25
    assert manager.do("reminders/send", target="notSignedIn", confirmed="yes").status_code == 409 and "récemment" in manager.error


def test_warnings_of_a_workbook_are_french_the_heaviest_first_and_homonyms_one_line(site):
    site.prepare([voter(n) for n in range(1, 4)]).serve()
    manager, = team(site, "manager")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(road.HEAD)
    rows = [voter(1), *(voter(10 + n, last_name="Durand", first_name="Anne", email=f"d{n}@example.org") for n in range(4)), voter(3, email="", phone=""),
            voter(2, phone="639980001"), voter(4)]
    for row in rows:
        sheet.append([row.get(name, "") for name in road.HEAD])
    for cell in sheet[9]:
        cell.font = openpyxl.styles.Font(strike=True)
    sheet.row_dimensions[7].hidden = True
    content = io.BytesIO()
    book.save(content)
    manager.get("roll")
    manager.post("roll/upload", files={"file": ("roll.xlsx", content.getvalue())})
    road.wait_until(lambda: "rien n'est encore appliqué" in (manager.get("roll"), manager.text)[1] and "lecture en cours" not in manager.text, 20)
    told = [(int(line), html.unescape(text)) for line, text in re.findall(
        r"<tr><td>(\d+)</td><td>[^<]*</td><td>[^<]*</td><td>([^<]*)</td></tr>", manager.page)]
    words = [text for _, text in told]
    assert not [text for text in words if re.search(r"\b(is|has|had|the|holds|must|as on|lines)\b", text)], words
    place = lambda part: next(index for index, text in enumerate(words) if part in text)
    # Who may be no voter, then who is not reached, then what is only a detail, then all of one name together.
    assert max(place("barrée"), place("masquée")) < place("ne peut pas être joint") < place("premier zéro") < place("le même nom, ou presque")
    [same] = [text for text in words if "le même nom" in text]
    assert place("le même nom") == len(words) - 1 and same.endswith("3 (4, 5, 6)"), same


def test_the_roll_is_uploaded_looked_at_and_applied(site, visitor):
    site.prepare([voter(n) for n in range(1, 4)]).serve()
    manager, = team(site, "manager")
    head = ";".join(road.HEAD)

    def upload(text, name="roll.csv", **fields):
        manager.get("roll")
        return manager.post("roll/upload", files={"file": (name, text)}, **fields)

    def state(word):
        road.wait_until(lambda: word in (manager.get("roll"), manager.text)[1] and "lecture en cours" not in manager.text, 20)

    rows = [";".join(str(voter(n).get(column, "")) for column in road.HEAD) for n in (1, 2, 4)]
    changed = rows[0].replace("Zoé", "Zélie")
    upload("\n".join([head, changed] + rows[1:]) + "\n")
    state("rien n'est encore appliqué")
    assert "Zélie" in manager.text and "Ajoutés 1" in manager.text and "Retirés 1" in manager.text
    assert site.sql("SELECT count(*) FROM roll_voter WHERE first_name = 'Zélie'") == [(0,)]
    browse(manager, visitor()).open("/manager/roll").shot("roll")
    assert upload("x").status_code == 409
    manager.do("roll/drop")
    assert site.sql("SELECT count(*) FROM roll_voter") == [(3,)]
    upload("\n".join([head, changed] + rows[1:]) + "\n")
    state("rien n'est encore appliqué")
    manager.do("roll/apply", confirmed="yes")
    assert site.sql("SELECT first_name, removed_at IS NULL FROM roll_voter ORDER BY id") == [("Zélie", 1), ("Zoé", 1), ("Zoé", 0), ("Zoé", 1)]
    assert found(manager, "zelie") == 1 and found(manager, "V4")
    upload("no,heading\n1,2\n")
    state("roll.csv")
    bad = [head, rows[0].replace("ouvriers", "nulle-part")]
    upload("\n".join(bad) + "\n")
    state("rien n'est encore appliqué")
    assert manager.do("roll/apply", confirmed="yes").status_code == 409 and "refusées" in manager.error
    manager.do("roll/drop")
    # What is wrong is said in the reader's language, in every field.
    wrong = [{"email": "v5"}, {"email": "a b@example.org"}, {"email": "v@exa mple"}, {"email": "é@example.org"}, {"phone": "12"}, {"phone": "06x"},
             {"reference": ""}, {"reference": "V1"}, {"reference": "V?"}, {"civility": "Docteur"}, {"last_name": "R2D2"}, {"last_name": "-"}, {"last_name": ""},
             {"site": "nulle-part"}, {"college": ""}, {"weight": "-1"}, {"language": "de"}, {"channel": "pigeon"}, {"email": ""}, {"channel": "letter"},
             {"last_name": "x" * 200}, {"reference": "x" * 200}]
    made = [voter(20 + index) | change for index, change in enumerate([{}] + wrong) if set(change) <= set(road.HEAD)]
    assert len(made) > 18
    lines = [";".join(str(row.get(column, "")) for column in road.HEAD) for row in [voter(1)] + made] + ["too" + ";many" * 20]
    upload("\n".join([head] + lines) + "\n")
    state("rien n'est encore appliqué")
    reasons = [html.unescape(text) for text in re.findall(r"<tr><td>\d+</td><td>[^<]*</td><td>[^<]*</td><td>([^<]*)</td></tr>", manager.page)]
    assert len(reasons) >= len(made) - 1 and any("faut un @" in text for text in reasons) and any("là où les titres" in text for text in reasons)
    assert not [text for text in reasons if re.search(r"\b(is|has|had|the|holds|must|as on)\b", text)], reasons
    assert "is no e-mail address" in manager.get("roll?lang=en").text
    manager.get("roll?lang=fr")
    manager.do("roll/drop")
    upload("a;b\n" + '"' + "x\n" * 5)
    road.wait_until(lambda: "il manque une colonne pour Matricule, Nom, Prénom" in (manager.get("roll"), manager.text)[1], 20)
    # What its headings mean is said once, and holds for the next file.
    upload("Agent;Patro;Petit nom;Mail;Catégorie\nV1;Martinb;Zélie;v1@example.org;Premier collège (ouvriers et employés)\n")
    state("Dire ce que contient le fichier")
    assert "Petit nom (Zélie)" in (manager.get("roll/columns"), manager.text)[1]
    browse(manager, visitor()).open("/manager/roll/columns").shot("columns")
    # Another upload that brings no file takes nothing away from it.
    manager.get("roll")
    assert manager.post("roll/upload", files={"other": (None, "nothing")}).status_code == 422
    assert "Petit nom (Zélie)" in (manager.get("roll/columns"), manager.text)[1]
    mapped = {"h0": "reference", "h1": "last_name", "h2": "first_name", "h3": "email", "h4": "last_name"}
    assert manager.do("roll/columns", **mapped).status_code == 422 and "même sens : Nom" in manager.error
    manager.do("roll/columns", **mapped | {"h4": "college"})
    state("rien n'est encore appliqué")
    assert "Lignes refusées 0" in manager.text
    manager.do("roll/drop")
    upload("Agent;Patro;Petit nom;Mail;Catégorie\nV?;Martinb;Zélie;v1@example.org;Cadres\n")
    state("rien n'est encore appliqué")
    assert "Personne n'est retiré de la liste par ce fichier" in manager.text
    manager.do("roll/drop")
    # What is said not to be read is not, though its heading is known; the next file is read in the same way.
    for known in False, True:
        upload("Agent no;Patro;Petit nom;Mail;Catégorie\nV1;Martinb;Zélie;v1@example.org;Premier collège (ouvriers et employés)\n")
        if not known:
            state("Dire ce que contient le fichier")
            manager.do("roll/columns", **mapped | {"h3": "", "h4": "college"})
        state("rien n'est encore appliqué")
        assert "Lignes refusées 0" in manager.text and "Colonnes non lues Mail" in manager.text
        manager.do("roll/drop")
    assert os.listdir(f"{site.store}.uploads/cse-2026") == []
    assert manager.get("roll/sample.csv").text.startswith("\ufeffMatricule;Civilité;Nom;Prénom")
    assert "nmatricule" in (manager.get("roll/headings"), manager.text)[1]
    # A large file is given up while it is read, and nothing stays of it.
    before = site.sql("SELECT count(*), max(id) FROM roll_voter")
    row = ";".join(str(voter(0).get(column, "")) for column in road.HEAD)
    upload("\n".join([head] + [row.replace("V0", f"V{n}").replace("v0@", f"v{n}@") for n in range(100, 300_100)]) + "\n")
    road.wait_until(lambda: re.search("lecture en cours[^0-9]*[1-9]", (manager.get("roll"), manager.text)[1]), 20)
    manager.do("roll/drop")
    road.wait_until(lambda: "abandonné" in (manager.get("roll"), manager.text)[1], 5)
    assert site.sql("SELECT count(*), max(id) FROM roll_voter") == before and site.sql("SELECT count(*) FROM roll_import WHERE state = 'loading'") == [(0,)]
    # One voter by hand, and one struck off.
    manager.do("roll/add", reference="N9", last_name="Oublié", first_name="Léa", college="ouvriers", email="lea@example.org", reason="oubli", site="lille")
    assert "L'électeur est ajouté" in manager.note
    road.wait_until(lambda: "Oublié" in (manager.get("voters?q=oublie lea"), manager.text)[1])
    number = found(manager, "oublie lea")
    manager.do(f"voters/{number}/reissue", channel="email", **CALL)
    site.identifier("lea@example.org")
    manager.do(f"voters/{number}/strike", reason="départ")
    assert "radiée" in manager.note and manager.get(f"voters/{number}").status_code == 404
    assert site.sql(f"SELECT state FROM issuance_identifier WHERE voter = {number}") == [("revoked",)]
    client = Client(site)
    client.identify(site.identifier("lea@example.org"))
    assert manager.do("roll/add", reference="N9", last_name="X", college="ouvriers", reason="x").status_code == 422
    # A correction begins with today's value, and takes what the page shows.
    manager.get("voters/1/correct?column=college")
    assert re.search(r'<option value="ouvriers" selected>Premier collège', manager.page), manager.text
    manager.do("voters/1/correct", column="college", value="Deuxième collège (agents de maîtrise et cadres)", reason="promue")
    assert site.sql("SELECT college FROM roll_voter WHERE id = 1") == [("cadres",)]


def test_the_policy_check_says_the_same_everywhere_and_opening_waits_for_the_bureau(site, visitor):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL)
    site.serve()
    manager, bureau = team(site, "manager", "bureau")
    questions = ["postponable", "otherWays", "noPower", "national", "european", "calm", "noProof", "noDuty"]
    manager.do("policy/answers", **{q: "yes" for q in questions} | {"noPower": "no", "noDuty": "no", "otherWays": "no"})
    assert "Les réponses sont enregistrées." in manager.note
    manager.get("policy?level=2")
    assert "Points de risque 3 / 10" in manager.text and "Niveau selon les dix questions 2" in manager.text
    # The poll closes after the recommendation's last day, which page and command say.
    assert "Le 31 décembre 2026 est le dernier jour" in manager.text
    assert "2026-12-31 is the last day" in site.run("election", "check", f"{site.folder}/election", "--level", "2", status=1).stderr
    on_page = set(re.findall(r"(access\.[a-zA-Z.]+|isoloir\.yaml: mail\.bounces|isoloir trustee add|isoloir manager add --role bureau)", manager.text))
    printed = site.run("election", "check", f"{site.folder}/election", "--level", "2", status=1)
    for setting in on_page:
        assert setting in printed.stdout, setting
    missing = {line["point"] for line in json.loads(site.run("election", "check", f"{site.folder}/election", "--level", "2", "--json", status=1).stdout)
               if line["state"] == "missing"}
    assert {"https", "trustees", "bureau", "bounces"} <= missing
    site.stop()
    with pytest.raises(AssertionError, match="are open"):
        real = site.run
        site.run = lambda *words, **options: None if words[:2] == ("poll", "accept") else real(*words, **options)
        try:
            site.open_poll()
        finally:
            site.run = real
    assert "nobody" not in site.run("poll", "status").stdout
    site.serve()
    assert manager.get("policy/points/https/accept").status_code == 403
    browse(bureau, visitor()).open("/manager/policy").shot("policy")
    for point in missing - {"trustees"}:
        assert bureau.do(f"policy/points/{point}/accept", reason="accepté en réunion du 20").status_code == 200, point
    site.run("poll", "open", "--yes", "--box-key", f"{site.folder}/box.key")
    accepted = site.sql("SELECT details FROM journal_entry WHERE action = 'policy.accept' AND principal = 'staff:bureau'")
    assert bureau.do("policy/points/code/accept", reason="rien d'ouvert").status_code == 404
    assert len(accepted) == len(missing - {"trustees"}) and "réunion du 20" in accepted[0][0]


@pytest.mark.parametrize("confirm, words, state", [("rounds", ("rempli", "met"), "met"), ("atOnce", ("avertissement", "warning"), "warned")])
def test_word_of_votes_at_once_where_few_vote_is_warned_of_and_waits_for_nobody(site, visitor, confirm, words, state):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL, ("grace: 15", f"grace: 15\nconfirm: {confirm}"))
    # On the command line, in its table and for programs.
    checked = site.run("election", "check", f"{site.folder}/election", "--level", "1", status=1)
    [line] = [line for line in checked.stdout.splitlines() if " confirming" in line]
    assert state in line.split() and ("confirm: rounds" in line) == (state == "warned"), checked.stdout
    points = json.loads(site.run("election", "check", f"{site.folder}/election", "--level", "1", "--json", status=1).stdout)
    missing = {point["point"] for point in points if point["state"] == "missing"}
    assert f"{len(missing)} points missing" in checked.stderr and "confirming" not in missing
    # At the console, in both languages.
    site.serve()
    manager, bureau = team(site, "manager", "bureau")
    for language, said, why in (("fr", words[0], "l'heure du message dirait qui vote quand"), ("en", words[1], "the hour of the message would tell who votes when")):
        bureau.get(f"policy?level=1&lang={language}")
        [row] = [each for each in re.findall(r"<tr>.*?</tr>", bureau.page, re.S) if why in html.unescape(each).replace("\u2019", "'").replace("\xa0", " ")]
        assert f"<td>{said}</td>" in row and ("confirm: rounds" in row) == (state == "warned"), row
        assert "policy/points/confirming" not in row
    bureau.get("policy?level=1&lang=fr")
    assert f"Points ouverts {len(missing)}" in bureau.text
    browse(bureau, visitor()).open("/manager/policy?level=1").shot("confirming")
    # Nothing waits for it: the bureau accepts what is missing, and the poll opens.
    site.stop()
    site.open_poll()
    accepted = site.sql("SELECT details FROM journal_entry WHERE action = 'policy.accept'")
    assert accepted and not any("confirming" in details for (details,) in accepted)


PAGES = ["", "voters?q=martin", "voters/1", "voters/1/reissue", "voters/1/reissue-elsewhere", "voters/1/passphrase", "voters/1/correct",
         "approvals", "approvals/lapsed", "alerts", "questions?code=ABCDE", "deliveries", "deliveries/fail-over", "reminders", "reminders/send", "letters", "letters/print",
         "letters/again", "picture", "policy", "policy/answers", "roll", "roll/add", "journal", "journal/check", "staff", "staff/add",
         "clients", "clients/add", "account", "account/passphrase", "given", "help", "help/organiser", "help/administrators", "nowhere"]


@pytest.mark.parametrize("width", [1100, 320])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_the_console_is_accessible(site, visitor, language, width):
    site.prepare([voter(1), voter(2), voter(3, **LETTER)]).serve()
    desks = dict(zip(("manager", "bureau", "printer", "support"), team(site, "manager", "bureau", "printer", "support", language=language)))
    someone = visitor(width=width, language=language)
    someone.open(f"/manager/sign-in?lang={language}")
    check(someone, f"{language}-{width}-sign-in")
    for role, pages in [("manager", PAGES), ("bureau", ["", "seal", "voters/1", "policy", "policy/points/https/accept"]),
                        ("printer", ["parcels", "printing", "parcels/key", "voters"]), ("support", [""])]:
        browse(desks[role], someone)
        for page in pages:
            someone.open(f"/manager/{page}" + ("&" if "?" in page else "?") + f"lang={language}")
            assert someone.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
            assert not re.search(r"\[[a-zA-Z]+\.[a-zA-Z0-9.]+\]", someone.driver.page_source), page
            name = f"{language}-{width}-{role}-{re.sub(r'[^a-z0-9]+', '-', page.lower()) or 'home'}"
            check(someone, name)
            # In the dark too, once for each page.
            if width == 320 and language == "fr":
                in_the_dark(someone, True)
                check(someone, f"{name}-dark")
                in_the_dark(someone, False)


def test_the_console_at_an_address_of_its_own(site):
    port = road.free_port()
    site.prepare([voter(1)], settings=f"server:\n  manager: {{url: 'http://LOCALHOST:{port}/', address: 127.0.0.1, port: {port}}}\n")
    site.serve()
    assert requests.get(f"{site.address}/manager", timeout=10, allow_redirects=False).status_code == 404
    assert requests.get(f"{site.address}/api/v1/openapi.json", timeout=10).status_code == 404
    add(site, "anne", "manager")
    assert f"http://LOCALHOST:{port}/manager" in site.wait_text(mail_of("anne"), 1)
    voters, site.address = site.address, f"http://localhost:{port}"
    try:
        desk = Desk(site, "anne").enrol()
        assert desk.get("voters?q=v1").status_code == 200
        # However the settings write the address, it is the one that browsers name.
        for origin, status in ((f"http://localhost:{port}", 200), (f"http://localhost:{port + 1}", 403), ("null", 403), ("http://localhost", 403)):
            assert desk.post("deliveries/retry", what="failed", headers={"Origin": origin}).status_code == status, origin
        # The API's description is made once: it says nothing that an account changes.
        api = f"http://localhost:{port}/api/v1"
        described = requests.get(f"{api}/openapi.json", timeout=10).content
        add(site, "paul", "printer")
        assert requests.get(f"{api}/openapi.json", timeout=10).content == described
        # What fails by our fault is said so, to programs in their own form.
        desk.do("clients/add", name="bot", role="manager", days="2")
        bearer = {"Authorization": "Bearer " + re.search(r"isoloir_[0-9a-f]{64}", desk.page).group()}
        assert requests.get(f"{api}/questions", headers=bearer, timeout=10).status_code == 200
        site.sql("INSERT INTO recovery_help (election, code, sealed, created_at) SELECT id, 'AAAAA', zeroblob(90), 1 FROM election_definition")
        broken = requests.get(f"{api}/questions", headers=bearer, timeout=10)
        assert (broken.status_code, broken.headers["Content-Type"], broken.json()["status"]) == (500, "application/problem+json", 500)
        assert desk.get("questions").status_code == 500 and "Erreur interne" in desk.text and "does not open" not in desk.text
        with requests.Session() as guesser:
            statuses = [guesser.get(f"{api}/voters", headers={"Authorization": f"Bearer isoloir_{number:064x}"}, timeout=10) for number in range(101)]
        assert [answer.status_code for answer in statuses] == [401] * 100 + [429] and int(statuses[100].headers["Retry-After"]) > 0
        assert statuses[100].headers["Content-Type"] == "application/problem+json" and statuses[100].json()["status"] == 429
        assert requests.get(f"http://localhost:{port}/lost", timeout=10).url.endswith("/manager/sign-in")
    finally:
        site.address = voters


@pytest.mark.parametrize("language", ["fr", "en"])
def test_suspending_and_resuming_show_what_they_tell(site, language):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll().serve()
    [bureau] = team(site, "bureau", language=language)

    def told(words):
        return [mail for number in range(1, 14) for mail in site.texts(f"v{number}@example.org") if words in mail]

    for deed, words, shown in (
            ("suspend", "Le vote est suspendu", ("Le bureau de vote a suspendu le vote", "has suspended the vote")),
            ("resume", "Le vote reprend", ("reprend. Il se termine le", "goes on. It closes on"))):
        # The page shows both languages' messages and how many get them, and changes nothing.
        bureau.get(f"poll/{deed}?reason=panne")
        assert all(text in bureau.text for text in shown) and ("panne" in bureau.text) == (deed == "suspend"), bureau.text
        assert re.search(r"\b13\b", bureau.text)
        before = site.json("poll", "status")["state"]
        assert not told(words) and before == ("open" if deed == "suspend" else "suspended")
        assert bureau.do(f"poll/{deed}", reason="panne", tell="yes").status_code == 200, bureau.text
        road.wait_until(lambda: len(told(words)) == 13)  # noqa: B023
    # Without the box nobody is told.
    assert bureau.do("poll/suspend", reason="encore").status_code == 200
    time.sleep(3)
    assert len(told("Le vote est suspendu")) == 13 and site.json("poll", "status")["state"] == "suspended"
