// The clock of the last minutes on a ballot page.
"use strict";

// How long the grace lasts after the close. The hour may have moved since the page came: the server is asked before anything
// is said, and asked again where it did not answer.
const grace = document.getElementById("grace");
if (grace) {
    const again = 10000, [going, over] = grace.querySelectorAll("p");
    let end, close, next = 0, isSure = false;
    const take = (hours) => {
        close = Date.now() + 1000 * Number(hours.close);
        end = Date.now() + 1000 * Number(hours.seconds);
    };
    const ask = async () => {
        const answer = await fetch(grace.dataset.hours, { cache: "no-store" }).catch(() => undefined);
        if (!answer || !answer.ok) return;
        const hours = await answer.json().catch(() => undefined);
        if (!hours) return;
        take(hours);
        grace.querySelector("strong").textContent = hours.until;
        // Closed at once, suspended or given up: then nothing is promised.
        over.textContent = hours.notice || "";
        [going.hidden, over.hidden] = [!!hours.notice, !hours.notice];
        isSure = Date.now() >= close;
    };
    const count = () => {
        if (Date.now() < close) isSure = false;
        grace.hidden = !isSure;
        // Asked again too where the poll may be taken up again, and once the grace is over.
        if (Date.now() >= close && (!isSure || !over.hidden || Date.now() >= end) && performance.now() >= next) {
            next = performance.now() + again;
            ask();
        }
        if (!isSure || going.hidden) return;
        const left = Math.max(0, Math.round((end - Date.now()) / 1000));
        grace.querySelector(".left").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    };
    take(grace.dataset);
    count();
    setInterval(count, 1000);
}
