// Comforts for browsers with JavaScript; every page works without it.
"use strict";

// A letter's QR code carries the identifier behind a #, which never reaches the server.
const identifier = document.getElementById("identifier");
if (identifier && location.hash.length > 1) {
    const text = location.hash.slice(1);
    if (/^[0-9A-Za-z-]{4,40}$/.test(text)) {
        identifier.value = text;
        history.replaceState(null, "", location.pathname + location.search);
    }
}

// After an error the reader begins at it.
const mistake = document.getElementById("error");
if (mistake) mistake.focus();

// A link to a question opens it.
const asked = document.querySelector("details:target");
if (asked) asked.setAttribute("open", "");

// Secrets can be shown.
for (const box of document.querySelectorAll("[data-reveal]")) {
    box.closest(".reveal").hidden = false;
    box.addEventListener("change", () => {
        for (const id of box.dataset.reveal.split(" ")) {
            document.getElementById(id).type = box.checked ? "text" : "password";
        }
    });
}

// How many characters are still needed.
for (const field of document.querySelectorAll("[data-minimum]")) {
    const count = field.parentElement.querySelector(".count");
    const minimum = Number(field.dataset.minimum);
    let pause;
    field.addEventListener("input", () => {
        clearTimeout(pause);
        // A moment after the last key, so that a screen reader is not interrupted at each one.
        pause = setTimeout(() => {
            const length = [...field.value.normalize("NFC").trim().replace(/\s+/gu, " ")].length;
            const left = minimum - length;
            count.textContent = length === 0 ? "" : left > 0 ? `${field.dataset.left} ${left}` : field.dataset.enough;
        }, 600);
    });
}

// Silent work before a form leaves: PBKDF2 in a worker until the result begins with enough zero bits.
function work(challenge, typed) {
    return new Promise((resolve, reject) => {
        const worker = new Worker(new URL("pow.js", document.querySelector("script[src]").src));
        worker.onmessage = (event) => { worker.terminate(); resolve(event.data); };
        worker.onerror = (event) => { worker.terminate(); reject(event); };
        worker.postMessage({ challenge, typed });
    });
}

for (const form of document.querySelectorAll("form[data-work]")) {
    if (!window.crypto || !crypto.subtle || !window.Worker || !form.dataset.work) continue;
    let isDone = false;
    form.addEventListener("submit", async (event) => {
        if (isDone || (event.submitter && event.submitter.value === "picture")) return;
        event.preventDefault();
        const button = form.querySelector("button[type=submit]");
        const status = form.querySelector(".working");
        const patience = setTimeout(() => { status.textContent = form.dataset.wait; }, 300);
        button.disabled = true;
        try {
            const number = await work(form.dataset.work, form.elements[form.dataset.typed].value);
            for (const [name, value] of [["work", form.dataset.work], ["number", number]]) {
                const field = document.createElement("input");
                Object.assign(field, { type: "hidden", name, value });
                form.append(field);
            }
        } catch (error) {
            // Without work the server asks for the picture instead.
        }
        clearTimeout(patience);
        isDone = true;
        // The button stays off: a second press would send the same work again.
        form.submit();
    });
}

// A page that comes back from the browser's memory may hold a used challenge.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// A session about to end says so two minutes before and can be extended.
const expiry = document.getElementById("expiry");
if (expiry && expiry.showModal) {
    let warning, ending;
    const begin = (seconds) => {
        clearTimeout(warning);
        clearTimeout(ending);
        warning = setTimeout(() => expiry.showModal(), Math.max(0, seconds - 120) * 1000);
        ending = setTimeout(() => {
            expiry.dispatchEvent(new Event("isoloir-ended"));
            location.href = expiry.dataset.ended;
        }, seconds * 1000);
    };
    const form = expiry.querySelector("form");
    const extend = async () => {
        const body = new URLSearchParams(new FormData(form));
        const answer = await fetch(form.action, { method: "POST", headers: { Accept: "text/plain" }, body }).catch(() => null);
        // The answer is for how many seconds the session goes on; without one the form is sent as it is.
        if (!answer || !answer.ok) { form.submit(); return; }
        const [seconds, ...hour] = (await answer.text()).trim().split(" ");
        begin(Number(seconds));
        const shown = document.getElementById("idle-until");
        if (shown) shown.textContent = hour.join(" ");
        expiry.close();
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); extend(); });
    // Whoever closes the question is there.
    expiry.addEventListener("cancel", (event) => { event.preventDefault(); extend(); });
    begin(Number(expiry.dataset.idle));
}
