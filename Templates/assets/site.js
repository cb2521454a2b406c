// Comforts for browsers with JavaScript; every page works without it.
"use strict";

// Whether a browser can encrypt a ballot: those of before 2022 cannot under this site's rules.
function isAble() {
    try {
        return new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) && typeof Worker === "function"
            && typeof crypto.getRandomValues === "function";
    } catch (error) { return false; }
}
// Whoever cannot vote here is told before anything is typed.
const unable = document.getElementById("unable");
if (unable && !isAble()) unable.hidden = false;

// A letter's QR code carries the identifier behind a #, which never reaches the server. So do the links of mails and SMS.
const identifier = document.getElementById("identifier");
const who = document.getElementById("who");
let given = "";
function takeIdentifier() {
    const text = location.hash.slice(1);
    const isShaped = /^[0-9A-Za-z-]{1,40}$/.test(text) && (!identifier || text.length >= Number(identifier.dataset.least));
    // A place on this page is none; in the space nothing leads to one.
    if (!isShaped || (!identifier && !who && document.getElementById(text))) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    // What somebody has typed stays.
    if (identifier && (identifier.value === "" || identifier.value === given)) identifier.value = given = text;
    // Somebody's link, and somebody who is signed in: perhaps not the same person.
    if (who) {
        who.className = "notice";
        who.focus();
    }
}
takeIdentifier();
addEventListener("hashchange", takeIdentifier);
document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
});

// Whoever stands here is not signed in: nothing is left of a voter before.
if (identifier) {
    try {
        for (const name of Object.keys(sessionStorage)) if (name.startsWith("receipt ")) sessionStorage.removeItem(name);
    } catch (error) {
        // A browser that keeps nothing has nothing to forget.
    }
}

const mistake = document.getElementById("error");
if (mistake) mistake.focus();

const asked = document.getElementById(location.hash.slice(1));
if (asked && asked.localName === "details") asked.setAttribute("open", "");

// Silent work before a form leaves, in a worker; `alive` hears that it goes on.
function work(challenge, typed, alive) {
    return new Promise((resolve, reject) => {
        const worker = new Worker(new URL("pow.js", document.querySelector("script[src]").src));
        worker.onmessage = (event) => {
            if (typeof event.data !== "number") { alive(); return; }
            worker.terminate();
            resolve(event.data);
        };
        worker.onerror = (event) => { worker.terminate(); reject(event); };
        worker.postMessage({ challenge, typed });
    });
}

for (const form of document.querySelectorAll("form[data-work]")) {
    if (!window.crypto || !crypto.subtle || !window.Worker || !form.dataset.work) continue;
    let isDone = false, turn = 0;
    form.addEventListener("submit", async (event) => {
        if (isDone || (event.submitter && event.submitter.value === "picture")) return;
        event.preventDefault();
        const button = form.querySelector("button[type=submit]");
        const status = form.querySelector(".working");
        const patience = setTimeout(() => { status.textContent = form.dataset.wait; }, 300);
        button.disabled = true;
        const challenge = form.dataset.work;
        const mine = turn += 1;
        // After the browser's Stop it can be pressed again, with new work: from the sending, or the work's last sign of life.
        let pause;
        const arm = () => {
            clearTimeout(pause);
            pause = setTimeout(async () => {
                turn += 1;
                clearTimeout(patience);
                isDone = button.disabled = false;
                status.textContent = "";
                for (const field of form.querySelectorAll("[name=work], [name=number]")) field.remove();
                const page = await fetch(location.href).then((answer) => answer.text()).catch(() => "");
                form.dataset.work = (page.match(/data-work="(\w+)/) || [0, challenge])[1];
            }, 15000);
        };
        arm();
        try {
            const number = await work(challenge, form.elements[form.dataset.typed].value, () => { if (mine === turn) arm(); });
            if (mine !== turn) return;
            for (const [name, value] of [["work", challenge], ["number", number]]) {
                const field = document.createElement("input");
                Object.assign(field, { type: "hidden", name, value });
                form.append(field);
            }
        } catch (error) {
            // The server asks for the picture instead.
            if (mine !== turn) return;
        }
        clearTimeout(patience);
        isDone = true;
        form.submit();
        arm();
    });
}

// The challenge may be used.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

for (const box of document.querySelectorAll("[data-reveal]")) {
    box.closest(".reveal").hidden = false;
    box.addEventListener("change", () => {
        for (const id of box.dataset.reveal.split(" ")) document.getElementById(id).type = box.checked ? "text" : "password";
    });
}
