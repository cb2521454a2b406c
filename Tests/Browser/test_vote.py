"""A poll from seal to result: voters in a real browser, two trustees, and a verifier that others wrote."""
import json
import subprocess
import urllib.parse

import requests
import pytest
from conftest import SHOTS, Client, road
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from test_pages import check

voter = road.voter
#: Ballots of few voters, as the bureau accepted in writing; two questions on the first.
SMALL = [("    colleges: [ouvriers]\n", "    colleges: [ouvriers]\n    smallGroupAccepted: PV du bureau du 3 novembre\n"),
         ("    colleges: [cadres]\n", "    colleges: [cadres]\n    smallGroupAccepted: PV du bureau du 3 novembre\n")]
COLOURS = """        min: 1
        max: 1
        blank: true
      - title:
          fr: Quelles couleurs (une ou deux) ?
          en: Which colours (one or two)?
        answers: [Rouge, {fr: Vert, en: Green}, Bleu]
        min: 1
        max: 2
        blank: true
  - id: suppleants-ouvriers"""
TWO_QUESTIONS = ("        min: 1\n        max: 1\n        blank: true\n  - id: suppleants-ouvriers", COLOURS)
WORKERS, SUBSTITUTES, MANAGERS = "Membres titulaires, premier collège", "Membres suppléants, premier collège", "Membres titulaires, deuxième collège"
LISTS = ["Liste « Ensemble à Beauséjour »", "Liste « Agir au quotidien »", "Liste « Métiers et avenir »"]


def test_voters_vote_and_trustees_count(site, visitor):
    site.prepare([voter(n, weight=2 if n == 2 else 1) for n in (1, 2, 3)] + [voter(4, college="cadres")], *SMALL, TWO_QUESTIONS)
    site.open_poll().serve()
    jeanne = visitor(width=320)
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    jeanne.shot("space")
    first = jeanne.vote(WORKERS, LISTS[1], "Rouge", "Bleu")
    jeanne.shot("receipt")
    assert len(first) == 43 and first not in jeanne.driver.current_url
    # What the tab keeps is the receipt, which says nothing of the choice.
    kept = jeanne.driver.execute_script("return [Object.keys(localStorage), Object.entries(sessionStorage)]")
    assert kept[0] == [] and [name for name, _ in kept[1]] == ["receipt titulaires-ouvriers"]
    assert set(json.loads(kept[1][0][1])) == {"owner", "tracker", "signature"}
    jeanne.open("/space")
    assert "Vous avez voté" in jeanne.text
    jeanne.open("/ballots/titulaires-ouvriers")
    assert jeanne.title == "Vous avez voté"
    second = jeanne.vote(SUBSTITUTES, "Vote blanc")
    assert second != first
    karim = visitor(whole=True)
    karim.sign_in(site.identifier("v2@example.org"), "v2@example.org", 1)
    vote_mixed(karim)
    lea = visitor(whole=True)
    lea.sign_in(site.identifier("v4@example.org"), "v4@example.org", 1)
    lea.vote(MANAGERS, "Liste « Agir au quotidien »")
    results = site.count_poll()
    workers = results["titulaires-ouvriers"]
    assert (workers["electors"], workers["voters"], workers["weight"]) == (3, 2, 3)
    assert [line["votes"] for line in workers["questions"][0]["lines"]] == [2, 1, 0] and workers["questions"][0]["blank"] == 0
    assert [line["votes"] for line in workers["questions"][1]["lines"]] == [1, 0, 1] and workers["questions"][1]["blank"] == 2
    assert results["suppleants-ouvriers"]["questions"][0]["blank"] == 1
    assert results["titulaires-cadres"]["questions"][0]["lines"][1]["votes"] == 1
    assert results["suppleants-cadres"]["voters"] == 0
    page = visitor()
    page.open(f"/box/titulaires-ouvriers?tracker={urllib.parse.quote(first, safe='')}")
    assert "Ce bulletin est dans l'urne" in page.text and page.text.count(first) == 1
    page.shot("box")
    page.open("/result")
    assert "Inscrits : 3, votants : 2, poids total 3 (Premier collège" in page.text and "Vote blanc 2" in page.text
    page.shot("result")
    report = requests.get(site.address + "/result.pdf", timeout=20)
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=report.content, capture_output=True, check=True).stdout.decode()
    with open(f"{SHOTS}/result.pdf", "wb") as file:
        file.write(report.content)
    assert "votants : 2, poids total 3" in text.replace("\u00a0", " ") and LISTS[0] in text
    assert requests.get(site.address + "/result.json", timeout=20).json()["ballots"][0]["voters"] == 2


def vote_mixed(someone):
    """The first list on the first question, blank on the second."""
    someone.open("/ballots/titulaires-ouvriers").mark(LISTS[0])
    [_, second] = someone.driver.find_elements("css selector", ".question")
    second.find_elements("css selector", "label.choice")[0].click()
    second.find_element("css selector", "label.blank").click()
    someone.click("Relire mon choix")
    assert "Vote blanc" in someone.text and "Rouge" not in someone.text
    someone.click("Modifier mon choix").click("Relire mon choix").click("Confirmer mon vote")
    return someone.tracker()


