"""The voters' road in a real browser, against the program itself."""
import base64
import contextlib
import glob
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import time

import nacl.bindings
import pytest
import requests
from selenium import webdriver
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait



def beside(name, file):
    """A module of the road's tests."""
    spec = importlib.util.spec_from_file_location(name, os.path.join(os.path.dirname(__file__), "../Road", file))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


road, attacker = beside("road", "conftest.py"), beside("attacker", "attacker.py")
certificates = road.certificates
#: Screenshots, kept as the tests' output.
SHOTS = os.environ.get("ISOLOIR_SHOTS", os.path.join(road.ROOT, ".build/screenshots"))
PASSPHRASE = "trois girafes bleues au marché"
POLICY_PARTS = ("identifier", "code", "secret")


def plain(text):
    """A text with the signs of a keyboard in place of those of a printer: tests are written with them."""
    return text.replace("\u00a0", " ").replace("\u2019", "'")


class Site(road.Isoloir):
    """An installation that serves its election, with mailboxes in folders."""

    def __init__(self, folder):
        super().__init__(folder)
        self.port = road.free_port()
        self.address = f"http://localhost:{self.port}"
        self.process = None
        self.server = ""

    def prepare(self, voters, *changes, settings="", opens="2026-01-05 09:00", closes="2036-12-01 17:00", letters=False):
        self.settings(f"mail: {{folder: {self.folder}/mail}}\nsms: {{folder: {self.folder}/sms}}\n{settings}")
        self.election(("address: https://vote.example.org", f"address: {self.address}"),
                      ("opens: 2026-11-24 09:00", f"opens: {opens}"), ("closes: 2026-12-01 17:00", f"closes: {closes}"), *changes)
        self.roll(voters)
        self.run("identifiers", "issue")
        self.run("outbox", "send")
        if letters:
            self.letters(f"{self.folder}/letters")
            self.run("letters", "posted", "1", "--on", road.TODAY)
        return self

    def votes(self):
        """The votes that each ballot's box holds, those among them that no round has made public: no page or command tells."""
        return [count for count, in self.sql("SELECT votes FROM polling_count ORDER BY ballot")]

    def sample(self, name):
        """One of the ready-made elections with its own roll, open on this machine from January on."""
        with open(f"{road.ROOT}/Ballots/{name}/election.yaml", encoding="utf-8") as file:
            text = file.read()
        for key, value in (("address", self.address), ("opens", "2026-01-05 09:00"), ("closes", "2036-12-01 17:00")):
            text, count = re.subn(rf"^{key}: .*$", f"{key}: {value}", text, flags=re.M)
            assert count == 1, key
        self.settings(f"mail: {{folder: {self.folder}/mail}}\nsms: {{folder: {self.folder}/sms}}\n")
        os.makedirs(f"{self.folder}/election", exist_ok=True)
        with open(f"{self.folder}/election/election.yaml", "w", encoding="utf-8") as file:
            file.write(text)
        self.run("election", "create", f"{self.folder}/election")
        self.run("roll", "import", f"{road.ROOT}/Ballots/{name}/roll.csv")
        self.run("identifiers", "issue")
        self.run("outbox", "send")
        return self

    def seal_poll(self):
        """Two trustees, two members, the seal and the trustees' checks."""
        self.trustees = []
        for number, name in enumerate(("Anne Lambert", "Bruno Castel"), 1):
            path = f"{self.folder}/trustee{number}"
            self.run("tally", "trustee-key", "--for", f"{self.folder}/election", "--name", name, "--to", path)
            self.run("trustee", "add", f"{path}.pub", "--challenge", f"{path}.challenge")
            self.run("tally", "answer", f"{path}.challenge", "--key", f"{path}.key", "--to", f"{path}.answer")
            self.run("trustee", "confirm", f"{path}.answer")
            self.trustees.append(path)
        self.members = []
        for name in ("Irene Laurent", "Hugo Petit"):
            path = f"{self.folder}/{name.split()[0].lower()}"
            self.run("key", "member", "--name", name, "--to", path)
            self.run("bureau", "add", f"{path}.pub")
            self.members.append(path)
        self.run("poll", "seal", "--yes", "--box-key", f"{self.folder}/box.key")
        self.check_seal()
        return self

    def open_poll(self):
        """Two trustees, seal, opening."""
        self.seal_poll()
        self.run("poll", "accept", "all", "--by", "Bureau de test", "--reason", "a test")
        self.opening = self.run("poll", "open", "--yes", "--box-key", f"{self.folder}/box.key", "--record", f"{self.folder}/opening.txt").stdout
        return self

    def check_seal(self):
        """Every trustee finds their key in the sealed election."""
        self.run("poll", "manifest", "--to", f"{self.folder}/sealed.json")
        self.run("tally", "archive", "--to", f"{self.folder}/sealed")
        for path in self.trustees:
            self.run("tally", "check", "--seal", f"{self.folder}/sealed.json", "--archive", f"{self.folder}/sealed", "--key", f"{path}.key",
                     "--to", f"{path}.check")
            self.run("trustee", "checked", f"{path}.check")

    def close_poll(self):
        """Close, archives and closing record; the bureau accepts that few voted. Returns the words that a decryption needs."""
        self.run("poll", "close", "--yes", "--at-once")
        self.run("tally", "archive", "--to", f"{self.folder}/closed")
        return self.accepted(f"{self.folder}/closed/closing-record.txt")

    def accepted(self, record):
        """What two members of the bureau accept of a closing record, and what trustees read in it, as words of `tally decrypt`."""
        statement = f"{record}.few"
        words = ["--seal", f"{self.folder}/sealed.json"]
        drafted = subprocess.run(
            self.command("bureau", "draft", "count-few-ballots", "--seal", f"{self.folder}/sealed.json", "--record", record, "--reason",
                         "minutes", "--to", statement), capture_output=True, text=True, timeout=60)
        if drafted.returncode != 0:
            assert "Nothing is to be accepted" in drafted.stderr, drafted.stderr
        else:
            words += ["--accept", statement]
            for path in self.members:
                self.run("bureau", "sign", statement, "--key", f"{path}.key", "--yes")
        with open(record, encoding="utf-8") as file:
            text = file.read()
        for head in re.findall(r"^  head (\w+)$", text, re.M):
            words += ["--head", head]
        for digest in re.findall(r"^  tally (\w+)$", text, re.M):
            words += ["--tally", digest]
        return words

    def count_poll(self):
        """Close, decryptions by both trustees, result; every archive is verified here and by belenios-tool."""
        words = self.close_poll()
        for path in self.trustees:
            self.run("tally", "decrypt", f"{self.folder}/closed", *words, "--key", f"{path}.key", "--to", f"{path}.part")
            self.run("tally", "take", f"{path}.part")
        self.verify(f"{self.folder}/counted")
        return {result["ballot"]: result for result in self.json("tally", "result")}

    def verify(self, folder):
        """Writes the archives and has them checked by both verifiers."""
        self.run("tally", "archive", "--to", folder)
        for name in sorted(name for name in os.listdir(folder) if name.endswith(".bel")):
            assert "every check passed" in self.run("tally", "verify", f"{folder}/{name}").stdout
            alone = f"{folder}-{name}.dir"
            os.makedirs(alone, exist_ok=True)
            shutil.copy(f"{folder}/{name}", f"{alone}/{name}")
            done = subprocess.run(["belenios-tool", "election", "verify", "--dir", alone], capture_output=True, text=True, timeout=120)
            assert done.returncode == 0 and "all checks passed" in done.stderr + done.stdout, done.stderr

    def serve(self, *words, environment=None):
        self.log = open(f"{self.folder}/serve.log", "a", encoding="utf-8")
        self.process = subprocess.Popen(self.command("serve", "--port", self.port, *words), stdout=self.log, stderr=self.log,
                                        cwd=self.folder, env=os.environ | (environment or {}))
        road.wait_for_port(self.port, self.process)
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            assert self.process.wait(30) == 0
            self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait(10)
        self.process = None

    def delivered(self):
        """The files of all mails and SMS so far."""
        return set(glob.glob(f"{self.folder}/mail/new/*.eml") + glob.glob(f"{self.folder}/sms/new/*.txt"))

    def texts(self, contact, newcomers=False, beside=frozenset()):
        """The texts of all mails or SMS to a contact, the oldest first; without those that tell staff of new accounts and
        those in the files `beside`."""
        found = []
        if "@" in contact:
            for path in set(glob.glob(f"{self.folder}/mail/new/*.eml")) - beside:
                with open(path, "rb") as file:
                    mail = road.email.message_from_binary_file(file, policy=road.email.policy.default)
                if mail["To"].addresses[0].addr_spec == contact:
                    found.append((int(os.path.basename(path)[:-4]), (mail["Subject"] + "\n" + mail.get_body(("plain",)).get_content()).replace("\u2019", "'")))
        else:
            for path in set(glob.glob(f"{self.folder}/sms/new/*.txt")) - beside:
                with open(path, encoding="utf-8") as file:
                    number, text = file.read().split("\n", 1)
                if number == contact:
                    found.append((os.stat(path).st_mtime_ns, text))
        told = re.compile("Un nouveau compte est en service|A new account is in force|Un compte attend une|An account waits for")
        return [text for _, text in sorted(found) if newcomers or not told.match(text)]

    def wait_text(self, contact, count):
        """The text of the message with this number to a contact, counted from 1."""
        # Half a minute: where many tests run at once a message takes its time.
        for _ in range(300):
            texts = self.texts(contact)
            if len(texts) >= count:
                return texts[count - 1]
            time.sleep(0.1)
        raise AssertionError(f"{contact} got {len(self.texts(contact))} messages, not {count}")

    def identifier(self, contact, count=1):
        return re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", self.wait_text(contact, count)).group()

    def letter_text(self, page=1):
        """The text of a printed letter."""
        return subprocess.run(["pdftotext", "-layout", "-f", str(page), "-l", str(page), glob.glob(f"{self.folder}/letters/*.pdf")[0], "-"],
                              capture_output=True, text=True, check=True).stdout

    def letter(self, page=1):
        """Identifier and code on a printed letter."""
        text = self.letter_text(page)
        identifier = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", text).group()
        code = re.search(r"(?<![-0-9A-Z])[0-9A-Z]{4}-[0-9A-Z]{4}(?![-0-9A-Z])", text)
        return identifier, code and code.group()


