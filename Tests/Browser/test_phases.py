"""What help, result and box say in every state of a poll, in both languages: nothing that was true only while it was open."""
import datetime
import re
import time
import zoneinfo

import pytest
import requests
from conftest import Client, road
from test_casting import Crowd
from test_clock import DAY, shifted
from test_one_tap import page_text
from test_vote import LISTS, SMALL, WORKERS

voter = road.voter
PAST, FUTURE = "strftime('%s') - 60", "strftime('%s') + 9000"
#: The announced close: 17:00 in Paris on 1 December 2036.
ANNOUNCED = 2111760000
#: Stage and hours of each state, as Polling writes them: what pages read is this row alone.
STATES = {
    "open": ("open", FUTURE, FUTURE), "extended": ("open", ANNOUNCED + 7200, ANNOUNCED + 7200), "suspended": ("suspended", FUTURE, FUTURE),
    "grace": ("closing", PAST, PAST), "halted": ("halted", PAST, PAST), "ended": ("ended", ANNOUNCED, ANNOUNCED), "closedEarly": ("ended", PAST, FUTURE),
    "abandoned": ("abandoned", PAST, FUTURE),
}
#: The answer to "when to vote, and when the result": what stands there and what must not, in French and English.
NOW, LATER, THERE = ("Vous pouvez voter à toute heure", "You can vote at any hour"), ("Vous pourrez voter", "You will be able to vote"), ("Le résultat est publié", "The result is published")
TO_COME, NEVER = ("Le résultat sera publié", "The result will be published"), ("Il n'y a pas de résultat", "There is no result")
NOT_NOW, GRACE = ("Aucun bulletin n'est pris", "No ballot is taken"), ("peuvent encore finir", "may still finish")
CALENDAR = ("agenda", "calendar")
ALL = [NOW, LATER, THERE, TO_COME, NEVER, NOT_NOW, GRACE, CALENDAR]
SAID = {
    "ahead": [LATER, TO_COME, CALENDAR], "overdue": [LATER, TO_COME, CALENDAR], "open": [NOW, TO_COME, CALENDAR], "extended": [NOW, TO_COME, CALENDAR],
    "suspended": [NOT_NOW, TO_COME, CALENDAR], "grace": [GRACE, TO_COME], "halted": [NOT_NOW, TO_COME], "ended": [TO_COME], "closedEarly": [TO_COME],
    "abandoned": [NEVER], "counted": [THERE],
}


def look(site, path, language):
    return page_text(requests.get(f"{site.address}{path}", params={"lang": language}, timeout=10))


def when(site, language):
    """The first answer of the help page."""
    text = look(site, "/help", language)
    begin, end = (("Quand voter, et quand le résultat ?", "Je n'arrive pas"), ("When to vote, and when the result?", "I cannot sign in"))[language == "en"]
    return text.split(begin)[1].split(end)[0]


def said(site, state):
    for place, language in enumerate(("fr", "en")):
        text = when(site, language)
        for words in ALL:
            assert (words[place] in text) == (words in SAID[state]), (state, words[place], text)
        result, box = look(site, "/result", language), look(site, "/box", language)
        never = ("il n'y aura pas de résultat", "a pas de résultat, et il n'y en aura pas")[1] if language == "fr" else "there is no result, and there will be none"
        promised = ("Le résultat sera publié ici", "The result will be published here")[place]
        assert (never in result) == (state == "abandoned"), (state, result)
        assert (promised in result) == (state not in ("abandoned", "counted")), (state, result)
        # The state itself is said where it bears on what is seen.
        notice = {"suspended": ("suspendu", "suspended"), "halted": ("vérifie cette heure", "checking that hour"), "abandoned": ("mis fin à ce vote", "ended this poll")}.get(state)
        if notice:
            assert notice[place] in result and notice[place] in box, (state, result, box)


def test_before_the_poll(site):
    site.prepare([voter(1)], opens="2036-01-05 09:00").serve()
    said(site, "ahead")


def test_before_a_late_opening(site):
    site.prepare([voter(1)]).serve()
    said(site, "overdue")


#: What stands at the foot of every page.
FEET = {"open": "Vote ouvert du", "extended": "Vote prolongé jusqu'au", "suspended": "Vote suspendu.", "grace": "Vote terminé le", "halted": "en cours de vérification",
        "ended": "Vote terminé le", "closedEarly": "avant l'heure annoncée", "abandoned": "Vote abandonné le"}


def change(site, hours, foot, poll="state = state"):
    """Puts a state in force under a site that runs: at its start it would be noticed as changed by hand."""
    site.sql(f"UPDATE polling_poll SET {poll}")
    site.sql(f"UPDATE election_hours SET {hours}")
    road.wait_until(lambda: foot in look(site, "/box", "fr"), seconds=30)


@pytest.fixture
def open_site(site):
    return site.prepare([voter(n) for n in range(1, 4)] + [voter(30, college="cadres")], *SMALL).open_poll()


