// Comforts of the console; every page works without it.
"use strict";

// After an error the reader begins at it.
document.getElementById("error")?.focus();

// Figures that move are asked for again now and then; a page in the background rests.
const live = document.getElementById("live");
if (live?.dataset.live) {
    const look = async () => {
        if (document.hidden || live.contains(document.activeElement)) return;
        const answer = await fetch(live.dataset.live, { headers: { "X-Live": "1" } }).catch(() => null);
        // A session that has ended leads away; what is shown stays until somebody does something.
        if (!answer || !answer.ok || answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("live");
        if (fresh && fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
    };
    setInterval(look, 10000);
}

// One press is one deed.
for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", () => {
        setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; }, 0);
    });
}
addEventListener("pageshow", (event) => {
    if (event.persisted) for (const button of document.querySelectorAll("button")) button.disabled = false;
});
