"""People of the staff at the console, as programs without a browser: accounts, the road in, deeds."""
import base64
import hashlib
import hmac
import html
import json
import os
import re
import struct
import time

import requests

from conftest import PASSPHRASE, code_in, road

ROLES = ("manager", "bureau", "support", "auditor", "printer")


def totp(secret, step=None):
    """RFC 6238, of a secret in Base32."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    count = int(time.time()) // 30 if step is None else step
    mac = hmac.new(key, struct.pack(">Q", count), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def mail_of(name):
    return f"{name}@staff.example.org"


class Words:
    """What the console says: journeys are written with its French words and walked in both languages."""

    def __init__(self, language):
        french, other = (self.read(name) for name in ("fr", language))
        self.language = language
        found = {}
        for key, text in french.items():
            found.setdefault(text, set()).add(other[key])
        self.table = {text: min(words) for text, words in found.items() if len(words) == 1}

    @staticmethod
    def read(language):
        with open(os.path.join(road.ROOT, f"Templates/pages/console.{language}.yaml"), encoding="utf-8") as file:
            return {json.loads(key): json.loads(text) for key, text in re.findall(r'^("[^"]+"): (".*")$', file.read(), re.M)}

    def __call__(self, french, english=None):
        """The words in this journey's language; `english` where they are a part of a text, or of several."""
        return french if self.language == "fr" else english or self.table[french]


def add(site, name, role, language="fr"):
    """An account made at the command line, its invitation sent."""
    site.run("manager", "add", name, "--role", role, "--mail", mail_of(name), "--full-name", f"{name.title()} Essai", "--language", language)
    grow_up(site)
    return name


def grow_up(site):
    """A day passes for the accounts: identifiers were issued, and before they would decide nothing."""
    site.sql("UPDATE staff_member SET decides_at = 0")


class Desk:
    """A member of the staff with a session of their own."""

    def __init__(self, site, name):
        self.site, self.name = site, name
        self.session = requests.Session()
        self.session.trust_env = False
        self.page = ""

    def get(self, path="", **options):
        answer = self.session.get(f"{self.site.address}/manager{'/' if path else ''}{path}", timeout=60, **options)
        self.page = answer.text
        return answer

    def post(self, path, form=None, follow=True, files=None, headers=None, **fields):
        data = {"form": self.token if form is None else form} | fields
        answer = self.session.post(f"{self.site.address}/manager/{path}", data=data, files=files, headers=headers, allow_redirects=follow, timeout=120)
        self.page = answer.text
        return answer

    def do(self, path, **fields):
        """Opens the form of a deed and sends it; the page after it."""
        opened = self.get(path)
        assert opened.status_code == 200, (path, opened.status_code, self.text)
        return self.post(path, **fields)

    @property
    def text(self):
        """What a reader sees of the page."""
        main = re.search(r"<main.*?</main>", self.page, re.S)
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main.group() if main else self.page))).replace("\xa0", " ").replace("\u2019", "'").strip()

    @property
    def note(self):
        found = re.search(r'class="notice good" role="status"><p>(.*?)</p>', self.page, re.S)
        return html.unescape(found.group(1)).replace("\xa0", " ").replace("\u2019", "'") if found else None

    @property
    def error(self):
        found = re.search(r'id="error" tabindex="-1"><p>(.*?)</p>', self.page, re.S)
        return html.unescape(found.group(1)).replace("\xa0", " ").replace("\u2019", "'") if found else None

    # The road in.

    def begin(self, identifier=None):
        self.get("sign-in")
        self.token = re.search(r'name="form" value="([0-9a-f]+)"', self.page).group(1)
        mail = mail_of(self.name)
        before = len(self.site.texts(mail)) if identifier else 1
        self.post("sign-in", identifier=identifier or self.site.identifier(mail))
        return self.post("code", code=code_in(self.site.wait_text(mail, before + 1).split("\n", 1)[1]))

    def enrol(self):
        """From the invitation to a confirmed session."""
        self.begin()
        assert "choisir une phrase" in self.text.lower() or "choose a passphrase" in self.text.lower(), self.text
        self.post("passphrase", secret=PASSPHRASE, again=PASSPHRASE)
        self.secret = re.search(r"<li>((?:[A-Z2-7]{4} ?){8})</li>", self.page).group(1).replace(" ", "")
        self.step = int(time.time()) // 30
        self.post("factor", code=totp(self.secret, self.step))
        self.spare = re.findall(r"<li>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2})</li>", self.page)
        assert len(self.spare) == 10, self.text
        return self

    def again(self, code=None):
        """Signs in once more in the same browser."""
        self.begin(self.site.identifier(mail_of(self.name)))
        self.post("passphrase", secret=PASSPHRASE)
        self.step += 1
        return self.post("factor", code=code or totp(self.secret, self.step))


def team(site, *names, language="fr"):
    """Members named after their roles, all signed in; the site serves already."""
    for name in names:
        add(site, name, name.rstrip("0123456789"), language)
    return [Desk(site, name).enrol() for name in names]


def voter(desk, query):
    """The number of the one voter whom a search finds."""
    desk.get(f"voters?q={requests.utils.quote(query)}")
    [number] = re.findall(r'href="/manager/voters/(\d+)"', desk.page)
    return int(number)
