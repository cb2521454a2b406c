"""Ballots that only the last check finds: canonical, signed by their credential, a proof wrong."""
import base64
import hashlib
import os
import re
import secrets

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def number(name):
    """A number of the group, from the words in the sources."""
    with open(f"{ROOT}/Sources/BallotCore/GroupNumbers.swift", encoding="utf-8") as file:
        words = re.search(rf"static let {name}\b[^=]*= \[(.*?)\]", file.read(), re.S).group(1)
    return sum(int(word, 16) << (32 * place) for place, word in enumerate(re.findall(r"0x[0-9A-F]+", words)))


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def spoilt(ballot, credential, uuid):
    """A ballot whose last overall proof was changed, signed again."""
    p, q = number("p"), number("q")
    # The sources hold g in Montgomery form.
    g = number("g") * pow(pow(2, 2048, p), -1, p) % p
    assert pow(g, q, p) == 1
    head, mark, tail = ballot.partition(',"signature":')
    at = head.index('"overall_proof":[{"challenge":"') + len('"overall_proof":[{"challenge":"') + 10
    changed = head[:at] + ("1" if head[at] != "1" else "2") + head[at + 1:]
    hashed = base64.b64encode(digest(changed + "}")).decode().rstrip("=")
    secret = int.from_bytes(hashlib.pbkdf2_hmac("sha256", credential.encode(), uuid.encode(), 1000), "big") % q
    nonce = secrets.randbelow(q)
    challenge = int.from_bytes(digest(f"sig|{hashed}|{pow(g, nonce, p)}"), "big") % q
    response = (nonce - secret * challenge) % q
    return f'{changed},"signature":{{"hash":"{hashed}","proof":{{"challenge":"{challenge}","response":"{response}"}}}}}}'
