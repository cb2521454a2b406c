// Encrypts a ballot and checks its receipt: lives for one ballot, with the checked WebAssembly that the page hands over. The
// choice never leaves this worker in clear.
"use strict";

let core, memory, total;

function put(bytes) {
    const start = core.reserve(bytes.length);
    new Uint8Array(memory.buffer, start, bytes.length).set(bytes);
}

const encoded = (text) => new TextEncoder().encode(text);

// The result of a call that returns its length; nothing where what the page gave is not what it should be.
function result(count) {
    if (count < 0) return "";
    return new TextDecoder().decode(new Uint8Array(memory.buffer, core.resultStart(), count));
}

// What the election document is known by: its fingerprint and uuid.
async function prepare({ wasm, election }) {
    const env = {
        random: (start, count) => { crypto.getRandomValues(new Uint8Array(memory.buffer, start, count)); },
        progress: (done) => { postMessage({ progress: Math.round(100 * done / (total + 1)) }); },
    };
    core = (await WebAssembly.instantiate(wasm, { env })).instance.exports;
    memory = core.memory;
    put(encoded(election));
    return { identity: result(core.prepare()) };
}

function seal({ credential, choices }) {
    const fields = [].concat(...choices);
    total = fields.length;
    put(new Uint8Array([...encoded(credential), 0, ...fields]));
    const ballot = result(core.seal());
    return { ballot, tracker: result(core.tracker()) };
}

function check({ text, key, signature }) {
    const bytes = Uint8Array.from(key.match(/../g), (digits) => parseInt(digits, 16));
    if (bytes.length !== 32 || signature.length !== 64) return { isGenuine: false };
    put(new Uint8Array([...bytes, ...signature, ...encoded(text)]));
    return { isGenuine: core.isSigned() === 1 };
}

onmessage = async ({ data }) => {
    try {
        postMessage(data.wasm ? await prepare(data) : data.choices ? seal(data) : check(data));
    } catch (error) {
        postMessage({ error: String(error) });
    }
};
