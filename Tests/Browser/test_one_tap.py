"""Sign-in in one tap, in words that fit: links, keyboards, and what is said where an election has less than everything."""
import glob
import re
import subprocess

import pytest
import requests
from conftest import PASSPHRASE, Client, code_in, plain, road
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from test_vote import SMALL

voter = road.voter
MAIL, PHONE = "v1@example.org", "+33639980001"
MAIL_ALONE = ("channels: [email, sms, letter]", "channels: [email]")
LETTERS_ALONE = ("channels: [email, sms, letter]", "channels: [letter]")
SUPPORT = ("""support:
  name: Claire Vasseur, responsable des élections
  email: elections@beausejour.example.org
  phone: 03 53 01 98 76
  hours:
    fr: du lundi au vendredi, de 9 h à 18 h
    en: Monday to Friday, 9:00 to 18:00
""", """support:
  - name: Claire Vasseur
    email: elections@beausejour.example.org
    phone: 03 53 01 98 76
    hours: {fr: de 9 h à 18 h, en: 9:00 to 18:00}
    about: {fr: Questions sur le vote, en: Questions about the vote}
  - name: Assistance du site
    email: aide@vote.example.org
    phone: 03 53 01 98 77
    hours: {fr: de 8 h à 20 h, en: 8:00 to 20:00}
    about: {fr: Questions techniques, en: Technical questions}
""")


def page_text(answer):
    return plain(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)).replace("&#39;", "'"))


def attribute(someone, name, attribute):
    return someone.driver.find_element(By.NAME, name).get_attribute(attribute)


def field(someone, name):
    return someone.driver.find_element(By.ID, name)


def test_the_links_of_messages_fill_in_the_identifier(site, visitor):
    site.prepare([voter(1), voter(2, email="", phone="06 39 98 00 01")]).serve()
    for contact in (MAIL, PHONE):
        [link] = re.findall(rf"{site.address}/#[0-9A-Z-]+", site.wait_text(contact, 1))
        identifier = site.identifier(contact)
        assert link == f"{site.address}/#{identifier}"
        someone = visitor(width=390)
        # One tap, where the page stands already too.
        for start in ("about:blank", site.address + "/"):
            someone.driver.get(start)
            someone.driver.get(link)
            WebDriverWait(someone.driver, 10).until(lambda d: field(someone, "identifier").get_attribute("value") == identifier)  # noqa: B023
            assert "#" not in someone.driver.current_url
        assert someone.press("Se connecter").path == "/code"
    # The code's SMS ends with the line by which telephones fill it in, for this site alone; a mail has no such line.
    text = site.wait_text(PHONE, 2)
    assert text.rstrip("\n").split("\n")[-1] == f"@localhost #{code_in(text)}"
    assert "@localhost" not in site.wait_text(MAIL, 2) and site.address not in site.wait_text(MAIL, 2)


def test_an_election_may_send_links_without_the_identifier(site):
    site.prepare([voter(1), voter(2, email="", phone="06 39 98 00 01")], ("    renewal: replace", "    renewal: replace\n    link: false"))
    for contact in (MAIL, PHONE):
        text = site.wait_text(contact, 1)
        assert site.address in text and "#" not in text
    assert "Saisissez votre identifiant, puis cliquez" in plain(site.wait_text(MAIL, 1))


