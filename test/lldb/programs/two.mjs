// Two modules, the second of which appears while the program runs. Its arguments are their paths.

import { readFileSync } from 'node:fs';

const [first, second] = process.argv.slice(2).map((path) => readFileSync(path));
const a = (await WebAssembly.instantiate(first)).instance.exports;
console.log(a.first(1));
const b = (await WebAssembly.instantiate(second)).instance.exports;
console.log(b.second(2), a.first(5));
