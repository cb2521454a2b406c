// Choose, review, vote. The choice lives in the form's own fields and goes to the worker alone: never into an address, the
// history, a store or a log.
"use strict";

// The page as it came, for whoever compares it with the seal: without credential, form tokens and support code.
const source = document.documentElement.cloneNode(true);
source.querySelector("#choose").dataset.credential = "";
source.querySelector("#choose").dataset.owner = "";
source.querySelector("#receipt").dataset.owner = "";
source.querySelector("#voter").textContent = "";
source.querySelector("#support-code").textContent = "";
for (const field of source.querySelectorAll("[name=form], [name=owner]")) field.setAttribute("value", "");

// What can hold a shadow tree, which could draw other words over its own: no script can look into one, and no file that is saved
// shows it.
const shadowHosts = /^(article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$|-/;

// Whether an element that stands in the page no more holds such a tree: a second one is refused.
function wasHost(element) {
    if (!element.attachShadow) return false;
    if (element.shadowRoot) return true;
    try {
        element.attachShadow({ mode: "open" });
        return false;
    } catch (error) {
        return true;
    }
}

// The same element, made anew by this script: a tree of the old one's stays with the old one.
function madeAnew(element) {
    const fresh = document.createElement(element.localName);
    for (const { name, value } of [...element.attributes]) {
        try { fresh.setAttribute(name, value); } catch (error) { /* A name that only a parser takes: none of the page's. */ }
    }
    fresh.append(...element.childNodes);
    element.replaceWith(fresh);
    return fresh;
}

// Everything of the site's own that holds words, and what stands around it, but what scripts before this one hold: that says
// nothing of what is voted on. True where one of them held a tree.
function leaveShadows() {
    const inside = ["header", "main", "footer"].map((name) => `body > ${name}, body > ${name} *`).join(", ");
    const all = new Set(document.querySelectorAll(inside));
    for (const word of document.querySelectorAll("#ballot, #choose, #review, #receipt, .seal")) {
        for (let each = word; each && each !== document.documentElement; each = each.parentElement) all.add(each);
    }
    // What an extension put there holds none of the page's words, and is left alone.
    const words = "h1, #ballot, #as, #choose, section, .seal, .times";
    const isOwn = (element) => element.closest(words) || element.querySelector(words);
    const old = [...all].filter((element) => shadowHosts.test(element.localName) && !element.closest("dialog, #unable, #grace") && isOwn(element));
    const anew = new Map(old.map((element) => [element, madeAnew(element)]));
    // Scripts that did not come hold nothing.
    if (typeof wordsAtFirst === "object") for (const first of wordsAtFirst) first.node = anew.get(first.node) || first.node;
    if (typeof paper === "object") paper = document.getElementById("receipt");
    return old.some(wasHost);
}

const hadShadows = leaveShadows();
let pageTitle = document.title;
const form = document.getElementById("choose");
const parts = {};
for (const id of ["review", "sealing", "failed", "strange", "alarm", "receipt", "unable"]) parts[id] = document.getElementById(id);
const questions = [...form.querySelectorAll(".question")];
const proof = parts.receipt.querySelector("form").elements;
let language = document.documentElement.lang;
let credential = form.dataset.credential;
const { owner } = form.dataset;
delete form.dataset.credential;
// What the ballot in hand is known by, and what was sealed about it; the worker stays until the receipt is checked.
let ballot, tracker, sealed, worker, checkedMark;

class StrangePage extends Error {}
class Unreached extends Error {}

// What came from the server and could run without a file of its own, draw over the page, or change where its addresses lead. It is
// looked at once, before extensions begin: what they add later is the voter's affair.
function strangePart() {
    for (const element of document.querySelectorAll("base, meta[http-equiv], object, embed, applet, frame, iframe, dialog[open]")) return element.localName;
    for (const element of document.querySelectorAll("body svg, math, canvas, video, marquee, main table")) return element.localName;
    // Data that a browser never runs.
    const isData = (script) => /^(application|text)\/([a-z]+\+)?json$/i.test(script.type || "");
    for (const script of document.querySelectorAll("script")) {
        const address = script.src || script.getAttribute("href") || script.getAttribute("xlink:href");
        if (!address && !isData(script) && script.textContent.trim() !== "") return "a script in the page";
        if (/^(data|blob):/i.test(address || "")) return "a script in its own address";
    }
    for (const element of document.querySelectorAll("*")) {
        for (const { name, value } of [...element.attributes]) {
            const isScript = /^on/i.test(name) || /^javascript:/i.test(value.replace(/[\0- ]/g, ""));
            if (isScript && !name.startsWith("data-")) return name;
        }
    }
    return hadShadows ? "a shadow tree" : undefined;
}

const strangeness = strangePart();

// How long the tracker stands on the screen before the ballot leaves: time to see it, and that it came first.
const shownMilliseconds = 2000;
// Seconds for a file: the largest takes that long over the slowest telephone networks.
const fileSeconds = 60;

const digestForm = /^sha256-[0-9A-Za-z+/]{43}=$/;

// Parts after which nothing was sent, whatever happens to the session.
const unsent = [form, parts.review, parts.strange, parts.unable];
const isUnsent = (part) => unsent.includes(part) || (part === parts.failed && !ballot);
const ended = document.getElementById("expiry").dataset;
let endedAfter = ended.ended;

function show(part) {
    for (const other of [form, ...Object.values(parts)]) other.hidden = other !== part;
    // Where the reader is stands first.
    const heading = part.querySelector("h2");
    document.title = heading ? `${heading.textContent} – ${pageTitle}` : pageTitle;
    ended.ended = isUnsent(part) ? ended.unsent : endedAfter;
    const place = part === form ? form.querySelector("input") : part;
    place.focus();
    // A second tap would vote unread, or change a choice.
    keepStill();
    // On a telephone what is said now would stand below the fold.
    if (part === form) scrollTo(0, 0);
    else part.scrollIntoView();
}

// Whether bytes have a digest as `integrity` writes it; a browser that cannot tell takes none.
async function isOf(bytes, digest) {
    if (!self.crypto || !crypto.subtle) return false;
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return `sha256-${btoa(String.fromCharCode(...sum))}` === digest;
}

// A file is used only when it has the digest that the page names.
async function checked(path, digest) {
    if (!digestForm.test(digest)) throw new StrangePage(path);
    // The network can fail in the middle of a file too.
    const take = (options) => within(fileSeconds, async (how) => {
        const answer = await fetch(path, Object.assign(how, options));
        return answer.ok ? answer.arrayBuffer() : undefined;
    }).catch(() => undefined);
    const bytes = await take({ integrity: digest });
    if (bytes) return bytes;
    // Another content than the one named, or none at all? The network may only have failed for a moment.
    const again = await take({ cache: "no-store" });
    if (!again) throw new Unreached(path);
    if (!await isOf(again, digest)) throw new StrangePage(path);
    return again;
}

// What a vote needs comes while the voter reads; what did not come is fetched when it is needed.
const fetched = new Map();

async function fetchedFile(name) {
    const [path, digest] = [form.dataset[name], form.dataset[`${name}Digest`]];
    const key = `${path} ${digest}`;
    if (!fetched.has(key)) fetched.set(key, await checked(path, digest));
    return fetched.get(key);
}

const boxes = (question) => [...question.querySelectorAll("input:not([value=blank])")];
const blank = (question) => question.querySelector("input[value=blank]");
const isBlank = (question) => Boolean(blank(question)) && blank(question).checked;
const title = (question) => question.querySelector("legend").textContent;

// A blank vote and answers exclude each other.
for (const question of questions) {
    question.addEventListener("change", ({ target }) => {
        const empty = blank(question);
        if (target.type !== "checkbox" || !target.checked || !empty) return;
        if (target === empty) for (const box of boxes(question)) box.checked = false;
        else empty.checked = false;
    });
}

function isComplete(question) {
    if (isBlank(question)) return true;
    const count = boxes(question).filter((box) => box.checked).length;
    return count >= Number(question.dataset.least) && count <= Number(question.dataset.most);
}

form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fault = document.getElementById("fault");
    const bad = questions.find((question) => !isComplete(question));
    fault.hidden = !bad;
    for (const question of questions) question.classList.toggle("bad", question === bad);
    if (bad) {
        fault.firstElementChild.textContent = `${fault.dataset.text} ${title(bad)} ${bad.querySelector(".hint").textContent}`;
        fault.focus();
        return;
    }
    // The step alone: browsers write the history to disk.
    if (!isReviewStep(history.state)) history.pushState({ step: "review" }, "");
    review();
});