def test_keyboards_and_password_managers_get_what_they_need(site, visitor):
    site.prepare([voter(1)], MAIL_ALONE, ("scheme: random", "scheme: digits")).serve()
    someone = visitor(width=390).open("/")
    assert attribute(someone, "identifier", "inputmode") == "numeric"
    number = re.search(r"\b\d{10}\b", site.wait_text(MAIL, 1)).group()
    # Digits of other scripts are digits: full-width ones, and Arabic ones.
    other = "".join(chr(ord("０") + int(digit)) if place % 2 else chr(0x660 + int(digit)) for place, digit in enumerate(number))
    someone.fill("identifier", other).press("Se connecter")
    assert someone.path == "/code" and attribute(someone, "code", "inputmode") == "numeric"

    def username():
        [found] = someone.driver.find_elements(By.CSS_SELECTOR, "form input[autocomplete=username]")
        # Seen by programs alone, and sent nowhere.
        assert found.size["width"] <= 1 and not found.get_attribute("name") and found.get_attribute("tabindex") == "-1"
        return found.get_attribute("value")

    assert username() == number
    code = code_in(site.wait_text(MAIL, 2))
    someone.fill("code", "".join(chr(ord("０") + int(digit)) for digit in code)).press("Se connecter")
    assert someone.title == "Choisissez une phrase de passe" and username() == number
    someone.choose(PASSPHRASE).press("Se déconnecter").fill("identifier", number).press("Se connecter")
    someone.fill("code", code_in(site.wait_text(MAIL, 3))).press("Se connecter")
    assert someone.title == "Votre phrase de passe" and username() == number


def test_with_letters_a_code_may_have_letters(site, visitor):
    site.prepare([voter(1)]).serve()
    someone = visitor(width=390).identify(site.identifier(MAIL))
    assert attribute(someone, "code", "inputmode") == "text"
    assert someone.driver.find_element(By.CSS_SELECTOR, "input[autocomplete=username]").get_attribute("value") == site.identifier(MAIL)


@pytest.mark.parametrize("way", ["other", "same"])
def test_nobody_is_offered_another_way_that_would_be_the_same(site, visitor, way):
    """The button stands by the policy alone; where it does not, the words say what to do without a telephone."""
    site.prepare([voter(1, phone="06 39 98 00 01")], ("channel: other", f"channel: {way}")).serve()
    someone = visitor(width=390).identify(site.identifier(MAIL))
    assert "autre moyen" not in someone.text
    assert "Téléphone en panne ou messagerie inaccessible ? Appelez l'assistance" in someone.text
    used = PHONE if way == "other" else MAIL
    before = len(site.texts(MAIL)), len(site.texts(PHONE))
    road.wait_until(lambda: len(site.texts(MAIL)) + len(site.texts(PHONE)) == 2)
    site.sql("UPDATE access_request SET created_at = created_at - 31")
    # Whoever asks for it all the same gets it by the way of the policy.
    someone.driver.execute_script("document.querySelector('[value=resend]').value = 'other'")
    someone.press("Envoyer un nouveau code")
    road.wait_until(lambda: len(site.texts(MAIL)) + len(site.texts(PHONE)) == 3)
    assert len(site.texts(used)) == (2 if way == "other" else 3), before


def test_words_are_those_of_what_the_election_has(site, visitor):
    site.prepare([voter(1)], MAIL_ALONE).serve()
    texts = {path: page_text(requests.get(site.address + path, timeout=10)) for path in ("/", "/lost", "/first", "/help")}
    client = Client(site)
    client.identify(site.identifier(MAIL))
    texts["/code"] = page_text(client.get("/code"))
    for path, text in texts.items():
        for word in ("SMS", "ourrier ", "lettre perdue", "ma lettre", "mobile", "une lettre"):
            assert word not in text.replace("courriers indésirables", ""), (path, word)
    assert "Saisissez l'identifiant que vous avez reçu par courriel." in texts["/"]
    assert "l'adresse électronique à laquelle vous avez reçu" in texts["/lost"]
    assert "un code vient de vous être envoyé par courriel. Il est valable 10 minutes" in texts["/code"]
    assert "Quand voter, et quand le résultat ? Ouverture annoncée pour le lundi 5 janvier 2026 à 9 h" in texts["/help"]
    assert visitor(width=390).open("/lost").driver.find_element(By.ID, "contact").get_attribute("type") == "email"


