"""The guides of bureau and trustees, walked: their commands in their order, as they stand there, lead from the first key to the result."""
import datetime
import glob
import os
import re
import shlex
import shutil

import pytest

from conftest import ROOT, voter

SECOND = {"anne": "bruno", "Anne Lambert": "Bruno Castel"}


class Guide:
    """The commands of a guide's code blocks by the number or name of their heading."""

    def __init__(self, who, language):
        with open(f"{ROOT}/Templates/help/{who}.{language}.md", encoding="utf-8") as file:
            parts = re.split(r"^## (.*)$", file.read(), flags=re.M)
        self.sections = {heading: [line for block in re.findall(r"^```\n(.*?)^```$", text, re.M | re.S) for line in block.splitlines()]
                         for heading, text in zip(parts[1::2], parts[2::2])}

    def __getitem__(self, begin):
        [heading] = [heading for heading in self.sections if heading.startswith(begin)]
        assert self.sections[heading]
        return self.sections[heading]


class Walk:
    """Gives the commands of a guide to the program, with answers for the questions that it asks people."""

    YES = ("poll seal", "poll unseal", "poll open", "poll close", "bureau sign")

    def __init__(self, isoloir):
        self.isoloir, self.given = isoloir, []
        self.instead = {}

    def do(self, *lines, more=()):
        for line in lines:
            words = [self.instead.get(word, word) for word in shlex.split(line)[1:]]
            name = " ".join(words[:2])
            self.given.append(name)
            self.said = self.isoloir.run(*words, *(["--yes"] if name in self.YES else []), *more).stdout
        return self.said

    def both(self, line):
        """Two people do the same, each with files of their own."""
        self.do(line)
        for old, new in SECOND.items():
            line = line.replace(old, new)
        return self.do(line)


def prepared(isoloir):
    """An election that is under way, whose small groups the bureau accepted."""
    now = datetime.datetime.now()
    begin, end = (now + datetime.timedelta(days=days) for days in (-1, 3))
    isoloir.election(
        ("opens: 2026-11-24 09:00", f"opens: {begin:%Y-%m-%d} 09:00"), ("closes: 2026-12-01 17:00", f"closes: {end:%Y-%m-%d} 17:00"),
        ("    colleges: [ouvriers]\n", "    colleges: [ouvriers]\n    smallGroupAccepted: minutes of 3 November\n"),
        ("    colleges: [cadres]\n", "    colleges: [cadres]\n    smallGroupAccepted: minutes of 3 November\n"))
    isoloir.roll([voter(number) for number in range(1, 13)] + [voter(99, college="cadres")])
    isoloir.run("identifiers", "issue")
    walk = Walk(isoloir)
    walk.instead = {"cse-2026": f"{isoloir.folder}/election"}
    return walk


def keys(walk, bureau, trustees):
    member, add, shown, escrow = bureau["1."]
    walk.do(member)
    walk.do(member.replace("Inès Laurent", "Hugo Petit").replace("--to ines", "--to hugo"))
    walk.do(add, add.replace("ines", "hugo"), shown, escrow)
    make, answer, _ = trustees["1."]
    walk.both(make)
    walk.both("isoloir trustee add anne.pub --challenge anne.challenge")
    walk.both(answer)
    walk.both("isoloir trustee confirm anne.answer")


def fingerprint(walk):
    [found] = re.findall(r"^  fingerprint *(.*)$", walk.isoloir.run("poll", "status").stdout, re.M)
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_guides_of_bureau_and_trustees_lead_from_the_first_key_to_the_result(isoloir, language):
    bureau, trustees = Guide("bureau", language), Guide("trustees", language)
    walk, folder = prepared(isoloir), isoloir.folder
    keys(walk, bureau, trustees)
    # 2. and 3.: the expert's report, the seal, and a seal that is undone.
    [expertise] = bureau["2."]
    with open(f"{folder}/{shlex.split(expertise)[3]}", "w", encoding="utf-8") as file:
        file.write("A report.")
    walk.do(expertise)
    seal, manifest, archive, *undo = bureau["3."]
    check, undone = trustees["2."]
    walk.do(seal, manifest, archive)
    walk.instead |= {"EMPREINTE": fingerprint(walk), "FINGERPRINT": fingerprint(walk)}
    assert "your key is number 2 of 2" in walk.both(check)
    first = walk.instead["EMPREINTE"]
    walk.do(*undo)
    os.rename(f"{folder}/seal.json", f"{folder}/old-seal.json")
    shutil.rmtree(f"{folder}/sealed")
    for name in ("box.key", "anne.check", "bruno.check"):
        if os.path.exists(f"{folder}/{name}"):
            os.remove(f"{folder}/{name}")
    walk.do(seal, manifest, archive)
    second = fingerprint(walk)
    assert second != first
    walk.both(f'{undone} --fingerprint "{second}"')
    walk.both("isoloir trustee checked anne.check")
    # 4. and 5.: open, and the word on a new hour.
    walk.do('isoloir poll accept all --by "Inès Laurent" --reason "a test"')
    walk.do(*bureau["4."])
    assert os.path.exists(f"{folder}/opening.txt")
    # 6.: closed at once, without the grace that the guide speaks of.
    close, record, custody, draft, sign, destroyed = bureau["6."]
    walk.do(close, more=["--at-once"])
    walk.do(record, custody, draft, sign, destroyed)
    assert "Inès Laurent" in walk.said
    # 7. and the trustees' third part: what they compare comes from the closing record.
    walk.do("isoloir tally archive --to archives")
    with open(f"{folder}/archives/closing-record.txt", encoding="utf-8") as file:
        words = file.read()
    decrypt, opened = trustees["3."]
    for line in (decrypt, decrypt.replace("anne", "bruno")):
        walk.isoloir.run(*shlex.split(line)[1:], *accepted(words))
    os.makedirs(f"{folder}/copie", exist_ok=True)
    os.makedirs(f"{folder}/copy", exist_ok=True)
    for place in ("copie", "copy"):
        shutil.copy(f"{folder}/anne.key", f"{folder}/{place}/anne.key")
    walk.do(opened)
    walk.both("isoloir tally take anne.part")
    shutil.rmtree(f"{folder}/archives")
    walk.do("isoloir tally archive --to archives", *trustees["4."])
    assert "every check passed" in walk.said


