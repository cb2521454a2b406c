"""The moment of voting in Firefox: a cut network, two people on one browser, and the language that changes in place."""
import pytest
from conftest import PASSPHRASE, code_in, plain, road
from firefox import Firefox
from test_vote import LISTS, SMALL

voter = road.voter
PAGE = "/ballots/titulaires-ouvriers"


@pytest.fixture
def someone(site):
    site.prepare([voter(1), voter(2), voter(3, college="cadres")], *SMALL).open_poll().serve()
    firefox = Firefox(road.free_port(), width=390)
    yield firefox
    firefox.quit()


def sign_in(site, someone, number):
    mail = f"v{number}@example.org"
    someone.get(site.address + "/?lang=fr")
    someone.press("main form button", identifier=site.identifier(mail))
    someone.press("main form button", code=code_in(site.wait_text(mail, 2)))
    someone.press("main form button", secret=PASSPHRASE, again=PASSPHRASE)


def choose(site, someone):
    someone.get(f"{site.address}{PAGE}?lang=fr")
    road.wait_until(lambda: someone.run("performance.now() >= stillUntil"))
    someone.run(f"([...document.querySelectorAll('label.choice')].find((e) => e.innerText.includes({LISTS[1]!r})).click(), 1)")


def press(someone, name):
    # What has just appeared takes no press.
    road.wait_until(lambda: someone.run("performance.now() >= stillUntil"))
    someone.run(f"(document.querySelector({name!r}).click(), 1)")


def shown(someone, name):
    return someone.run(f"document.getElementById({name!r}).getClientRects().length > 0")


def text(someone):
    return plain(someone.run("document.querySelector('main').innerText"))


def test_a_cut_network_and_the_language_lose_nothing_in_firefox(site, someone):
    sign_in(site, someone, 1)
    choose(site, someone)
    someone.run("(window.isSamePage = true, 1)")
    press(someone, "header nav a[hreflang]")
    road.wait_until(lambda: "Review my choice" in text(someone))
    assert someone.run("document.querySelectorAll('#choose input:checked').length") == 1 and "lang=en" in someone.run("location.href")
    press(someone, "#choose button")
    assert LISTS[1] in text(someone)
    # The server is gone: neither the language nor the vote leads off the page.
    site.stop()
    press(someone, "header nav a[hreflang]")
    road.wait_until(lambda: shown(someone, "language-failed"))
    press(someone, "#cast")
    road.wait_until(lambda: shown(someone, "failed"), seconds=60)
    assert "Try again" in text(someone)
    site.serve()
    press(someone, "#again")
    road.wait_until(lambda: shown(someone, "receipt"), seconds=60)
    assert someone.run("window.isSamePage") is True and "You have one more vote" in text(someone)
    assert site.votes()[0] == 1


def test_two_people_on_one_firefox_never_vote_for_each_other(site, someone):
    sign_in(site, someone, 1)
    choose(site, someone)
    press(someone, "#choose button")
    first = someone.context
    someone.context = someone.call("browsingContext.create", type="tab")["context"]
    someone.get(site.address + "/space?lang=fr")
    someone.press("#sign-out button")
    sign_in(site, someone, 2)
    someone.context = first
    press(someone, "#cast")
    road.wait_until(lambda: shown(someone, "failed"), seconds=60)
    assert "Une autre personne s'est connectée dans ce navigateur" in text(someone) and "echargez" not in text(someone)
    assert site.votes()[0] == 0
