"""What an attacker's programs know by themselves: the group's arithmetic, archives, forged papers, and the store as a file."""
import contextlib
import hashlib
import json
import os
import re
import secrets
import sqlite3
import struct

import nacl.signing

#: The group BELENIOS-2048.
P = int("20694785691422546401013643657505008064922989295751104097100884787057374219242717401922237254497684338129066633138078958404960054"
        "38963628979639303877390572280360597374942767137677761889858987273586504908116709931053586778098003079049165406377717376419867852"
        "72734744763418356000356983051931442845617019110007867373073335641239717328979132404745788344682606523279746479511376726586935821"
        "80046317922073668860052627186363386088796882120769432366149491002923444346373222145884100586421050242120365433561201320481118852"
        "408731077014151666200162313177169372189248078507711827842317498073276598828825169183103125680162072880719")
Q = 78571733251071885079927659812671450121821421258408794611510081919805623223441
G = int("24023526775018522092276877035323999327122876573783649165100753187876632741463532193202856761552696787996946682987493890950838965"
        "73425601900601068477164491735474137283104610458681314511781646755400527402889846139864532661215055797097162016168270312886432456"
        "66383486363578210615491841998253431518974065818686865115135857641013888221539601604322884360393098933366277284840659313840601023"
        "16750957637779826651036068224066350766977640253462537730851331734951942489677540525736590494924776314759915751987751777114814909"
        "20456600205478127054728238140972518639858334115700568353695553423781475582491896050296680037745308460627")


def hashed(text):
    """The protocol's Hq."""
    return int.from_bytes(hashlib.sha256(text if isinstance(text, bytes) else text.encode()).digest(), "big") % Q


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def proof(challenge, response):
    return {"challenge": str(challenge), "response": str(response % Q)}


def logarithm(power, bound):
    """m with g^m = power, up to a bound; None where there is none."""
    reached = 1
    for number in range(bound + 1):
        if reached == power:
            return number
        reached = reached * G % P
    return None


def public_key(secret):
    """A trustee's public document, its proof as the protocol wants it."""
    key, nonce = pow(G, secret, P), secrets.randbelow(Q)
    challenge = hashed(f"pok|BELENIOS-2048|{key}|{pow(G, nonce, P)}")
    return {"pok": proof(challenge, nonce - secret * challenge), "public_key": str(key)}


def secret_keys(path):
    """A trustee's private keys by ballot."""
    with open(f"{path}.key", encoding="utf-8") as file:
        return {entry["ballot"]: int(entry["secret"]) for entry in json.load(file)["keys"]}


def signature(secret, label, *fields):
    """A trustee's signature on a statement."""
    message = label.encode() + b"".join(b"|%d:%s" % (len(field), field) for field in fields)
    nonce = secrets.randbelow(Q)
    challenge = hashed(message + f"|BELENIOS-2048|{pow(G, secret, P)}|{pow(G, nonce, P)}".encode())
    return proof(challenge, nonce - secret * challenge)


def ciphertexts(ballot):
    return [[(int(pair["alpha"]), int(pair["beta"])) for pair in answer["choices"]] for answer in json.loads(ballot)["answers"]]


def tally(ballots, weights):
    """The `encrypted_tally` of ballots with these weights."""
    sums = None
    for ballot, weight in zip(ballots, weights):
        answers = ciphertexts(ballot)
        sums = sums or [[(1, 1)] * len(answer) for answer in answers]
        sums = [[(a * pow(x, weight, P) % P, b * pow(y, weight, P) % P) for (a, b), (x, y) in zip(row, answer)]
                for row, answer in zip(sums, answers)]
    return compact([[{"alpha": str(a), "beta": str(b)} for a, b in row] for row in sums]).encode()


def false_decryption(document, alpha, secret, fingerprint):
    """The decryption with a false first factor and a proof that the protocol accepts: its challenge holds neither alpha nor factor, so
    both commitments are chosen first and the factor is reckoned from them."""
    first, second = secrets.randbelow(Q), secrets.randbelow(Q)
    commitment = pow(G, second, P)
    challenge = hashed(f"decrypt|{fingerprint}|{pow(G, secret, P)}|{pow(G, first, P)},{commitment}")
    response = (first - secret * challenge) % Q
    factor = pow(commitment * pow(alpha, -response, P), pow(challenge, -1, Q), P)
    document["decryption_factors"][0][0] = str(factor)
    document["decryption_proofs"][0][0] = proof(challenge, response)


def results(parts, uuid, sums, bound):
    """The totals that trustees' files open."""
    factors = []
    for path in parts:
        with open(path, encoding="utf-8") as file:
            [entry] = [entry for entry in json.load(file)["parts"] if entry["uuid"] == uuid]
        factors.append(entry["decryption"]["decryption_factors"])
    rows = []
    for question, row in enumerate(json.loads(sums)):
        rows.append([])
        for place, pair in enumerate(row):
            product = 1
            for factor in factors:
                product = product * int(factor[question][place]) % P
            rows[-1].append(logarithm(int(pair["beta"]) * pow(product, -1, P) % P, bound))
    return rows


