"""One operation, several doors: what console and command line leave behind of the same order is the same; programs give no order
that is the bureau's."""
import datetime
import json
import zoneinfo

import requests
from conftest import Site, road
from staff import team
from test_operations import SMALL, token

voter = road.voter
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
LATER = "2036-12-01 19:00"
#: Each order: the command's words, the console's path, and the fields of form and API.
ORDERS = [
    (("poll", "note", "panne de courant", "--by", "Irene Laurent"), "poll/incident", {"words": "panne de courant"}),
    (("poll", "present", "opening", "--name", "Irene Laurent", "--name", "Hugo Petit", "--by", "Irene Laurent"), "poll/presence",
     {"moment": "opening", "names": "Irene Laurent\nHugo Petit"}),
    (("poll", "suspend", "--reason", "incendie\u00a0: on sort", "--tell"), "poll/suspend", {"reason": "incendie\u00a0: on sort", "tell": "yes"}),
    (("poll", "extend", LATER, "--reason", "une heure perdue"), "poll/extend", {"closes": LATER, "reason": "une heure perdue"}),
    (("poll", "resume", "--reason", "tout va bien", "--tell"), "poll/resume", {"reason": "tout va bien", "tell": "yes"}),
]
#: Orders that nobody may give, in this state of the poll, by any door: before and in the suspension.
REFUSED = [
    (("poll", "suspend", "--reason", "a\u202eb"), "poll/suspend", {"reason": "a\u202eb"}),
    (("poll", "extend", "2026-02-01 10:00", "--reason", "trop tôt"), "poll/extend", {"closes": "2026-02-01 10:00", "reason": "trop tôt"}),
    (("poll", "suspend", "--reason", "é" + "\u0301" * 299 + "x"), "poll/suspend", {"reason": "é" + "\u0301" * 299 + "x"}),
]
WHILE_SUSPENDED = (("poll", "extend", LATER, "--reason", "r", "--tell"), "poll/extend", {"closes": LATER, "reason": "r", "tell": "yes"})


def typed(fields):
    """The fields as a program sends them: flags are true or false."""
    return {name: text == "yes" if name == "tell" else text for name, text in fields.items()}


class Door:
    """A site whose staff come in by one way."""

    def __init__(self, folder, name):
        self.site, self.name = Site(folder), name
        self.site.prepare([voter(1), voter(2, email="", phone="0612345678"), voter(3, college="cadres")], *SMALL).open_poll().serve()
        if name == "console":
            self.bureau, manager = team(self.site, "bureau", "manager")
            self.head = token(manager)

    def give(self, words, path, fields):
        """Gives an order; whether it was taken."""
        if self.name == "command":
            done = self.site.start(*words)
            done.communicate(timeout=60)
            return done.returncode == 0
        answer = requests.post(f"{self.site.address}/api/v1/{path}", json=typed(fields), headers=self.head, timeout=30)
        assert answer.status_code == 403 and "may not do this" in answer.text, answer.text
        return self.bureau.do(path, **fields).status_code == 200

    def left(self):
        """What the orders left: the poll, the journal's entries of it without who gave them, and the words to voters."""
        entries = self.site.sql("SELECT action, details FROM journal_entry WHERE action LIKE 'poll.%' AND action NOT IN ('poll.clock') ORDER BY number")
        journal = [(action, {name: value for name, value in json.loads(details).items() if name not in ("by", "happened", "mailing", "fingerprint")})
                   for action, details in entries if action not in ("poll.seal", "poll.open", "poll.accept")]
        return {
            "poll": self.site.sql("SELECT state, closes_at FROM polling_poll"),
            "hours": self.site.sql("SELECT stage, closes_at, reason FROM election_hours"),
            "journal": [entry for entry in journal if entry[0] in {f"poll.{name}" for name in ("suspend", "resume", "extend", "announce", "incident", "presence")}],
            "told": self.site.sql("SELECT news, ended_at IS NOT NULL FROM bureau_announcement ORDER BY id"),
            "messages": self.site.sql("SELECT kind, channel, count(*) FROM outbox_message WHERE kind LIKE 'poll%' GROUP BY 1, 2 ORDER BY 1, 2"),
        }


def test_orders_on_the_poll_leave_the_same_by_every_door(tmp_path):
    found = {}
    for name in ("command", "console"):
        door = Door(tmp_path / name, name)
        try:
            for order in REFUSED:
                assert not door.give(*order), (name, order)
            untouched = door.left()
            assert untouched["journal"] == [] and untouched["told"] == [] and untouched["messages"] == [], (name, untouched)
            for order in ORDERS:
                assert door.give(*order), (name, order)
                # What a later order finds not queued yet is left out.
                road.wait_until(lambda: all(done for _, done in door.left()["told"]), 30)
                if order[1] == "poll/suspend":
                    assert not door.give(*WHILE_SUSPENDED), name
            found[name] = door.left()
        finally:
            door.site.stop()
    for part, left in found["command"].items():
        assert left == found["console"][part], (part, left, found["console"][part])
    closes = int(datetime.datetime.strptime(LATER, "%Y-%m-%d %H:%M").replace(tzinfo=PARIS).timestamp())
    assert found["command"]["poll"] == [("open", closes)]
    assert [action for action, _ in found["command"]["journal"]].count("poll.announce") == 2, found["command"]["journal"]
    # The blank before a French colon is a plain one wherever the reason stands.
    assert any(details.get("reason") == "incendie : on sort" for _, details in found["command"]["journal"])
    assert found["command"]["messages"], found["command"]
