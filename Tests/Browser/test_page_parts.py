"""What a server that lies may put into the ballot page beside what was sealed, and what browsers' extensions put there: the first is
refused, the second stops no vote."""
import pytest
from conftest import road
from selenium.webdriver.support.ui import WebDriverWait
from test_page_trust import LISTS, PAGE, between, signed_in, vote, votes

assert between, "a fixture"

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
    return state == "strange" and (between.votes, between.read) == ([], [])


def test_what_runs_or_loads_and_was_not_sealed_is_refused(site, visitor, between):
    jeanne = signed_in(site, visitor)
    assert jeanne.open(PAGE).driver.execute_script("return loadedFiles().length") == 7
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
        assert refused(jeanne, between), part
    # Of another site, or with nothing to load at all: under the site's own policy they do nothing, under another they would.
    between.policy = lambda value: OPEN
    parts = [
        '<script>window.other = 1</script>', '<script type="module">window.other = 1</script>',
        '<script type="importmap">{"imports": {}}</script>', '<script src="https://other.example.org/a.js"></script>',
        '<script src="data:text/javascript,1"></script>', f'<base href="{site.address}/">',
        '<link rel="stylesheet" href="https://other.example.org/a.css">', '<meta http-equiv="refresh" content="900;url=/help">',
        '<svg><script>window.other = 1</script></svg>', '<svg><script href="../assets/other.js"></script></svg>',
        '<img src="/assets/logo.svg" alt="" onload="window.other = 1">', '<a href="java\tscript:window.other = 1">Aide</a>',
        '<iframe srcdoc="&lt;script&gt;parent.other = 1&lt;/script&gt;"></iframe>', '<iframe src="/help"></iframe>',
        '<object data="/help"></object>', '<embed src="/help">',
    ]
    for part in parts:
        place = "</head>" if part[1:5] in ("scri", "base", "link", "meta") else "</footer>"
        between.page = lambda text, path: text.replace(place, part + place, 1)
        assert refused(jeanne, between), part
    between.page = lambda text, path: text.replace("<body", '<body onfocusin="window.other = 1"', 1)
    assert refused(jeanne, between)
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
        assert refused(jeanne, between), style
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
        document.head.append(Object.assign(document.createElement("style"), { className: "darkreader", textContent: "html { color: #ddd }" }));
        const sheet = new CSSStyleSheet();
        sheet.replaceSync("* { background-color: #181a1b !important; color: #e8e6e3 !important; border-color: #555 !important } html { filter: sepia(10%) }");
        document.adoptedStyleSheets = [sheet];
        const aid = document.body.appendChild(document.createElement("grammarly-desktop-integration"));
        aid.attachShadow({ mode: "closed" }).innerHTML = "<div style='position: fixed; right: 0; bottom: 0; width: 40px; height: 40px'>G</div>";
        document.body.appendChild(document.createElement("iframe")).src = "about:blank";
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
        road.wait_until(lambda: other.driver.find_element("id", "strange").is_displayed())
    assert votes(site) == 1
