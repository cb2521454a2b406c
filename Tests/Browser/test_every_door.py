"""Every order that staff give by more than one door leaves the same behind: rows of the whole store, messages with their words but
for identifiers, and entries of the journal but for who gave it and where."""
import collections
import datetime
import json
import re
import time
import zoneinfo

import requests
from conftest import Client, Site, road
from staff import team
from test_operations import SMALL, WITHOUT, form, rows, token, upload

voter = road.voter
DOORS = ("command", "console", "api")
LATER = "2036-12-01 19:00"
#: What is dated by the order itself, or counts from it, lies this near to the run, in seconds; any other time was given, and is compared.
NEAR = 400 * 86_400
BEGUN = time.time()
#: The last time that anybody gives: the year 2286.
LAST = 10_000_000_000
#: Tables of how somebody came in, of the pace at which messages leave, and of figures that are taken every so often.
APART = re.compile(r"access_|captcha_|journal_|outbox_(budget|dispatcher|early|frame|pause)|passphrase_throttle|polling_round|recovery_trace|"
                   r"roll_(import|searched)|sqlite_|staff_answer|store_|turnout_")
#: What a message holds of its way once it is queued.
ON_ITS_WAY = {"attempts", "due_at", "ended_at", "reply", "provider_id", "place", "accepted_at", "sealed", "frame"}
#: Columns that are drawn, or the machine's own.
DRAWN = {("recovery_help", "code"), ("polling_poll", "seen_ticks"), ("polling_poll", "seen_boot")}
#: Whom the orders are about.
PEOPLE = [voter(n) for n in range(1, 7)] + [voter(7, email="", phone="0612345678"), voter(8, college="cadres")]
#: And those who get letters.
BY_LETTER = [voter(n, **road.LETTER) | {"address2": f"{n} rue A"} for n in range(11, 15)]


class Order:
    """An order, as it is given by each door."""

    def __init__(self, command, path, fields=None, *, desk="manager", program=True, before=None, counts_before=False):
        """`program` says whether a program may give it; `before` prepares the site, and counts as a part of the order or not."""
        self.command, self.path, self.fields, self.desk = command, path, fields or {}, desk
        self.program, self.before, self.counts_before = program, before, counts_before


def at(text):
    """A time in the election's zone as the store has it."""
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo("Europe/Paris")).timestamp())


def plain(value):
    """A value without what is another one each time: moments, secrets, who gave the order."""
    if isinstance(value, bytes):
        return "bytes" if value else ""
    if isinstance(value, int) or isinstance(value, str) and re.fullmatch(r"[12]\d{9}", value):
        # No time is that far away: a look-up value under the site's own key.
        return "index" if abs(int(value)) > LAST else "moment" if abs(int(value) - BEGUN) < NEAR else value
    if not isinstance(value, str):
        return value
    value = re.sub(r"\b[0-9a-f]{32,}\b|\b(?:[0-9A-F]{4} ){7}[0-9A-F]{4}\b", "hex", value)
    # The console asks how a caller was recognised, and has an answer for it; the command line asks for the reason alone.
    value = re.sub(r" \(checked: \w+\)$", "", value)
    # On whose word an account of the machine acts.
    value = re.sub(r"^Irene Laurent: ", "", value)
    return re.sub(r"(?:Irene Laurent \()?\b(?:staff|system):[\w.-]+\)?", "who", value)


def words(path):
    """To whom a mail or an SMS went and what it says, without what is drawn for it."""
    with open(path, "rb") as file:
        if path.endswith(".eml"):
            mail = road.email.message_from_binary_file(file, policy=road.email.policy.default)
            text = f"{mail['To']}\n{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}"
        else:
            text = file.read().decode()
    text = re.sub(r"http://(?:localhost|127[.]0[.]0[.]1):\d+", "site", text)
    return re.sub(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}\b", "identifier", text)


