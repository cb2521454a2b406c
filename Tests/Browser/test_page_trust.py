"""A server that lies to the ballot page, by programs that hold no key of it: the page refuses, and says so in plain words."""
import base64
import hashlib
import html
import json
import re

import pytest
import requests
from conftest import road
from false_server import FalseServer
from selenium.webdriver.support.ui import WebDriverWait
from test_pages import check
from test_vote import LISTS, SMALL

voter = road.voter
PAGE = "/ballots/titulaires-ouvriers"
STATES = ("receipt", "failed", "unable", "strange", "alarm")


@pytest.fixture
def between(site):
    """The program between voters and site, and the site behind it."""
    proxy = FalseServer(site)
    site.prepare([voter(n) for n in (1, 2)] + [voter(3, college="cadres")], *SMALL).open_poll().serve()
    yield proxy
    proxy.close()


def manifest(site):
    path = f"{site.folder}/seal.json"
    site.run("poll", "manifest", "--to", path)
    return path


def vote(someone, answer=LISTS[0], path=PAGE, words=("Relire mon choix", "Confirmer mon vote")):
    """Votes and waits for what the page says in the end; returns the name of its state."""
    someone.open(path).mark(answer).click(words[0]).click(words[1])
    return outcome(someone)


def shown(driver):
    """The names of the states that a page shows, of those that it has."""
    found = [driver.find_elements("id", name) for name in STATES]
    return [elements[0].get_attribute("id") for elements in found if elements and elements[0].is_displayed()]


def outcome(someone):
    [state] = WebDriverWait(someone.driver, 60).until(lambda d: shown(d))
    return state


def signed_in(site, visitor, number=1, **options):
    someone = visitor(**options)
    someone.sign_in(site.identifier(f"v{number}@example.org"), f"v{number}@example.org", 1)
    return someone


def votes(site):
    return site.votes()[0]


def calls_for_help(someone, state):
    """The state names the support contact itself, not only the page's foot."""
    return "03 53 01 98 76" in someone.driver.find_element("id", state).text


@pytest.mark.parametrize("width", [320, 1100])
def test_another_election_key_is_refused_before_anything_is_sent(site, visitor, between, width):
    between.swap_key([[0, 0, 0, 1]])
    jeanne = signed_in(site, visitor, width=width)
    state = vote(jeanne)
    assert (between.read, between.votes) == ([], []), "the vote was read on its way"
    assert state == "strange" and "Rien n'a été envoyé" in jeanne.text and "A voté" not in jeanne.text
    assert calls_for_help(jeanne, "strange") and votes(site) == 0
    check(jeanne, f"strange-{width}")


@pytest.mark.parametrize("width", [320, 1100])
def test_another_tracker_is_an_error_that_shows_both(site, visitor, between, width):
    between.swap_tracker()
    jeanne = signed_in(site, visitor, width=width)
    state = vote(jeanne)
    assert state == "alarm" and "A voté" not in jeanne.text
    own, given = [element.text for element in jeanne.driver.find_elements("css selector", "#alarm .tracker")]
    assert given == "A" * 43 and len(own) == 43 and own != given
    assert "Ne fermez pas cette page" in jeanne.text and calls_for_help(jeanne, "alarm")
    # The number is that of the ballot that left.
    assert own == tracker_of(between.votes[0])
    check(jeanne, f"alarm-tracker-{width}")


def tracker_of(ballot):
    return base64.b64encode(hashlib.sha256(ballot.encode()).digest()).decode().rstrip("=")


def test_a_receipt_signed_by_another_key_is_an_error(site, visitor, between):
    between.forge_receipt()
    jeanne = signed_in(site, visitor)
    state = vote(jeanne)
    assert state == "alarm" and "bonne signature" in jeanne.text and "A voté" not in jeanne.text
    assert calls_for_help(jeanne, "alarm")
    check(jeanne, "alarm-signature")


@pytest.mark.parametrize("change", [
    lambda news: {"receipt": {"tracker": news["receipt"]["tracker"]}},
    lambda news: {"receipt": {"tracker": news["receipt"]["tracker"], "signature": ""}},
    lambda news: {"receipt": {"tracker": news["receipt"]["tracker"], "signature": "%%%"}},
    lambda news: {"receipt": {"signature": news["receipt"]["signature"]}},
    lambda news: {"receipt": True, "tracker": news["receipt"]["tracker"]},
    lambda news: {"receipt": {"tracker": [news["receipt"]["tracker"]], "signature": news["receipt"]["signature"]}},
], ids=["none", "empty", "no-base64", "no-tracker", "no-object", "list"])
def test_a_maimed_receipt_is_never_taken_for_one(site, visitor, between, change):
    between.answer = lambda news, path: change(news)
    jeanne = signed_in(site, visitor)
    assert vote(jeanne) == "alarm"
    assert "A voté" not in jeanne.text