// What was chosen, to be read once more.
function review() {
    const list = parts.review.querySelector("dl");
    list.textContent = "";
    list.append(...questions.map((question) => {
        const row = document.createElement("div");
        const [term, value, names] = [document.createElement("dt"), document.createElement("dd"), document.createElement("ul")];
        term.textContent = title(question);
        names.className = "chosen";
        const chosen = boxes(question).filter((box) => box.checked).map((box) => box.nextElementSibling.textContent);
        const words = isBlank(question) ? [parts.review.dataset.blank] : chosen.length ? chosen : [parts.review.dataset.none];
        names.append(...words.map((word) => {
            const item = document.createElement("li");
            item.textContent = word;
            return item;
        }));
        value.append(names);
        row.append(term, value);
        return row;
    }));
    show(parts.review);
}

// The words have changed: what the script wrote is written again.
function redraw(page) {
    pageTitle = page.title;
    // A translator writes its own language into this page's.
    language = page.documentElement.lang;
    endedAfter = page.getElementById("expiry").dataset.ended;
    ended.unsent = page.getElementById("expiry").dataset.unsent;
    showCount();
    if (!parts.failed.hidden) fail(failure.reason, failure.mayRepeat, failure.isRefused);
    else if (parts.review.hidden) show(form);
    else review();
}

