// On a device that many share: whoever goes away is signed out, and nothing stays for the next.
"use strict";

const kioskForm = document.getElementById("kiosk-end");
const kioskDialog = document.getElementById("kiosk-idle");
const kioskSure = document.getElementById("kiosk-sure");
const kioskLeave = document.getElementById("kiosk-leave");
const kioskSeconds = Number(document.body.dataset.kiosk);
// A code is waited for longer, until something is typed.
const typedSeconds = Number(document.body.dataset.typed) || kioskSeconds;
// Seconds of warning before the end, and between two tries to end where the network is cut.
const [kioskWarning, kioskPause] = [15, 3];
// Seconds for which the two numbers of an alarm stay: somebody is called meanwhile.
const alarmSeconds = 900;
// Seconds for which a ballot on its way keeps the page open: over the slowest networks, and on the slowest machines, it is there
// sooner. A worker or a server that never answers is not waited for by the next person.
const sendingSeconds = 120;
// Seconds between two words to the server that somebody is there.
const kioskStaySeconds = 5;
let kioskTouched = performance.now();
let isEnding = false;

const touch = () => { kioskTouched = performance.now(); };
const listening = { capture: true, passive: true };
for (const name of ["pointerdown", "keydown", "touchstart", "input", "click"]) addEventListener(name, touch, listening);
// Whoever reads is there too. The question is answered by a press: a mouse that is pushed says nothing.
for (const name of ["wheel", "scroll", "mousemove", "touchmove", "focusin"]) {
    addEventListener(name, () => { if (!kioskDialog.hasAttribute("open")) touch(); }, listening);
}
// Any press and any key answers it, and does nothing else.
const answerIdle = (event) => {
    if (!kioskDialog.hasAttribute("open")) return;
    event.preventDefault();
    touch();
    closeDialog(kioskDialog);
    tellTouch();
};
for (const name of ["click", "keydown"]) addEventListener(name, answerIdle, true);

// The mark that forms have by now: another tab has ended what was under way when this page came, and with it what its form hangs on.
const formNow = () => within(answerSeconds, async (how) => {
    const start = await (await fetch(`${kioskForm.dataset.start}?${leaving}`, how)).text();
    const field = new DOMParser().parseFromString(start, "text/html").querySelector("#kiosk-end [name=form]");
    return field ? field.value : "";
});

// Tells the server until it has heard. Refused: another tab has ended this session before. A button that was pressed ends all the
// same what goes on by now.
async function tell(path, isPressed, meanwhile) {
    const body = fieldsOf(kioskForm);
    if (!isPressed) body.append("unasked", "1");
    let isAgain = !isPressed;
    const say = () => within(answerSeconds, async (how) => {
        const answer = await fetch(path, Object.assign(how, { method: "POST", headers: { Accept: "text/plain" }, body }));
        if (answer.status === 403 && !isAgain) {
            body.set("form", await formNow());
            isAgain = true;
            return false;
        }
        return answer.status === 403 || (answer.ok && await answer.text() === "ended\n");
    }).catch(() => false);
    for (;;) {
        const wasAgain = isAgain;
        if (await say()) return;
        if (isAgain !== wasAgain) continue;
        meanwhile();
        await new Promise((resolve) => { setTimeout(resolve, 1000 * kioskPause); });
    }
}

// What the server answers where this page's session is over: it has ended, by time or elsewhere (403: another tab has ended it, and
// the browser is the next person's), or somebody else is signed in here by now.
const endings = { 401: "kioskClosed", 403: "kioskClosed", 409: "other" };

// Whoever stands at the start is nobody yet, and is led nowhere: what its own script has left behind goes from the address, so that
// a start that is opened again ends what was under way.
const leaving = "left=1";
const isLed = location.search.slice(1).split("&").includes(leaving);
if (isLed) {
    const said = location.search.slice(1).split("&").filter((part) => part !== leaving).join("&");
    history.replaceState(history.state, "", location.pathname + (said ? `?${said}` : "") + location.hash);
}

