// Encrypts a ballot: lives for one ballot, with the checked WebAssembly that the page hands over. The choice never leaves this
// worker in clear.
"use strict";

onmessage = async ({ data: { wasm, election, credential, choices } }) => {
    try {
        let total = 0;
        for (const list of choices) total += list.length;
        let memory;
        const imports = {
            env: {
                random: (start, count) => { crypto.getRandomValues(new Uint8Array(memory.buffer, start, count)); },
                progress: (done) => { postMessage({ progress: Math.round(100 * done / (total + 1)) }); },
            },
        };
        const { instance } = await WebAssembly.instantiate(wasm, imports);
        const { reserve, resultStart, prepare, seal } = instance.exports;
        memory = instance.exports.memory;
        const put = (bytes) => {
            const start = reserve(bytes.length);
            new Uint8Array(memory.buffer, start, bytes.length).set(bytes);
        };
        const text = (count) => new TextDecoder().decode(new Uint8Array(memory.buffer, resultStart(), count));
        put(new TextEncoder().encode(election));
        if (prepare() < 0) throw new Error("the election document is not as it should be");
        put(new Uint8Array([...new TextEncoder().encode(credential), 0, ...choices.flat()]));
        const count = seal();
        if (count < 0) throw new Error(`the ballot could not be sealed (${count})`);
        postMessage({ ballot: text(count) });
    } catch (error) {
        postMessage({ error: String(error) });
    }
};
