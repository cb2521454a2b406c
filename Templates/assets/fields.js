// Comforts of the pages on which codes and secrets are typed; each works without it.
"use strict";

// The one form in which the server counts and compares secrets: each run of blanks one blank, quotes plain, then NFC. The blanks are
// Unicode's, which are not quite those of \s.
const blanks = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const plain = (text) => text.replace(blanks, " ").replace(/^ | $/g, "").replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u201c\u201d\u00ab\u00bb]/g, '"').normalize("NFC");

// Which of the rules a new secret meets, ticked while it is typed.
for (const list of document.querySelectorAll(".rules")) {
    const [first, second] = [document.getElementById("secret"), document.getElementById("again")];
    // A letter is what has a capital and a small form, a digit is one of ten, and all the rest is special: so the server tells them.
    const kind = (sign) => {
        const [lower, upper] = [sign.toLowerCase(), sign.toUpperCase()];
        if (/[0-9]/.test(sign)) return "digit";
        if (lower === upper) return "special";
        return sign === lower ? "lower" : sign === upper ? "upper" : "special";
    };
    const has = (wanted) => (text, signs) => signs.some((sign) => kind(sign) === wanted);
    const isMet = {
        length: (text, signs) => signs.length >= Number(first.dataset.minimum) && signs.length <= Number(first.dataset.maximum || 256),
        lower: has("lower"),
        upper: has("upper"),
        digit: has("digit"),
        special: has("special"),
        same: (text) => text !== "" && text === plain(second.value),
    };
    const tick = () => {
        const text = plain(first.value);
        for (const rule of list.children) {
            const met = isMet[rule.dataset.rule](text, [...text]);
            rule.classList.toggle("met", met);
            // For those who do not see the tick.
            let word = rule.querySelector(".unseen");
            if (!word) {
                word = document.createElement("span");
                word.className = "unseen";
                rule.append(word);
            }
            word.textContent = met ? ` ${list.dataset.met}` : "";
        }
    };
    for (const field of [first, second]) field.addEventListener("input", tick);
    tick();
}

// Seconds that must pass are counted down; a screen reader is not told each one.
for (const line of document.querySelectorAll(".wait[data-seconds]")) {
    const end = performance.now() + 1000 * Number(line.dataset.seconds);
    if (Number(line.dataset.seconds) <= 0) continue;
    line.hidden = false;
    const count = () => {
        const left = Math.ceil((end - performance.now()) / 1000);
        line.textContent = left > 0 ? line.dataset.before.replace("{seconds}", left) : line.dataset.over;
        return left > 0;
    };
    if (count()) {
        const timer = setInterval(() => { if (!count()) clearInterval(timer); }, 1000);
    }
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
            const length = [...plain(field.value)].length;
            const left = minimum - length;
            count.textContent = length === 0 ? "" : left > 0 ? `${field.dataset.left} ${left}` : field.dataset.enough;
        }, 600);
    });
}
