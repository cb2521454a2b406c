// On the ballot page the language changes in place: going to the other page would lose the choice.
"use strict";

const languageLink = document.querySelector("header nav a[hreflang]");

// Elements and texts of a page's own parts, in its order; what extensions put beside them is theirs. What stands there for browsers
// without scripts is a text to one that runs them, and the line of the hours comes and goes, with the blanks around it.
function wordsOf(page) {
    const found = [page.documentElement];
    const isLeft = (node) => (node.nodeType === Node.TEXT_NODE ? node.data.trim() === "" : node.localName === "noscript" || node.id === "hours");
    const filter = { acceptNode: (node) => (isLeft(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT) };
    for (const part of page.querySelectorAll("head > title, body > .skip, body > header, body > main, body > dialog, body > footer")) {
        const walker = page.createTreeWalker(part, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, filter);
        for (let node = walker.currentNode; node; node = walker.nextNode()) found.push(node);
    }
    return found;
}

// The line of the poll's hours as the other page has it, or none: its words and links alone.
function takeHours(page) {
    const [own, other] = [document, page].map((each) => each.getElementById("hours"));
    if (own) own.remove();
    if (!other) return;
    const line = Object.assign(document.createElement("p"), { id: "hours", className: "notice" });
    line.append(other.firstChild ? other.firstChild.textContent : "");
    for (const { pathname, search, textContent } of other.querySelectorAll("a")) {
        line.append(" ", Object.assign(document.createElement("a"), { href: pathname + search, textContent }));
    }
    document.getElementById("ballot").after(line);
}

const attributesOf = (node) => (node.attributes ? [...node.attributes].map(({ name, value }) => [name, value]) : []);

// As the page came, before any script wrote into it.
const wordsAtFirst = wordsOf(document).map((node) => ({ node, text: node.data, attributes: attributesOf(node) }));

// What says something, and where links lead. What a vote is made of stays as it came.
const spoken = ["lang", "hreflang", "href", "action", "aria-label", "alt"];
const fixed = ["credential", "owner", "document", "worker", "worker-digest", "wasm", "wasm-digest", "sealed", "sealed-digest",
    "seal-digest", "close", "seconds", "idle"].map((name) => `data-${name}`);
const isSpoken = (name) => spoken.includes(name) || (name.startsWith("data-") && !fixed.includes(name));

// The words of another page in the place of this one's, where nothing has been written meanwhile; false where the pages differ
// in more than words.
function takeWords(page) {
    const others = wordsOf(page);
    const isSame = (first, other) => first.node.nodeType === other.nodeType && first.node.localName === other.localName;
    if (others.length !== wordsAtFirst.length || !wordsAtFirst.every((first, place) => isSame(first, others[place]))) return false;
    const seals = [document, page].map(sealOf);
    if (seals[0] === undefined || seals[0] !== seals[1]) return false;
    wordsAtFirst.forEach((first, place) => {
        const other = others[place];
        if (first.text !== undefined && first.node.data === first.text) {
            first.node.data = other.data;
            first.text = other.data;
        }
        for (const entry of first.attributes) {
            const [name, before] = entry;
            const value = other.getAttribute(name);
            if (!isSpoken(name) || value === null || value === before || first.node.getAttribute(name) !== before) continue;
            first.node.setAttribute(name, value);
            entry[1] = value;
        }
    });
    return true;
}

// Which part of the vote is on the screen; the choice and its review are drawn alike.
function shownPart() {
    const shown = [form, ...Object.values(parts)].find((part) => !part.hidden);
    return shown === parts.review ? form : shown;
}

if (languageLink) {
    languageLink.addEventListener("click", async (event) => {
        // While a ballot is on its way, and where something is wrong with the page, the link leads where it says.
        if (![form, parts.review, parts.failed, parts.receipt].some((part) => !part.hidden)) return;
        event.preventDefault();
        const path = languageLink.getAttribute("href");
        const before = shownPart();
        const text = await within(answerSeconds, async (how) => {
            const answer = await fetch(path, how);
            return answer.ok ? answer.text() : undefined;
        }).catch(() => undefined);
        // The vote has gone on meanwhile: what is on the screen now is not to be taken away.
        if (shownPart() !== before) return;
        const failure = document.getElementById("language-failed");
        failure.hidden = text !== undefined;
        // To go there would lose what is here.
        if (text === undefined) { failure.scrollIntoView(); return; }
        const page = new DOMParser().parseFromString(text, "text/html");
        // After a vote the server has another page for this address, and the receipt is kept.
        if (!parts.receipt.hidden) { location.href = path; return; }
        const other = page.getElementById("choose");
        // Another person has signed in since: what would be said in their name is not said over this choice.
        const isOthers = Boolean(other) && other.dataset.owner !== owner;
        if (!other || isOthers || !takeWords(page)) {
            // A choice, or a ballot that may be sent again, would be lost.
            if (!isOthers && !ballot && !form.querySelector("input:checked")) { location.href = path; return; }
            failure.hidden = false;
            failure.scrollIntoView();
            return;
        }
        takeHours(page);
        history.replaceState(history.state, "", path);
        redraw(page);
    });
}
