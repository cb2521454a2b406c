"""Words that are true for this election: for what it sends, by which ways, and in what hands its secrets are."""
import re
import subprocess

import pytest
import requests
import staff
from conftest import PASSPHRASE, Client, code_in, plain, road
from selenium.webdriver.common.by import By
from test_one_tap import LETTERS_ALONE, MAIL, MAIL_ALONE, PHONE, SUPPORT, page_text
from test_vote import LISTS, SMALL, WORKERS

voter = road.voter
NO_LETTERS = ("channels: [email, sms, letter]", "channels: [email, sms]")
GENERATED = [("channel: other", "channel: none"), ("kind: passphrase", "kind: generated"), ("minimum: 20", "minimum: 9"), ("renewal: replace", "renewal: keep")]
ONE_PAGE = ("  identifier:\n", "  signIn: onePage\n  identifier:\n")
#: What an election by letters alone never does, in French and English.
SENT = ["courriel", "SMS", "spams", "message", "un nouveau code", "e-mail", "text message", "new code"]


def main_text(page):
    """A page without its foot, which gives the contact's own address."""
    return page_text(page).split("Besoin d'aide")[0].split("Do you need help")[0]


def promises(text):
    """Words that promise something sent, but for sentences that say that nothing is."""
    for denial in ("n'envoie rien par courriel ni par SMS", "sends nothing by e-mail or SMS", "aucun autre n'est envoyé", "(téléphone ou courriel)", "(telephone or e-mail)",
                   "Tell us", "Où vous joindre", "un téléphone ou un courriel"):
        text = text.replace(denial, "")
    return [word for word in SENT if word.lower() in text.lower()]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_by_letters_alone_nothing_is_promised_on_any_page(site, language):
    site.prepare([voter(1, **road.LETTER), voter(2, **road.LETTER)], LETTERS_ALONE, letters=True).serve()
    query = f"lang={language}"
    for path in ("/", "/lost", "/first", "/help", "/?say=exhausted", "/?say=gone"):
        text = main_text(requests.get(f"{site.address}{path}{'&' if '?' in path else '?'}{query}", timeout=10))
        assert promises(text) == [], (path, promises(text), text)
    first = page_text(requests.get(f"{site.address}/first?{query}", timeout=10))
    assert ("Vous avez déjà un identifiant, reçu par courrier ?" if language == "fr" else "already have an identifier, received by letter") in first
    # A contact that somebody sends all the same is promised nothing.
    client = Client(site)
    client.get(f"/help?{query}")
    answer = client.post(f"/lost?{query}", contact=MAIL)
    assert "24" not in main_text(answer) and promises(main_text(answer)) == []
    identifier, code = site.letter()
    client.get("/")
    client.post("/", identifier=identifier, **client.work(identifier))
    pages = {"code": client.get(f"/code?{query}"), "resent": client.get(f"/code?say=resent&{query}")}
    resend = client.post(f"/code?{query}", action="resend", follow=True)
    assert "resend" not in pages["code"].text
    pages["asked again"] = resend
    for name, typed in (("wrong", site.letter(2)[1]), ("short", "12"), ("empty", "")):
        client.get(f"/code?{query}")
        pages[name] = client.post(f"/code?{query}", code=typed, action="check")
    assert ("avec celui de votre lettre" if language == "fr" else "with the one on your letter") in page_text(pages["wrong"])
    for name, page in pages.items():
        text = main_text(page)
        assert promises(text) == [] and "repère" not in text and "reference" not in text.lower(), (name, promises(text), text)
    # Many requests in a short time: there was never a message that could be held back.
    for _ in range(8):
        client.get("/")
        client.post("/", identifier=identifier, **client.work(identifier))
    quiet = main_text(client.get(f"/code?{query}"))
    assert promises(quiet) == [] and ("celui de votre lettre" if language == "fr" else "the one on your letter") in quiet, quiet
    assert site.sql("SELECT count(*) FROM outbox_message WHERE channel != 'letter'") == [(0,)]
    # What was asked for is looked at in its turn.
    road.wait_until(lambda: site.sql("SELECT count(*) FROM access_request WHERE state = 'asked'") == [(0,)])
    client.get("/code")
    checked = client.post("/code", code=code, action="check")
    assert checked.headers.get("Location") == "/passphrase", main_text(checked)
    client.get("/passphrase")
    client.post("/passphrase", secret=PASSPHRASE, again=PASSPHRASE, action="choose")
    client.get(f"/space/secret?{query}")
    changed = client.post(f"/space/secret?{query}", present=PASSPHRASE, secret="un autre vélo rouillé grince", again="un autre vélo rouillé grince", follow=True)
    text = main_text(changed)
    assert promises(text.split("Vos votes")[0].split("Your ballots")[0]) == []
    assert ("Votre phrase de passe est changée." if language == "fr" else "Your passphrase is changed.") in text
    assert "confirme" not in text and "confirms" not in text


