"""README, guides and reference say what is there: links, files, commands, options, settings, and the words of the pages."""
import glob
import html
import os
import re
import shlex
import subprocess

import pytest

from conftest import PROGRAM, ROOT

HELP = "Templates/help"
PEOPLE = ("organiser", "manager", "bureau", "trustees", "printers", "auditors", "administrators")
LANGUAGES = ("fr", "en")
GUIDES = [f"{HELP}/{who}.{language}.md" for who in PEOPLE for language in LANGUAGES]


def listed(pattern):
    return sorted(os.path.relpath(path, ROOT) for path in glob.glob(f"{ROOT}/{pattern}"))


DOCUMENTS = ["README.md", *listed(".github/*.md"), *GUIDES, *listed("Sources/*/*.docc/*.md")]


def read(path):
    with open(f"{ROOT}/{path}", encoding="utf-8") as file:
        return file.read()


def prose(text):
    """A text without its code blocks, and without the double marks of a catalogue's title."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S).replace("``", "")


def spans(text):
    """The words in code type, each on one line."""
    return [re.sub(r"\s+", " ", found) for found in re.findall(r"`([^`]+)`", prose(text))]


def blocks(text, kind=""):
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.M | re.S)


def run(*words, folder=None):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, cwd=folder)


@pytest.fixture(scope="module")
def verbs():
    """Every command with the words of its help."""
    names = re.findall(r"^  isoloir ([a-z-]+(?: [a-z-]+)?)(?= )", run("help").stdout, re.M)
    assert len(names) > 60
    return {name: run(*name.split(), "--help").stdout for name in names}


def commands(text):
    """The commands that a document gives, whole lines of its code and words in code type."""
    for block in blocks(text) + blocks(text, "bash"):
        for line in block.splitlines():
            # What stands behind two blanks is said about the command.
            for part in line.split("  ")[0].split(" && "):
                if part.startswith("isoloir "):
                    yield part
    for span in spans(text):
        if span.startswith("isoloir ") and not span.startswith("isoloir_"):
            yield span


def fault(command, verbs):
    """What a command names that the program has not; nil where all is there."""
    words = shlex.split(command.replace("|", " "))[1:]
    if words in (["help"], ["--version"]):
        return None
    name = next((name for name in (" ".join(words[:2]), words[0]) if name in verbs), None)
    if name is None:
        return f"no command: {command}"
    missing = [word for word in words if word.startswith("--") and not re.search(rf"^  {re.escape(word.split('=')[0])}(?= |$)", verbs[name], re.M)]
    if missing:
        return f"{name} has no {missing}: {command}"
    act = words[2] if name == "bureau draft" and len(words) > 2 else None
    return f"no such statement: {command}" if act and act != "ACT" and not re.search(rf"[ ,]{act}\b", verbs[name]) else None


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_and_option_is_there(document, verbs):
    assert [found for found in (fault(command, verbs) for command in commands(read(document))) if found] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_called_a_command_for_short_is_one(document, verbs):
    """`poll open` in a sentence: a noun of the command line, then a verb of that noun."""
    nouns = {name.split()[0] for name in verbs if " " in name}
    short = [span for span in spans(read(document)) if re.match(r"[a-z]+ [a-z-]+\b", span) and span.split()[0] in nouns]
    assert [found for found in (fault(f"isoloir {span}", verbs) for span in short) if found] == []


def test_a_command_that_is_not_there_is_noticed(verbs):
    for command in ("isoloir poll seel", "isoloir poll open --box FILE", "isoloir bureau draft unseal --to x", "isoloir vote"):
        assert fault(command, verbs), command
    assert list(commands("```\nisoloir poll sael   words\n```\nand `isoloir tally verify X`")) == ["isoloir poll sael", "isoloir tally verify X"]


def test_every_command_is_in_a_document(verbs):
    told = re.sub(r"\s+", " ", " ".join(read(document) for document in DOCUMENTS))
    assert [name for name in verbs if name not in told] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", read(document)):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        full = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
        assert os.path.isfile(f"{ROOT}/{full}"), f"{document} names {target}"
        if anchor:
            headings = {re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in re.findall(r"^#+ .*$", read(full), re.M)}
            assert anchor in headings, f"{document} names {target}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_of_the_repository_that_is_named_is_there(document):
    for span in spans(read(document)):
        path = re.match(r"(?:Sources|Tests|Templates|Ballots|\.ci|\.github)/[\w./-]+$", span)
        if path and not re.search(r"\.\.\.|<", span):
            assert os.path.exists(f"{ROOT}/{path.group()}"), f"{document} names {span}"


def test_every_page_of_the_reference_is_reached():
    linked = {os.path.normpath(os.path.join(os.path.dirname(document), target.partition("#")[0]))
              for document in DOCUMENTS for target in re.findall(r"\]\(([^)\s]+)\)", read(document))}
    assert [page for page in DOCUMENTS if page not in linked and page != "README.md"] == []


def test_the_architecture_names_every_room():
    text = read("Sources/Operations/Operations.docc/Operations.md")
    rooms = [name for name in os.listdir(f"{ROOT}/Sources")
             if os.path.isdir(f"{ROOT}/Sources/{name}") and glob.glob(f"{ROOT}/Sources/{name}/**/*.swift", recursive=True)]
    assert len(rooms) > 20
    assert [room for room in sorted(rooms) if f"`{room}`" not in text] == []
    named = [room for row in re.findall(r"^\| (`[^|]*) \|", text, re.M) for room in re.findall(r"`(\w+)`", row)]
    assert len(named) > 20 and [room for room in named if room not in rooms] == []


# Settings: the program names the known keys of a section itself when it meets one that it does not know.

def known(tmp_path, path, kind):
    """The keys that the program knows below a section of `isoloir.yaml` or `election.yaml`."""
    parts = [part for part in path.split(".") if part]
    text = "".join("  " * depth + ("- " if depth and parts[depth - 1] in ("ballots", "questions") else "") + f"{part}:\n" for depth, part in enumerate(parts))
    probe = "- " if parts and parts[-1] in ("ballots", "questions") else ""
    text += "  " * len(parts) + f"{probe}zzz: 1\n"
    name = "isoloir.yaml" if kind == "settings" else "election.yaml"
    with open(f"{tmp_path}/{name}", "w", encoding="utf-8") as file:
        file.write(text)
    words = ["doctor", "--offline", "--config", f"{tmp_path}/isoloir.yaml"] if kind == "settings" else ["election", "check", str(tmp_path)]
    done = run(*words, folder=tmp_path)
    found = re.search(r'unknown key "zzz"[^;]*; known keys: ([\w, ]+)', done.stdout + done.stderr)
    return set(found.group(1).split(", ")) if found else None


@pytest.fixture(scope="module")
def is_setting(tmp_path_factory):
    """Whether a dotted name is a key of either file; what stands below `access` may be named without it."""
    folder, kept = tmp_path_factory.mktemp("settings"), {}

    def keys(path, kind):
        if (path, kind) not in kept:
            kept[path, kind] = known(folder, path, kind) or set()
        return kept[path, kind]

    def begins(first):
        return first in keys("", "settings") | keys("", "election") | keys("access", "election")

    def holds(name):
        first, *rest = name.split(".")
        places = [("", "settings"), ("", "election"), ("access", "election")]
        return any(first in keys(path, kind) and all(
            part in keys(".".join([*([path] if path else []), first, *rest[:at]]), kind) for at, part in enumerate(rest)) for path, kind in places)
    return begins, holds


def settings_named(text, begins):
    """Names such as `mail.bounces` or `secret.renew: true`."""
    for span in spans(text):
        found = re.fullmatch(r"([a-zA-Z]+(?:\.[a-zA-Z]+)*)(: [^{]*)?", span)
        if found and ("." in found.group(1) or found.group(2)) and begins(found.group(1).split(".")[0]):
            yield found.group(1)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_setting_is_there(document, is_setting):
    begins, holds = is_setting
    # Files that share a section's name.
    names = set(settings_named(read(document), begins)) - {"election.yaml", "mail.eml", "roll.csv", "ballot.bel", "server.py"}
    assert sorted(name for name in names if not holds(name)) == []


def test_a_setting_that_is_not_there_is_noticed(is_setting):
    begins, holds = is_setting
    for name in ("mail.bounces.socket", "secret.renew", "access.code.channel", "server.manager.url", "ballots.questions.blank", "letters.noticesApart", "opens"):
        assert begins(name.split(".")[0]) and holds(name), name
    for name in ("mail.bounce", "secret.threshold", "server.manager.host", "ballots.quorum"):
        assert not holds(name), name
    assert list(settings_named("`mail.bounce` and `secret.kind: generated` and `anne.key`", begins)) == ["mail.bounce", "secret.kind"]


@pytest.mark.parametrize("page, kind", [("MachineSettings", "settings"), ("ElectionFile", "election")])
def test_every_setting_is_told(page, kind, tmp_path):
    text = read(f"Sources/Elections/Elections.docc/{page}.md")

    def walk(path):
        for key in sorted(known(tmp_path, path, kind) or ()):
            below = f"{path}.{key}" if path else key
            assert re.search(rf"[`.{{\s]{key}[`:,.]", text), below
            seen.append(below)
            walk(below)
    seen = []
    walk("")
    assert len(seen) > 30 and any(name.count(".") == 2 for name in seen), seen


@pytest.mark.parametrize("document", [*GUIDES, "Sources/Elections/Elections.docc/MachineSettings.md"])
def test_the_program_takes_the_settings_that_are_shown(document, tmp_path):
    for number, block in enumerate(blocks(read(document), "yaml")):
        with open(f"{tmp_path}/password", "w", encoding="utf-8") as file:
            file.write("secret\n")
        os.chmod(f"{tmp_path}/password", 0o600)
        text = re.sub(r"/etc/isoloir/[a-z]+-password", f"{tmp_path}/password", block)
        text = re.sub(r"/(?:var/lib|run)/", f"{tmp_path}/", text)
        text = re.sub(r"^templates: .*$", f"templates: {ROOT}/Templates", text, flags=re.M)
        path = f"{tmp_path}/{number}.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        said = run("doctor", "--offline", "--config", path, folder=tmp_path)
        faults = re.findall(rf"^.*{number}\.yaml:\d+.*$", said.stdout + said.stderr, re.M)
        # A part that shows bounces or receipts alone names neither relay nor gateway.
        assert [line for line in faults if not re.search(r'needs the key "(host|url|sender|passwordFile|user)"|"url" must be', line)] == []


# The guides' language: the words of the pages, a plain Markdown, and the same in French and English.

def plain(text):
    return re.sub(r"\s+", " ", text.replace("\u2019", "'").replace("\u00a0", " ").replace("\u202f", " ").replace("**", ""))


@pytest.fixture(scope="module")
def interface():
    """All words of the pages, by language."""
    def words(language):
        names = [f"console.{language}.yaml", f"{language}.yaml"]
        text = "\n".join(read(f"Templates/pages/{name}") for name in names).replace('\\"', '"')
        return plain(text)
    return {language: words(language) for language in LANGUAGES}


def quoted(text):
    """What a guide sets in italics: the words of a page."""
    return [plain(found) for found in re.findall(r"(?<![*\w])\*([^*\n]+(?:\n[^*\n]+)?)\*(?![*\w])", re.sub(r"`[^`]*`", "", prose(text)).replace("**", ""))]


def who_works_elsewhere(guide):
    """Trustees and administrators have no pages of their own."""
    return "trustees" in guide or "administrators" in guide


@pytest.mark.parametrize("guide", GUIDES)
def test_words_of_the_pages_are_quoted_exactly(guide, interface):
    text = re.sub(r"\*(en italique|in italics)\*", "", read(guide))
    words = quoted(text)
    assert words or who_works_elsewhere(guide)
    assert [found for found in words if found not in interface[guide.split(".")[-2]]] == []


@pytest.mark.parametrize("who", PEOPLE)
def test_both_languages_say_the_same(who):
    french, english = (read(f"{HELP}/{who}.{language}.md") for language in LANGUAGES)

    def shape(text):
        return ([len(line.split(" ")[0]) for line in re.findall(r"^#+ .*$", prose(text), re.M)],
                [line.count("|") for line in re.findall(r"^\|.*$", text, re.M)],
                [command.split(" --")[0].split(" \"")[0].split()[1:3] for command in commands(text)],
                blocks(text, "yaml"), len(re.findall(r"^\d+\. ", text, re.M)), len(re.findall(r"^!\[", text, re.M)),
                [target.replace(".fr.md", ".en.md") for target in re.findall(r"\]\(([^)]+)\)", text)])
    assert shape(french) == shape(english)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guides_keep_to_a_plain_markdown(guide):
    """Headings of three sizes, paragraphs, flat lists, tables, code, links and pictures: what a small reader can show."""
    text = prose(read(guide))
    lines = text.splitlines()
    assert lines[0].startswith("# ") and sum(line.startswith("# ") for line in lines) == 1
    assert not re.search(r"<[a-z/][^>]*>", re.sub(r"`[^`]*`", "", text)), "no HTML"
    assert not [line for line in lines if re.match(r"####|\s+[-*] |\s+\d+\. |>|\* |---", line)]
    for table in re.findall(r"(?:^\|.*\n)+", text, re.M):
        assert len({row.count("|") for row in table.splitlines()}) == 1, table


def test_readme_is_short_and_pictures_are_light():
    assert 6_000 <= len(read("README.md").encode()) <= 8_000
    pictures = listed(f"{HELP}/pictures/*")
    assert pictures and all(os.path.getsize(f"{ROOT}/{path}") < 60_000 for path in pictures)
    told = "\n".join(read(document) for document in DOCUMENTS)
    assert [path for path in pictures if os.path.basename(path) not in told] == []


def mail_words(text):
    """Words and values of a mail's part, without what only one of the two can have: markup, title, conditions."""
    text = re.sub(r"<(style|title)[^>]*>.*?</\1>", " ", text, flags=re.S)
    text = re.sub(r"\{\{[#^/][^}]*\}\}", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))
    return re.findall(r"[^\W\d_]+|\{\{\w+\}\}", text.replace("\u2019", "'"))


@pytest.mark.parametrize("path", sorted(glob.glob(f"{ROOT}/Templates/mail/*.txt")), ids=os.path.basename)
def test_both_parts_of_a_mail_say_the_same(path):
    """Most people read the second form; what tests read is the first."""
    with open(path, encoding="utf-8") as plain, open(path[:-3] + "html", encoding="utf-8") as rich:
        body = mail_words(plain.read().split("\n", 1)[1])
        assert len(body) > 10 and body == mail_words(rich.read())