class Archive:
    """An archive's documents, read and written anew: what a server could hand to trustees."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        at, self.time, self.setup, self.ballots, waiting = 0, None, None, [], []
        while at < len(data):
            name, size = data[at:at + 100].rstrip(b"\0").decode(), int(data[at + 124:at + 135], 8)
            content = data[at + 512:at + 512 + size]
            self.time = self.time or int(data[at + 136:at + 147], 8)
            at += 512 + (size + 511) // 512 * 512
            if name.endswith(".data.json"):
                waiting.append(content)
            elif name.endswith(".event.json"):
                kind = json.loads(content)["type"]
                if kind == "Setup":
                    self.setup = waiting[:3]
                elif kind == "Ballot":
                    self.ballots.append(waiting[0])
                waiting = []

    @property
    def document(self):
        return json.loads(self.setup[0])

    def write(self, folder, ballots, weights=None):
        """Writes an archive with these ballots: added up where weights are given, open otherwise."""
        os.makedirs(folder)
        self._out, self._parent, self._height = [], None, 0
        self._file("BELENIOS", f'{{"version":1,"timestamp":"{self.time}"}}'.encode())
        names = [self._data(content) for content in self.setup]
        self._event("Setup", f'{{"election":"{names[0]}","trustees":"{names[1]}","credentials":"{names[2]}"}}'.encode())
        for ballot in ballots:
            self._event("Ballot", ballot)
        sums = None
        if weights:
            sums = tally(ballots, weights)
            self._event("EndBallots")
            self._event("EncryptedTally", f'{{"num_tallied":{len(ballots)},"total_weight":{sum(weights)},"encrypted_tally":"{self._data(sums)}"}}'.encode())
        with open(f"{folder}/{self.document['uuid']}.bel", "wb") as target:
            target.write(b"".join(self._out))
        return sums

    def _file(self, name, content):
        head = bytearray(512)
        for place, text in ((0, name), (100, "0000644"), (108, "0000000"), (116, "0000000"), (124, f"{len(content):011o}"),
                            (136, f"{self.time:011o}"), (156, "0")):
            head[place:place + len(text)] = text.encode()
        head[148:156] = b" " * 8
        head[148:156] = f"{sum(head):06o}\0 ".encode()
        self._out.append(bytes(head) + content + bytes(-len(content) % 512))

    def _data(self, content):
        digest = hashlib.sha256(content).hexdigest()
        self._file(f"{digest}.data.json", content)
        return digest

    def _event(self, kind, payload=None):
        fields = ([f'"parent":"{self._parent}"'] if self._parent else []) + [f'"height":{self._height}', f'"type":"{kind}"']
        if payload is not None:
            fields.append(f'"payload":"{self._data(payload)}"')
        content = ("{" + ",".join(fields) + "}").encode()
        self._parent, self._height = hashlib.sha256(content).hexdigest(), self._height + 1
        self._file(f"{self._parent}.event.json", content)


def forged_record(keys, record, target, name, **fields):
    """A closing record with other numbers for a ballot, signed with the server's own key: whoever owns the server can do that."""
    with open(f"{keys}/cse-2026.key", encoding="utf-8") as file:
        key = bytes.fromhex(file.read().split("\n")[1])
    seed = hashlib.blake2b(digest_size=32, key=key, salt=(13).to_bytes(8, "little") + bytes(8), person=b"isoloir1" + bytes(8)).digest()
    with open(record, encoding="utf-8") as file:
        before, after = file.read().split("ed25519 ")[0].split(f"ballot {name}\n")
    own, rest = re.match(r"((?:  .*\n)*)(.*)", after, re.S).groups()
    for field, value in fields.items():
        line = "" if value is None else f"  {field} {value}\n"
        own, count = re.subn(rf"  {field} .*\n", line, own)
        if not count:
            own = re.sub(r"(  weight .*\n)", rf"\g<1>{line}", own)
    text = f"{before}ballot {name}\n{own}{rest}"
    signer = nacl.signing.SigningKey(seed)
    with open(target, "w", encoding="utf-8") as file:
        file.write(f"{text}ed25519 {signer.verify_key.encode().hex()}\nsignature {signer.sign(text.encode()).signature.hex()}\n")


# The store as a file.

SIGNED = "SELECT voter, ballot FROM polling_elector WHERE substr(entry, 1, 8) <> zeroblob(8)"
FILLED = "SELECT id, ballot FROM polling_slot WHERE substr(content, 5, 4) <> zeroblob(4)"


def pairs(store, work):
    """Who cast which ballot, by store and write-ahead log alone, without any key: what one transaction adds to list and box."""
    log = b""
    with contextlib.suppress(FileNotFoundError), open(f"{store}-wal", "rb") as file:
        log = file.read()
    with open(store, "rb") as file:
        pages = bytearray(file.read())
    # Readable without a log.
    pages[18:20] = b"\1\1"
    found, before = [], None
    for ends in _commits(log):
        for number, content in ends:
            end = number * len(content)
            pages.extend(bytes(max(0, end - len(pages))))
            pages[end - len(content):end] = content
        pages[18:20] = b"\1\1"
        with open(work, "wb") as file:
            file.write(pages)
        with contextlib.closing(sqlite3.connect(f"file:{work}?immutable=1", uri=True)) as database:
            now = set(database.execute(SIGNED)), set(database.execute(FILLED))
        if before is not None:
            signed, filled = now[0] - before[0], now[1] - before[1]
            if len(signed) == len(filled) == 1:
                found.append((signed.pop()[0], filled.pop()[0]))
        before = now
    return found


def _commits(log):
    """The pages of each transaction in a log, after none."""
    yield []
    if len(log) < 32:
        return
    size, waiting = struct.unpack(">I", log[8:12])[0], []
    for at in range(32, len(log) - size - 23, size + 24):
        if log[at + 8:at + 16] != log[16:24]:
            return  # of before the log was begun anew
        waiting.append((struct.unpack(">I", log[at:at + 4])[0], log[at + 24:at + 24 + size]))
        if log[at + 4:at + 8] != bytes(4):
            yield waiting
            waiting = []