@pytest.mark.parametrize("state", STATES)
def test_in_every_state(open_site, state):
    site = open_site.serve()
    stage, closes, planned = STATES[state]
    change(site, f"stage = '{stage}', closes_at = CAST({closes} AS INTEGER), planned_closes_at = CAST({planned} AS INTEGER)", FEET[state])
    said(site, state)


def test_after_the_count(site, visitor):
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL).open_poll().serve()
    someone = visitor()
    someone.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    someone.vote(WORKERS, LISTS[0])
    site.count_poll()
    road.wait_until(lambda: "Le résultat est publié" in when(site, "fr"))
    said(site, "counted")


# The public box.

def search(site, tracker, language="fr"):
    return page_text(requests.get(f"{site.address}/box/titulaires-ouvriers", params={"tracker": tracker, "lang": language}, timeout=10))


@pytest.mark.parametrize("typed", ["hello", "A" * 42, "A" * 44, "A" * 42 + "é", "AAAA", "numéro : " + "A" * 42 + ".", " ".join(["A" * 20] * 3)])
def test_what_is_no_tracker_is_said_to_be_none(open_site, typed):
    open_site.serve()
    for language, words, other in (("fr", "Un numéro de suivi compte 43 caractères", "c'est normal"), ("en", "A tracking number has 43 characters", "that is normal")):
        text = search(open_site, typed, language)
        assert words in text and other not in text, text
        # It stays in the field to be put right.
        page = requests.get(f"{open_site.address}/box/titulaires-ouvriers", params={"tracker": typed}, timeout=10).text
        assert f'value="{typed}"' in page.replace("&#39;", "'"), page


def test_a_fresh_tracker_is_waited_for_while_the_hour_is_checked(site):
    """A poll whose hour came by a clock in doubt publishes rounds too: what was cast a moment before is no missing ballot."""
    hour = datetime.datetime.fromtimestamp(time.time() + 20 * DAY, zoneinfo.ZoneInfo("Europe/Paris")).strftime("%Y-%m-%d %H:%M")
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], *SMALL, closes=hour).open_poll().serve()
    time.sleep(1)
    site.stop()
    # The machine was started anew since, as far as the store knows.
    site.sql("UPDATE polling_poll SET seen_boot = 'an earlier start'")
    site.serve(environment=shifted(site.folder, 40 * DAY))
    road.wait_until(lambda: site.json("poll", "status")["state"] == "ended" and FEET["halted"] in look(site, "/box", "fr"), seconds=60)
    for language, words, hour in (("fr", "pas encore dans l'urne", r"au plus tôt : \d+ h"), ("en", "not in the published box yet", r"at the earliest: \d+:\d\d")):
        text = search(site, "A" * 43, language)
        assert words in text and re.search(hour, text), text


def test_a_box_of_an_abandoned_poll_promises_nothing(open_site):
    site = open_site.serve()
    change(site, "stage = 'abandoned'", FEET["abandoned"], "state = 'abandoned'")
    assert "aucun ne sera dépouillé" in search(site, "A" * 43) and "none will be counted" in search(site, "A" * 43, "en")
    assert "s'il est juste" not in search(site, "A" * 43) and "Prochaine publication" not in search(site, "A" * 43)


def test_pages_for_everybody_lead_on_and_out(open_site):
    site = open_site.serve()
    client = Client(site)
    paths = ("/box", "/box/titulaires-ouvriers", "/result", "/help")
    for path in paths:
        page = client.get(path).text
        assert 'id="sign-out"' not in page and "Retour à la connexion" in page and '<p class="site"><a href="/">' in page, path
    client.sign_in(site.identifier("v1@example.org"), "v1@example.org", 2, first=True)
    for path in paths:
        page = client.get(path).text
        assert 'id="sign-out"' in page and 'href="/space"' in page and "Retour à votre espace" in page, path
    # Once signed out, nobody is led to a space that is not there.
    client.get("/box")
    client.post("/sign-out")
    assert "Retour à la connexion" in client.get("/box").text


@pytest.mark.parametrize("shape", ["{}", " Votre numéro de suivi : {}.", "{}=", "{}\n", "[{}]", "split"])
def test_a_tracker_is_found_with_what_was_copied_around_it(site, shape):
    """Once it is published, in all the shapes in which people paste it."""
    site.prepare([voter(n) for n in range(1, 13)] + [voter(30, college="cadres")], *SMALL).open_poll().serve()
    client, name, ballot = Crowd(site, 1).waiting.get()
    tracker = client.session.post(f"{site.address}/ballots/{name}", data={"form": client.form_token, "ballot": ballot}, timeout=20).json()["receipt"]["tracker"]
    site.run("poll", "close", "--yes", "--at-once")
    typed = f"{tracker[:20]} {tracker[20:]}" if shape == "split" else shape.format(tracker)
    road.wait_until(lambda: "Ce bulletin est dans l'urne, publication n° : 1" in search(site, typed))
    assert "This ballot is in the box, publication no.: 1" in search(site, typed, "en")