def test_by_mail_alone_no_telephone_is_spoken_of(site):
    """A mobile number is refused at once, known or not: nothing could come to it."""
    site.prepare([voter(1, phone="06 39 98 00 01")], MAIL_ALONE).serve()
    for typed in ("06 39 98 00 01", PHONE, "01 39 98 00 00", "abc"):
        for language, words in (("fr", "Ce n'est pas une adresse électronique complète."), ("en", "This is not a complete e-mail address.")):
            client = Client(site)
            client.get(f"/lost?lang={language}")
            text = main_text(client.post(f"/lost?lang={language}", contact=typed, **client.work(typed)))
            assert words in text, text
            for word in ("mobile", "téléphone", "telephone", "SMS", "vous allez recevoir", "you will receive"):
                assert word not in text, (typed, word)
    for language in ("fr", "en"):
        text = main_text(requests.get(f"{site.address}/help?lang={language}", timeout=10))
        for word in ("l'autre moyen", "un autre moyen", "the other way", "SMS"):
            assert word not in text.replace("(téléphone ou courriel)", ""), (language, word)
    assert "Le remplacement est possible une heure après" in main_text(requests.get(f"{site.address}/help", timeout=10))
    assert site.sql("SELECT count(*) FROM recovery_request") == [(0,)]


def test_by_sms_alone_no_address_is_taken(site):
    site.prepare([voter(1, email="", phone="06 39 98 00 01")], ("channels: [email, sms, letter]", "channels: [sms]")).serve()
    client = Client(site)
    client.get("/lost")
    text = main_text(client.post("/lost", contact=MAIL, **client.work(MAIL)))
    assert "Ce n'est pas un numéro de mobile" in text and "courriel" not in text and "électronique" not in text
    client.get("/lost")
    text = main_text(client.post("/lost", contact="01 39 98 00 00", **client.work("01 39 98 00 00")))
    assert "Aucun SMS n'arrive à ce numéro. Saisissez un numéro de mobile." in text


def test_with_mail_and_letters_no_second_code_comes_by_sms(site):
    site.prepare([voter(1)], ("channels: [email, sms, letter]", "channels: [email, letter]")).serve()
    assert "SMS" not in main_text(requests.get(f"{site.address}/help", timeout=10))
    client = Client(site)
    client.identify(site.identifier(MAIL))
    assert "SMS" not in main_text(client.get("/code"))


def test_only_a_secret_that_was_sent_is_one_of_several_messages(site, visitor):
    site.prepare([voter(1)], NO_LETTERS, ("kind: passphrase", "kind: password"), ("minimum: 20", "minimum: 12")).serve()
    someone = visitor().identify(site.identifier(MAIL))
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Vérifier le code")
    someone.press("Continuer") if someone.path == "/verified" else None
    someone.choose("Girafe-bleue7", "Continuer").press("Se déconnecter")
    someone.identify(site.identifier(MAIL)).fill("code", code_in(site.wait_text(MAIL, 3))).press("Vérifier le code")
    someone.enter("Girafe-rouge7")
    assert "Ce n'est pas le bon mot de passe. Vérifiez les majuscules." in someone.text and "plusieurs messages" not in someone.text


def test_one_contact_answers_for_everything(site):
    site.prepare([voter(1)]).serve()
    text = main_text(requests.get(f"{site.address}/help", timeout=10))
    assert "écrivez à l'assistance, au bas de cette page" in text and "contact qui répond" not in text


