"""What a server that lies may put into the ballot page beside what was sealed, and what browsers' extensions put there: the first is
refused, the second stops no vote."""
import re

import pytest
from conftest import plain, road
from selenium.webdriver.support.ui import WebDriverWait
from test_page_trust import LISTS, PAGE, between, signed_in, vote, votes
from test_vote import SMALL, TWO_QUESTIONS

assert between, "a fixture"

voter = road.voter

#: A policy under which everything of the page's would run.
OPEN = "default-src * 'unsafe-inline' 'unsafe-eval' data: blob:; worker-src * blob:"


def refused(someone, between):
    """Whether a vote on the page is refused: cast by the page's own steps, whatever of it a reader can see and press."""
    someone.open(PAGE)
    WebDriverWait(someone.driver, 20).until(lambda d: d.execute_script("return !form.hidden"))
    someone.driver.execute_script("""
        for (const question of questions) question.querySelector("input").checked = true;
        form.dispatchEvent(new Event("submit", { cancelable: true }));
        cast();""")
    state = WebDriverWait(someone.driver, 60).until(lambda d: d.execute_script(
        "return ['receipt', 'failed', 'unable', 'strange', 'alarm'].find((name) => !document.getElementById(name).hidden)"))
    assert (between.votes, between.read) == ([], [])
    return state


def covered(someone):
    """Whether the reader is told that something covers or changes the names, and may try again."""
    said, is_offered = someone.driver.execute_script(
        "return [parts.failed.hidden ? '' : parts.failed.querySelector('.reason').textContent, !document.getElementById('again').hidden]")
    return "couvre ou modifie les noms" in plain(said) and is_offered


def test_what_runs_or_loads_and_was_not_sealed_is_refused(site, visitor, between):
    jeanne = signed_in(site, visitor)
    assert jeanne.open(PAGE).driver.execute_script("return loadedFiles().length") == 8
    own = site.address.split(":", 1)[1]
    honest = '<script src="/assets/site.js" integrity="sha256-'
    parts = [
        f'<script src="../assets/other.js" defer></script>', f'<script src="{site.address}/assets/other.js"></script>',
        f'<script src="{own}/assets/other.js"></script>', '<script src="\\assets\\other.js"></script>',
        '<script type="module" src="/assets/other.js"></script>', honest + 'A" defer></script>',
        '<link rel="alternate stylesheet" href="../assets/other.css">', f'<link rel="Stylesheet" href="{own}/assets/other.css">',
        '<link rel="modulepreload" href="/assets/other.js">',
    ]
    for part in parts:
        between.page = lambda text, path: text.replace("</head>", part + "</head>", 1)
        assert refused(jeanne, between) == "strange", part
    # With nothing to load at all, or drawn over the page: under the site's own policy scripts do nothing, under another they would.
    between.policy = lambda value: OPEN
    parts = [
        '<script>window.other = 1</script>', '<script type="module">window.other = 1</script>',
        '<script type="importmap">{"imports": {}}</script>',
        '<script src="data:text/javascript,1"></script>', f'<base href="{site.address}/">',
        '<meta http-equiv="refresh" content="900;url=/help">',
        '<svg><script>window.other = 1</script></svg>', '<svg><script href="../assets/other.js"></script></svg>',
        '<img src="/assets/logo.svg" alt="" onload="window.other = 1">', '<a href="java\tscript:window.other = 1">Aide</a>',
        '<iframe srcdoc="&lt;script&gt;parent.other = 1&lt;/script&gt;"></iframe>', '<iframe src="/help"></iframe>',
        '<object data="/help"></object>', '<embed src="/help">', '<svg width="1" height="1" overflow="visible"><text>Autre</text></svg>',
        '<marquee height="1" scrollamount="0">Autre</marquee>', '<dialog open>Autre</dialog>', '<canvas></canvas>', '<math><mtext>A</mtext></math>',
    ]
    for part in parts:
        place = "</head>" if part[1:5] in ("scri", "base", "link", "meta") else "</footer>"
        between.page = lambda text, path: text.replace(place, part + place, 1)
        assert refused(jeanne, between) == "strange", part
    between.page = lambda text, path: text.replace("<body", '<body onfocusin="window.other = 1"', 1)
    assert refused(jeanne, between) == "strange"
    between.page = lambda text, path: text
    assert votes(site) == 0 and vote(jeanne) == "receipt"


