// The tracker and the receipt of a vote: to be copied, printed, photographed. They outlive a reload in this tab alone, for the
// voter whose they are, until the session ends.
"use strict";

// The ballot page makes its parts anew.
let paper = document.getElementById("receipt");
const paperForm = paper.querySelector("form");
const paperName = `receipt ${paperForm.elements.ballot.value}`;
let isTaken = false;
let isStored = false;

// Before a page is left: browsers of before 2023 ask for a value, later ones for nothing more than this call.
function askFirst(event) {
    event.preventDefault();
    event.returnValue = "?";
}

// A browser may refuse to keep anything.
function stored(work) {
    try { return work(sessionStorage); } catch (error) { return undefined; }
}

function forgetReceipts() {
    stored((store) => {
        for (const name of Object.keys(store)) if (name.startsWith("receipt ")) store.removeItem(name);
    });
}

// Tries for the square where the network is cut, and seconds between two.
const [squareTries, squarePause] = [20, 3];

// The square leads to the tracker in the public box: drawn by the server, which gets what it has just given.
async function drawSquare() {
    const square = document.getElementById("square");
    const body = fieldsOf(paperForm);
    body.set("as", "square");
    let news;
    for (let tries = 0; !news && tries < squareTries; tries += 1) {
        if (tries) await new Promise((resolve) => { setTimeout(resolve, 1000 * squarePause); });
        news = await within(answerSeconds, async (how) => {
            const answer = await fetch(paperForm.action, Object.assign(how, { method: "POST", body }));
            return answer.ok ? answer.json() : undefined;
        }).catch(() => undefined);
    }
    if (!news || square.querySelector("svg")) return;
    const name = "http://www.w3.org/2000/svg";
    const [picture, path] = [document.createElementNS(name, "svg"), document.createElementNS(name, "path")];
    picture.setAttribute("viewBox", `${-news.quiet} ${-news.quiet} ${news.side} ${news.side}`);
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", square.dataset.alt);
    path.setAttribute("d", news.path);
    picture.append(path);
    square.append(picture);
    square.hidden = false;
}

function showReceipt(tracker, signature) {
    paper.querySelector(".tracker").textContent = tracker;
    paperForm.elements.tracker.value = tracker;
    paperForm.elements.signature.value = signature;
    // Printed, it is the receipt and nothing of the page around it.
    document.body.classList.add("with-receipt");
    drawSquare();
}

// A device that many share keeps nothing.
const keepsNothing = Boolean(document.body.dataset.kiosk);

// Keeps what is known of a vote for this voter; whether the browser did.
function keep(item) {
    return !keepsNothing && stored((store) => {
        store.setItem(paperName, JSON.stringify(Object.assign({ owner: paper.dataset.owner }, item)));
        return true;
    }) === true;
}

// Keeps the number of a ballot that is about to leave.
function keepTracker(tracker) {
    keep({ tracker });
}

// Of a ballot that was refused, as the server says: it should be in no box, and whoever says so falsely must not take its number.
function markRefused(tracker) {
    keep({ tracker, isRefused: true });
}

// Keeps what has just been received.
function keepReceipt(tracker, signature) {
    showReceipt(tracker, signature);
    isStored = keep({ tracker, signature });
    // The other language is another page, on which the number would not stand.
    const other = document.querySelector("header nav a[hreflang]");
    if (keepsNothing && other) other.hidden = true;
}

// The voter has it elsewhere now: nobody asks about it any more.
function markTaken() {
    isTaken = true;
    stored((store) => {
        const item = JSON.parse(store.getItem(paperName));
        if (item) store.setItem(paperName, JSON.stringify(Object.assign(item, { isTaken })));
    });
}

document.getElementById("copy").addEventListener("click", async ({ target }) => {
    const note = document.getElementById("copied");
    const mark = paper.querySelector(".tracker");
    let done = false;
    try {
        await navigator.clipboard.writeText(mark.textContent);
        done = true;
    } catch (error) {
        // Older browsers, and those that ask for more than a press.
        getSelection().selectAllChildren(mark);
        done = document.execCommand("copy");
    }
    if (done) markTaken();
    note.textContent = done ? target.dataset.done : target.dataset.failed;
});
// Nobody can tell whether it was printed or given up.
document.getElementById("print").addEventListener("click", () => print());
paperForm.addEventListener("submit", markTaken);

// Whoever leaves without them is asked, but not on the way to another page of the site where they can be looked at again.
let isGoingOn = false;
for (const link of document.querySelectorAll("main a, header a")) {
    link.addEventListener("click", () => { isGoingOn = isStored; });
}
addEventListener("beforeunload", (event) => {
    if (!paper.hidden && !isTaken && !isGoingOn) askFirst(event);
    isGoingOn = false;
});
// With the session the receipts go, once no script wants to stay. Signing out forgets them on the page that it leads to: here
// the voter may still be asked, and stay.
function endReceipts() {
    isTaken = true;
    forgetReceipts();
}

// The page of a ballot that was voted on before shows what this tab has kept of it, to that voter alone.
function showKept() {
    const item = stored((store) => JSON.parse(store.getItem(paperName)));
    if (!item || item.owner !== paper.dataset.owner) forgetReceipts();
    else if (!item.signature) {
        // Its answer never came, or said that the ballot was refused.
        const own = document.getElementById("own");
        own.querySelector(".tracker").textContent = item.tracker;
        const text = own.querySelector("[data-refused]");
        if (item.isRefused) text.textContent = text.dataset.refused;
        own.hidden = false;
    } else {
        isStored = true;
        isTaken = item.isTaken === true;
        showReceipt(item.tracker, item.signature);
        paper.hidden = false;
        document.getElementById("back").hidden = true;
    }
}

// The square is fetched with what the session's script holds, which comes after this one.
if (!document.getElementById("choose") && !keepsNothing) addEventListener("DOMContentLoaded", showKept);