@pytest.mark.parametrize("status", [401, 403, 409, 422])
def test_a_number_stays_whatever_was_answered_to_a_ballot_that_left(site, visitor, between, status):
    """The server stores the ballot and says that it is in no box: without its number the voter could not look."""
    between.status = lambda code, path: status
    between.answer = lambda news, path: {"text": "Votre bulletin n'a pas été accepté."}
    jeanne = signed_in(site, visitor)
    assert vote(jeanne) == "failed" and votes(site) == 1
    [own] = [element.text for element in jeanne.driver.find_elements("css selector", "#failed .tracker") if element.is_displayed()]
    assert own == tracker_of(between.votes[0]) and "s'il figurait malgré tout dans l'urne publique" in jeanne.text
    # The tab keeps it, with what was said of it.
    jeanne.open(PAGE)
    WebDriverWait(jeanne.driver, 20).until(lambda d: d.find_element("id", "own").is_displayed())
    assert own in jeanne.text and "était refusé, et pourtant un vote est enregistré à votre nom" in jeanne.text


def test_another_ballot_said_to_count_is_an_error_that_shows_both(site, visitor, between):
    between.answer = lambda news, path: {"text": "Tout va bien.", "tracker": "B" * 43}
    jeanne = signed_in(site, visitor)
    state = vote(jeanne)
    assert state == "alarm" and "Tout va bien" not in jeanne.text and "B" * 43 in jeanne.text
    check(jeanne, "alarm-other")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_two_names_that_changed_places_are_refused(site, visitor, between, language):
    jeanne = signed_in(site, visitor)
    words = {"fr": ("Relire mon choix", "Confirmer mon vote"), "en": ("Review my choice", "Confirm my vote")}[language]
    path = f"{PAGE}?lang={language}"
    jeanne.open(path)
    names = [element.text for element in jeanne.driver.find_elements("css selector", "label.choice span")]
    between.swap_labels(names[0], names[1])
    state = vote(jeanne, names[0], path, words)
    assert state == "strange" and between.votes == [] and votes(site) == 0
    # A blank vote under another name, and a question under another title.
    between.page = lambda text, path: re.sub(r'(<label class="choice blank">.*<span>)[^<]*', rf"\g<1>{names[2]} bis", text)
    assert vote(jeanne, names[0], path, words) == "strange"
    between.page = lambda text, path: re.sub(r"<legend>[^<]*", "<legend>Quelle liste ne doit pas siéger ?", text)
    assert vote(jeanne, names[0], path, words) == "strange"
    between.page = lambda text, path: re.sub(r'(id="ballot" translate="no">)[^<]*', r"\g<1>Membres suppléants", text)
    assert vote(jeanne, names[0], path, words) == "strange"
    between.page = lambda text, path: text
    assert votes(site) == 0 and vote(jeanne, names[0], path, words) == "receipt"


def test_the_document_of_another_ballot_is_refused(site, visitor, between):
    """Both documents are sealed, but a page is for one ballot."""
    jeanne = signed_in(site, visitor)
    other = jeanne.open("/ballots/suppleants-ouvriers").driver.find_element("id", "choose").get_attribute("data-document")
    between.page = lambda text, path: re.sub(r'data-document="[^"]*"', 'data-document="' + other.replace('"', "&quot;") + '"', text)
    assert vote(jeanne) == "strange" and between.votes == []


def test_a_changed_list_of_sealed_ballots_is_refused(site, visitor, between):
    between.file = lambda content, path: content.replace(b"titulaires", b"TITULAIRES") if path.endswith("sealed.json") else content
    jeanne = signed_in(site, visitor)
    assert vote(jeanne) == "strange" and between.votes == []
    # Without a digest there is nothing to compare with.
    between.file = lambda content, path: content
    between.page = lambda text, path: re.sub(r'data-sealed-digest="[^"]*"', 'data-sealed-digest=""', text)
    assert vote(jeanne) == "strange" and between.votes == []