def marked(label, text):
    """Whether a message carries the mark of a request."""
    return re.search(rf"(repère|ref\.|code\s?:)\s?{label}\b", text) is not None


def code_in(text):
    return re.search(r"(?<!\d)\d{6,10}(?!\d)", text).group()


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    yield site
    site.stop()


class Visitor:
    """A browser and the hand that uses it."""

    def __init__(self, driver, site, name):
        self.driver, self.site, self.name = driver, site, name

    def open(self, path="/"):
        self.driver.get(self.site.address + path)
        return self

    @property
    def path(self):
        return self.driver.current_url.replace(self.site.address, "").split("?")[0]

    @property
    def text(self):
        return plain(self.driver.find_element(By.TAG_NAME, "main").text)

    @property
    def title(self):
        return plain(self.driver.find_element(By.TAG_NAME, "h1").text)

    def fill(self, name, value):
        field = self.driver.find_element(By.CSS_SELECTOR, f"[name={name}]:not([type=hidden]):not([hidden])")
        field.clear()
        # Blanks around it are typed as they are: people paste them.
        field.send_keys(value.strip("\n").replace("\n", " "))
        return self

    def wait_still(self):
        """What has just appeared takes no press: waits as long as a reader does."""
        WebDriverWait(self.driver, 10).until(
            lambda d: d.execute_script("return typeof stillUntil === 'undefined' || performance.now() >= stillUntil"))
        return self

    def press(self, words):
        """Presses the button or link with these words, and waits for the next page."""
        self.wait_still()
        before = self.driver.find_element(By.TAG_NAME, "html")
        signs_out = plain(words) in ("Se déconnecter", "Sign out")
        for element in self.driver.find_elements(By.CSS_SELECTOR, "main button, main a, header a, header button"):
            if plain(element.text) == plain(words) and element.is_displayed():
                element.click()
                if signs_out:
                    # Whoever has a number that was not taken is asked.
                    with contextlib.suppress(NoAlertPresentException):
                        self.driver.switch_to.alert.accept()
                WebDriverWait(self.driver, 20).until(lambda d: self._is_new(before))
                return self
        raise AssertionError(f"no button {words!r} on {self.path}: {self.text}")

    def _is_new(self, before):
        with contextlib.suppress(Exception):
            before.is_enabled()
            return False
        return self.driver.execute_script("return document.readyState") == "complete"

    def shot(self, name):
        os.makedirs(SHOTS, exist_ok=True)
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
        with open(f"{SHOTS}/{self.name}-{name}.png", "wb") as file:
            file.write(base64.b64decode(shot["data"]))
        return self

    # Steps that many tests share.

    def identify(self, identifier):
        self.open("/").fill("identifier", identifier).press("Se connecter")
        assert self.path == "/code", self.text
        return self

    def sign_in(self, identifier, contact, messages, passphrase=PASSPHRASE, first=True):
        """The whole road of a voter who is sent codes; `messages` is what they had before."""
        self.identify(identifier)
        self.fill("code", code_in(self.site.wait_text(contact, messages + 1))).press("Se connecter")
        assert self.path == "/passphrase", self.text
        return self.choose(passphrase) if first else self.enter(passphrase)

    def choose(self, passphrase, button="Enregistrer et se connecter"):
        return self.fill("secret", passphrase).fill("again", passphrase).press(button)

    def mark(self, *answers):
        """Ticks the answers with these words."""
        self.wait_still()
        for answer in answers:
            [label] = [label for label in self.driver.find_elements(By.CSS_SELECTOR, "label.choice") if label.text == answer]
            label.click()
        return self

    def click(self, words):
        """Presses a button of the page itself."""
        self.wait_still()
        [button] = [button for button in self.driver.find_elements(By.CSS_SELECTOR, "main button") if plain(button.text) == plain(words) and button.is_displayed()]
        button.click()
        return self

    def vote(self, title, *answers):
        """Votes on the ballot of this title; returns the tracker."""
        self.open("/space")
        [card] = [card for card in self.driver.find_elements(By.CSS_SELECTOR, ".cards li") if title in card.text]
        card.find_element(By.TAG_NAME, "a").click()
        WebDriverWait(self.driver, 20).until(lambda d: self.path.startswith("/ballots/"))
        self.mark(*answers).click("Relire mon choix")
        for answer in answers:
            assert answer in self.text
        self.click("Confirmer mon vote")
        return self.tracker()

    def tracker(self):
        WebDriverWait(self.driver, 60).until(
            lambda d: d.find_element(By.ID, "receipt").is_displayed() or d.find_element(By.ID, "failed").is_displayed()
            or any(d.find_element(By.ID, name).is_displayed() for name in ("unable", "strange", "alarm")))
        assert self.driver.find_element(By.ID, "receipt").is_displayed(), self.text
        self.wait_still()
        return self.driver.find_element(By.CSS_SELECTOR, "#receipt .tracker").text

    def enter(self, passphrase):
        return self.fill("secret", passphrase).press("Se connecter")


