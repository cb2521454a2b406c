"""Archives of many ballots: set up by belenios-tool, filled with ballots of ours."""
import glob
import hashlib
import json
import os
import subprocess

TEMPLATE = {"description": "d", "name": "n", "administrator": "a", "credential_authority": "c",
            "questions": [{"answers": ["A", "B", "C", "D", "E"], "min": 1, "max": 1, "question": "q"}]}


def tool(folder, *words, **options):
    return subprocess.run(["belenios-tool", *words], cwd=folder, check=True, capture_output=True, text=True, **options).stdout


def set_up(folder, voters):
    """An election of one question and five candidates; returns its archive's path."""
    os.makedirs(folder)
    uuid = tool(folder, "setup", "generate-token").strip()
    group = ["--group", "BELENIOS-2048"]
    tool(folder, "setup", "generate-credentials", "--uuid", uuid, *group, "--count", str(voters))
    os.rename(glob.glob(f"{folder}/*.pubcreds")[0], f"{folder}/public_creds.json")
    os.rename(glob.glob(f"{folder}/*.privcreds")[0], f"{folder}/private_creds.txt")
    tool(folder, "setup", "generate-trustee-key", *group)
    with open(glob.glob(f"{folder}/*.pubkey")[0]) as key, open(f"{folder}/public_keys.jsons", "w") as keys:
        keys.write(key.read())
    with open(f"{folder}/template.json", "w") as file:
        json.dump(TEMPLATE, file)
    tool(folder, "setup", "make-trustees")
    tool(folder, "setup", "make-election", "--uuid", uuid, *group, "--template", "template.json")
    for name in ("election.json", "trustees.json", "public_creds.json"):
        strip(f"{folder}/{name}")
    tool(folder, "archive", "init")
    with open(f"{folder}/credential.txt", "w") as file, open(f"{folder}/private_creds.txt") as all_of_them:
        file.write(all_of_them.readline())
    with open(f"{folder}/one.txt", "w") as file, open(f"{folder}/credential.txt") as line:
        file.write(line.read().split()[1])
    return glob.glob(f"{folder}/*.bel")[0]


def strip(path):
    with open(path, encoding="utf-8") as file:
        text = file.read().strip()
    os.chmod(path, 0o644)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def header(name, size, time):
    block = bytearray(512)

    def put(text, place):
        block[place:place + len(text)] = text

    for text, place in ((name, 0), (b"0000644", 100), (b"0000000", 108), (b"0000000", 116), (b"%011o" % size, 124), (b"%011o" % time, 136)):
        put(text, place)
    put(b"0", 156)
    put(b"%06o\0 " % (sum(block) + 8 * 32), 148)
    return bytes(block)


def fill(archive, ballots, elsewhere=None):
    """Appends ballots to an archive that was just set up; `elsewhere` gets a copy of the whole instead."""
    with open(archive, "rb") as file:
        start = file.read()
    time = int(start[136:147], 8)
    at, parent = 0, None
    while at < len(start):
        name, size = start[at:at + 100].rstrip(b"\0").decode(), int(start[at + 124:at + 135], 8)
        parent = name.split(".")[0] if name.endswith(".event.json") else parent
        at += 512 + (size + 511) // 512 * 512
    with open(elsewhere or archive, "wb") as file:
        file.write(start)
        for height, ballot in enumerate(ballots, 1):
            text = ballot.strip()
            payload = hashlib.sha256(text).hexdigest()
            event = b'{"parent":"%s","height":%d,"type":"Ballot","payload":"%s"}' % (parent.encode(), height, payload.encode())
            parent = hashlib.sha256(event).hexdigest()
            for name, content in ((f"{payload}.data.json", text), (f"{parent}.event.json", event)):
                file.write(header(name.encode(), len(content), time) + content + bytes(-len(content) % 512))