FIRST = ".question:first-of-type .choice:first-of-type"


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_kept_from_the_eye_by_a_style_is_refused(site, visitor, between, width):
    """A server that lets everything run hides what its reader would compare, or writes one name over another."""
    jeanne = signed_in(site, visitor, width=width)
    between.policy = lambda value: OPEN
    styles = [
        ".seal { opacity: .01 }", ".seal { color: transparent }", "p.times { font-size: 0 }", ".seal { visibility: hidden }",
        "footer { position: absolute; left: -999rem }", ".seal { clip-path: inset(50%) }", ".seal { text-indent: -9999px; display: inline-block }",
        ".seal { color: #fff; background: #fff }", "footer { transform: scale(0) }", "p.times { filter: opacity(0) }",
        '.seal::after { content: " 0000" }', "main { opacity: 0 }",
        f"{FIRST} span {{ font-size: 0 }} {FIRST}::after {{ content: 'Liste Autre' }}", f"{FIRST} span::before {{ content: 'Autre' }}",
        f"{FIRST} span {{ unicode-bidi: bidi-override; direction: rtl }}", ".question { display: flex; flex-direction: column-reverse }",
        f"{FIRST} span {{ position: relative; top: 4.5rem }}", f"{FIRST} {{ -webkit-text-security: disc }}",
        ".chosen li::before { content: 'Liste Autre' }", f"{FIRST} span {{ -webkit-text-fill-color: transparent }}",
    ]
    for style in styles:
        between.page = lambda text, path: text.replace("</head>", f"<style>{style}</style></head>", 1)
        assert refused(jeanne, between) == "failed" and covered(jeanne), style
    # A harmless one is none.
    between.page = lambda text, path: text.replace("</head>", "<style>.other { color: red }</style></head>", 1)
    assert jeanne.open(PAGE).driver.execute_script("return strangeness === undefined && isInSight()")
    covers = [
        '<p style="position: fixed; inset: 0; background: #fff; margin: 0">Liste Autre</p>',
        '<dialog open style="inset: 0; margin: 0; max-height: none; width: 100%; height: 100%">Liste Autre</dialog>',
    ]
    for cover in covers:
        # It comes when the voter has read the choice.
        between.page = lambda text, path: text
        jeanne.open(PAGE).mark(LISTS[0]).click("Relire mon choix").wait_still()
        jeanne.driver.execute_script("document.body.insertAdjacentHTML('beforeend', arguments[0])", cover)
        assert jeanne.driver.execute_script("return isInSight()") is False, cover
        jeanne.driver.execute_script("cast()")
        road.wait_until(lambda: covered(jeanne), 20)
    assert votes(site) == 0 and vote(jeanne) == "receipt"


