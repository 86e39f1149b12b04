import { readFileSync } from 'node:fs';

const module = new WebAssembly.Module(readFileSync('calls.wasm'));
const callback = () => instance.exports.inside() + 1;
const instance = new WebAssembly.Instance(module, { env: { callback } });
console.log('calls', instance.exports.main());
const late = new WebAssembly.Module(readFileSync('fact.wasm'));
const { main } = new WebAssembly.Instance(late, { env: { log: () => {} } }).exports;
console.log('fact', main(4));