const isReviewStep = (state) => Boolean(state) && state.step === "review";
document.getElementById("change").addEventListener("click", () => {
    if (isReviewStep(history.state)) history.back();
    else show(form);
});

// Back and forward between choosing and reviewing keep the choice; once a ballot is made nothing is gone back to.
addEventListener("popstate", ({ state }) => {
    if (ballot || [parts.sealing, parts.receipt, parts.alarm, parts.strange].some((part) => !part.hidden)) return;
    if (isReviewStep(state) && questions.every(isComplete)) review();
    else show(form);
});

// On long ballots: how many are chosen.
const counts = document.getElementById("count");
const longBallot = 8;
function showCount() {
    const several = questions.filter((question) => Number(question.dataset.most) > 1);
    if (form.querySelectorAll("input").length < longBallot || !several.length) return;
    const line = several.map((question) => {
        const count = boxes(question).filter((box) => box.checked).length;
        return `${count} / ${question.dataset.most}`;
    }).join(", ");
    counts.textContent = counts.dataset.text.replace("{counts}", line);
}
form.addEventListener("change", showCount);

function choices() {
    return questions.map((question) => {
        const values = boxes(question).map((box) => (box.checked ? 1 : 0));
        const empty = blank(question);
        if (!empty) return values;
        return empty.checked ? [1, ...values.map(() => 0)] : [0, ...values];
    });
}

// The worker, made of checked bytes; each call is answered once, with news of progress before.
class Sealer {
    constructor(script) {
        this.address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
        this.worker = new Worker(this.address);
    }

    call(message, transfer = []) {
        return new Promise((resolve, reject) => {
            this.worker.onerror = reject;
            this.worker.onmessage = ({ data: news }) => {
                if (news.error) reject(new Error(news.error));
                else if (news.progress === undefined) resolve(news);
                else parts.sealing.querySelector("progress").value = news.progress;
            };
            this.worker.postMessage(message, transfer);
        });
    }

    end() {
        this.worker.terminate();
        URL.revokeObjectURL(this.address);
    }
}

// The hexadecimal digits of a digest as `integrity` writes it.
const digits = (digest) => [...atob(digest.slice("sha256-".length))]
    .map((character) => character.charCodeAt(0).toString(16).padStart(2, "0")).join("");

const hides = (element) => ["hidden", "popover", "style"].some((name) => element.hasAttribute(name));

// The fingerprint where voters compare it: one alone, at the foot, inside of nothing that could keep it from the eye while
// another stands in its place; undefined otherwise.
function sealOf(page) {
    const marks = page.querySelectorAll(".seal");
    const [mark] = marks;
    if (marks.length !== 1 || !mark.matches("body > footer:not([class]) > p[class=times] > span[class=seal]")) return undefined;
    const isHidden = [mark, mark.parentElement, mark.closest("footer")].some(hides);
    return isHidden || mark.childElementCount ? undefined : mark.textContent;
}

// What keeps words from the eye, on an element or on one around it, as computed: the sealed style sheet sets none of it.
const undrawn = { visibility: /hidden|collapse/, clipPath: /^(?!none$)./, transform: /^(?!none$)./, webkitTextSecurity: /^(?!none$)./, unicodeBidi: /override/ };
// Pixels of the smallest words, and the least that they are drawn of what they would be.
const [leastHeight, leastShare] = [8, 0.5];

