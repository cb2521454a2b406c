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

// Browsers of before 2022 draw no dialog by themselves, and do not lead to it.
let focusBefore;
function openDialog(dialog) {
    if (dialog.hasAttribute("open")) return;
    focusBefore = document.activeElement;
    if (dialog.showModal) dialog.showModal();
    else {
        dialog.setAttribute("open", "");
        dialog.querySelector("button").focus();
    }
    keepStill();
}
function closeDialog(dialog) {
    if (!dialog.hasAttribute("open")) return;
    if (dialog.close) dialog.close();
    else {
        dialog.removeAttribute("open");
        if (focusBefore) focusBefore.focus();
    }
    keepStill();
}

// A receipt that this tab has kept is led to.
for (const link of document.querySelectorAll("[data-receipt]")) {
    try {
        link.hidden = !sessionStorage.getItem(`receipt ${link.dataset.receipt}`);
    } catch (error) {
        // Nothing is kept.
    }
}

// A session about to end says so two minutes before and can be extended.
const expiry = document.getElementById("expiry");
if (expiry) {
    // Seconds of warning, and between two questions where the network is cut.
    const [warned, again] = [120, 10];
    const form = expiry.querySelector("form");
    const [heading, text, button] = expiry.querySelectorAll("h2, #expiry-text, button");
    let warning, ending, isLast = false;
    // For how many seconds the session goes on, and until when; 0 where it has ended, nothing where no answer came. Looking
    // alone keeps no session open.
    const ask = async (looks) => {
        const body = new URLSearchParams(new FormData(form));
        if (looks) body.set("look", "1");
        try {
            return await within(answerSeconds, async (how) => {
                const options = { method: "POST", headers: { Accept: "text/plain" }, body };
                const answer = await fetch(form.action, Object.assign(how, options));
                // Refused: somebody else's browser since, as at a kiosk.
                if (answer.status === 401 || answer.status === 403) return { seconds: 0 };
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
    const leave = () => {
        if (!expiry.dispatchEvent(new Event("isoloir-ended", { cancelable: true }))) { closeDialog(expiry); return; }
        if (typeof endReceipts === "function") endReceipts();
        location.href = expiry.dataset.ended;
    };
    const begin = (seconds) => {
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
        if (left && left.seconds > warned) { begin(left.seconds); return; }
        if (left) {
            clearTimeout(ending);
            ending = setTimeout(end, 1000 * left.seconds);
        }
        openDialog(expiry);
    };
    const end = async () => {
        const left = await ask(true);
        clearTimeout(ending);
        if (!left) ending = setTimeout(end, 1000 * again);
        else if (left.seconds === 0) leave();
        else if (left.seconds > warned) { closeDialog(expiry); begin(left.seconds); }
        else ending = setTimeout(end, 1000 * left.seconds);
    };
    const stay = async () => {
        if (isLast) { closeDialog(expiry); return; }
        const left = await ask(false);
        // Where the network is cut, the page stays, and the question with it.
        if (!left) return;
        if (left.seconds === 0) { leave(); return; }
        const shown = document.getElementById("idle-until");
        if (shown) shown.textContent = left.hour;
        closeDialog(expiry);
        begin(left.seconds);
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); stay(); });
    // Whoever closes the question is there.
    expiry.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
    begin(Number(expiry.dataset.idle));
}
