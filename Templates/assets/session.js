// While somebody is signed in, or stands at a kiosk: how long a session lasts, what is asked over a page, and what this tab has
// kept for them.
"use strict";

// What has just appeared takes no press: the second one of two would fall on a button that nobody has read.
const stillMilliseconds = 1000;
let stillUntil = 0;
function keepStill() { stillUntil = performance.now() + stillMilliseconds; }
addEventListener("click", (event) => {
    if (performance.now() >= stillUntil) return;
    event.preventDefault();
    event.stopImmediatePropagation();
}, true);

// Seconds after which an answer is not waited for any longer: one over a slow network comes in half of that.
const answerSeconds = 20;

// What comes of `work`, which hands its argument to `fetch`; a server that takes a request and never answers is one that cannot
// be reached.
function within(seconds, work) {
    const stop = typeof AbortController === "function" ? new AbortController() : undefined;
    let timer;
    const late = new Promise((resolve, reject) => {
        timer = setTimeout(() => {
            reject(new Error("no answer in time"));
            if (stop) stop.abort();
        }, 1000 * seconds);
    });
    const done = () => clearTimeout(timer);
    const answer = work(stop ? { signal: stop.signal } : {});
    answer.then(done, done);
    return Promise.race([answer, late]);
}

// The hidden fields of a form: browsers of 2017 cannot read those of a FormData.
function fieldsOf(form) {
    const fields = new URLSearchParams();
    for (const { name, value } of form.elements) if (name) fields.append(name, value);
    return fields;
}

// Browsers of before 2022 draw no dialog by themselves, do not lead to it, and leave what is behind it in reach: the last that was
// opened, and what is kept from those who hear the page meanwhile.
const asking = [];
let covered = [];
function coverBehind() {
    for (const element of covered) element.removeAttribute("aria-hidden");
    covered = [];
    for (let part = asking[asking.length - 1]; part && part !== document.body; part = part.parentElement) {
        const behind = [...part.parentElement.children].filter((other) => other !== part && !other.hasAttribute("aria-hidden"));
        for (const element of behind) element.setAttribute("aria-hidden", "true");
        covered.push(...behind);
    }
}
const isBehind = (event) => asking.length > 0 && !asking[asking.length - 1].contains(event.target);
addEventListener("click", (event) => {
    if (!isBehind(event)) return;
    event.preventDefault();
    event.stopPropagation();
}, true);
addEventListener("focusin", (event) => { if (isBehind(event)) asking[asking.length - 1].querySelector("button").focus(); });
addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !asking.length) return;
    const dialog = asking[asking.length - 1];
    if (dialog.dispatchEvent(new Event("cancel", { cancelable: true }))) closeDialog(dialog);
});

let focusBefore;
function openDialog(dialog) {
    if (dialog.hasAttribute("open")) return;
    focusBefore = document.activeElement;
    if (dialog.showModal) dialog.showModal();
    else {
        dialog.setAttribute("open", "");
        dialog.setAttribute("role", "dialog");
        dialog.setAttribute("aria-modal", "true");
        asking.push(dialog);
        coverBehind();
        dialog.querySelector("button").focus();
    }
    keepStill();
}
function closeDialog(dialog) {
    if (!dialog.hasAttribute("open")) return;
    if (dialog.close) dialog.close();
    else {
        dialog.removeAttribute("open");
        asking.splice(asking.indexOf(dialog), 1);
        coverBehind();
        if (focusBefore) focusBefore.focus();
    }
    keepStill();
}

// Whose page this is: what this tab has kept for another person is not theirs to open, nor to lose.
const pageOwner = document.querySelector("#expiry [name=owner]");
const isOwners = (item) => Boolean(item) && (!pageOwner || item.owner === pageOwner.value);

// What this tab has kept of a vote is led to: the signed receipt, or the number alone where no answer came.
for (const link of document.querySelectorAll("[data-receipt]")) {
    try {
        const item = JSON.parse(sessionStorage.getItem(`receipt ${link.dataset.receipt}`));
        link.hidden = !isOwners(item);
        if (item && !item.signature) link.textContent = link.dataset.number;
    } catch (error) {
        // Nothing is kept.
    }
}