class Door:
    """A site whose staff come in by one way."""

    def __init__(self, folder, name):
        self.name, self.site = name, Site(folder)

    def begin(self, prepare):
        site = self.site
        site.prepare(PEOPLE, WITHOUT, *SMALL)
        prepare(self)
        site.serve()
        self.desks = dict(zip(("manager", "second", "bureau"), team(site, "manager", "manager2", "bureau")))
        self.head = token(self.desks["manager"])
        self.ids = dict(site.sql("SELECT reference, id FROM roll_voter"))
        return self

    def give(self, order):
        """Gives an order and has it taken."""
        start = self.state() if order.counts_before else None
        if order.before:
            order.before(self)
        path = order.path.format(**self.ids)
        self.sent = self.site.delivered()
        fields = {name: text.format(**self.ids) if isinstance(text, str) else text for name, text in order.fields.items()}
        before = start or self.state()
        if self.name == "command":
            self.site.run(*(word.format(folder=self.site.folder) if isinstance(word, str) else word for word in order.command))
        elif self.name == "api" and order.program:
            answer = self.program(path, fields)
            assert answer.status_code == 200, (path, answer.status_code, answer.text)
        else:
            if self.name == "api":
                refused = self.program(path, fields)
                assert refused.status_code == 403, (path, refused.status_code, refused.text)
                assert self.state() | {"journal": 0} == before | {"journal": 0}, path
                before = self.state()
            desk = self.desks[order.desk]
            opened = desk.get(path)
            assert opened.status_code == 200, (path, desk.text)
            given = form(desk.page) if path.endswith("/correct") else {}
            answer = desk.post(path, **given | fields)
            assert answer.status_code == 200 and desk.error is None, (path, answer.status_code, desk.text)
        return self.left(before, order)

    def program(self, path, fields):
        flags = {"confirmed", "destroyed", "tell"}
        body = {name: text == "yes" if name in flags else int(text) if name == "number" else text for name, text in fields.items()}
        return requests.post(f"{self.site.address}/api/v1/{path}", json=body, headers=self.head, timeout=60)

    def state(self):
        """All rows of the store but the tables apart, each without what is another one each time, and the journal's entries."""
        site, found = self.site, {}
        for table, in site.sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
            if APART.match(table):
                continue
            names = [column[1] for column in site.sql(f"SELECT * FROM pragma_table_info('{table}')")]
            kept = [place for place, name in enumerate(names) if not (table == "outbox_message" and name in ON_ITS_WAY)]
            lines = site.sql(f"SELECT * FROM {table}")
            if table == "outbox_message":
                state = names.index("state")
                lines = [line[:state] + (re.sub("waiting|sent|accepted|delivered", "queued", line[state]),) + line[state + 1:] for line in lines]
            found[table] = collections.Counter(tuple((names[place], "drawn" if (table, names[place]) in DRAWN else plain(line[place])) for place in kept) for line in lines)
        found["journal"] = site.sql("SELECT max(number) FROM journal_entry")[0][0]
        return found

    def left(self, before, order):
        """What an order left: rows that came and went by their table, and its entries of the journal."""
        def quiet():
            first = self.state()
            time.sleep(0.4)
            # Letters wait for their printing, and what is due later waits for its hour.
            soon = "SELECT 1 FROM outbox_message WHERE state = 'waiting' AND channel <> 'letter' AND due_at < unixepoch() + 5"
            return first == self.state() and not self.site.sql("SELECT 1 FROM bureau_announcement WHERE ended_at IS NULL") + self.site.sql(soon)

        road.wait_until(quiet, 30)
        after = self.state()
        found = {}
        for table in after.keys() - {"journal"}:
            came, went = after[table] - before[table], before[table] - after[table]
            if came or went:
                found[table] = sorted(f"+ {line}" for line in came.elements()) + sorted(f"- {line}" for line in went.elements())
        found["messages"] = sorted(words(path) for path in self.site.delivered() - self.sent)
        entries = self.site.sql("SELECT principal, action, details, sealed IS NULL FROM journal_entry WHERE number > ? ORDER BY number", before["journal"])
        # What a form or a program asked for stands before what was done, with the door and the address.
        done = [entry for entry in entries if not entry[1].startswith(("console.", "access.", "settings."))]
        assert any(re.fullmatch(self.giver(order), principal) for principal, *_ in done), (order.path, done)
        # Who decided is the session's account, or the name that an account of the machine was given.
        found["journal"] = [(action, {name: plain(value) for name, value in json.loads(details).items()
                                      if name != "by" or plain(value) not in ("who", "Irene Laurent")}, opened)
                            for _, action, details, opened in done]
        return found

    def giver(self, order):
        """Who stands in the journal for an order by this door."""
        if self.name == "command":
            return "system:.+"
        return "staff:api[.]rh" if self.name == "api" and order.program else f"staff:{self.desks[order.desk].name}"