// How light a colour is, and what is drawn of it, 0 to 1; undefined for a form that younger browsers write.
function colour(text) {
    const form = String(text).match(/^rgba?\(([^)]*)\)$/);
    if (!form) return undefined;
    const parts = form[1].split(/[\s,/]+/).map(Number);
    return { light: parts[0] * 0.3 + parts[1] * 0.6 + parts[2] * 0.1, share: parts.length > 3 ? parts[3] : 1 };
}

// Whether words stand out from what is behind them: against black or white they always do on one side, 255 apart.
function standsOut(style, around) {
    const ink = colour(style.webkitTextFillColor || style.color);
    if (!ink) return true;
    if (ink.share < leastShare) return false;
    const covers = (paper) => !paper || paper.share > leastShare;
    const behind = around.map((each) => getComputedStyle(each)).find((each) => each.backgroundImage !== "none" || covers(colour(each.backgroundColor)));
    const leastApart = 20;
    const paper = behind && colour(behind.backgroundColor);
    return !paper || behind.backgroundImage !== "none" || Math.abs(ink.light - paper.light) >= leastApart;
}

// Whether nothing is written beside an element's own words.
const isBare = (element) => ["::before", "::after"].every((name) => ["none", "normal", "", '""'].includes(getComputedStyle(element, name).content));

// A browser draws the words of an element, where they can be read: what a shadow tree of the page's replaces, it does not, nor what
// a style hides, moves away or writes over.
function isSeen(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const place = range.getClientRects()[0];
    if (!place || place.height < leastHeight || place.width <= 0) return false;
    const around = [];
    for (let each = element; each; each = each.parentElement) around.push(each);
    const styles = around.map((each) => getComputedStyle(each));
    const within = styles.slice(0, -2);
    if (styles.reduce((share, { opacity }) => share * Number(opacity), 1) < leastShare) return false;
    // A transformation of the main part is a tool's to make it larger.
    const drawnBy = within.filter((style, place) => around[place].localName !== "main");
    if (drawnBy.some((style) => Object.keys(undrawn).some((name) => undrawn[name].test(style[name] || "")))) return false;
    // A filter of the whole page is the voter's, who needs it to read.
    if (within.some(({ filter }) => filter && filter !== "none")) return false;
    const body = document.body.getBoundingClientRect();
    // A long word on a narrow screen runs out of it, and is scrolled to.
    const farthest = Math.max(body.right, 2 * innerWidth);
    if (place.left < Math.min(0, body.left) || place.top < body.top || place.right > farthest) return false;
    return isBare(element) && isBare(element.parentElement) && standsOut(styles[0], around);
}

// Whether nothing lies over an element's words, line by line. What a pointer goes through is not found. A line is scrolled to the
// middle where the screen does not show it; where a screen is too low for that, nothing is found, and nothing is said of it.
function isUncovered(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const lines = range.getClientRects().length;
    for (let line = 0; line < lines; line += 1) {
        let place = range.getClientRects()[line];
        if (place.top < 0 || place.bottom > innerHeight || place.left < 0 || place.right > innerWidth) {
            scrollBy(place.left < 0 || place.right > innerWidth ? place.left : 0, (place.top + place.bottom - innerHeight) / 2);
            place = range.getClientRects()[line];
        }
        // The first and the last letters, and the middle.
        for (const share of [0.02, 0.5, 0.98]) {
            const hit = document.elementFromPoint(place.left + share * place.width, (place.top + place.bottom) / 2);
            if (hit && !Node.prototype.contains.call(element, hit)) return false;
        }
    }
    return true;
}

// Whether each answer's words stand beside its own field, and the answers in their order.
function isInOrder(question) {
    const holds = (outer, inner) => inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1 && inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
    let last = -Infinity;
    return [...question.querySelectorAll("label")].every((label) => {
        const [place, inside] = [label.getBoundingClientRect(), [...label.children].map((child) => child.getBoundingClientRect())];
        const isNext = place.top >= last - 1;
        last = place.bottom;
        return isNext && inside.every((each) => holds(place, each));
    });
}

// Whether the voter can read what is voted on, and the fingerprint: looked at while nothing but the page is on the screen.
function isInSight() {
    const words = [document.getElementById("ballot"), ...form.querySelectorAll("legend, .question .hint, label span")]
        .filter((element) => element.textContent !== "");
    // After a failed try the review stands there no more.
    const chosen = parts.review.hidden ? [] : [...parts.review.querySelectorAll("dt, .chosen li")];
    const [isHidden, left, top] = [form.hidden, pageXOffset, pageYOffset];
    form.hidden = false;
    const mark = document.querySelector(".seal");
    const all = [...words, ...chosen, ...(mark ? [mark] : [])];
    const isClear = all.every(isSeen) && questions.every(isInOrder) && all.every(isUncovered);
    form.hidden = isHidden;
    scrollTo(left, top);
    return isClear;
}