def test_what_extensions_leave_on_a_page_stops_no_vote(site, visitor, between):
    """Marks of translators, password managers, writing aids, scanners of viruses and dark colours, as they are known to leave them."""
    jeanne = signed_in(site, visitor)
    jeanne.open(PAGE)
    jeanne.driver.execute_script("""
        const [root, body] = [document.documentElement, document.body];
        for (const [name, value] of Object.entries({ class: "translated-ltr", "data-darkreader-mode": "dynamic", "data-darkreader-scheme": "dark",
            "data-lt-installed": "true", style: "--darkreader: 1" })) root.setAttribute(name, value);
        for (const [name, value] of Object.entries({ "data-new-gr-c-s-check-loaded": "14.1", "data-gr-ext-installed": "", "cz-shortcut-listen": "true",
            class: "clickup-chrome-ext_installed" })) body.setAttribute(name, value);
        for (const field of document.querySelectorAll("input, button, label, span, legend, fieldset, p, div")) {
            for (const [name, value] of Object.entries({ fdprocessedid: "a1b2c3", bis_skin_checked: "1", bis_size: "{}", "data-dashlane-rid": "1",
                "data-np-checked": "1", "data-kwimpalaid": "2", "data-com.bitwarden": "x", "keychainify-checked": "true", "wfd-id": "id0",
                "kpxc-id": "3", _msthash: "4", "jf-ext-cache-id": "5" })) field.setAttribute(name, value);
        }
        for (const path of ["style.css", "page.js"]) {
            const own = path.endsWith("js") ? Object.assign(document.createElement("script"), { src: `chrome-extension://abcdef/${path}` })
                : Object.assign(document.createElement("link"), { rel: "stylesheet", href: `moz-extension://abcdef/${path}` });
            document.head.append(own);
        }
        // A browser's own translation, an application's own browser, and what a script of the user's leaves.
        document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "https://www.gstatic.com/_/translate_http/a.css" }),
            Object.assign(document.createElement("script"), { src: "https://connect.facebook.net/en_US/pcm.js" }),
            Object.assign(document.createElement("script"), { textContent: "window.other = 1" }));
        root.lang = "de";
        const word = document.querySelector("label.choice span");
        word.innerHTML = `<font style="vertical-align: inherit"><font>${word.innerHTML}</font></font>`;
        document.head.append(Object.assign(document.createElement("style"), { className: "darkreader", textContent: "html { color: #ddd }" }));
        const sheet = new CSSStyleSheet();
        sheet.replaceSync("* { background-color: #181a1b !important; color: #e8e6e3 !important; border-color: #555 !important } html { filter: sepia(10%) }");
        document.adoptedStyleSheets = [sheet];
        const aid = document.body.appendChild(document.createElement("grammarly-desktop-integration"));
        aid.attachShadow({ mode: "closed" }).innerHTML = "<div style='position: fixed; right: 0; bottom: 0; width: 40px; height: 40px'>G</div>";
        document.body.appendChild(document.createElement("iframe")).src = "https://extension.example.org/";
    """)
    jeanne.mark(LISTS[0]).click("Relire mon choix")
    jeanne.shot("extensions")
    jeanne.click("Confirmer mon vote")
    assert len(jeanne.tracker()) == 43 and votes(site) == 1
    # The same on a page in which one of those marks means something to a browser.
    other = signed_in(site, visitor, number=2)
    for name, value in (("style", "order: -1"), ("title", LISTS[1]), ("aria-label", LISTS[1]), ("inert", ""), ("dir", "rtl"), ("lang", "ar"), ("is", "x-y")):
        other.open(PAGE).mark(LISTS[0])
        other.driver.execute_script("document.querySelector('label.choice').setAttribute(...arguments)", name, value)
        other.click("Relire mon choix").click("Confirmer mon vote")
        # What no finger reaches seems covered; the rest is none of the sealed page's.
        road.wait_until(lambda: covered(other) if name == "inert" else other.driver.find_element("id", "strange").is_displayed())
        other.driver.execute_script("isOver = true")
    assert votes(site) == 1


# Where a proxy's shadow tree can stand: at the words, in an answer, and in whatever is around them.
HOSTS = {
    "p.times": r'<p class="times">(?=[^<]*<span translate="no" class="seal")', ".seal": r'<span translate="no" class="seal">',
    "#ballot": r'<p class="lead" id="ballot"[^>]*>', ".question .hint": r'<p class="hint" id="rule-1">',
    "label span": r'<label class="choice"><input [^>]*><span>', "#review": r'<section id="review"[^>]*>',
    "main": r"<main [^>]*>", "footer": r"<footer>", "body": r"<body[^>]*>",
}


@pytest.mark.parametrize("mode", ["closed", "open"])
def test_a_shadow_tree_over_the_words_is_refused(site, visitor, between, mode):
    """It passes the page's own words on through a slot that nobody sees, and draws others."""
    jeanne = signed_in(site, visitor)
    drawn = ('<div style="opacity: 0"><slot></slot></div>' if mode == "open"
             else '<svg width="1" height="1"><foreignObject width="300" height="30"><slot></slot></foreignObject></svg>')
    tree = f'<template shadowrootmode="{mode}">Autre{drawn}</template>'
    for host, start in [*HOSTS.items(), ("x-y", HOSTS["main"]), ("div", HOSTS["main"])]:
        wrapper = f"<{host}>" if host in ("x-y", "div") else ""
        between.page = lambda text, path: re.sub(start, lambda match: match[0] + wrapper + tree, text, count=1) if path.startswith(PAGE) else text
        assert refused(jeanne, between) == "strange", host
        jeanne.driver.execute_script("isOver = true")
    # Nothing of it is drawn either: the page's parts were made anew.
    assert "Autre" not in jeanne.driver.execute_script("return document.body.innerText")
    between.page = lambda text, path: text
    jeanne.open(PAGE).mark(LISTS[0]).click("Relire mon choix").click("Confirmer mon vote")
    assert len(jeanne.tracker()) == 43 and votes(site) == 1