class FalseSeal:
    """The key of ours in the page, in a list of sealed ballots, and in a manifest: page, files and digests fit each other."""

    def __init__(self, between, foot=None, manifest=lambda text: text):
        """`foot` writes the mark of ours and the honest one into the page; `manifest` changes the manifest."""
        self.between = between.swap_key([[0, 0, 0, 1]])
        self.foot, self.manifest = foot or (lambda text, own, honest: text.replace(honest, own)), manifest
        self.page, self.files = between.page, {}

    def wear(self, manifest=True):
        """With a manifest of our own the page shows its fingerprint; without, the honest one stays."""
        site = self.between.site
        self.files = {name: requests.get(f"http://127.0.0.1:{site.port}/assets/{name}", timeout=20).content for name in ("sealed.json", "seal.json")}
        self.between.file = lambda content, path: self.files.get(path.split("/")[-1], content)

        def page(text, path):
            text = self.page(text, path)
            if "data-document" not in text:
                return text
            document = html.unescape(re.search(r'data-document="([^"]*)"', text).group(1))
            old = json.loads(self.files["sealed.json"])["ballots"][0]["fingerprint"].encode()
            before = hashlib.sha256(self.files["sealed.json"]).hexdigest().encode()
            self.files["sealed.json"] = self.files["sealed.json"].replace(old, tracker_of(document).encode())
            after = hashlib.sha256(self.files["sealed.json"]).hexdigest().encode()
            text = self.digest(text, "sealed", "sealed.json")
            if manifest:
                self.files["seal.json"] = self.manifest(self.files["seal.json"].replace(before, after))
                text = self.digest(text, "seal", "seal.json")
                mark = hashlib.sha256(self.files["seal.json"]).hexdigest()[:32].upper()
                honest = re.search(r'class="seal">([^<]*)', text).group(1)
                text = self.foot(text, " ".join(mark[at:at + 4] for at in range(0, 32, 4)), honest)
            return text
        self.between.page = page
        return self

    def digest(self, text, name, file):
        digest = base64.b64encode(hashlib.sha256(self.files[file]).digest()).decode()
        return re.sub(rf'data-{name}-digest="[^"]*"', f'data-{name}-digest="sha256-{digest}"', text)


def test_a_false_list_of_sealed_ballots_is_refused_or_shows_in_the_fingerprint(site, visitor, between):
    jeanne = signed_in(site, visitor)
    honest = site.json("poll", "status")["fingerprint"]
    FalseSeal(between).wear(manifest=False)
    assert vote(jeanne) == "strange" and between.votes == []
    # The guide for auditors says so: here it is the voter who compares the fingerprint.
    FalseSeal(between).wear()
    jeanne.open(PAGE)
    assert honest not in jeanne.driver.find_element("tag name", "footer").text.replace("\u00a0", " ")


SEAL = '<span translate="no" class="seal">'


@pytest.mark.parametrize("foot", [
    lambda text, own, honest: text.replace('<main id="main" tabindex="-1">', f'<main id="main" tabindex="-1"><span class="seal" hidden>{own}</span>', 1),
    lambda text, own, honest: text.replace("</footer>", f'</footer><footer hidden><p class="times"><span class="seal">{own}</span></p></footer>', 1),
    lambda text, own, honest: re.sub(r'<p class="times">([^<]*)<span translate="no" class="seal">' + honest,
                                     lambda m: f'<p class="times">{m[1]}{honest}</p><p class="times" hidden>{m[1]}{SEAL}{own}', text),
    lambda text, own, honest: text.replace(SEAL + honest, f'{honest}<span class="seal skip">{own}'),
    lambda text, own, honest: text.replace(SEAL + honest, f'{honest}<span class="seal" popover>{own}'),
    lambda text, own, honest: text.replace(SEAL + honest, f'{honest}{SEAL}<span hidden>{own}</span>'),
    lambda text, own, honest: text.replace("<footer>", "<details><summary>Plus</summary><footer>").replace("</footer>", "</footer></details>")
    .replace(SEAL + honest, SEAL + own).replace("</main>", f'<p class="times">{honest}</p></main>'),
], ids=["inserted-hidden", "second-foot", "real-one-hidden", "out-of-sight", "popover", "inside-hidden", "folded"])
def test_a_fingerprint_that_the_voter_does_not_see_is_none(site, visitor, between, foot):
    """The page passes for sealed under a mark of ours, while its reader is shown the honest one."""
    jeanne = signed_in(site, visitor)
    honest = site.json("poll", "status")["fingerprint"]
    FalseSeal(between, foot=foot).wear()
    jeanne.open(PAGE)
    is_seen = jeanne.driver.execute_script("return isSeen(document.querySelector('.seal'))")
    assert honest in jeanne.driver.page_source or not is_seen, "nobody would be taken in"
    # What keeps it from the eye is said as such; what is another fingerprint, or in another place, is not the sealed page's.
    assert vote(jeanne) in ("strange", "failed") and (between.votes, between.read) == ([], [])