def test_by_letters_alone_nothing_is_promised_by_mail(site):
    site.prepare([voter(1, **road.LETTER)], LETTERS_ALONE, letters=True).serve()
    lost = page_text(requests.get(site.address + "/lost", timeout=10))
    assert "n'envoie rien par courriel ni par SMS. Appelez" in lost and "Demander" not in lost
    home = page_text(requests.get(site.address + "/", timeout=10))
    assert "Saisissez l'identifiant que vous avez reçu par courrier." in home
    client = Client(site)
    client.identify(site.letter()[0])
    code = page_text(client.get("/code"))
    assert "le code est celui de votre lettre" in code and "8 lettres et chiffres sur votre lettre" in code and "courriel" not in code.split("Besoin d'aide")[0]


def test_letters_name_the_ways_that_the_election_has(site):
    site.prepare([voter(1, **road.LETTER) | {"email": MAIL, "channel": "letter"}], ("channels: [email, sms, letter]", "channels: [email, letter]"),
                 letters=True)
    pdf = glob.glob(f"{site.folder}/letters/*.pdf")[0]
    text = " ".join(subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout.split())
    assert "un code de connexion par courriel : saisissez-le" in plain(text)


def test_the_answer_to_a_lost_identifier_says_what_counts(site, visitor):
    site.prepare([voter(1, email="", phone="06 39 98 00 01"), voter(2)]).serve()
    Client(site)
    someone = visitor(width=390)
    for contact, number in (("v2@example.org", 2), (PHONE, 2)):
        someone.open("/lost").fill("contact", contact).press("Demander")
        text = plain(site.wait_text(contact, number))
        assert "nouvel identifiant" in text and "24 h" in text and "seul le dernier" in text, text
    assert plain(site.wait_text("v2@example.org", 2)).startswith("Votre nouvel identifiant de vote : ")
    assert plain(site.wait_text("v2@example.org", 1)).startswith("Votre identifiant de vote : ")


def test_a_chosen_phrase_is_helped_on_its_way(site, visitor):
    site.prepare([voter(1, last_name="Martin")]).serve()
    someone = visitor(width=390).identify(site.identifier(MAIL))
    hour = re.search(r"au moins jusqu'à : (\d+ h \d\d)", someone.text)
    assert hour, someone.text
    # The seconds before another code are counted down.
    line = someone.driver.find_element(By.CSS_SELECTOR, ".more .wait")
    first = int(re.search(r"dans (\d+) s", plain(line.text)).group(1))
    assert 0 < first <= 30
    WebDriverWait(someone.driver, 10).until(lambda d: int(re.search(r"dans (\d+) s", plain(line.text)).group(1)) < first)
    someone.press("Envoyer un nouveau code")
    assert "nombre de secondes" in someone.text
    left = someone.driver.find_element(By.CSS_SELECTOR, "#error .wait")
    first = int(left.text.split()[0])
    WebDriverWait(someone.driver, 10).until(lambda d: int(left.text.split()[0]) < first)
    someone.driver.execute_script("arguments[0].scrollIntoView()", left)
    someone.shot("countdown").fill("code", code_in(site.wait_text(MAIL, 2))).press("Se connecter")
    rules = lambda: {item.get_attribute("data-rule") for item in someone.driver.find_elements(By.CSS_SELECTOR, ".rules .met")}  # noqa: E731
    assert rules() == set()
    someone.fill("secret", PASSPHRASE)
    assert rules() == {"length"}
    someone.fill("again", PASSPHRASE)
    assert rules() == {"length", "same"}
    someone.shot("ticks")
    button = "Enregistrer et se connecter"
    # A mismatch empties neither field.
    someone.fill("again", PASSPHRASE + "s").press(button)
    assert "pas identiques" in someone.text and "Rien n'a été effacé" in someone.text
    assert field(someone, "secret").get_attribute("value") == PASSPHRASE and field(someone, "again").get_attribute("value") == PASSPHRASE + "s"
    assert rules() == {"length"}
    # Why a phrase is refused: these words hardly count.
    someone.choose("Comité social économique")
    assert "trop proche de votre nom" in someone.text and "Ne comptent presque pas : Comité, social, économique." in someone.text, someone.text
    example = re.search(r"comme « (.*?) »", someone.text).group(1)
    assert "trop facile à deviner" in someone.choose(example).text
    for first, second, words in (("", "", "Saisissez une phrase de passe."), (PASSPHRASE, "", "Saisissez la même phrase de passe dans le second champ.")):
        field(someone, "secret").clear()
        field(someone, "again").clear()
        field(someone, "secret").send_keys(first)
        field(someone, "again").send_keys(second)
        assert words in someone.press(button).text
    assert someone.choose(PASSPHRASE).path == "/space"
    someone.press("Changer ma phrase de passe").fill("present", " ").fill("secret", "un autre vélo rouillé grince").fill("again", "x").press("Enregistrer")
    assert "Saisissez votre phrase de passe." in someone.text and field(someone, "present").get_attribute("aria-describedby") == "error"
    someone.fill("present", PASSPHRASE).press("Enregistrer")
    assert field(someone, "secret").get_attribute("value") == "un autre vélo rouillé grince"


