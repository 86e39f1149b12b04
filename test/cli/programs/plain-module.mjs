/** Runs a core module on Node's own WASI, without Witness: node plain-module.mjs FILE ARGS... */
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [file, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', args: [file, ...args], preopens: { '.': '.' } });
const module = new WebAssembly.Module(readFileSync(file));
const bench = { start() {}, end() {} };
wasi.start(new WebAssembly.Instance(module, { ...wasi.getImportObject(), bench }));
