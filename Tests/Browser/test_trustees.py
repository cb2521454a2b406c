"""Trustees on machines of their own, against a server that cheats: replaced keys, weights that spell out votes, single ballots."""
import glob
import json
import os
import re
import shutil

from conftest import attacker, road
from test_casting import SMALL, Crowd

voter = road.voter
BOTH_SMALL = [SMALL, ("    colleges: [ouvriers]\n", "    colleges: [ouvriers]\n    smallGroupAccepted: PV du bureau du 3 novembre\n")]


def test_weights_that_spell_out_votes_are_not_opened(site):
    """Weights 1, 2, 4 ... and 0 for everybody else: the totals would be the votes."""
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], *BOTH_SMALL).open_poll().serve()
    crowd = Crowd(site, 12)
    while not crowd.waiting.empty():
        client, name, ballot = crowd.waiting.get()
        assert client.session.post(f"{site.address}/ballots/{name}", data={"form": client.form_token, "ballot": ballot}, timeout=20).status_code == 200
    words = site.close_poll()
    [path] = glob.glob(f"{site.folder}/closed/titulaires-ouvriers.*.bel")
    archive = attacker.Archive(path)
    ballots = [text for text in archive.ballots if json.loads(text)["credential"]]
    assert len(ballots) == 12
    weights = [1 << n for n in range(12)]
    by_credential = {json.loads(text)["credential"]: weight for text, weight in zip(ballots, weights)}
    archive.setup[2] = json.dumps([f"{key},{by_credential.get(key, 0)}" for key in json.loads(archive.setup[2])], separators=(",", ":")).encode()
    folder = f"{site.folder}/weighted"
    archive.write(folder, ballots, weights)
    # Both verifiers find nothing: what is published is consistent in itself.
    found = site.json("tally", "verify", folder)
    assert found["stage"] == "tallied" and found["weight"] == 4095
    assert road.subprocess.run(["belenios-tool", "election", "verify", "--dir", folder], capture_output=True, timeout=120).returncode == 0
    for path in site.trustees:
        refused = site.run("tally", "decrypt", folder, *words, "--record", f"{site.folder}/closed/closing-record.txt", "--tally", found["tally"],
                           "--key", f"{path}.key", "--to", f"{path}.stolen", status=1).stderr
        assert "the voting credentials or their weights are not the sealed ones" in refused
        assert not os.path.exists(f"{path}.stolen") and "Nothing was opened" in site.run("tally", "opened", f"{path}.key").stdout
    assert "not as it was sealed" in site.run("tally", "verify", folder, "--seal", f"{site.folder}/sealed.json", status=1).stderr


def test_a_trustee_is_not_replaced_in_silence(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL)
    folder = site.folder

    def key(path, name):
        site.run("tally", "trustee-key", "--for", f"{folder}/election", "--name", name, "--to", f"{folder}/{path}")

    def register(path, *words, status=0):
        done = site.run("trustee", "add", f"{folder}/{path}.pub", "--challenge", f"{folder}/{path}.challenge", *words, status=status)
        if status == 0:
            site.run("tally", "answer", f"{folder}/{path}.challenge", "--key", f"{folder}/{path}.key", "--to", f"{folder}/{path}.answer")
            site.run("trustee", "confirm", f"{folder}/{path}.answer")
        return done

    for path, name in (("anne", "Anne Lambert"), ("bruno", "Bruno Castel"), ("thief", "Anne Lambert")):
        key(path, name)
    register("anne")
    register("bruno")
    assert "has shown the keys that are registered" in register("thief", status=1).stderr
    with open(f"{folder}/anne.pub", encoding="utf-8") as file:
        text = file.read()
    with open(f"{folder}/twin.pub", "w", encoding="utf-8") as file:
        file.write(text.replace("Anne Lambert", "Zoe Lambert"))
    assert "Anne Lambert's already" in register("twin", status=1).stderr
    # A server that changes the rows itself is found by the trustee before the opening.
    site.run("poll", "seal", "--yes", "--box-key", f"{folder}/box.key")
    site.run("poll", "manifest", "--to", f"{folder}/sealed.json")
    site.run("tally", "archive", "--to", f"{folder}/sealed")
    check = lambda path, status=0: site.run("tally", "check", "--seal", f"{folder}/sealed.json", "--archive", f"{folder}/sealed",  # noqa: E731
                                            "--key", f"{folder}/{path}.key", "--to", f"{folder}/{path}.check", status=status)
    assert "YOUR KEY IS NOT IN THIS ELECTION" in check("thief", 1).stderr
    # Nothing is signed, and nothing remembered, for another seal than the one that the bureau published.
    def checked(fingerprint, status):
        return site.run("tally", "check", "--seal", f"{folder}/sealed.json", "--archive", f"{folder}/sealed", "--key", f"{folder}/anne.key",
                        "--to", f"{folder}/anne.check", "--fingerprint", fingerprint, status=status)
    for wrong in ("0" * 32, site.json("poll", "status")["fingerprint"][:9], ""):
        assert "ANOTHER SEAL" in checked(wrong, 1).stderr and not os.path.exists(f"{folder}/anne.check")
        with open(f"{folder}/anne.key.done", encoding="utf-8") as file:
            assert "seal" not in file.read()
    checked(site.json("poll", "status")["fingerprint"], 0)
    os.remove(f"{folder}/anne.check")
    assert "your key is number 1 of 2; the election's key is the product of both" in check("anne").stdout
    # A copy that came with the memory checks as well, and is a stranger to it until somebody types the fingerprint.
    for end in ("key", "key.done"):
        shutil.copy(f"{folder}/anne.{end}", f"{folder}/copy.{end}")
    for words, is_strange in (([], True), ([], True), (["--fingerprint", site.json("poll", "status")["fingerprint"]], True), ([], False)):
        said = site.run("tally", "check", "--seal", f"{folder}/sealed.json", "--archive", f"{folder}/sealed", "--key", f"{folder}/copy.key",
                        "--to", f"{folder}/copy.check", *words).stdout
        os.remove(f"{folder}/copy.check")
        assert ("not the one that its memory was written for" in said) == is_strange
    site.run("poll", "accept", "all", "--by", "Bureau de test", "--reason", "a test")
    assert "Anne Lambert, Bruno Castel must check" in site.run("poll", "open", "--yes", "--box-key", f"{folder}/box.key", status=1).stderr
    site.run("trustee", "checked", f"{folder}/anne.check")
    assert "Bruno Castel must check" in site.run("poll", "open", "--yes", "--box-key", f"{folder}/box.key", status=1).stderr
    check("bruno")
    site.run("trustee", "checked", f"{folder}/bruno.check")
    opened = site.run("poll", "open", "--yes", "--box-key", f"{folder}/box.key").stdout
    assert "détenteur Anne Lambert : a contrôlé l'élection scellée" in opened
    assert re.search(r"Anne Lambert +yes +yes +no", site.run("trustee", "list").stdout)