// What was typed is taken however old the page is: this script leaves it in time.
for (const field of document.querySelectorAll("[name=made]")) field.disabled = true;

// The server ends a session by itself, a minute after the last touch that it has heard of. It hears of nothing but touches; that
// the page has come is one. What it must not take away is a number that is still to be read.
let [kioskTold, kioskAsked, isTelling, isKioskDone] = [-1, -1, false, false];
async function tellTouch() {
    if (!kioskForm.dataset.held || isEnding || isTelling || isKioskDone || kioskTouched <= kioskTold) return;
    isTelling = true;
    kioskAsked = performance.now();
    try {
        const options = { method: "POST", headers: { Accept: "text/plain" }, body: fieldsOf(kioskForm) };
        const answer = await within(answerSeconds, (how) => fetch(kioskForm.dataset.stay, Object.assign(how, options)));
        const { status } = answer;
        if (status < 500) kioskTold = kioskAsked;
        // The sign-in of this page has opened its session in another tab.
        if (status === 200 && document.querySelector("main [name=mark]") && await answer.text() === "opened\n") location.replace(kioskForm.dataset.space);
        if (endings[status] && !isKioskDone && !isSending() && !isNumberShown()) endKiosk(endings[status]);
    } catch (error) {
        // No network: it is told again.
    }
    isTelling = false;
}

const isShown = (name) => {
    const part = document.getElementById(name);
    return Boolean(part) && !part.hidden;
};

// A vote that may be in the box, of which no answer has come: its number stands there, and the ballot on its way, or to send again.
// While it is being encrypted there is no number, and nothing has left.
const isUnsure = () => ["sealing", "failed"].some((name) => isShown(name) && !document.querySelector(`#${name} .own`).hidden);
const isNumberShown = () => ["alarm", "receipt"].some(isShown) || isUnsure();

// What became of a vote that is not over, as the start page names it.
function openVote() {
    if (!document.getElementById("choose")) return "";
    if (isShown("alarm") || isUnsure()) return "unsure";
    return ["choose", "review", "sealing", "failed", "strange", "unable"].some(isShown) ? "unsent" : "";
}

// What the start page says of the session before: of its vote, or why it has ended.
function lastWord(reason) {
    const vote = openVote();
    if (reason === "other") return vote === "unsent" ? "otherUnsent" : "other";
    if (vote) return vote === "unsent" ? "kioskUnsent" : "kioskUnsure";
    return reason;
}

// The start, where what was this page's own has ended, and the next person may have begun in another tab.
const startAfter = (word) => `${kioskForm.dataset.start}?${leaving}${word ? `&say=${word}` : ""}`;

// The page is emptied at once, and a ballot that was being made goes nowhere; it is left when the session has ended, and not before:
// else it would stand open behind the browser's own page of an error. Where another person is signed in by now, and nobody has
// pressed the button, nothing of theirs is ended.
async function endKiosk(reason) {
    if (isEnding) return;
    isEnding = true;
    const start = startAfter(lastWord(reason));
    // Whoever has gone answers no question. A script that did not come asks none.
    try {
        if (typeof isTaken === "boolean") isTaken = true;
        if (typeof stopCast === "function") stopCast();
    } catch (error) { /* A script that stopped half way asks nothing and sends nothing; this page is emptied all the same. */ }
    for (const dialog of document.querySelectorAll("dialog[open]")) closeDialog(dialog);
    const [main, heading, line] = [document.getElementById("main"), document.createElement("h1"), document.createElement("p")];
    heading.textContent = kioskForm.dataset.ending;
    line.setAttribute("role", "status");
    main.textContent = "";
    main.append(heading, line);
    for (const part of document.querySelectorAll("header nav, #kiosk-end")) part.hidden = true;
    for (const link of document.querySelectorAll('a[href^="/"]')) link.removeAttribute("href");
    document.title = document.querySelector(".site strong").textContent;
    if (reason !== "other") await tell(kioskForm.getAttribute("action"), reason === "", () => { line.textContent = kioskForm.dataset.again; });
    location.replace(start);
}