def accepted(words):
    """The heads and digests of a closing record, as options of `tally decrypt`."""
    return [part for kind in ("head", "tally") for value in re.findall(rf"{kind}\S* +([0-9a-f]{{64}})", words) for part in (f"--{kind}", value)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_voting_goes_on_after_a_restore_as_the_guide_says(isoloir, language):
    bureau, trustees = Guide("bureau", language), Guide("trustees", language)
    walk, folder = prepared(isoloir), isoloir.folder
    keys(walk, bureau, trustees)
    seal, manifest, archive, *_ = bureau["3."]
    walk.do(seal, manifest, archive)
    walk.instead |= {"EMPREINTE": fingerprint(walk), "FINGERPRINT": fingerprint(walk)}
    walk.both(trustees["2."][0])
    walk.both("isoloir trustee checked anne.check")
    walk.do('isoloir poll accept all --by "Inès Laurent" --reason "a test"', *bureau["4."])
    isoloir.run("store", "backup", f"{folder}/monday.backup")
    for path in glob.glob(f"{isoloir.store}*"):
        os.remove(path)
    for path in glob.glob(f"{isoloir.keys}/*box*"):
        os.remove(path)
    isoloir.run("store", "restore", f"{folder}/monday.backup")
    # The box key is missing, and the status says so.
    status = isoloir.run("poll", "status", status=1).stdout
    [walk.instead["MARK"]] = re.findall(r"mark ([0-9a-f]{16})", status)
    walk.instead["MARQUE"] = walk.instead["MARK"]
    assert "cse-2026: suspended" in status
    # Nothing was published yet: the guide says that there is no head to give then.
    walk.do(*(re.sub(r" --head (TETE|HASH)", "", line) for line in bureau[{"fr": "Après une", "en": "After a rest"}[language]]))
    assert "cse-2026: open" in isoloir.run("poll", "status").stdout


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_poll_opens_without_a_check_as_the_guide_says(isoloir, language):
    bureau, trustees = Guide("bureau", language), Guide("trustees", language)
    walk = prepared(isoloir)
    keys(walk, bureau, trustees)
    walk.do(*bureau["3."][:3])
    walk.instead |= {"EMPREINTE": fingerprint(walk), "FINGERPRINT": fingerprint(walk)}
    # Bruno Castel has not checked.
    walk.do(trustees["2."][0], "isoloir trustee checked anne.check", 'isoloir poll accept all --by "Inès Laurent" --reason "a test"')
    *signed, opened = bureau[{"fr": "Si un détenteur", "en": "If a trustee"}[language]]
    refused = isoloir.run("poll", "open", "--box-key", "box.key", "--yes", status=1).stderr
    assert "Bruno Castel must check" in refused
    walk.do(*signed, opened)
    assert "cse-2026: open" in isoloir.run("poll", "status").stdout


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_poll_is_abandoned_as_the_guide_says(isoloir, language):
    bureau, trustees = Guide("bureau", language), Guide("trustees", language)
    walk = prepared(isoloir)
    keys(walk, bureau, trustees)
    seal, manifest, *_ = bureau["3."]
    walk.do(seal, manifest)
    # Signed by both members, shown, then done.
    draft, *signed, preview, abandon = bureau["Abandon"]
    assert len(signed) == 2
    walk.do(draft, *signed, preview)
    assert "abandoned" not in isoloir.run("poll", "status").stdout
    walk.do(abandon)
    assert "abandoned" in isoloir.run("poll", "status").stdout


def test_keys_are_replaced_as_the_trustees_guide_says(isoloir):
    guide = Guide("trustees", "fr")
    walk = prepared(isoloir)
    make, answer, replace = guide["1."]
    walk.do(make, "isoloir trustee add anne.pub --challenge anne.challenge", answer, "isoloir trustee confirm anne.answer")
    walk.do(make.replace("--to anne", "--to anne2"), replace)
    walk.do("isoloir trustee add anne2.pub --challenge anne2.challenge --replacement anne.replacement")
    assert "Anne Lambert" in isoloir.run("trustee", "list").stdout
