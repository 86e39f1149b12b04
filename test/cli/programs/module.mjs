/** WebAssembly imported in the source phase: Node loads and compiles it. */
import source sort from '../../../examples/out/sort.wasm';

const { exports } = new WebAssembly.Instance(sort, { host: { compare: (a, b) => b - a } });
const numbers = new Int32Array(exports.memory.buffer, 0, 5);
numbers.set([3, 1, 4, 1, 5]);
exports.sort(numbers.length);
console.log(...numbers);