// At the start there is nobody to wait for, as long as nothing is typed in any of its fields; a ballot on its way is waited for.
const typedFields = () => [...document.querySelectorAll("main input")].filter(({ type }) => !["hidden", "checkbox", "radio"].includes(type));
const isAtStart = () => Boolean(identifier) && !mistake && typedFields().every(({ value }) => value === "");
// The very start: nothing is said there to the last one, in no language of theirs, and no password is renewed.
const isAtVeryStart = () => location.pathname === kioskForm.dataset.start && location.search === "";
let [sendingSince, leftVote] = [undefined, ""];
const isSending = () => isShown("sealing") && (sendingSince === undefined || performance.now() - sendingSince < 1000 * sendingSeconds);
function noteSending() {
    if (!isShown("sealing")) sendingSince = undefined;
    else if (sendingSince === undefined) [sendingSince, leftVote] = [performance.now(), ""];
    else if (leftVote === "" && !isSending() && !document.querySelector("dialog[open]")) askToLeave(openVote());
}

// What became of the vote is said as it is, and no longer than it is.
function askToLeave(vote) {
    leftVote = vote;
    for (const line of kioskLeave.querySelectorAll("h2, p")) line.textContent = line.dataset[vote];
    openDialog(kioskLeave);
}
function noteLeaving() {
    if (openVote() === leftVote) return;
    if (leftVote) closeDialog(kioskLeave);
    leftVote = "";
}

// Whoever ends it with a receipt on the screen is asked, since nothing else has kept the number, and whoever has not voted.
function leaveKiosk(event) {
    event.preventDefault();
    if (isSending()) return;
    const vote = openVote();
    if (vote) askToLeave(vote);
    else if (isShown("receipt") && !isTaken) openDialog(kioskSure);
    else endKiosk("");
}
for (const form of document.querySelectorAll("#kiosk-end, #sign-out")) form.addEventListener("submit", leaveKiosk);
const [goesBack, isSure] = kioskSure.querySelectorAll("button");
const [votes, leaves] = kioskLeave.querySelectorAll("button");
for (const button of [isSure, leaves]) button.addEventListener("click", () => endKiosk(""));
goesBack.addEventListener("click", () => closeDialog(kioskSure));
votes.addEventListener("click", () => closeDialog(kioskLeave));

setInterval(() => {
    noteLeaving();
    noteSending();
    if (isEnding || isSending()) touch();
    if (kioskAsked < 0 || performance.now() - kioskAsked >= 1000 * kioskStaySeconds) tellTouch();
    if (isEnding || isSending()) return;
    const idle = (performance.now() - kioskTouched) / 1000;
    if (isAtStart()) {
        // What the last one was told, or chose, is not for the next.
        if (isAtVeryStart()) touch();
        else if (idle >= kioskSeconds) location.replace(startAfter(""));
        return;
    }
    const isTyped = typedFields().some(({ value }) => value !== "");
    const limit = isShown("alarm") ? alarmSeconds : isTyped ? Math.min(typedSeconds, kioskSeconds) : kioskSeconds;
    if (idle >= limit) endKiosk("kioskEnded");
    else if (idle >= limit - kioskWarning && !document.querySelector("dialog[open]")) openDialog(kioskDialog);
}, 1000);

// After the last ballot the session ends at once; the receipt stays to be printed or photographed, until it is left.
document.addEventListener("isoloir-done", () => {
    isKioskDone = true;
    tell(kioskForm.dataset.out, false, () => {});
    // One way back to the start is enough, and the number is not left by another.
    for (const part of document.querySelectorAll("header nav, #kiosk-end")) part.hidden = true;
    document.getElementById("next").textContent = kioskForm.querySelector("button").textContent;
    for (const link of document.querySelectorAll('a[href^="/"]')) link.addEventListener("click", leaveKiosk);
});