// Path and digest of each script and style sheet of the site's own that the page loads. What another site would send does not come
// under this site's policy, and what translators and other tools add of theirs is the voter's affair.
function loadedFiles() {
    const found = [];
    for (const script of document.querySelectorAll("script")) {
        found.push([script.src || script.getAttribute("href") || script.getAttribute("xlink:href"), script.integrity]);
    }
    for (const link of document.querySelectorAll("link")) {
        const isUsed = link.rel.toLowerCase().split(/\s+/).some((word) => ["stylesheet", "modulepreload", "import"].includes(word));
        if (isUsed) found.push([link.href, link.integrity]);
    }
    // One that the answer's own header loads has no element.
    for (const sheet of document.styleSheets) if (sheet.href && !sheet.ownerNode) found.push([sheet.href, ""]);
    const own = found.filter(([address]) => address && new URL(address, location.href).origin === location.origin);
    return own.map(([address, digest]) => [new URL(address, location.href).pathname, digest]);
}

// The manifest is the one of the fingerprint that voters see at the page's foot, and everything that the page loads is in it.
function checkSeal(manifest) {
    const data = form.dataset;
    const mark = digits(data.sealDigest).slice(0, 32).toUpperCase().match(/..../g).join(" ");
    if (mark !== sealOf(document)) throw new StrangePage("fingerprint");
    if (strangeness) throw new StrangePage(strangeness);
    const files = new Map(manifest.files.map((file) => [file.path, file.sha256]));
    // Of two entries of one file every reader would take another.
    if (files.size !== manifest.files.length) throw new StrangePage("files");
    checkedMark = mark;
    const loaded = ["worker", "wasm", "sealed"].map((name) => [data[name], data[`${name}Digest`]]).concat(loadedFiles());
    for (const [path, digest] of loaded) {
        const name = String(path).split("?")[0].replace("/assets/", "served/");
        if (!digestForm.test(digest) || files.get(name) !== digits(digest)) throw new StrangePage(name);
    }
}

// What a question is made of, and how the sealed style sheet draws it: nothing hidden, no picture, no other form.
const plain = ["fieldset.question", "legend", "p.hint", "label.choice", "label.choice blank", "input", "span"];
// Any further attribute that means something could hide an answer, or have another name spoken for it.
const plainAttributes = {
    fieldset: ["class", "translate", "tabindex"], legend: [], p: ["class", "id"], label: ["class"],
    input: ["type", "name", "value", "aria-describedby"], span: [],
};

// Attributes that mean nothing to any browser, which extensions leave on fields to find them again: translators, password managers,
// scanners of viruses. No name of HTML has an underscore, and of those with a hyphen there are few.
const extensionMarks = ["fdprocessedid", "abineguid", "inmaintabuse"];
const htmlHyphens = /^(aria-|accept-charset$|http-equiv$)/;
const isOfExtension = (name) => extensionMarks.includes(name) || name.includes("_") || (name.includes("-") && !htmlHyphens.test(name));

// What describes a field to those who listen is the hint that the others read.
function isPlainAttribute(question, { name, value }, element) {
    if (name === "aria-describedby") return document.getElementById(value) === question.querySelector("p.hint");
    return plainAttributes[element.localName].includes(name) || isOfExtension(name);
}

// An element of its own for the words of each answer: the page's could draw others over them, from a shadow tree that no script
// can look into.
for (const words of form.querySelectorAll("label span")) {
    const own = document.createElement("span");
    for (const { name, value } of [...words.attributes]) own.setAttribute(name, value);
    own.append(...words.childNodes);
    words.parentElement.replaceChild(own, words);
}

function isPlain(question) {
    // Inside of something else it could be folded away with it.
    return question.parentElement === form && !form.closest("details, dialog, .skip") && [question, ...question.querySelectorAll("*")].every((element) => {
        const kind = element.localName + (element.className ? `.${element.className}` : "");
        return plain.includes(kind) && [...element.attributes].every((each) => isPlainAttribute(question, each, element))
            && (element.localName !== "input" || ["radio", "checkbox"].includes(element.type))
            && (element.localName !== "label" || [...element.children].map((child) => child.localName).join() === "input,span");
    });
}

