// Comforts for browsers with JavaScript; every page works without it.
"use strict";

// A letter's QR code carries the identifier behind a #, which never reaches the server.
const identifier = document.getElementById("identifier");
if (identifier && location.hash.length > 1) {
    const text = decodeURIComponent(location.hash.slice(1));
    if (/^[0-9A-Za-z-]{4,40}$/.test(text)) {
        identifier.value = text;
        history.replaceState(null, "", location.pathname + location.search);
    }
}

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
    field.addEventListener("input", () => {
        const length = [...field.value.normalize("NFC").trim().replace(/\s+/gu, " ")].length;
        const left = minimum - length;
        count.textContent = length === 0 ? "" : left > 0 ? `${field.dataset.left} ${left}` : field.dataset.enough;
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
        if (isDone) return;
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
        } catch {
            // Without work the server asks for the picture instead.
        }
        clearTimeout(patience);
        isDone = true;
        button.disabled = false;
        form.submit();
    });
}

// A page that comes back from the browser's memory may hold a used challenge.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// A session about to end says so two minutes before and can be extended.
const expiry = document.getElementById("expiry");
if (expiry && expiry.showModal) {
    let warning, ending;
    const begin = () => {
        clearTimeout(warning);
        clearTimeout(ending);
        const seconds = Number(expiry.dataset.idle);
        warning = setTimeout(() => expiry.showModal(), Math.max(0, seconds - 120) * 1000);
        ending = setTimeout(() => { location.href = expiry.dataset.ended; }, seconds * 1000);
    };
    expiry.querySelector("form").addEventListener("submit", async (event) => {
        event.preventDefault();
        const form = event.target;
        const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" }).catch(() => null);
        if (!answer) { form.submit(); return; }
        expiry.close();
        begin();
    });
    begin();
}