def test_of_several_contacts_one_answers_for_the_figures(site):
    site.prepare([voter(1)], SUPPORT).serve()
    assert "écrivez au contact qui répond des chiffres" in main_text(requests.get(f"{site.address}/help", timeout=10))


@pytest.mark.parametrize("desk,words,other", [
    ("one", "Identifiant, mot de passe oublié ou première connexion ?", "Identifiant oublié ou perdu"),
    ("each", "Identifiant oublié ou perdu", "Identifiant, mot de passe oublié ou première connexion ?")])
def test_a_reminder_names_the_link_that_stands_there(site, desk, words, other):
    change = ("  fourEyes: true", f"  recovery: {{desk: {desk}}}\n  fourEyes: true")
    site.prepare([voter(n) for n in range(1, 13)], NO_LETTERS, *GENERATED, change, *SMALL).serve()
    assert plain(words) in plain(page_text(requests.get(site.address + "/", timeout=10)))
    before = len(site.texts(MAIL))
    manager, = staff.team(site, "manager")
    manager.do("reminders/send", target="notSignedIn", confirmed="yes")
    text = plain(site.wait_text(MAIL, before + 1))
    assert f"« {words} »" in text and other not in text, text


# Fields and their faults.

def marks(page):
    return {name: 'aria-invalid="true"' in tag for name, tag in re.findall(r'(?=<input id="(\w+)")(<input [^>]*>)', page)}


def test_on_one_page_a_fault_marks_the_field_it_is_in(site):
    site.prepare([voter(1)], NO_LETTERS, ONE_PAGE, ("scheme: random", "scheme: digits"), *GENERATED).serve()
    client, number = Client(site), re.search(r"\b\d{10}\b", site.wait_text(MAIL, 1)).group()
    for identifier, secret, bad in (("", "Abcdefgh1", {"identifier"}), (number, "", {"secret"}), ("12", "Abcdefgh1", {"identifier"}),
                                    (number, "Abcdefgh1", {"identifier", "secret"})):
        client.get("/")
        page = client.post("/", identifier=identifier, secret=secret, **client.work(identifier)).text
        assert {name for name, is_bad in marks(page).items() if is_bad} == bad, (identifier, secret, page)


def test_of_a_new_secret_the_field_with_the_fault_is_marked(site):
    site.prepare([voter(1)], MAIL_ALONE).serve()
    client = Client(site)
    client.identify(site.identifier(MAIL))
    client.code(code_in(site.wait_text(MAIL, 2)))
    cases = [("court", "court", {"secret"}), ("", "", {"secret"}), (PASSPHRASE, PASSPHRASE + "x", {"again"}), (PASSPHRASE, "", {"again"}), ("court", "autre", {"secret", "again"})]
    for secret, again, bad in cases:
        client.get("/passphrase")
        page = client.post("/passphrase", secret=secret, again=again, action="choose").text
        assert {name for name, is_bad in marks(page).items() if is_bad} == bad, (secret, again)
    client.get("/passphrase")
    client.post("/passphrase", secret=PASSPHRASE, again=PASSPHRASE, action="choose")
    for secret, again, bad in cases:
        client.get("/space/secret")
        page = client.post("/space/secret", present=PASSPHRASE, secret=secret, again=again).text
        assert {name for name, is_bad in marks(page).items() if is_bad} == bad, (secret, again)
    # A password manager finds a place for whose secret it is; nothing of it is sent.
    [field] = re.findall(r'<input [^>]*autocomplete="username"[^>]*>', client.get("/space/secret").text)
    assert "name=" not in field and 'tabindex="-1"' in field


def test_the_first_page_of_one_page_elections_is_small_too(site, visitor):
    site.prepare([voter(1)], NO_LETTERS, ONE_PAGE, ("scheme: random", "scheme: digits"), *GENERATED).serve()
    for language in ("fr", "en"):
        someone = visitor(width=390, language=language).open(f"/?lang={language}")
        sizes = dict(someone.driver.execute_script(
            "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(e => [e.name, e.decodedBodySize])"))
        assert len(sizes) <= 4 and sum(sizes.values()) <= 20_000, sizes
        # What is typed can be shown all the same.
        field = someone.fill("secret", "Abcdefgh1").driver.find_element(By.ID, "secret")
        someone.driver.find_element(By.CSS_SELECTOR, "[data-reveal]").click()
        assert field.get_attribute("type") == "text"