def test_a_style_sheet_that_the_answer_loads_by_itself_is_refused(site, visitor, between):
    """A header can load one in Firefox; in Chromium one that the page made stands for it: no element says where it is from."""
    jeanne = signed_in(site, visitor)
    jeanne.open(PAGE)
    WebDriverWait(jeanne.driver, 20).until(lambda d: d.execute_script("return !form.hidden"))
    jeanne.driver.execute_script("""
        const sheets = [...document.styleSheets];
        Object.defineProperty(document, "styleSheets", { value: [...sheets, { href: location.origin + "/assets/other.css", ownerNode: null }] });
        for (const question of questions) question.querySelector("input").checked = true;
        form.dispatchEvent(new Event("submit", { cancelable: true }));
        cast();""")
    WebDriverWait(jeanne.driver, 60).until(lambda d: d.execute_script("return !document.getElementById('strange').hidden"))
    assert votes(site) == 0


@pytest.mark.parametrize("size", [(256, 120), (320, 480), (1280, 720)])
def test_long_names_on_low_and_narrow_screens_are_seen(site, visitor, size):
    """A large type on a small window, as of somebody who sees little: five lines do not fit the screen."""
    long = "Confédération française démocratique du travail et anticonstitutionnellementement des retraités de la métallurgie"
    site.prepare([voter(1), voter(2), voter(30, college="cadres")], *SMALL, ("« Agir au quotidien »", long)).open_poll().serve()
    someone = visitor(width=600)
    someone.sign_in(site.identifier("v1@example.org"), "v1@example.org", 1)
    someone.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})
    someone.open(PAGE)
    WebDriverWait(someone.driver, 20).until(lambda d: d.execute_script("return !form.hidden"))
    someone.driver.execute_script("questions[0].querySelector('input').checked = true; form.dispatchEvent(new Event('submit', { cancelable: true }))")
    assert someone.driver.execute_script("return isInSight()") is True
    someone.driver.execute_script("cast()")
    WebDriverWait(someone.driver, 60).until(lambda d: d.execute_script("return !document.getElementById('receipt').hidden"))
    assert votes(site) == 1


#: Milliseconds for which a voter with a slow telephone waits, unawares, while the page looks at all that stands on it.
LOOK_MILLISECONDS = 2000


def test_the_look_at_a_long_ballot_is_short(site, visitor):
    """A hundred names, on a telephone of a sixth of this machine: the page looks at each before anything is sealed."""
    names = ", ".join(f"Nom et prénoms de la personne {number}" for number in range(1, 101))
    long = ("        answers: [Rouge, {fr: Vert, en: Green}, Bleu]\n        min: 1\n        max: 2", f"        answers: [{names}]\n        min: 1\n        max: 3")
    site.prepare([voter(1), voter(2, college="cadres")], *SMALL, TWO_QUESTIONS, long).open_poll().serve()
    someone = signed_in(site, visitor, width=390)
    someone.open(PAGE).mark(LISTS[0], "Nom et prénoms de la personne 99").click("Relire mon choix")
    someone.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 6})
    look = "const start = performance.now(); const seen = isInSight(); return [seen, Boolean(strangePart()), performance.now() - start]"
    isSeen, isStrange, took = someone.driver.execute_script(look)
    print(f"\na look at a hundred names takes {took:.0f} ms")
    assert isSeen and not isStrange and took < LOOK_MILLISECONDS
    # One name of them that is covered is found.
    someone.driver.execute_script("""const [cover, name] = [document.createElement("div"), document.querySelectorAll("label.choice")[60]];
        document.getElementById("choose").hidden = false; name.style.position = "relative"; document.getElementById("choose").hidden = true;
        Object.assign(cover.style, { position: "absolute", inset: "0", background: "white" }); cover.textContent = "Autre nom"; name.append(cover)""")
    assert someone.driver.execute_script(look)[0] is False