def compare(tmp_path, orders, prepare=lambda door: None):
    """Gives all orders by each door, one site for each, and compares what each of them left."""
    found = {}
    for name in DOORS:
        door = Door(tmp_path / name, name)
        try:
            door.begin(prepare)
            found[name] = [door.give(order) for order in orders]
        finally:
            door.site.stop()
    differences = []
    for place, order in enumerate(orders):
        first = found["command"][place]
        assert first["journal"], (order.path, "the command left no entry")
        for name in DOORS[1:]:
            other = found[name][place]
            for part in sorted(first.keys() | other.keys()):
                here, there = ([str(line) for line in left.get(part, ())] for left in (first, other))
                if here != there:
                    differences.append(f"{order.path} {part}\n  command: {[line for line in here if line not in there]}"
                                       f"\n  {name}: {[line for line in there if line not in here]}")
    assert not differences, "\n".join(differences)
    return found["command"]


def test_orders_on_voters_and_messages_leave_the_same_by_every_door(tmp_path):
    def ask(door):
        asker = Client(door.site)
        asker.get("/help")
        asker.post("/help", name="A", contact="a@example.org", text="Bonjour", **asker.work("a@example.org"))
        road.wait_until(lambda: door.site.sql("SELECT 1 FROM recovery_help"))

    def fail(door):
        door.site.sql("UPDATE outbox_message SET state = 'failed', ended_at = 1 WHERE kind = 'code'")

    def late(door):
        door.site.roll(PEOPLE + [voter(9)], "--yes")

    called = {"check": "callBack", "reason": "appel"}
    left = compare(tmp_path, [
        Order(("roll", "correct", "V1", "--column", "last_name", "--value", "Nouveau", "--reason", "mariage"), "voters/{V1}/correct",
              {"last_name": "Nouveau", "reason": "mariage"}),
        Order(("roll", "correct", "V2", "--column", "email", "--value", "neuf@example.net", "--reason", "appel"), "voters/{V2}/correct",
              {"email": "neuf@example.net", "reason": "appel"}),
        Order(("identifiers", "reissue", "V3", "--by", "email", "--reason", "appel"), "voters/{V3}/reissue", {"channel": "email"} | called),
        Order(("passphrase", "reset", "V4", "--reason", "appel"), "voters/{V4}/passphrase", called),
        Order(("identifiers", "issue"), "identifiers/issue"),
        Order(("outbox", "retry"), "deliveries/retry", {"what": "failed"}, before=fail),
        Order(("support", "done", "1"), "questions/1/done", before=ask),
    ], late)
    assert any("identifier" in words for words in left[2]["messages"]), left[2]