def test_where_no_codes_are_sent_no_column_speaks_of_them(site, visitor):
    site.prepare([voter(1)], NO_LETTERS, ("scheme: random", "scheme: digits"), *GENERATED).serve()
    text = site.wait_text(MAIL, 1)
    someone = visitor().open("/").fill("identifier", re.search(r"\b\d{10}\b", text).group()).press("Se connecter")
    someone.enter(re.search(r"mot de passe est\s*:\s*(\S{9})\n", text).group(1))
    assert someone.path == "/space" and "Code reçu" not in someone.text and "sans code" not in someone.text


def test_mail_and_page_agree_on_when_the_old_password_ends(site):
    """Asking takes nothing away: the sent password replaces the old one when it has been used, say page, help and mail alike."""
    site.prepare([voter(1)], NO_LETTERS, ("scheme: random", "scheme: digits"), *GENERATED).serve()
    client = Client(site)
    client.get("/lost")
    answer = client.post("/lost", contact=MAIL, follow=True, **client.work(MAIL))
    page, mail = main_text(answer), plain(site.wait_text(MAIL, 2))
    helped = main_text(requests.get(f"{site.address}/help", timeout=10))
    assert "Dès que le nouveau mot de passe aura servi, il remplacera l'ancien" in page
    assert "L'ancien fonctionne jusqu'à ce que le nouveau ait servi" in helped
    assert re.search(r"(dès que|lorsque|quand|jusqu'à ce que).{0,60}(servi|utilisé)", mail, re.I), mail
    # And so it is.
    passwords = [re.search(r"mot de passe est\s*:\s*(\S{9})\n", text).group(1) for text in site.texts(MAIL)]
    identifier = re.search(r"\b\d{10}\b", mail).group()

    def opens(secret):
        one = Client(site)
        one.identify(identifier)
        one.get("/passphrase")
        return one.post("/passphrase", secret=secret, action="enter").headers.get("Location") == "/space"

    assert opens(passwords[0]) and opens(passwords[1]) and not opens(passwords[0])


# Numbers of a calendar's file.

def test_the_number_of_a_calendars_file_never_falls(site):
    site.prepare([voter(1), voter(30, college="cadres")], *SMALL).open_poll().serve()

    def event():
        text = requests.get(site.address + "/hours.ics", timeout=10).text
        return int(re.search(r"SEQUENCE:(\d+)", text).group(1)), re.search(r"DTEND:(\S+)", text).group(1)

    seen = [event()]
    for hour in ("2036-12-01 21:00", "2036-12-01 19:00", "2036-12-02 12:00"):
        if subprocess.run(site.command("poll", "extend", hour), capture_output=True, check=False).returncode == 0:
            seen.append(event())
    numbers = [number for number, _ in seen]
    assert len(seen) > 1 and numbers == sorted(set(numbers)) and len({end for _, end in seen}) == len(seen), seen
    site.run("poll", "suspend")
    assert event() == seen[-1]
    site.run("poll", "resume")
    site.run("poll", "close", "--yes", "--at-once")
    assert event()[0] > numbers[-1]


def test_dashboards_translate_no_names(site, visitor):
    site.prepare([voter(1), voter(30, college="cadres")], *SMALL).open_poll().serve()
    someone = visitor()
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    someone.vote(WORKERS, LISTS[0])
    site.count_poll()
    road.wait_until(lambda: LISTS[0] in someone.open("/space/figures").text)
    # A table's caption is a question of the ballot where there are captions.
    for path in ("/space/figures", "/result"):
        someone.open(path)
        cells = [cell for cell in someone.driver.find_elements(By.CSS_SELECTOR, "td:first-child") if cell.text == LISTS[0]]
        assert cells and all(cell.get_dom_attribute("translate") == "no" for cell in cells), path
        captions = someone.driver.find_elements(By.TAG_NAME, "caption")
        assert captions and all(each.get_dom_attribute("translate") == "no" for each in captions), path
