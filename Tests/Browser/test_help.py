"""The guides as the console serves them: each one's own first, nothing that leads nowhere, pictures and all."""
import html
import re
from urllib.parse import urljoin, urlsplit

import pytest
from conftest import road
from staff import team

voter = road.voter
OWN = {"manager": "manager", "bureau": "bureau", "support": "manager", "auditor": "auditors", "printer": "printers"}
GUIDES = {"organiser", "manager", "bureau", "trustees", "printers", "auditors", "administrators"}


def source(name, language):
    with open(f"{road.ROOT}/Templates/help/{name}.{language}.md", encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everybody_finds_their_guide_first_and_nothing_that_leads_nowhere(site, language):
    site.prepare([voter(1)]).serve()
    for role, desk in zip(OWN, team(site, *OWN, language=language)):
        desk.get()
        assert 'href="/manager/help"' in desk.page
        desk.get(f"help?lang={language}")
        offered = re.findall(r'href="/manager/help/(\w+)"', desk.page)
        assert offered[0] == OWN[role] and sorted(offered) == sorted(GUIDES)
    seen = set()
    for name in sorted(GUIDES):
        answer = desk.get(f"help/{name}?lang={language}")
        title = re.search(r"^# (.*)$", source(name, language), re.M).group(1)
        assert answer.status_code == 200 and f"<h1>{html.escape(title, quote=False)}</h1>".replace("'", "\u2019") in desk.page.replace("&#39;", "\u2019")
        # Every heading of the guide is on the page, and no mark of the source.
        for heading in re.findall(r"^##+ (.*)$", source(name, language), re.M):
            assert re.sub(r"\W+", " ", heading).strip().lower() in re.sub(r"\W+", " ", desk.text).lower(), (name, heading)
        assert "](" not in desk.text and "**" not in desk.text and "|---" not in desk.text
        for address in re.findall(r'(?:href|src)="([^"]+)"', re.search(r'<div class="document">.*?</div>\n', desk.page, re.S).group()):
            seen.add(urljoin(f"/manager/help/{name}", address))
    assert {path for path in seen if path.endswith(".png")}
    for address in sorted(seen):
        if urlsplit(address).scheme:
            continue
        answer = desk.session.get(site.address + address, timeout=10)
        assert answer.status_code == 200, address
        assert (answer.headers["Content-Type"] == "image/png") == address.endswith(".png"), address
    for nowhere in ("help/nobody", "help/pictures/nobody.png", "help/pictures/..%2Fmanager.fr.md"):
        assert desk.get(nowhere).status_code in (400, 404), nowhere


def test_a_stranger_reads_no_guide(site, client):
    """They say nothing secret, but nobody who is not of the staff needs to know how the console works."""
    site.prepare([voter(1)]).serve()
    for path in ("/manager/help", "/manager/help/bureau", "/manager/help/pictures/printer.png"):
        answer = client().session.get(site.address + path, timeout=10, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/manager/sign-in"), path
