// Choose, review, vote. The choice lives in the form's own fields and goes to the worker alone: never into an address, the
// history, a store or a log.
"use strict";

const form = document.getElementById("choose");
const parts = Object.fromEntries(["review", "sealing", "failed", "receipt"].map((id) => [id, document.getElementById(id)]));
const questions = [...form.querySelectorAll(".question")];
let ballot;

function show(part) {
    for (const other of [form, ...Object.values(parts)]) other.hidden = other !== part;
    const place = part === form ? form.querySelector("input") : part;
    place.focus();
    scrollTo(0, 0);
}

// A file is used only when it has the digest that the page names.
async function checked(path, digest) {
    const answer = await fetch(path, { integrity: digest });
    if (!answer.ok) throw new Error(path);
    return answer.arrayBuffer();
}

const boxes = (question) => [...question.querySelectorAll("input:not([value=blank])")];
const blank = (question) => question.querySelector("input[value=blank]");

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
    if (blank(question)?.checked) return true;
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
        fault.firstElementChild.textContent = `${fault.dataset.text} ${bad.dataset.title} ${bad.querySelector(".hint").textContent}`;
        fault.focus();
        return;
    }
    const list = parts.review.querySelector("dl");
    list.replaceChildren(...questions.map((question) => {
        const row = document.createElement("div");
        const [term, value, names] = [document.createElement("dt"), document.createElement("dd"), document.createElement("ul")];
        term.textContent = question.dataset.title;
        names.className = "chosen";
        const chosen = boxes(question).filter((box) => box.checked).map((box) => box.nextElementSibling.textContent);
        const words = blank(question)?.checked ? [parts.review.dataset.blank] : chosen.length ? chosen : [parts.review.dataset.none];
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
});

document.getElementById("change").addEventListener("click", () => show(form));

function choices() {
    return questions.map((question) => {
        const values = boxes(question).map((box) => (box.checked ? 1 : 0));
        const empty = blank(question);
        if (!empty) return values;
        return empty.checked ? [1, ...values.map(() => 0)] : [0, ...values];
    });
}

// Encrypts in a worker made of checked bytes.
async function seal() {
    const data = form.dataset;
    const [script, wasm] = await Promise.all([checked(data.worker, data.workerDigest), checked(data.wasm, data.wasmDigest)]);
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const worker = new Worker(address);
    const bar = parts.sealing.querySelector("progress");
    try {
        return await new Promise((resolve, reject) => {
            worker.onerror = reject;
            worker.onmessage = ({ data: news }) => {
                if (news.ballot) resolve(news.ballot);
                else if (news.error) reject(new Error(news.error));
                else bar.value = news.progress;
            };
            worker.postMessage({ wasm, election: data.document, credential: data.credential, choices: choices() }, [wasm]);
        });
    } finally {
        worker.terminate();
        URL.revokeObjectURL(address);
    }
}

function fail(reason, tracker, mayRepeat) {
    parts.failed.querySelector(".reason").textContent = reason;
    parts.failed.querySelector(".counts").hidden = !tracker;
    parts.failed.querySelector(".tracker").textContent = tracker || "";
    document.getElementById("again").hidden = !mayRepeat;
    show(parts.failed);
}

async function send() {
    show(parts.sealing);
    parts.sealing.querySelector(".step").textContent = parts.sealing.dataset.send;
    const body = new URLSearchParams({ form: form.dataset.form, ballot });
    let answer, news;
    try {
        answer = await fetch(form.dataset.path, { method: "POST", body });
        news = await answer.json();
    } catch {
        fail(parts.failed.querySelector(".reason").dataset.lost, "", true);
        return;
    }
    if (news.receipt) {
        // The choice has gone: nothing of it stays on the page.
        form.reset();
        parts.review.querySelector("dl").replaceChildren();
        ballot = undefined;
        delete form.dataset.credential;
        const page = parts.receipt;
        page.querySelector(".tracker").textContent = news.receipt.tracker;
        page.querySelector("[name=tracker]").value = news.receipt.tracker;
        page.querySelector("[name=signature]").value = news.receipt.signature;
        show(page);
    } else {
        fail(news.text, news.tracker, answer.status >= 500);
    }
}

document.getElementById("again").addEventListener("click", send);

document.getElementById("cast").addEventListener("click", async () => {
    show(parts.sealing);
    try {
        ballot = await seal();
    } catch {
        for (const part of Object.values(parts)) part.hidden = true;
        const unable = document.getElementById("unable");
        unable.hidden = false;
        unable.focus();
        return;
    }
    await send();
});

// Whoever leaves in the middle of sending is asked.
addEventListener("beforeunload", (event) => { if (!parts.sealing.hidden) event.preventDefault(); });

// How long the grace lasts after the close.
const grace = document.getElementById("grace");
if (grace) {
    const end = Date.now() + 1000 * Number(grace.dataset.seconds);
    const close = Date.now() + 1000 * Number(grace.dataset.close);
    const count = () => {
        grace.hidden = Date.now() < close;
        if (grace.hidden) return;
        const left = Math.max(0, Math.round((end - Date.now()) / 1000));
        grace.querySelector(".left").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    };
    count();
    setInterval(count, 1000);
}

if (window.WebAssembly && window.Worker && window.crypto && crypto.getRandomValues) form.hidden = false;
else document.getElementById("unable").hidden = false;
