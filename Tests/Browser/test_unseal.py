"""A seal that is undone before the opening by two members, and what of it is handed in afterwards."""
import os
import re
import shutil

from conftest import Client, road

voter = road.voter
ACCEPTED = "    smallGroupAccepted: PV du bureau du 3 novembre\n"
SMALL = [(f"    colleges: [{college}]\n", f"    colleges: [{college}]\n{ACCEPTED}") for college in ("ouvriers", "cadres")]
VOTERS = [voter(number) for number in range(1, 12)] + [voter(99, college="cadres")]


def drafted(site, act, name, *words, signers=("irene", "hugo")):
    path = f"{site.folder}/{name}"
    site.run("bureau", "draft", act, "--reason", "the lists changed places, minutes of Monday", "--to", path, *words)
    for signer in signers:
        site.run("bureau", "sign", path, "--key", f"{site.folder}/{signer}.key", "--yes")
    return path


def fingerprint(site):
    return re.search(r"^  fingerprint  (.+)$", site.run("poll", "status").stdout, re.M).group(1)


def test_a_seal_is_undone_before_the_opening_by_two_members(site, visitor):
    folder = site.folder
    site.prepare(VOTERS, *SMALL).seal_poll()
    site.serve()
    before = fingerprint(site)
    assert before in Client(site).get("/").text
    site.run("poll", "accept", "all", "--by", "Bureau de test", "--reason", "a test")
    assert "poll is sealed" in site.run("roll", "correct", "V2", "--column", "last_name", "--value", "Autre", "--reason", "typo", status=1).stderr
    old = f"{folder}/sealed.json"
    waiver = drafted(site, "open-without-check", "waiver", "--seal", old, "--trustee", "Anne Lambert")

    # One member is not two, and another act is not this one; without a question nothing happens.
    alone = drafted(site, "undo-seal", "alone", "--seal", old, signers=("irene",))
    assert "1 did" in site.run("poll", "unseal", "--statement", alone, "--yes", status=1).stderr
    other = drafted(site, "abandon-poll", "other", "--seal", old)
    assert 'not "undo-seal"' in site.run("poll", "unseal", "--statement", other, "--yes", status=1).stderr
    undo = drafted(site, "undo-seal", "undo", "--seal", old)
    assert "say --yes" in site.run("poll", "unseal", "--statement", undo, status=1).stderr
    assert fingerprint(site) == before

    said = site.run("poll", "unseal", "--statement", undo, "--yes").stdout
    assert before in said and "destroy the box key" in said
    assert "not sealed" in site.run("poll", "manifest", "--to", f"{folder}/none.json", status=1).stderr
    road.wait_until(lambda: before not in Client(site).get("/").text, 20)
    site.run("roll", "correct", "V2", "--column", "last_name", "--value", "Autre", "--reason", "typo")

    # A new seal: nothing of the old one serves, and each says which seal it is of.
    site.run("poll", "seal", "--box-key", f"{folder}/second.key", "--yes")
    after = fingerprint(site)
    assert after != before
    for words in (("trustee", "checked", f"{folder}/trustee1.check"), ("poll", "unseal", "--statement", undo, "--yes"),
                  ("poll", "abandon", "--statement", other), ("poll", "open", "--box-key", f"{folder}/box.key", "--yes"),
                  ("poll", "open", "--box-key", f"{folder}/second.key", "--waiver", waiver, "--yes")):
        refused = site.run(*words, status=1).stderr
        assert before in refused and "serves any more" in refused, (words, refused)
    assert "Anne Lambert, Bruno Castel must check" in site.run("poll", "open", "--box-key", f"{folder}/second.key", "--yes", status=1).stderr

    # Trustees check again, and their own memory asks for the members' word, not the server's.
    new = f"{folder}/second.json"
    site.run("poll", "manifest", "--to", new)
    site.run("tally", "archive", "--to", f"{folder}/second")
    for number in (1, 2):
        path = f"{folder}/trustee{number}"
        check = ("tally", "check", "--seal", new, "--archive", f"{folder}/second", "--key", f"{path}.key", "--to", f"{path}.second")
        assert "ANOTHER seal" in site.run(*check, status=1).stderr
        assert "1 did" in site.run(*check, "--undone", alone, "--before", old, status=1).stderr
        assert "--before is not the manifest" in site.run(*check, "--undone", undo, "--before", new, status=1).stderr
        assert "was undone" in site.run(*check, "--undone", undo, "--before", old).stdout
        site.run("trustee", "checked", f"{path}.second")
    site.run("poll", "open", "--box-key", f"{folder}/second.key", "--yes")
    assert "Nothing was added, removed or changed by hand" in site.run("poll", "status").stdout
    # The site ran through all of it, and takes votes under the new seal.
    someone = visitor()
    someone.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    assert len(someone.vote("Membres titulaires, premier collège", "Liste « Agir au quotidien »")) == 43
    assert "Nothing was added, removed or changed by hand" in site.run("poll", "status").stdout
    late = drafted(site, "undo-seal", "late", "--seal", new)
    assert "before the opening alone" in site.run("poll", "unseal", "--statement", late, "--yes", status=1).stderr
    # Backups from under the undone seal pair nobody with anything, and are not asked for.
    assert "none by `isoloir store backup`" in site.run("poll", "custody").stdout
    events = site.run("poll", "record").stdout
    assert "unsealed" not in events and ("scell\u00e9 d\u00e9fait" in events.replace("\u2019", "'"))


def test_a_seal_from_a_backup_is_not_undone(site):
    site.prepare(VOTERS, *SMALL).seal_poll()
    undo = drafted(site, "undo-seal", "undo", "--seal", f"{site.folder}/sealed.json")
    site.run("store", "backup", f"{site.folder}/monday")
    os.rename(site.store, f"{site.folder}/before.sqlite")
    for ending in ("-wal", "-shm"):
        shutil.rmtree(site.store + ending, ignore_errors=True)
    site.run("store", "restore", f"{site.folder}/monday")
    assert "may have been open since" in site.run("poll", "unseal", "--statement", undo, "--yes", status=1).stderr