def test_a_choice_that_is_none_is_said_so(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL, TWO_QUESTIONS).open_poll().serve()
    jeanne = visitor(width=320)
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    jeanne.open("/ballots/titulaires-ouvriers").shot("ballot")
    jeanne.click("Relire mon choix")
    assert "n'est pas complète" in jeanne.text and "Quelle liste" in jeanne.driver.find_element("id", "fault").text
    jeanne.mark(LISTS[0], "Rouge", "Vert", "Bleu").click("Relire mon choix")
    assert "de 1 à 2 réponses" in jeanne.driver.find_element("id", "fault").text
    jeanne.shot("fault")


def test_without_javascript_the_page_says_what_to_do(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    jeanne = visitor(javascript=False)
    jeanne.open("/").fill("identifier", site.identifier("v1@example.org"))
    client = road_client(site)
    jeanne.driver.delete_all_cookies()
    for cookie in client.session.cookies:
        jeanne.driver.add_cookie({"name": cookie.name, "value": cookie.value, "path": "/"})
    jeanne.open("/ballots/titulaires-ouvriers")
    assert "n'exécute pas JavaScript" in jeanne.text and "03 53 01 98 76" in jeanne.driver.find_element("tag name", "footer").text
    jeanne.shot("noscript")


def road_client(site):
    client = Client(site)
    client.sign_in(site.identifier("v1@example.org"), "v1@example.org", 2, first=True)
    assert client.get("/space").status_code == 200
    return client


@pytest.mark.parametrize("width,zoom,language", [(1100, 1, "fr"), (320, 1, "en"), (320, 2, "fr")])
def test_every_page_of_the_vote_is_accessible(site, visitor, width, zoom, language):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL, TWO_QUESTIONS).open_poll().serve()
    words = {"fr": ("Relire mon choix", "Confirmer mon vote", "Modifier mon choix"), "en": ("Review my choice", "Confirm my vote", "Change my choice")}[language]
    query = f"?lang={language}"
    someone = visitor(width=width, language=language)
    client = road_client(site)
    someone.open("/" + query).driver.delete_all_cookies()
    for cookie in client.session.cookies:
        someone.driver.add_cookie({"name": cookie.name, "value": cookie.value, "path": "/"})

    def look(name):
        if zoom != 1:
            someone.driver.execute_script(f"document.documentElement.style.fontSize = '{112.5 * zoom}%'")
        check(someone, f"vote-{language}-{width}-{zoom}-{name}")

    someone.open("/space" + query)
    look("space")
    someone.open("/ballots/titulaires-ouvriers" + query)
    look("ballot")
    someone.click(words[0])
    look("fault")
    someone.mark(LISTS[2], "Rouge").click(words[0])
    look("review")
    someone.click(words[1]).tracker()
    look("receipt")
    for path, name in (("/box", "box"), ("/box/titulaires-ouvriers", "box-ballot"), ("/result", "result"), ("/ballots/titulaires-ouvriers", "voted")):
        someone.open(path + query)
        look(name)
    site.count_poll()
    for path, name in (("/box/titulaires-ouvriers", "box-closed"), ("/result", "result-counted"), ("/ballots/suppleants-ouvriers", "shut")):
        someone.open(path + query)
        look(name)