def chromium(width=1100, javascript=True, language="fr", whole=False):
    """Chromium without its own window, menus and profile, which take half of a start; `whole` is the browser that people use."""
    # The program itself: the script of its name in /usr/bin would be ended in its place, and leave it running.
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium" if whole else "/usr/lib/chromium/chromium-headless-shell"
    for word in ("--headless=new" if whole else "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 f"--window-size={width},900", f"--lang={language}", f"--accept-lang={language}", "--hide-scrollbars"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
    if whole:
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
    if width < 500:
        options.add_experimental_option("mobileEmulation", {"deviceMetrics": {"width": width, "height": 700, "pixelRatio": 2, "touch": True}})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(30)
    if not javascript:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    return driver


@pytest.fixture
def visitor(site, request):
    """Makes visitors with browsers of their own."""
    drivers = []

    def make(**options):
        name = request.node.name.replace("[", "-").replace("]", "").replace("test_", "")
        driver = chromium(**options)
        drivers.append(driver)
        return Visitor(driver, site, name)

    yield make
    faults = [fault for driver in drivers for fault in closed(driver)]
    assert not faults, faults


def closed(driver):
    """Ends a browser; returns what went wrong in the pages' scripts, unheard."""
    try:
        return [entry["message"] for entry in driver.get_log("browser") if "Uncaught" in entry["message"]]
    finally:
        driver.quit()


pytest_terminal_summary = road.pytest_terminal_summary


#: Tests of minutes begin first: one that began last would keep a single worker busy while the others have nothing to do.
LONGEST = ("test_fifty_kills", "test_kill_in_every_deed", "do_not_pair", "every_page_of_the_console", "test_power_cuts", "test_guide_",
           "every_page_is_accessible", "every_page_of_the_vote")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: next((place for place, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hands out single tests, and a guide whole: one walk serves all its lines."""
    from xdist.scheduler import LoadScopeScheduling

    class Guides(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return nodeid.split("::")[0] if "test_guide_" in nodeid else nodeid

    return Guides(config, log)


def straighten(answer, *_, **__):
    """Gives a page the apostrophes of a keyboard, with which tests are written."""
    if "text/html" in answer.headers.get("Content-Type", ""):
        answer._content = answer.content.replace("\u2019".encode(), b"&#39;")


class Client:
    """A program that uses the site as a browser without JavaScript does, or solves the silent work itself."""

    def __init__(self, site, source=None):
        self.site, self.session = site, requests.Session()
        if source:
            self.session.headers["X-Forwarded-For"] = source
        self.session.hooks["response"].append(straighten)
        self.session.verify, self.session.trust_env = getattr(site, "ca", True), False

    def get(self, path, **options):
        answer = self.session.get(self.site.address + path, timeout=30, **options)
        self.page = answer.text
        return answer

    def post(self, path, follow=False, headers=None, **fields):
        data = {"form": self.form()} | fields
        if "identifier" in fields or fields.get("action") == "resend":
            self.earlier = self.site.delivered()
        answer = self.session.post(self.site.address + path, data=data, allow_redirects=follow, timeout=60, headers=headers)
        if answer.text:
            self.page = answer.text
        return answer

    def form(self):
        return re.search(r'name="form" value="([0-9a-f]+)"', self.page).group(1)

    def work(self, typed):
        """The solution of the page's silent work for what is typed."""
        return solve(re.search(r'data-work="([0-9a-f]+)"', self.page).group(1), typed)

    def identify(self, identifier, works=True):
        self.get("/")
        return self.post("/", identifier=identifier, **(self.work(identifier) if works else {}))

    def label(self):
        """The mark of the request under way."""
        return re.search(r'class="mark">(\w\d)<', self.get("/code").text).group(1)

    def sent_code(self, contact):
        """The code that was sent for the request under way: an earlier message may bear the same mark, since marks are few."""
        label = self.label()
        sent = road.wait_until(lambda: [text for text in self.site.texts(contact, beside=self.earlier) if marked(label, text)])
        return code_in(sent[-1])

    def code(self, code):
        self.get("/code")
        return self.post("/code", code=code, action="check")

    def sign_in(self, identifier, contact, count, passphrase=PASSPHRASE, first=False):
        assert self.identify(identifier).headers["Location"] == "/code"
        answer = self.code(code_in(self.site.wait_text(contact, count)))
        assert answer.headers.get("Location") == "/passphrase", self.page
        self.get("/passphrase")
        fields = {"secret": passphrase, "action": "choose", "again": passphrase} if first else {"secret": passphrase, "action": "enter"}
        return self.post("/passphrase", **fields)

    def lost(self, contact, path="/lost"):
        self.get(path)
        return self.post(path, contact=contact, **self.work(contact))


def solve(challenge, typed):
    bits = int(challenge[8:10], 16)
    password = hashlib.sha256(typed.encode()).hexdigest().encode()
    for number in range(1_000_000):
        digest = hashlib.pbkdf2_hmac("sha256", password, f"{challenge}:{number}".encode(), 250, 8)
        if int.from_bytes(digest, "big") >> (64 - bits) == 0:
            return {"work": challenge, "number": str(number)}
    raise AssertionError("the work is too hard")


def captcha_answer(site, token, election="cse-2026"):
    """The letters and digits of a picture's challenge, opened with the election's key: what a person would read."""
    with open(f"{site.keys}/{election}.key", encoding="utf-8") as file:
        key = bytes.fromhex(file.read().split("\n")[1])
    subkey = hashlib.blake2b(digest_size=32, key=key, salt=(9).to_bytes(8, "little") + bytes(8), person=b"isoloir1" + bytes(8)).digest()
    place = b"".join(len(text).to_bytes(4, "big") + text for text in (b"captcha", election.encode()))
    sealed = bytes.fromhex(token)
    plain = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], place, sealed[:24], subkey)
    fields = []
    while plain:
        count = int.from_bytes(plain[:4], "big")
        fields.append(plain[4:4 + count])
        plain = plain[4 + count:]
    return fields[1].decode(), fields[2].decode()


@pytest.fixture
def client(site):
    return lambda **options: Client(site, **options)

# The road's own tests of relays and gateways are used here too.
ROOT, Isoloir, free_port, running, voter, wait_for_port = (
    road.ROOT, road.Isoloir, road.free_port, road.running, road.voter, road.wait_for_port)


def peers_of(name):
    """A module of the road's tests, for the real servers that it starts."""
    spec = importlib.util.spec_from_file_location(name, os.path.join(road.ROOT, f"Tests/Road/{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