def test_errors_belong_to_their_fields(site, visitor):
    site.prepare([voter(1)]).serve()
    someone = visitor(width=390).open("/help").fill("name", "Zoé").press("Envoyer")
    assert "Saisissez un téléphone ou un courriel" in someone.text and "Saisissez ce qui se passe." in someone.text
    bad = {name: field(someone, name).get_attribute("aria-describedby") for name in ("name", "contact", "text")}
    assert bad == {"name": None, "contact": "error", "text": "error"}
    someone.open("/lost?picture=1").fill("contact", MAIL)
    assert field(someone, "answer").get_attribute("aria-invalid") is None
    client = Client(site)
    client.get("/lost")
    for fields in ({}, {"challenge": re.search(r'name="challenge" value="([^"]+)"', client.page).group(1), "answer": "WRONG1"}):
        page = client.post("/lost", contact=MAIL, **fields).text
        assert re.search(r'<input id="answer"[^>]*aria-describedby="answer-hint error" aria-invalid="true"', page), fields


def test_the_hours_go_into_a_calendar(site):
    site.prepare([voter(1)], opens="2036-01-05 09:00").serve()
    assert 'href="/hours.ics"' in requests.get(site.address + "/", timeout=10).text
    answer = requests.get(site.address + "/hours.ics", timeout=10)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.content.decode()
    assert all(len(line.encode()) <= 75 for line in lines.split("\r\n")) and lines.endswith("END:VCALENDAR\r\n") and "\n" not in lines.replace("\r\n", "")
    flat = lines.replace("\r\n ", "")
    # Nine in winter and five in winter in Paris.
    assert "DTSTART:20360105T080000Z" in flat and "DTEND:20361201T160000Z" in flat
    assert "SUMMARY:Vote en ligne\u00a0: Élection du comité social et économique 2026" in flat and f"URL:{site.address}" in flat
    assert "Online vote: Works council election 2026" in requests.get(site.address + "/hours.ics?lang=en", timeout=10).text.replace("\r\n ", "")


def test_every_contact_is_told_alike_on_pages_mails_and_letters(site):
    site.prepare([voter(1), voter(2, **road.LETTER)], SUPPORT, letters=True).serve()
    pdf = glob.glob(f"{site.folder}/letters/*.pdf")[0]
    letter = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    for text in (page_text(requests.get(site.address + "/", timeout=10)), site.wait_text(MAIL, 1), letter):
        text = plain(re.sub(r"\s+", " ", text))
        for part in ("Questions sur le vote", "Claire Vasseur", "03 53 01 98 76", "de 9 h à 18 h", "elections@beausejour.example.org",
                     "Questions techniques", "Assistance du site", "03 53 01 98 77", "de 8 h à 20 h", "aide@vote.example.org"):
            assert part in text, (part, text)


@pytest.mark.parametrize("change,words", [
    (SUPPORT[1].replace("    about: {fr: Questions techniques, en: Technical questions}\n", ""), r"election.yaml:\d+:\d+: .*each says in \"about\""),
    ("support: []\n", r"election.yaml:\d+:\d+: .*one contact, or a list of up to 3"),
    (SUPPORT[1].replace("de 8 h", "de 8 h").replace("aide@vote.example.org", "aide"), r"election.yaml:\d+:\d+: \"aide\""),
])
def test_contacts_that_are_wrong_are_named(site, change, words):
    site.settings("")
    with pytest.raises(AssertionError, match=words):
        site.election((SUPPORT[0], change))