// Whether the page draws what was sealed, in its order: else two names swapped would be a changed vote.
function isDrawn(entry, blankText) {
    const texts = entry.texts[language];
    if (!texts || document.getElementById("ballot").textContent !== texts.title) return false;
    const fields = questions.reduce((sum, question) => sum + question.querySelectorAll("input").length, 0);
    if (form.querySelectorAll("input").length !== fields || texts.questions.length !== questions.length) return false;
    return questions.every((question, place) => {
        const wanted = texts.questions[place];
        const drawn = [...question.querySelectorAll("label")].map((label) => label.textContent);
        const answers = blank(question) ? [...wanted.answers, blankText[language]] : wanted.answers;
        const fields = [...question.querySelectorAll("input")];
        const order = [...boxes(question), ...(blank(question) ? [blank(question)] : [])];
        return isPlain(question) && title(question) === wanted.title && drawn.length === answers.length && fields.length === answers.length
            && drawn.every((text, index) => text === answers[index])
            && order.every((field, index) => field === fields[index] && field.parentElement.matches("label"));
    });
}

// What was sealed of this ballot; throws where the page is of something else.
function entryOf(list, identity) {
    const name = location.pathname.split("/").pop();
    const entry = list.ballots.find((each) => each.ballot === name);
    if (list.isoloir !== "sealed-ballots-1" || proof.ballot.value !== name || !entry
        || identity !== entry.fingerprint + entry.uuid || !isDrawn(entry, list.blank)) throw new StrangePage(name);
    return { election: list.election, ballot: name, key: list["receipts.ed25519"] };
}

const read = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

const needed = ["worker", "wasm", "sealed", "seal"];

// Compares the page with the seal, then encrypts.
async function seal(chosen) {
    const [script, wasm, list, manifest] = await Promise.all(needed.map(fetchedFile));
    if (isStopped) return;
    checkSeal(read(manifest));
    if (worker) worker.end();
    worker = new Sealer(script);
    const { identity } = await worker.call({ wasm, election: form.dataset.document });
    sealed = entryOf(read(list), identity);
    const made = await worker.call({ credential, choices: chosen });
    if (!made.ballot) throw new StrangePage("no vote on these questions");
    ({ ballot, tracker } = made);
}

const drawn = () => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });

// The fingerprint that was checked, with words of this sealed script's own: those of a page could call another one by this name.
const markWords = { fr: "Empreinte du scellé\u00a0:", en: "Fingerprint of the seal:" };
const markMeanings = {
    fr: "La même se lit au pied de cette page. Le bureau de vote la compare avec celle de son procès-verbal d’ouverture : tant qu’elle est la même, ni les candidats ni la page n’ont changé.",
    en: "The same stands at the foot of this page. The electoral bureau compares it with the one in its opening record: as long as it is the same, neither the candidates nor the page have changed.",
};
// Of the script's own making: one of the page's could be hidden.
const markLines = new Map();

function showMark(own) {
    const shown = markLines.get(own) || own.appendChild(document.createElement("p"));
    markLines.set(own, shown);
    shown.className = "hint checked";
    shown.lang = language;
    shown.translate = false;
    shown.textContent = `${markWords[language] || markWords.en} ${checkedMark}`;
    const meaning = markLines.get(shown) || own.appendChild(document.createElement("p"));
    markLines.set(shown, meaning);
    meaning.className = "hint";
    meaning.lang = language;
    meaning.textContent = markMeanings[language] || markMeanings.en;
}

// The tracker is seen before the ballot leaves. A page in the background is not drawn: its ballot waits for the voter.
async function showTracker() {
    phase("send");
    for (const part of [parts.sealing, parts.failed]) {
        part.querySelector(".tracker").textContent = tracker;
        part.querySelector(".own").hidden = false;
        showMark(part.querySelector(".own"));
    }
    parts.sealing.scrollIntoView();
    await drawn();
    await new Promise((resolve) => { setTimeout(resolve, shownMilliseconds); });
    await drawn();
}

function phase(name) {
    for (const line of parts.sealing.querySelectorAll("h2, .step")) line.textContent = line.dataset[name];
    parts.sealing.querySelector("progress").hidden = name !== "seal";
}

// What became of the last try: a reason is one of the page's own, by its name, or the server's words. What is said is written again
// in the other language.
let failure = {};

function reasonText(words, reason) {
    const { seconds, texts, text } = Object(reason);
    if (seconds) return words.crowded.replace("{seconds}", seconds);
    return words[reason] || Object(texts)[language] || text || words.lost;
}