def test_old_keys_or_two_members_replace_a_trustees_keys(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL)
    folder = site.folder
    for path in ("old", "new", "newer"):
        site.run("tally", "trustee-key", "--for", f"{folder}/election", "--name", "Anne Lambert", "--to", f"{folder}/{path}")
    add = lambda path, *words, status=0: site.run(  # noqa: E731
        "trustee", "add", f"{folder}/{path}.pub", "--challenge", f"{folder}/{path}.{len(words)}.challenge", *words, status=status)
    answer = lambda path, number: (site.run("tally", "answer", f"{folder}/{path}.{number}.challenge", "--key", f"{folder}/{path}.key",  # noqa: E731
                                            "--to", f"{folder}/{path}.answer"), site.run("trustee", "confirm", f"{folder}/{path}.answer"))
    add("old")
    answer("old", 0)
    site.run("tally", "replace", f"{folder}/new.pub", "--key", f"{folder}/old.key", "--to", f"{folder}/word")
    add("new", "--replacement", f"{folder}/word")
    answer("new", 2)
    assert "old key" in site.run("trustee", "list").stdout
    for name in ("irene", "hugo"):
        site.run("key", "member", "--name", name, "--to", f"{folder}/{name}")
        assert "compare it with the member" in site.run("bureau", "add", f"{folder}/{name}.pub").stdout
    site.run("bureau", "draft", "replace-trustee-key", "--file", f"{folder}/newer.pub", "--old", f"{folder}/new.pub", "--reason", "key lost", "--to", f"{folder}/lost")
    site.run("bureau", "sign", f"{folder}/lost", "--key", f"{folder}/irene.key", "--yes")
    site.run("bureau", "sign", f"{folder}/lost", "--key", f"{folder}/irene.key", "--yes")
    assert "2 members of the bureau must have signed" in add("newer", "--replacement", f"{folder}/lost", status=1).stderr
    site.run("bureau", "sign", f"{folder}/lost", "--key", f"{folder}/hugo.key", "--yes")
    os.remove(f"{folder}/newer.2.challenge") if os.path.exists(f"{folder}/newer.2.challenge") else None
    add("newer", "--replacement", f"{folder}/lost")
    assert "trustee.replace" in site.run("journal", "export").stdout and re.search(
        r"bureau: irene [0-9a-f]{64}, hugo [0-9a-f]{64} \(key lost\)", site.run("trustee", "list").stdout)
    # The word that served once serves no second time; who has shown keys goes on two members' word.
    answer("newer", 2)
    assert "registered before" in add("new", "--replacement", f"{folder}/lost", status=1).stderr
    assert "--statement" in site.run("trustee", "remove", "Anne Lambert", status=1).stderr
    site.run("bureau", "draft", "remove-trustee", "--old", f"{folder}/newer.pub", "--reason", "left the firm", "--to", f"{folder}/gone")
    for name in ("irene", "hugo"):
        site.run("bureau", "sign", f"{folder}/gone", "--key", f"{folder}/{name}.key", "--yes")
    site.run("trustee", "remove", "Anne Lambert", "--statement", f"{folder}/gone")
    assert "No trustees yet" in site.run("trustee", "list").stdout


