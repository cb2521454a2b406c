// Finds a number for which PBKDF2-HMAC-SHA256 of the hash of what was typed, salted with "challenge:number", begins with the
// challenge's count of zero bits (its ninth and tenth hexadecimal digit).
"use strict";
const iterations = 250;
const text = (value) => new TextEncoder().encode(value);
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

onmessage = async ({ data: { challenge, typed } }) => {
    const bits = parseInt(challenge.slice(8, 10), 16);
    const password = text(hex(await crypto.subtle.digest("SHA-256", text(typed))));
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    for (let number = 0; ; number += 1) {
        const parameters = { name: "PBKDF2", hash: "SHA-256", salt: text(`${challenge}:${number}`), iterations };
        const start = new DataView(await crypto.subtle.deriveBits(parameters, key, 64)).getUint32(0);
        if (Math.clz32(start) >= bits) { postMessage(number); return; }
        // A sign of life: on a slow telephone it lasts.
        if (number % 100 === 0) postMessage("working");
    }
};
