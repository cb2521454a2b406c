"""Every page: accessible by the rules of WCAG 2.2 AA, in both languages, wide and at 320 px; screenshots are kept."""
import json
import os
import pathlib
import time

import axe_playwright_python
import pytest
import requests
from conftest import PASSPHRASE, SHOTS, code_in, road
from firefox import Firefox
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

voter = road.voter
SMALL = [(f"  - id: {name}\n", f"  - id: {name}\n    smallGroupAccepted: minutes of a test\n")
         for name in ("titulaires-ouvriers", "suppleants-ouvriers", "titulaires-cadres", "suppleants-cadres")]
MAIL = "v1@example.org"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
         "preload": False}
AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


#: Whatever is pressed is 24 px or more, in running text too.
SMALL_TARGETS = """[...document.querySelectorAll("a, button, input:not([type=hidden]), summary")]
    .filter(e => e.getClientRects().length && !e.matches(".skip, .unseen") && getComputedStyle(e).visibility !== "hidden")
    .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height, e.getBoundingClientRect().width])
    .filter(([, h, w]) => h < 24 || w < 24)"""


def in_the_dark(someone, is_dark):
    """Whether the device asks for dark pages."""
    features = [{"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}]
    someone.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def check(someone, name):
    someone.driver.execute_script(AXE)
    answer = someone.driver.execute_async_script(
        "const done = arguments[1]; axe.run(document, arguments[0]).then(done, (error) => done({error: String(error)}));", RULES)
    assert "error" not in answer, answer
    found = answer["violations"]
    assert not found, (name, [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found])
    width = someone.driver.execute_script("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1], (name, width)
    small = someone.driver.execute_script(f"return {SMALL_TARGETS}")
    assert not small, (name, small)
    someone.shot(name)


@pytest.mark.parametrize("width,zoom", [(1280, 1), (390, 1), (320, 1), (320, 2)])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_accessible(site, visitor, language, width, zoom):
    challenge = ("  fourEyes: true", "  fourEyes: true\n  challenge:\n    fr: Le nom de votre premier outil ?\n    en: The name of your first tool?")
    road.HEAD.append("challenge")
    try:
        site.prepare([voter(1, challenge="Clef de 12")], challenge).serve()
    finally:
        road.HEAD.remove("challenge")
    someone = visitor(width=width, language=language)
    query = f"?lang={language}"
    words = {"fr": ("Se connecter", "Continuer", "Phrase de passe oubliée", "Enregistrer et se connecter"),
             "en": ("Sign in", "Continue", "Passphrase forgotten", "Save and sign in")}[language]

    def look(name):
        if zoom != 1:
            someone.driver.execute_script(f"document.documentElement.style.fontSize = '{112.5 * zoom}%'")
        check(someone, f"{language}-{width}-{zoom}-{name}")
        if width == 390:
            in_the_dark(someone, True)
            check(someone, f"{language}-{width}-dark-{name}")
            in_the_dark(someone, False)

    for path, name in [("/", "home"), ("/first", "first"), ("/lost", "lost"), ("/help", "help"), ("/nowhere", "missing"),
                       ("/lost?picture=1&", "picture"), ("/renew", "renew")]:
        someone.open(path + (query if not path.endswith("&") else query[1:]))
        look(name)
    someone.open("/" + query).fill("identifier", "ABC").press(words[0])
    look("home-error")
    someone.fill("identifier", site.identifier(MAIL)).press(words[0])
    look("code")
    someone.fill("code", "000000").press(words[0])
    look("code-error")
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press(words[0])
    look("challenge")
    someone.fill("answer", "Clef de 12").press(words[1])
    look("choose")
    someone.fill("secret", "x").fill("again", "y").press(words[3])
    look("choose-error")
    someone.fill("secret", PASSPHRASE).fill("again", PASSPHRASE).press(words[3])
    look("space")
    someone.open("/space/secret" + query)
    look("change")
    someone.driver.execute_script("document.getElementById('expiry').showModal()")
    look("expiry")
    someone.open("/space" + query)
    someone.press({"fr": "Se déconnecter", "en": "Sign out"}[language])
    look("signed-out")
    someone.fill("identifier", site.identifier(MAIL)).press(words[0])
    someone.fill("code", code_in(site.wait_text(MAIL, 3))).press(words[0])
    look("enter")
    someone.press(words[2])
    look("question-before-reset") if someone.path == "/passphrase" else look("wait")
    someone.open("/lost" + query).fill("contact", "jeanne@gmial.com").press({"fr": "Demander", "en": "Request"}[language])
    look("asked")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_accessible_in_firefox(site, language, width):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    someone = Firefox(road.free_port(), width=width, language=language)
    try:
        walk_in_firefox(site, someone, language, width)
    finally:
        someone.quit()


def look_in_firefox(someone, width, name):
    """What `check` looks at, in Firefox."""
    found = someone.run(f"(async () => {{ {AXE}; return axe.run(document, {json.dumps(RULES)}); }})().then(r => r.violations"
                        ".map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))]))")
    assert not found, (name, found)
    drawn, seen = someone.run("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert drawn <= seen, (name, drawn, seen)
    small = someone.run(SMALL_TARGETS)
    assert not small, (name, small)
    os.makedirs(SHOTS, exist_ok=True)
    someone.shot(f"{SHOTS}/firefox-{width}-{name}.png")


def walk_in_firefox(site, someone, language, width):
    def look(name):
        assert someone.run("document.documentElement.lang") == language, name
        look_in_firefox(someone, width, f"{language}-{name}")

    for path, name in [("/", "home"), ("/first", "first"), ("/lost?picture=1", "picture"), ("/help", "help"), ("/nowhere", "missing"),
                       ("/box", "box"), ("/box/titulaires-ouvriers", "box-ballot"), ("/result", "result")]:
        someone.get(f"{site.address}{path}{'&' if '?' in path else '?'}lang={language}")
        look(name)
    someone.get(f"{site.address}/?lang={language}")
    someone.press("main form button", identifier="ABC")
    look("home-error")
    someone.press("main form button", identifier=site.identifier(MAIL))
    look("code")
    someone.press("main form button", code=code_in(site.wait_text(MAIL, 2)))
    someone.press("main form button", secret="x", again="y")
    look("choose-error")
    someone.press("main form button", secret=PASSPHRASE, again=PASSPHRASE)
    assert {"fr": "Votre espace personnel", "en": "Your personal space"}[language] in someone.run("document.title")
    look("space")
    someone.get(f"{site.address}/space/secret?lang={language}")
    look("change")
    someone.get(f"{site.address}/ballots/titulaires-ouvriers?lang={language}")
    look("ballot")

    def wait_still():
        # What has just appeared takes no press.
        time.sleep(max(0, someone.run("Math.ceil(stillUntil - performance.now())")) / 1000 + 0.1)

    wait_still()
    someone.run("(document.querySelector('input[type=radio]').click(), document.querySelector('#choose button').click(), 1)")
    look("review")
    wait_still()
    someone.run("(document.getElementById('cast').click(), 1)")
    end = time.monotonic() + 60
    while not someone.run("!document.getElementById('square').hidden"):
        assert time.monotonic() < end, someone.run("document.querySelector('main').innerText")
        time.sleep(0.2)
    look("receipt")
    tracker = someone.run("document.querySelector('#receipt .tracker').textContent")
    # It outlives a reload here too.
    someone.get(f"{site.address}/ballots/titulaires-ouvriers?lang={language}")
    assert someone.run("document.querySelector('#receipt .tracker').textContent") == tracker and len(tracker) == 43
    look("voted")


def test_the_keyboard_alone_is_enough(site, visitor):
    site.prepare([voter(1)]).serve()
    someone = visitor().open("/")
    body = someone.driver.switch_to.active_element
    body.send_keys(Keys.TAB)
    first = someone.driver.switch_to.active_element
    assert first.text == "Aller au contenu" and first.is_displayed()
    seen = []
    for _ in range(20):
        someone.driver.switch_to.active_element.send_keys(Keys.TAB)
        active = someone.driver.switch_to.active_element
        seen.append(active.get_attribute("id") or active.text)
        if seen[-1] == "Première connexion":
            break
    assert seen.index("identifier") < seen.index("Se connecter") < seen.index("Identifiant oublié ou perdu")
    someone.driver.find_element(By.ID, "identifier").send_keys(site.identifier(MAIL) + Keys.ENTER)
    road.wait_until(lambda: someone.path == "/code")
    someone.driver.find_element(By.ID, "code").send_keys(code_in(site.wait_text(MAIL, 2)) + Keys.ENTER)
    road.wait_until(lambda: someone.path == "/passphrase")
    someone.driver.find_element(By.ID, "secret").send_keys(PASSPHRASE + Keys.TAB)
    someone.driver.find_element(By.ID, "again").send_keys(PASSPHRASE + Keys.ENTER)
    road.wait_until(lambda: someone.path == "/space")


def test_fields_help_password_managers_and_telephones(site, visitor):
    site.prepare([voter(1)]).serve()
    someone = visitor().open("/")

    def field(name):
        found = someone.driver.find_element(By.NAME, name)
        assert found.get_attribute("autocapitalize") in ("none", "characters") and found.get_attribute("spellcheck") == "false"
        return found.get_attribute("autocomplete")

    assert field("identifier") == "username"
    someone.identify(site.identifier(MAIL))
    assert field("code") == "one-time-code"
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Se connecter")
    assert field("secret") == field("again") == "new-password"
    someone.choose(PASSPHRASE).press("Se déconnecter").identify(site.identifier(MAIL))
    someone.fill("code", code_in(site.wait_text(MAIL, 3))).press("Se connecter")
    assert field("secret") == "current-password"


def test_no_page_asks_anybody_else_for_anything(site, visitor):
    site.prepare([voter(1)]).serve()
    someone = visitor()
    for path in ("/", "/lost", "/help", "/first"):
        someone.open(path)
        names = someone.driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
        assert names and all(name.startswith(site.address) for name in names)
        page = requests.get(site.address + path, timeout=10).text
        assert "<style" not in page and "onclick" not in page and "style=" not in page


def test_an_election_brings_its_own_colours_logo_and_words(site, visitor, tmp_path):
    templates = tmp_path / "Ballots/cse-2026/templates"
    (templates / "assets").mkdir(parents=True)
    (templates / "pages").mkdir()
    (templates / "assets/colours.css").write_text(":root { --main: #7a0044; }\n")
    (templates / "assets/logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>ours</title></svg>')
    with open(f"{road.ROOT}/Templates/pages/fr.yaml", encoding="utf-8") as file:
        (templates / "pages/fr.yaml").write_text(file.read().replace("homeTitle: Se connecter", "homeTitle: Entrez ici"), encoding="utf-8")
    site.prepare([voter(1)]).serve()
    someone = visitor().open("/")
    assert someone.title == "Entrez ici"
    button = someone.driver.find_element(By.CSS_SELECTOR, "main button")
    assert button.value_of_css_property("background-color") in ("rgb(122, 0, 68)", "rgba(122, 0, 68, 1)")
    logo = someone.driver.find_element(By.CSS_SELECTOR, ".logo").get_attribute("src")
    assert "ours" in requests.get(logo, timeout=10).text


def test_accept_language_decides_until_the_switch_is_used(site):
    site.prepare([voter(1)]).serve()
    for header, title in [("en-GB,en;q=0.9", "Sign in"), ("fr;q=0.5,en;q=0.4", "Se connecter"), ("de,en;q=0.8,fr;q=0.2", "Sign in"), ("", "Se connecter")]:
        assert f"<h1>{title}</h1>" in requests.get(site.address + "/", headers={"Accept-Language": header}, timeout=10).text
    page = requests.get(site.address + "/?lang=en", headers={"Accept-Language": "fr"}, timeout=10).text
    assert "<h1>Sign in</h1>" in page and 'href="/lost?lang=en"' in page and 'action="/?lang=en"' in page