def test_a_part_by_another_program_needs_two_members(site):
    """belenios-tool decrypts with a trustee's key: nothing binds its factors, so two members must accept just this file."""
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll()
    site.run("poll", "close", "--yes", "--at-once")
    site.run("tally", "archive", "--to", f"{site.folder}/closed")
    words = site.accepted(f"{site.folder}/closed/closing-record.txt")
    name = "titulaires-ouvriers"
    [path] = glob.glob(f"{site.folder}/closed/{name}.*.bel")
    alone = f"{site.folder}/alone"
    os.makedirs(alone)
    os.link(path, f"{alone}/{os.path.basename(path)}")
    with open(f"{site.trustees[0]}.key", encoding="utf-8") as file:
        keys = {entry["ballot"]: entry["secret"] for entry in json.load(file)["keys"]}
    with open(f"{alone}/x.privkey", "w", encoding="utf-8") as file:
        file.write(json.dumps(keys[name]))
    done = road.subprocess.run(["belenios-tool", "election", "decrypt", "--privkey", "x.privkey", "--trustee-id", "1"], cwd=alone,
                               capture_output=True, check=True, timeout=120)
    part = f"{site.folder}/foreign.part"
    with open(part, "wb") as file:
        file.write(done.stdout.split(b"\n")[0] + b"\n")
    take = lambda *more, status=0: site.run("tally", "take", part, "--trustee", "Anne Lambert", "--ballot", name, *more, status=status)  # noqa: E731
    assert "nothing binds its factors" in take(status=1).stderr
    statement = f"{site.folder}/unbound"
    site.run("bureau", "draft", "take-unbound-part", "--seal", f"{site.folder}/sealed.json", "--file", part, "--trustee", "Anne Lambert",
             "--reason", "her laptop runs belenios-tool alone", "--to", statement)
    site.run("bureau", "sign", statement, "--key", f"{site.members[0]}.key", "--yes")
    assert "2 members of the bureau must have signed" in take("--waiver", statement, status=1).stderr
    site.run("bureau", "sign", statement, "--key", f"{site.members[1]}.key", "--yes")
    assert "Still awaited: Anne Lambert, Bruno Castel" in take("--waiver", statement).stdout
    assert "NOTHING BINDS THE PART" in site.run("poll", "status").stdout
    site.run("tally", "decrypt", f"{site.folder}/closed", *words, "--key", f"{site.trustees[1]}.key", "--to", f"{site.folder}/b.part")
    site.run("tally", "take", f"{site.folder}/b.part")
    # The ballot with the foreign part is counted; the rest waits for Anne's own file, which leaves that part as it is.
    assert [result["ballot"] for result in site.json("tally", "result")] == [name]
    site.run("tally", "decrypt", f"{site.folder}/closed", *words, "--key", f"{site.trustees[0]}.key", "--to", f"{site.folder}/a.part")
    site.run("tally", "take", f"{site.folder}/a.part")
    assert len(site.json("tally", "result")) == 4
    site.verify(f"{site.folder}/counted")


def test_members_sign_for_the_end_of_their_copies(site):
    site.prepare([voter(n) for n in range(1, 13)] + [voter(13, college="cadres")], SMALL).open_poll()
    statement = f"{site.folder}/copies"
    site.run("bureau", "draft", "box-key-destroyed", "--seal", f"{site.folder}/sealed.json", "--reason", "shredded on 2 December", "--to", statement)
    site.run("bureau", "sign", statement, "--key", f"{site.members[0]}.key", "--yes")
    assert "until the poll is closed" in site.run("poll", "key-destroyed", statement, status=1).stderr
    assert "cannot change any more" in site.run("bureau", "remove", "Hugo Petit", status=1).stderr
    site.run("poll", "close", "--yes", "--at-once")
    record = site.run("poll", "record").stdout
    assert record.count("DESTRUCTION NON SIGNÉE") == 4 and "écrasée et supprimée" in record
    # Somebody whose key is not in the seal signs for nobody.
    site.run("key", "member", "--name", "Irene Laurent", "--to", f"{site.folder}/stranger")
    foreign = f"{site.folder}/foreign"
    site.run("bureau", "draft", "box-key-destroyed", "--seal", f"{site.folder}/sealed.json", "--reason", "x", "--to", foreign)
    site.run("bureau", "sign", foreign, "--key", f"{site.folder}/stranger.key", "--yes")
    assert "no member of the seal signed it" in site.run("poll", "key-destroyed", foreign, status=1).stderr
    site.run("poll", "key-destroyed", statement)
    after = site.run("poll", "record").stdout
    assert "copie de Irene Laurent : destruction signée" in after and "copie de Hugo Petit : DESTRUCTION NON SIGNÉE" in after
    assert re.search(r"Irene Laurent: destroyed, signed", site.run("poll", "custody").stdout)
