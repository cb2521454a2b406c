"""The pages of the ready-made elections on a telephone and on a desk, in both languages: each is accessible."""
import re

import pytest
from conftest import Site, Visitor, chromium, closed, code_in, road
from firefox import Firefox
from test_pages import check, look_in_firefox

WIDTHS = pytest.mark.parametrize("width", [390, 1280])
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
WORDS = {
    "fr": {"sign in": "Se connecter", "send": "Envoyer", "code": "Envoyer le code de vérification", "check": "Vérifier le code", "go on": "Continuer"},
    "en": {"sign in": "Sign in", "send": "Send", "code": "Send the verification code", "check": "Check the code", "go on": "Continue"},
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Makes installations of samples, one of each."""
    sites = {}

    def site(name):
        if name not in sites:
            sites[name] = Site(tmp_path_factory.mktemp(name)).sample(name).serve()
        return sites[name]

    yield site
    for site in sites.values():
        site.stop()


@pytest.fixture
def walk(installed, width, language):
    """A visitor of a sample, its words, and how to look at a page."""
    driver = chromium(width=width, language=language)
    # A number for every walk: a voter of their own, so that none meets what another did.
    number = {(390, "fr"): 10, (390, "en"): 11, (1280, "fr"): 12, (1280, "en"): 13}[width, language]

    def begin(name):
        site = installed(name)
        visitor = Visitor(driver, site, f"sample-{name}-{language}-{width}")

        def look(page):
            check(visitor, page)
        return site, visitor, look, number

    yield begin
    assert closed(driver) == []


def mailed(site, mail):
    """The password in the first mail to an address."""
    return re.search(r"(?:mot de passe est|password is)\s*:\s*(\S{9})\n", site.wait_text(mail, 1)).group(1)


@LANGUAGES
@WIDTHS
def test_the_one_page_and_its_desk(walk, width, language):
    words = WORDS[language]
    _, someone, look, _ = walk("activation")
    someone.open(f"/?lang={language}")
    look("home")
    someone.fill("identifier", "1000000005").fill("secret", "fG69a*6jH").press(words["sign in"])
    look("not-recognised")
    someone.fill("identifier", "1000000005").press(words["sign in"])
    look("no-password")
    someone.open(f"/lost?lang={language}")
    look("desk")
    someone.fill("contact", "nobody@example.org").press(words["send"])
    look("desk-done")
    someone.open(f"/help?lang={language}")
    look("help")


@LANGUAGES
@WIDTHS
def test_the_way_of_a_renewal(walk, width, language):
    words = WORDS[language]
    site, someone, look, number = walk("renouvellement")
    mail = f"contact.et{number}@etablissements.example.org"
    someone.open(f"/?lang={language}")
    look("home")
    someone.open(f"/renew?lang={language}")
    look("renew")
    someone.fill("identifier", mail).press(words["code"])
    look("code")
    someone.fill("code", code_in(site.wait_text(mail, 2))).press(words["check"])
    look("verified")
    someone.press(words["go on"])
    look("choose")
    someone.choose("Gi-7", words["go on"])
    look("choose-fault")
    someone.choose("Girafe-bleue7", words["go on"])
    look("space")


@LANGUAGES
@WIDTHS
def test_the_dashboards(walk, width, language):
    words = WORDS[language]
    site, someone, look, _ = walk("espace")
    someone.open(f"/?lang={language}")
    look("home")
    someone.fill("identifier", "duponta").fill("secret", mailed(site, "albert.dupont@cabinets.example.org")).press(words["sign in"])
    look("space")
    someone.open(f"/space/figures?lang={language}")
    look("figures")


@LANGUAGES
@WIDTHS
def test_the_samples_in_firefox(installed, width, language):
    number = {(390, "fr"): 20, (390, "en"): 21, (1280, "fr"): 22, (1280, "en"): 23}[width, language]
    someone = Firefox(road.free_port(), width=width, language=language)

    def look(name):
        look_in_firefox(someone, width, f"sample-{name}-{language}")

    def go(site, path):
        someone.get(f"{site.address}{path}{'&' if '?' in path else '?'}lang={language}")

    try:
        site = installed("activation")
        go(site, "/")
        look("one-page")
        someone.press("main form button", identifier="1000000005", secret="fG69a*6jH")
        look("not-recognised")
        go(site, "/lost")
        look("desk")
        site = installed("renouvellement")
        mail = f"contact.et{number}@etablissements.example.org"
        go(site, "/renew")
        look("renew")
        someone.press("main form button", identifier=mail)
        look("renew-code")
        someone.press("main form button", code=code_in(site.wait_text(mail, 2)))
        look("verified")
        someone.press("main form button, main a.button")
        look("choose")
        someone.press("main form button", secret="Girafe-bleue7", again="Girafe-bleue7")
        look("space")
        site = installed("espace")
        go(site, "/")
        someone.press("main form button", identifier="duponta", secret=mailed(site, "albert.dupont@cabinets.example.org"))
        look("dashboards-space")
        go(site, "/space/figures")
        look("figures")
    finally:
        someone.quit()