def test_english_pages_greet_in_english(site, visitor):
    site.prepare([voter(1, civility="Mme")]).serve()
    someone = visitor(width=390)
    someone.sign_in(site.identifier(MAIL), MAIL, 1)
    assert "Bonjour Madame Zoé" in someone.text
    assert "Hello Ms Zoé" in someone.press("English").text


def test_french_is_set_with_its_own_apostrophes(site):
    """Pages, mails and letters; an SMS keeps the plain one, which its alphabet has."""
    site.prepare([voter(1), voter(2, **road.LETTER), voter(3, email="", phone="06 39 98 00 01")], letters=True).serve()
    client = Client(site)
    client.session.hooks["response"].clear()
    pages = {path: client.get(path).text for path in ("/", "/lost", "/first", "/help", "/box", "/result", "/nowhere", "/renew", "/?say=gone")}
    client.identify(site.identifier(MAIL))
    pages["/code"] = client.get("/code").text
    site.wait_text(MAIL, 2)
    mails = [open(path, encoding="utf-8").read() for path in glob.glob(f"{site.folder}/mail/new/*.eml")]  # noqa: SIM115
    pdf = glob.glob(f"{site.folder}/letters/*.pdf")[0]
    letter = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    for name, text in [*pages.items(), ("letter", letter)]:
        text = re.sub(r"<[^>]+>", " ", text)
        assert "’" in text and "'" not in text and "&#39;" not in text, (name, re.findall(r".{20}(?:'|&#39;).{10}", text))
    assert len(mails) == 2 and all("=E2=80=99" in mail and "'" not in mail.split("\n\n", 1)[1] for mail in mails)
    client.identify(site.identifier("+33639980001"))
    assert "’" not in site.wait_text(PHONE, 2)


def test_the_first_page_is_small(site, visitor):
    """At most 20 kB in 4 requests, without compression."""
    site.prepare([voter(1)]).serve()
    someone = visitor(width=390).open("/")
    sizes = someone.driver.execute_script(
        "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(e => [e.name, e.decodedBodySize])")
    # The logo is the tab's picture too, and comes once.
    sizes = dict(sizes)
    assert len(sizes) <= 4 and sum(sizes.values()) <= 20_000, sizes


THREE = SUPPORT[1] + """  - name: Secrétariat du comité social et économique
    email: secretariat@beausejour.example.org
    phone: 03 53 01 98 78
    hours: {fr: "du lundi au vendredi, de 9 h à 12 h", en: "Monday to Friday, 9:00 to 12:00"}
    about: {fr: Questions sur les listes et les candidats, en: Questions about lists and candidates}
"""


@pytest.mark.parametrize("state", ["sealed", "suspended", "extended"])
def test_the_first_page_is_small_in_every_state(site, visitor, state):
    """With all that stands there then: a fingerprint, a reason, three people to call."""
    site.prepare([voter(1), voter(2), voter(3, college="cadres")], *SMALL, (SUPPORT[0], THREE))
    if state == "sealed":
        site.seal_poll()
    else:
        site.open_poll()
    if state == "suspended":
        site.run("poll", "suspend", "--reason", "Le réseau électrique du site de Lille est coupé : " + "le vote reprendra dès son retour. " * 3)
    if state == "extended":
        site.run("poll", "extend", "2036-12-01 19:00")
    site.serve()
    for language in ("fr", "en"):
        someone = visitor(width=390, language=language).open(f"/?lang={language}")
        sizes = dict(someone.driver.execute_script(
            "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(e => [e.name, e.decodedBodySize])"))
        assert len(sizes) <= 4 and sum(sizes.values()) <= 20_000, sizes
        assert someone.driver.find_element(By.CSS_SELECTOR, ".seal").text and "03 53 01 98 78" in someone.text + someone.driver.page_source