function fail(reason, mayRepeat, isRefused) {
    failure = { reason, mayRepeat, isRefused };
    const line = parts.failed.querySelector(".reason");
    line.textContent = reasonText(line.dataset, reason);
    document.getElementById("again").hidden = !mayRepeat;
    // What has left this page may be in the box, whatever was answered: only the box knows, and the voter needs the number there.
    const own = parts.failed.querySelector(".own");
    own.hidden = !ballot;
    if (ballot) showMark(own);
    const hint = own.querySelector(".hint");
    hint.textContent = hint.dataset[mayRepeat ? "again" : isRefused ? "refused" : "over"];
    show(parts.failed);
}

// The choice has gone: nothing of it stays on the page.
function forget() {
    form.reset();
    parts.review.querySelector("dl").textContent = "";
    ballot = undefined;
    credential = undefined;
    worker.end();
}

// The server's answer is not the one to this ballot: both numbers are shown, and whom to call.
function alarm(kind, given) {
    forget();
    const [own, other] = parts.alarm.querySelectorAll(".tracker");
    own.textContent = tracker;
    other.textContent = String(given).slice(0, 100);
    const reason = parts.alarm.querySelector(".reason");
    reason.textContent = reason.dataset[kind];
    show(parts.alarm);
}

// Whether the receipt was signed with the key that the seal names.
async function isGenuine(signature) {
    const text = `isoloir receipt 1\n${sealed.election}\n${sealed.ballot}\n${tracker}\n`;
    try {
        const bytes = Uint8Array.from(atob(signature), (character) => character.charCodeAt(0));
        return (await worker.call({ text, key: sealed.key, signature: bytes })).isGenuine === true;
    } catch (error) {
        return false;
    }
}

// What is said when too many come at once: how long to wait stands in the answer.
function crowded(answer) {
    return { seconds: Number(answer.headers.get("Retry-After")) || 10 };
}

// What is left to vote on, or that all is done.
function showNext(next) {
    const [left, link] = [document.getElementById("left"), document.getElementById("next")];
    left.textContent = next ? left.dataset[next.count > 1 ? "more" : "next"].replace("{count}", next.count).replace("{title}", next.title)
        : left.dataset.last;
    if (!next) { document.dispatchEvent(new Event("isoloir-done")); return; }
    link.textContent = `${link.dataset.vote}${language === "fr" ? "\u00a0" : ""}: ${next.title}`;
    link.href = next.path;
}

// How often this ballot was sent: of the first try alone it is certain that a refused ballot is nowhere.
let sends = 0;
// Bytes in a second over the slowest networks on which somebody votes.
const slowestNetwork = 4000;

async function send() {
    if (isStopped) return;
    sends += 1;
    phase("wait");
    show(parts.sealing);
    // The ballot may arrive and its answer not: then this number is all that its voter has.
    keepTracker(tracker);
    const body = new URLSearchParams({ form: proof.form.value, owner, ballot });
    let answer, news;
    try {
        news = await within(answerSeconds + ballot.length / slowestNetwork, async (how) => {
            answer = await fetch(form.dataset.path, Object.assign(how, { method: "POST", body }));
            return Object(await answer.json());
        });
    } catch (error) {
        // A page in place of an answer is a proxy's, or none came in time. A long ballot is read of those who are signed in alone.
        const status = answer ? answer.status : 0;
        // At a kiosk nobody signs in beside it, and to send it again would change nothing.
        const isEnded = status === 413;
        fail([429, 503].includes(status) ? crowded(answer) : isEnded ? "ended" : "lost", !isEnded || !document.body.dataset.kiosk);
        return;
    }
    const given = news.receipt ? news.receipt.tracker : news.tracker;
    const isRefused = sends === 1 && !news.receipt && news.mayRepeat !== true && answer.status >= 400 && answer.status < 500;
    // Whoever stands between may have put the ballot into the box all the same.
    if (isRefused) markRefused(tracker);
    if ((news.receipt || given) && given !== tracker) alarm(news.receipt ? "tracker" : "other", given);
    else if (!news.receipt) fail(news, news.mayRepeat === true || answer.status >= 500, isRefused);
    else if (!await isGenuine(news.receipt.signature)) alarm("signature", given);
    else {
        forget();
        keepReceipt(tracker, news.receipt.signature);
        showNext(news.next);
        document.getElementById("as").hidden = true;
        show(parts.receipt);
    }
}

// Whoever leaves a device that many share sends nothing any more: what was being made is let go. What has left cannot be called back.
let isStopped = false;
function stopCast() {
    [isStopped, isOver] = [true, true];
    if (worker) worker.end();
}