def test_a_vote_by_keyboard_alone(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    jeanne = visitor()
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    jeanne.open("/ballots/titulaires-ouvriers")

    def active():
        return jeanne.driver.switch_to.active_element

    def tab_to(wanted):
        for _ in range(40):
            ActionChains(jeanne.driver).send_keys(Keys.TAB).perform()
            if wanted(active()):
                return active()
        raise AssertionError("the keyboard does not get there")

    jeanne.wait_still()
    tab_to(lambda element: element.get_attribute("type") == "radio").send_keys(Keys.SPACE)
    active().send_keys(Keys.ARROW_DOWN)
    tab_to(lambda element: element.text == "Relire mon choix").send_keys(Keys.ENTER)
    assert active().get_attribute("id") == "review" and LISTS[1] in jeanne.text
    jeanne.wait_still()
    tab_to(lambda element: element.text == "Confirmer mon vote").send_keys(Keys.ENTER)
    assert len(jeanne.tracker()) == 43 and active().get_attribute("id") == "receipt"
    assert "titulaires" in jeanne.driver.current_url and LISTS[1] not in jeanne.driver.page_source.split("<form", 1)[0]


def test_a_changed_worker_is_not_run(site, visitor):
    """What the server gives is compared with the digests that the page names."""
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    jeanne = visitor()
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    jeanne.open("/ballots/titulaires-ouvriers").mark(LISTS[0]).click("Relire mon choix")
    for name in ("wasmDigest", "workerDigest"):
        jeanne.open("/ballots/titulaires-ouvriers").mark(LISTS[0]).click("Relire mon choix")
        jeanne.driver.execute_script(f"document.getElementById('choose').dataset.{name} = 'sha256-' + btoa('x'.repeat(32));")
        jeanne.click("Confirmer mon vote")
        WebDriverWait(jeanne.driver, 30).until(lambda d: d.find_element("id", "strange").is_displayed())
        assert "Rien n'a été envoyé" in jeanne.text
    assert site.votes()[0] == 0


def test_a_lost_answer_is_asked_for_again(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    jeanne = visitor()
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    jeanne.open("/ballots/titulaires-ouvriers").mark(LISTS[0]).click("Relire mon choix")
    # First a proxy lets nobody through for a while; then the ballot arrives, and its answer does not.
    jeanne.driver.execute_script("""
        const real = window.fetch; let posts = 0;
        window.fetch = async (path, options) => {
            if (options?.method !== "POST") return real(path, options);
            if (++posts === 1) return new Response("<h1>Un instant</h1>", { status: 429, headers: { "Retry-After": "7" } });
            const answer = await real(path, options);
            if (posts === 2) throw new TypeError("lost");
            return answer;
        };""")
    jeanne.click("Confirmer mon vote")
    WebDriverWait(jeanne.driver, 60).until(lambda d: d.find_element("id", "failed").is_displayed())
    assert "Attendez 7 secondes" in jeanne.text and "même bulletin" in jeanne.text
    assert site.votes()[0] == 0
    jeanne.shot("crowded").click("Essayer de nouveau")
    WebDriverWait(jeanne.driver, 60).until(lambda d: "n'est pas arrivée" in jeanne.text)
    jeanne.shot("lost").click("Essayer de nouveau")
    assert len(jeanne.tracker()) == 43
    assert site.votes()[0] == 1


def test_what_leaves_the_browser_is_the_ballot_alone(site, visitor):
    """Every request of the page is recorded: addresses, bodies; and the bar moves while the ballot is encrypted."""
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL, TWO_QUESTIONS).open_poll().serve()
    jeanne = visitor()
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    jeanne.open("/ballots/titulaires-ouvriers").mark(LISTS[1], "Rouge").click("Relire mon choix")
    jeanne.driver.execute_script("""
        const real = window.fetch;
        window.sent = [];
        window.fetch = (path, options) => { window.sent.push(String(path) + " " + String(options?.body ?? "")); return real(path, options); };
        const bar = document.querySelector("progress");
        window.steps = [];
        new MutationObserver(() => window.steps.push(bar.value)).observe(bar, { attributes: true, attributeFilter: ["value"] });""")
    address = jeanne.driver.current_url
    jeanne.click("Confirmer mon vote").tracker()
    files = ["/assets/sealer.js", "/assets/ballot.wasm", "/assets/sealed.json", "/assets/seal.json"]
    # The files came while the voter read. After the receipt its square is asked for, with what the server has just given.
    WebDriverWait(jeanne.driver, 20).until(lambda d: d.find_element("id", "square").is_displayed())
    *before, cast, square = jeanne.driver.execute_script("return window.sent")
    assert {line.split("?")[0].split(" ")[0] for line in before} <= set(files)
    assert set(urllib.parse.parse_qs(square.split(" ", 1)[1])) == {"form", "ballot", "tracker", "signature", "as"} and "/receipt" in square
    fields = urllib.parse.parse_qs(cast.split(" ", 1)[1])
    assert set(fields) == {"form", "owner", "ballot"} and fields["ballot"][0].startswith('{"election_uuid":')
    for word in (*LISTS, "Rouge", "Agir", "Vert"):
        assert word not in urllib.parse.unquote_plus(" ".join([*before, cast, square]))
    assert jeanne.driver.current_url == address
    steps = jeanne.driver.execute_script("return window.steps")
    assert len(steps) >= 4 and steps == sorted(steps)


def test_a_voter_under_way_finishes_within_the_grace(site, visitor):
    site.prepare([voter(1), voter(2), voter(3, college="cadres")], *SMALL).open_poll().serve()
    jeanne, late = visitor(), visitor()
    jeanne.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    assert "may finish for 15 minutes" in site.run("poll", "close", "--yes").stdout
    jeanne.open("/ballots/titulaires-ouvriers")
    # The page asks the server before it says so.
    road.wait_until(lambda: "vous pouvez encore finir jusqu'à" in jeanne.text)
    assert jeanne.driver.find_element("css selector", "#grace .left").text[:3] in ("15:", "14:")
    jeanne.shot("grace").mark(LISTS[0]).click("Relire mon choix").click("Confirmer mon vote")
    assert len(jeanne.tracker()) == 43
    late.sign_in(site.identifier("v2@example.org"), "v2@example.org", 1)
    assert "Terminé" in late.text
    late.open("/ballots/titulaires-ouvriers")
    assert late.title == "Le vote n'est pas ouvert"
    assert site.count_poll()["titulaires-ouvriers"]["voters"] == 1