def test_two_digests_of_one_file_in_the_manifest_are_refused(site, visitor, between):
    """Whoever takes the first of the two is told of another script than the page runs."""
    false = b'"files":[{"path":"served/ballot.js","sha256":"' + b"0" * 64 + b'"},'

    def twice(text):
        return text if false in text else text.replace(b'"files":[', false)
    jeanne = signed_in(site, visitor)
    FalseSeal(between, manifest=twice).wear()
    assert vote(jeanne) == "strange" and (between.votes, between.read) == ([], [])
    assert between.page and false in requests.get(f"{site.address}/assets/seal.json", timeout=20).content


@pytest.mark.parametrize("name", ["wasm", "worker"])
def test_another_program_with_its_own_digest_is_refused(site, visitor, between, name):
    """A worker that sends the choice away, pinned by the page that loads it."""
    jeanne = signed_in(site, visitor)
    file = {"wasm": "ballot.wasm", "worker": "sealer.js"}[name]
    content = requests.get(f"{site.address}/assets/{file}", timeout=20).content + (b"\n" if name == "worker" else b"\0\1\0")
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    between.file = lambda given, path: content if path.endswith(file) else given
    between.page = lambda text, path: re.sub(rf'data-{name}-digest="[^"]*"', f'data-{name}-digest="sha256-{digest}"', text)
    assert vote(jeanne) == "strange" and between.votes == []


@pytest.mark.parametrize("change", [
    ('<label class="choice">', '<label class="choice" hidden>'), ('<label class="choice">', '<label class="skip">'),
    ('<label class="choice">', '<label class="choice" style="opacity:0">'),
    ('<label class="choice">', '<label class="choice"><img src="/assets/logo.svg" alt="">'),
    ('<label class="choice"><input type="radio"', '<label class="choice"><input type="image" src="/assets/logo.svg"'),
    ('<button type="submit">', '<label class="choice"><input type="radio"><span>Liste « Autre »</span></label><button type="submit">'),
    ('<label class="choice"><input type="radio"', '<label class="choice"><input type="radio" aria-label="Liste « Autre »"'),
    ('<label class="choice"><input type="radio"', '<label class="choice"><input type="radio" aria-labelledby="ballot"'),
    ('<label class="choice"><input type="radio"', '<label class="choice"><input type="radio" title="Liste « Autre »"'),
    ('aria-describedby="rule-1"', 'aria-describedby="ballot"'),
    ('<label class="choice">', '<label class="choice" aria-label="Liste « Autre »">'),
    ('<label class="choice">', '<label class="choice" popover>'),
    ("<legend>", '<legend aria-label="Autre question">'),
    ('<fieldset class="question"', '<fieldset class="question" aria-label="Autre question"'),
    ('<p class="hint" id="as">', '<p id="rule-1">Liste « Autre »</p><p class="hint" id="as">'),
], ids=["hidden", "class", "style", "picture", "picture-field", "decoy", "spoken", "spoken-of", "titled", "described", "label", "popover",
        "legend", "fieldset", "hint"])
def test_an_answer_kept_from_eye_or_ear_is_refused(site, visitor, between, change):
    jeanne = signed_in(site, visitor)
    between.page = lambda text, path: text.replace(*change, 1)
    # What hides the words is said as such; every other change is of a page that was not sealed.
    assert vote(jeanne, LISTS[1]) in ("strange", "failed") and between.votes == []


def test_other_words_drawn_over_an_answer_s_own_are_not_seen(site, visitor, between):
    """No script can look into a closed shadow tree of the page's own: the page draws each answer's words anew."""
    jeanne = signed_in(site, visitor)
    between.page = lambda text, path: text.replace(
        f"<span>{LISTS[0]}</span>", f'<span><template shadowrootmode="closed">Liste « Autre »</template>{LISTS[0]}</span>')
    jeanne.open(PAGE)
    words = jeanne.driver.find_elements("css selector", "label.choice span")
    assert [element.text for element in words][:1] == [LISTS[0]]
    assert jeanne.driver.execute_script("return isSeen(document.querySelector('label.choice span'))")