def test_orders_on_letters_leave_the_same_by_every_door(tmp_path):
    def printed(door):
        door.site.roll(PEOPLE + BY_LETTER, "--yes")
        door.site.run("identifiers", "issue")
        door.site.letters(f"{door.site.folder}/letters")

    def returned(door):
        with open(f"{door.site.folder}/returned.csv", "w", encoding="utf-8") as file:
            file.write("batch;number\n1;3\n")

    def forget(door):
        door.site.sql("DELETE FROM bureau_specimen")

    compare(tmp_path, [
        Order(("letters", "spoiled", "1", "2", "--reason", "déchirée", "--destroyed", "--yes"), "letters/1/spoiled",
              {"number": "2", "held": "2 MAR", "reason": "déchirée", "destroyed": "yes"}),
        Order(("letters", "posted", "1", "--on", road.TODAY), "letters/1/posted", {"on": road.TODAY}),
        Order(("letters", "returned", "{folder}/returned.csv"), "letters/returned", {"list": "1;3\n"}, before=returned),
        Order(("letters", "confirm", "1"), "letters/1/confirm"),
        Order(("letters", "specimen", "--to", "{folder}/proof.pdf"), "letters/specimen", before=forget),
        Order(("letters", "approve", "--by", "Irene Laurent"), "letters/specimens/2/approve", {"confirmed": "yes"}, desk="second", program=False),
    ], printed)


def test_orders_on_accounts_and_points_leave_the_same_by_every_door(tmp_path):
    lou = {"name": "lou", "fullName": "Lou Garnier", "mail": "lou@staff.example.org", "role": "support", "language": "fr"}
    word = ("--by", "Irene Laurent", "--reason", "vu")
    compare(tmp_path, [
        Order(("manager", "add", "lou", "--role", "support", "--mail", lou["mail"], "--full-name", lou["fullName"], "--language", "fr"),
              "staff/add", lou, desk="bureau", program=False),
        Order(("manager", "renew", "lou", "--reason", "perdu"), "staff/lou/renew", {"reason": "perdu"}, desk="bureau", program=False),
        Order(("manager", "remove", "lou", "--reason", "parti"), "staff/lou/remove", {"reason": "parti"}, desk="bureau", program=False),
        Order(("poll", "accept", "https", *word), "policy/points/https/accept", {"reason": "vu"}, desk="bureau", program=False),
    ])


def test_a_roll_leaves_the_same_by_every_door(tmp_path):
    new = PEOPLE[:5] + [PEOPLE[5] | {"last_name": "Nouveau"}, PEOPLE[6], voter(10)]

    def read(door):
        if door.name == "command":
            with open(f"{door.site.folder}/contacts.csv", "w", encoding="utf-8") as file:
                file.write(rows(*new))
        else:
            upload(door.desks["manager"], *new)

    compare(tmp_path, [Order(("roll", "import", "{folder}/contacts.csv", "--yes"), "roll/apply", {"confirmed": "yes"}, before=read, counts_before=True)])


def test_orders_on_an_open_poll_leave_the_same_by_every_door(tmp_path):
    word, bureau = ("--by", "Irene Laurent"), {"desk": "bureau", "program": False}

    def extended(door):
        """The hour that was given is the one that holds."""
        assert door.site.sql("SELECT closes_at FROM polling_poll") == [(at(LATER),)], door.name

    compare(tmp_path, [
        Order(("poll", "note", "panne de courant", *word), "poll/incident", {"words": "panne de courant"}, **bureau),
        Order(("poll", "present", "opening", "--name", "Irene Laurent", "--name", "Hugo Petit", *word), "poll/presence",
              {"moment": "opening", "names": "Irene Laurent\nHugo Petit"}, **bureau),
        Order(("poll", "suspend", "--reason", "incendie", "--tell"), "poll/suspend", {"reason": "incendie", "tell": "yes"}, **bureau),
        Order(("poll", "extend", LATER, "--reason", "une heure perdue"), "poll/extend", {"closes": LATER, "reason": "une heure perdue"}, **bureau),
        Order(("poll", "resume", "--reason", "tout va bien", "--tell"), "poll/resume", {"reason": "tout va bien", "tell": "yes"}, before=extended, **bureau),
    ], lambda door: door.site.open_poll())
