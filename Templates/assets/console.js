// Comforts of the console; every page works without it.
"use strict";

// After an error the reader begins at it.
document.getElementById("error")?.focus();

// Whose page it is.
const ownerOf = (page) => page.querySelector("#expiry [name=owner]")?.value;

// Figures that move are asked for again now and then; a page in the background rests.
const live = document.getElementById("live");
if (live?.dataset.live) {
    const look = async () => {
        if (document.hidden || live.contains(document.activeElement)) return;
        const answer = await fetch(live.dataset.live, { headers: { "X-Live": "1" } }).catch(() => null);
        // A session that has ended leads away; what is shown stays until somebody does something.
        if (!answer || !answer.ok || answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        // Another person has signed in here since: these are their figures.
        if (ownerOf(page) !== ownerOf(document)) { location.href = expiry.dataset.other; return; }
        const fresh = page.getElementById("live");
        if (fresh && fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
    };
    setInterval(look, 10000);
}

// The second press of two is not for what stood under a question that the first one closed.
let stillUntil = 0;
addEventListener("click", (event) => {
    if (performance.now() >= stillUntil) return;
    event.preventDefault();
    event.stopImmediatePropagation();
}, true);

// A session about to end says so two minutes before and can be extended.
const expiry = document.getElementById("expiry");
if (expiry && expiry.showModal) {
    // Seconds of warning.
    const warned = 120;
    let warning, ending, isLast = false, isLeaving = false;
    const begin = (seconds) => {
        clearTimeout(warning);
        clearTimeout(ending);
        // In the last two minutes of what any session lasts it is said once: nothing extends it.
        if (seconds > warned || !isLast) warning = setTimeout(warn, Math.max(0, seconds - warned) * 1000);
        isLast = seconds <= warned;
        ending = setTimeout(end, seconds * 1000);
    };
    const form = expiry.querySelector("form");
    // For how many seconds the session goes on; nothing where no answer came. Looking alone keeps it not open.
    const ask = async (looks) => {
        // Browsers of 2017 cannot read the fields of a FormData.
        const body = new URLSearchParams();
        for (const { name, value } of form.elements) if (name) body.append(name, value);
        if (looks) body.set("look", "1");
        const answer = await fetch(form.action, { method: "POST", headers: { Accept: "text/plain" }, body }).catch(() => null);
        if (!answer) return undefined;
        // Another person has signed in here since.
        if (answer.ok) return Number(await answer.text());
        isLeaving = true;
        location.href = answer.status === 409 ? expiry.dataset.other : expiry.dataset.ended;
        return undefined;
    };
    // Another tab may have kept it open meanwhile.
    const warn = async () => {
        const left = await ask(true);
        if (left > warned) begin(left);
        else if (!isLeaving) expiry.showModal();
    };
    const end = async () => {
        const left = await ask(true);
        if (left > 0) { expiry.close(); begin(left); } else if (!isLeaving) location.href = expiry.dataset.ended;
    };
    const extend = async () => {
        // Where the network is cut, the page stays, and the question with it.
        const left = await ask(false);
        if (left === undefined) return;
        begin(left);
        expiry.close();
        stillUntil = performance.now() + 1000;
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); extend(); });
    expiry.addEventListener("cancel", (event) => { event.preventDefault(); extend(); });
    begin(Number(expiry.dataset.idle));
}

// One press is one action.
for (const form of document.querySelectorAll("main form[method=post]")) {
    form.addEventListener("submit", () => {
        setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; }, 0);
        // After the browser's Stop the page stands as it was.
        setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = false; }, 15000);
    });
}
addEventListener("pageshow", (event) => {
    if (event.persisted) for (const button of document.querySelectorAll("button")) button.disabled = false;
});