def test_an_election_document_changed_in_the_store_is_refused_by_the_page(site, visitor, between):
    jeanne = signed_in(site, visitor)
    site.sql("UPDATE polling_ballot SET document = CAST(replace(CAST(document AS TEXT), ?, ?) AS BLOB) WHERE name = ?",
             '"description":"', '"description":"X', "titulaires-ouvriers")
    assert vote(jeanne) == "strange" and between.votes == []
    assert "the sealed documents were changed" in site.run("poll", "status", status=1).stderr


def test_before_the_seal_there_is_no_list_of_sealed_ballots(site):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).serve()
    for name in ("sealed.json", "seal.json"):
        assert requests.get(f"{site.address}/assets/{name}", timeout=20).status_code == 404
    site.open_poll()
    road.wait_until(lambda: requests.get(f"{site.address}/assets/sealed.json", timeout=20).status_code == 200)
    answer = requests.get(f"{site.address}/assets/sealed.json", timeout=20)
    assert answer.headers["Content-Type"] == "application/json" and b"\n" not in answer.content
    sealed = answer.json()
    assert sealed["isoloir"] == "sealed-ballots-1" and sealed["election"] == "cse-2026"
    [[document, uuid]] = site.sql("SELECT document, uuid FROM polling_ballot WHERE name = 'titulaires-ouvriers'")
    assert sealed["ballots"][0]["fingerprint"] == tracker_of(document.decode()) and sealed["ballots"][0]["uuid"] == uuid
    with open(manifest(site), "rb") as file:
        text = file.read()
    assert requests.get(f"{site.address}/assets/seal.json", timeout=20).content == text
    files = {entry["path"]: entry["sha256"] for entry in json.loads(text)["files"]}
    assert files["served/sealed.json"] == hashlib.sha256(answer.content).hexdigest()


def test_the_tracker_stands_on_the_screen_before_the_ballot_leaves(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    jeanne = signed_in(site, visitor, width=320)
    jeanne.open(PAGE).mark(LISTS[0]).click("Relire mon choix")
    jeanne.driver.execute_script("""
        const real = window.fetch;
        window.fetch = async (path, options) => {
            if (options?.method === "POST") {
                const mark = document.querySelector("#sealing .tracker");
                const { width, height, top } = mark.getBoundingClientRect();
                window.before = mark.checkVisibility() && width > 0 && height > 0 && top < innerHeight ? mark.textContent : "unseen";
                await new Promise((resolve) => { window.go = resolve; });
            }
            return real(path, options);
        };""")
    jeanne.click("Confirmer mon vote")
    before = WebDriverWait(jeanne.driver, 60).until(lambda d: d.execute_script("return window.before"))
    assert votes(site) == 0 and len(before) == 43 and "Notez ce numéro de suivi" in jeanne.text
    # Beside it the fingerprint that was checked.
    checked = jeanne.driver.find_element("css selector", "#sealing .checked").text.replace("\u00a0", " ")
    assert checked == f"Empreinte du scellé : {site.json('poll', 'status')['fingerprint']}"
    check(jeanne, "sealing-320")
    jeanne.driver.execute_script("window.go()")
    assert jeanne.tracker() == before


@pytest.mark.parametrize("width", [320, 1100])
def test_after_a_lost_answer_the_same_ballot_and_tracker_go_on(site, visitor, between, width):
    jeanne = signed_in(site, visitor, width=width)
    between.answer = lambda news, path: 1 / 0
    state = vote(jeanne)
    assert state == "failed" and votes(site) == 1
    tracker = jeanne.driver.find_element("css selector", "#failed .tracker").text
    assert tracker == tracker_of(between.votes[0])
    check(jeanne, f"lost-{width}")
    between.answer = lambda news, path: news
    jeanne.click("Essayer de nouveau")
    assert jeanne.tracker() == tracker and between.votes[0] == between.votes[1]
    check(jeanne, f"receipt-{width}")


def test_a_file_that_does_not_arrive_is_no_broken_browser(site, visitor, between):
    jeanne = signed_in(site, visitor)
    between.file = lambda content, path: 1 / 0 if path.endswith("sealed.json") else content
    assert vote(jeanne) == "failed" and "Rien n'a été envoyé" in jeanne.text
    check(jeanne, "unreached")
    between.file = lambda content, path: content
    jeanne.click("Essayer de nouveau")
    assert len(jeanne.tracker()) == 43 and votes(site) == 1
