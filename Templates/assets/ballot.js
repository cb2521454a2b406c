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

// How long the tracker stands on the screen before the ballot leaves: time to see it, and that it came first.
const shownMilliseconds = 2000;
// Seconds for a file: the largest takes that long over the slowest telephone networks.
const fileSeconds = 60;

const digestForm = /^sha256-[0-9A-Za-z+/]{43}=$/;

class StrangePage extends Error {}
class Unreached extends Error {}

// Parts after which nothing was sent, whatever happens to the session.
const unsent = [form, parts.review, parts.strange, parts.unable];
const ended = document.getElementById("expiry").dataset;
let endedAfter = ended.ended;

function show(part) {
    for (const other of [form, ...Object.values(parts)]) other.hidden = other !== part;
    // Where the reader is stands first.
    const heading = part.querySelector("h2");
    document.title = heading ? `${heading.textContent} – ${pageTitle}` : pageTitle;
    ended.ended = unsent.includes(part) ? ended.unsent : endedAfter;
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
    language = document.documentElement.lang;
    endedAfter = page.getElementById("expiry").dataset.ended;
    ended.unsent = page.getElementById("expiry").dataset.unsent;
    showCount();
    if (!parts.failed.hidden) fail(failure.reason, failure.mayRepeat);
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

// A browser draws the words of an element; what a shadow tree of the page's replaces, it does not.
function isSeen(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getClientRects().length > 0;
}

// The manifest is the one of the fingerprint that voters see at the page's foot, and everything that the page loads is in it.
function checkSeal(manifest) {
    const data = form.dataset;
    const mark = digits(data.sealDigest).slice(0, 32).toUpperCase().match(/..../g).join(" ");
    if (mark !== sealOf(document) || !isSeen(document.querySelector(".seal"))) throw new StrangePage("fingerprint");
    const files = new Map(manifest.files.map((file) => [file.path, file.sha256]));
    // Of two entries of one file every reader would take another.
    if (files.size !== manifest.files.length) throw new StrangePage("files");
    checkedMark = mark;
    const loaded = ["worker", "wasm", "sealed"].map((name) => [data[name], data[`${name}Digest`]]);
    // Of the site's own: what a browser's extension adds is the voter's affair.
    for (const element of document.querySelectorAll('script[src^="/"], link[rel~=stylesheet][href^="/"]')) {
        loaded.push([element.getAttribute(element.matches("script") ? "src" : "href"), element.integrity]);
    }
    for (const [path, digest] of loaded) {
        const name = String(path).split("?")[0].replace("/assets/", "served/");
        if (!digestForm.test(digest) || files.get(name) !== digits(digest)) throw new StrangePage(name);
    }
}

// What a question is made of, and how the sealed style sheet draws it: nothing hidden, no picture, no other form.
const plain = ["fieldset.question", "legend", "p.hint", "label.choice", "label.choice blank", "input", "span"];
// Any further attribute could hide an answer, or have another name spoken for it.
const plainAttributes = {
    fieldset: ["class", "translate", "tabindex"], legend: [], p: ["class", "id"], label: ["class"],
    input: ["type", "name", "value", "aria-describedby"], span: [],
};

// What describes a field to those who listen is the hint that the others read.
function isPlainAttribute(question, { name, value }, element) {
    if (name === "aria-describedby") return document.getElementById(value) === question.querySelector("p.hint");
    return plainAttributes[element.localName].includes(name) || name.startsWith("data-");
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
// Of the script's own making: one of the page's could be hidden.
const markLines = new Map();

function showMark(own) {
    const shown = markLines.get(own) || own.appendChild(document.createElement("p"));
    markLines.set(own, shown);
    shown.className = "hint checked";
    shown.lang = language;
    shown.translate = false;
    shown.textContent = `${markWords[language] || markWords.en} ${checkedMark}`;
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

// What became of the last try: a reason is one of the page's own, by its name, or the server's words.
let failure = {};

function fail(reason, mayRepeat) {
    failure = { reason, mayRepeat };
    const line = parts.failed.querySelector(".reason");
    line.textContent = line.dataset[reason] || reason || line.dataset.lost;
    document.getElementById("again").hidden = !mayRepeat;
    // What has left this page may be in the box, whatever was answered: only the box knows, and the voter needs the number there.
    const own = parts.failed.querySelector(".own");
    own.hidden = !ballot;
    if (ballot) showMark(own);
    const hint = own.querySelector(".hint");
    hint.textContent = mayRepeat ? hint.dataset.again : hint.dataset.over;
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
    const seconds = Number(answer.headers.get("Retry-After")) || 10;
    return parts.failed.querySelector(".reason").dataset.crowded.replace("{seconds}", seconds);
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
        fail([429, 503].includes(status) ? crowded(answer) : status === 413 ? "ended" : "lost", true);
        return;
    }
    const given = news.receipt ? news.receipt.tracker : news.tracker;
    const isRefused = !news.receipt && news.mayRepeat !== true && answer.status >= 400 && answer.status < 500;
    // Whoever stands between may have put the ballot into the box all the same.
    if (isRefused && sends === 1) markRefused(tracker);
    if ((news.receipt || given) && given !== tracker) alarm(news.receipt ? "tracker" : "other", given);
    else if (!news.receipt) fail(news.text, news.mayRepeat === true || answer.status >= 500);
    else if (!await isGenuine(news.receipt.signature)) alarm("signature", given);
    else {
        forget();
        keepReceipt(tracker, news.receipt.signature);
        showNext(news.next);
        document.getElementById("as").hidden = true;
        show(parts.receipt);
    }
}

async function cast() {
    // What was read in the review, whatever becomes of the form meanwhile.
    const chosen = choices();
    sends = 0;
    phase("seal");
    show(parts.sealing);
    try {
        await seal(chosen);
    } catch (error) {
        if (worker) worker.end();
        if (error instanceof Unreached) fail("unreached", true);
        else if (error instanceof StrangePage) show(parts.strange);
        // A worker that was ended, as where memory is short, may live the next time.
        else if (isAble()) fail("broken", true);
        else show(parts.unable);
        return;
    }
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
        isOver = unsent.some((part) => !part.hidden);
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

// The notice that stands for a script that does not come goes when all have come that a vote needs.
addEventListener("DOMContentLoaded", () => {
    if (![typeof isAble, typeof keepReceipt, typeof keepStill].every((kind) => kind === "function")) return;
    document.getElementById("coming").hidden = true;
    if (isAble()) {
        history.replaceState(null, "");
        form.hidden = false;
        keepStill();
        ended.ended = ended.unsent;
        for (const name of needed) fetchedFile(name).catch(() => {});
    } else parts.unable.hidden = false;
});
