// A Node program with WebAssembly inside, and glue written by hand.
//
//     witness run -D repl examples/sort.mjs 3 1 2
//     (witness) break swap
//     (witness) run

import { readFile } from 'node:fs/promises';

const wasm = await readFile(new URL('out/sort.wasm', import.meta.url));
const { instance } = await WebAssembly.instantiate(wasm, {
  host: { compare: (a, b) => a - b },
});
const { memory, sort } = instance.exports;

const given = process.argv.slice(2).map(Number);
const numbers = new Int32Array(memory.buffer, 0, given.length);
numbers.set(given);
sort(numbers.length);
console.log(...numbers);