async function cast() {
    // What was read in the review, whatever becomes of the form meanwhile.
    const chosen = choices();
    sends = 0;
    // Readers aloud and highlighters wrap words for a while.
    for (const words of form.querySelectorAll("legend, .question .hint, label span")) if (words.childElementCount) words.textContent = words.textContent;
    let isCovered = false;
    try {
        isCovered = !strangeness && !isInSight();
        phase("seal");
        show(parts.sealing);
        if (isCovered) throw new Error("covered");
        await seal(chosen);
    } catch (error) {
        if (isStopped) return;
        if (worker) worker.end();
        if (isCovered) fail("covered", true);
        else if (error instanceof Unreached) fail("unreached", true);
        else if (error instanceof StrangePage) show(parts.strange);
        // A worker that was ended, as where memory is short, may live the next time.
        else if (isAble()) fail("broken", true);
        else show(parts.unable);
        return;
    }
    if (isStopped) return;
    await showTracker();
    await send();
}

document.getElementById("cast").addEventListener("click", cast);
// A ballot that was made is sent again as it is.
document.getElementById("again").addEventListener("click", () => (ballot ? send() : cast()));

document.getElementById("save").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([`<!DOCTYPE html>\n${source.outerHTML}\n`], { type: "text/html" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: `page-${proof.ballot.value}.html` });
    link.click();
    const note = document.getElementById("saved");
    note.textContent = note.dataset.text;
    setTimeout(() => URL.revokeObjectURL(address), 60000);
});

// Whoever leaves in the middle of sending, after a vote that was not confirmed, or before help has come, is asked, and whoever
// has chosen and not voted: a reload forgets the choice.
const hasChosen = () => !ballot && (!form.hidden || !parts.review.hidden) && form.querySelector("input:checked");
let isOver = false;
addEventListener("beforeunload", (event) => {
    if (!isOver && (["sealing", "failed", "alarm"].some((name) => !parts[name].hidden) || hasChosen())) askFirst(event);
});
// Whoever signs out without having sent anything is told so on the next page, and asked before where a choice would be forgotten.
// A kiosk asks with words of its own.
const signOut = document.getElementById("sign-out");
if (signOut && !document.body.dataset.kiosk) {
    signOut.addEventListener("submit", (event) => {
        for (const field of signOut.querySelectorAll("[name=unsent]")) field.remove();
        if (hasChosen() && !confirm(form.dataset.leave)) {
            event.preventDefault();
            event.stopImmediatePropagation();
            return;
        }
        isOver = [form, ...Object.values(parts)].some((part) => !part.hidden && isUnsent(part));
        if (isOver) signOut.append(Object.assign(document.createElement("input"), { type: "hidden", name: "unsent", value: "1" }));
    });
}
// Nothing is asked where the session has ended; a ballot that can be sent again outlives it.
document.getElementById("expiry").addEventListener("isoloir-ended", (event) => {
    // Nor is a ballot on its way cut short, nor are the numbers of an alarm taken away.
    const isKept = !parts.sealing.hidden || !parts.alarm.hidden || (!parts.failed.hidden && ballot);
    if (isKept) event.preventDefault();
    else isOver = true;
});

// A browser whose rules refuse a worker made of checked bytes says so at once, or a moment later: before anything is chosen.
function tryWorker() {
    const refuse = () => { if (!form.hidden && !ballot && !form.querySelector("input:checked")) show(parts.unable); };
    const address = URL.createObjectURL(new Blob(["postMessage(1)"], { type: "text/javascript" }));
    try {
        const probe = new Worker(address);
        const done = () => { probe.terminate(); URL.revokeObjectURL(address); };
        probe.onmessage = done;
        probe.onerror = () => { done(); refuse(); };
    } catch (error) { refuse(); }
}

// The notice that stands for a script that does not come goes when all have come that a vote needs.
addEventListener("DOMContentLoaded", () => {
    const needs = [typeof isAble, typeof keepReceipt, typeof keepStill].concat(document.body.dataset.kiosk ? [typeof endKiosk] : []);
    if (!needs.every((kind) => kind === "function")) return;
    document.getElementById("coming").hidden = true;
    if (isAble()) {
        history.replaceState(null, "");
        form.hidden = false;
        keepStill();
        ended.ended = ended.unsent;
        tryWorker();
        for (const name of needed) fetchedFile(name).catch(() => {});
    } else parts.unable.hidden = false;
});