// A session about to end says so two minutes before and can be extended.
const expiry = document.getElementById("expiry");
// A device that many share has a shorter time, and a question of its own.
if (expiry && !document.body.dataset.kiosk) {
    // Seconds of warning, and between two questions where the network is cut.
    const [warned, again] = [120, 10];
    const form = expiry.querySelector("form");
    const [heading, text, button] = expiry.querySelectorAll("h2, #expiry-text, button");
    let warning, ending, staying, isLast = false;
    // For how many seconds the session goes on, and until when; 0 where it has ended, nothing where no answer came. Looking
    // alone keeps no session open.
    const ask = async (looks) => {
        const body = fieldsOf(form);
        if (looks) body.set("look", "1");
        try {
            return await within(answerSeconds, async (how) => {
                const options = { method: "POST", headers: { Accept: "text/plain" }, body };
                const answer = await fetch(form.action, Object.assign(how, options));
                // Refused: somebody else's browser since, as at a kiosk.
                if (answer.status === 401 || answer.status === 403) return { seconds: 0 };
                // Another person has signed in here since: nothing is told of their session.
                if (answer.status === 409) return { seconds: 0, isOther: true };
                if (!answer.ok) throw new Error(`answered ${answer.status}`);
                const [seconds, ...hour] = (await answer.text()).trim().split(" ");
                // A proxy's page is no answer.
                if (!/^\d+$/.test(seconds)) throw new Error("no number of seconds");
                return { seconds: Number(seconds), hour: hour.join(" ") };
            });
        } catch (error) {
            return undefined;
        }
    };
    const leave = (isOther) => {
        if (!expiry.dispatchEvent(new Event("isoloir-ended", { cancelable: true }))) { closeDialog(expiry); return; }
        if (typeof endReceipts === "function") endReceipts();
        const places = expiry.dataset;
        if (!isOther) location.href = places.ended;
        else location.href = places.ended === places.unsent ? places.otherUnsent : places.other;
    };
    const begin = (seconds, hour) => {
        const shown = document.getElementById("idle-until");
        if (shown && hour) shown.textContent = hour;
        clearTimeout(warning);
        clearTimeout(ending);
        // It has come to the end of what any session lasts: nobody is asked whether they are there.
        if (seconds <= warned) {
            isLast = true;
            heading.textContent = expiry.dataset.lastTitle;
            text.textContent = expiry.dataset.last;
            button.textContent = expiry.dataset.lastButton;
            openDialog(expiry);
        } else warning = setTimeout(warn, 1000 * (seconds - warned));
        ending = setTimeout(end, 1000 * seconds);
    };
    // Another tab may have kept it open meanwhile, or ended it, and a telephone may have slept.
    const warn = async () => {
        const left = await ask(true);
        if (left && left.seconds > warned) { begin(left.seconds, left.hour); return; }
        if (left) {
            clearTimeout(ending);
            ending = setTimeout(end, 1000 * left.seconds);
        }
        text.textContent = expiry.dataset.text;
        openDialog(expiry);
    };
    const end = async () => {
        const left = await ask(true);
        clearTimeout(ending);
        if (!left) ending = setTimeout(end, 1000 * again);
        else if (left.seconds === 0) leave(left.isOther);
        else if (left.seconds > warned) { closeDialog(expiry); begin(left.seconds, left.hour); }
        else ending = setTimeout(end, 1000 * left.seconds);
    };
    const stay = async () => {
        clearTimeout(staying);
        if (isLast) { closeDialog(expiry); return; }
        const left = await ask(false);
        // Where the network is cut, the page stays, and the question with it: it says so and tries again by itself.
        if (!left) {
            text.textContent = expiry.dataset.unreached;
            clearTimeout(staying);
            staying = setTimeout(stay, 1000 * again);
            return;
        }
        clearTimeout(staying);
        if (left.seconds === 0) { leave(left.isOther); return; }
        closeDialog(expiry);
        begin(left.seconds, left.hour);
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); stay(); });
    // Whoever closes the question is there.
    expiry.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
    begin(Number(expiry.dataset.idle));
}

// Whoever signs out is asked where a receipt would be forgotten that was neither copied nor downloaded; on the page that shows it
// the browser asks.
const signingOut = document.getElementById("sign-out");
if (signingOut && !document.body.dataset.kiosk) {
    // Before any script of the page hears of it.
    addEventListener("submit", (event) => {
        const paper = document.getElementById("receipt");
        if (event.target !== signingOut || (paper && !paper.hidden)) return;
        let isKept = false;
        try {
            const items = Object.keys(sessionStorage).filter((name) => name.startsWith("receipt "));
            isKept = items.map((name) => JSON.parse(sessionStorage.getItem(name)))
                .some((item) => isOwners(item) && item.isTaken !== true);
        } catch (error) {
            // Nothing is kept.
        }
        if (isKept && !confirm(signingOut.dataset.ask)) {
            event.preventDefault();
            event.stopImmediatePropagation();
        }
    }, true);
}
