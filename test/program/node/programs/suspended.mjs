/** Stacks that wait for promises at the same time (JavaScript Promise Integration). */
import { inspect } from 'node:util';

const show = (name, value) => console.log(name, inspect(value));

// (module (import "h" "wait" (func $w (param i32) (result i32)))
//   (func $add (export "add") (param i32) (result i32) (local i32)
//     (local.set 1 (i32.mul (local.get 0) (i32.const 3)))
//     (i32.add (local.get 1) (call $w (local.get 0))))
//   (func (export "divide") (param i32) (result i32)
//     (i32.add (local.get 0)
//       (i32.div_u (call $add (local.get 0)) (i32.sub (local.get 0) (i32.const 3))))))
const bytes = Buffer.from(
  'AGFzbQEAAAABBgFgAX8BfwIKAQFoBHdhaXQAAAMDAgAABxACA2FkZAABBmRpdmlkZQACCiQCEgEBfyAAQQNsIQEgASAAEABqCw8AIAAgABABIABBA2tuagsAEARuYW1lAQkCAAF3AQNhZGQ=',
  'base64',
);

/** Of the frames in wasm: the number in a URL is a hash of what V8 has compiled. */
function wasmFrames(error) {
  const lines = error.stack.split('\n').filter((line) => line.includes('wasm-function'));
  return lines.map((line) => line.trim().replace(/wasm\/[0-9a-f]+/, 'wasm'));
}

class Waiting extends WebAssembly.Suspending {}

async function wait(n) {
  if (n === 1) show('stack', wasmFrames(new Error('here')));
  for (let i = n; i < 6; i++) await null;
  show('waited', n);
  if (n === 5) throw new RangeError('five');
  return n * 1000;
}

const { instance } = await WebAssembly.instantiate(bytes, { h: { wait: new Waiting(wait) } });
const { add, divide } = instance.exports;
show('suspending', [Waiting.name, new Waiting(wait) instanceof WebAssembly.Suspending]);
const promising = { add: WebAssembly.promising(add), divide: WebAssembly.promising(divide) };
show('promising', promising);
const results = [1, 2, 3, 4, 5].flatMap((n) =>
  Object.entries(promising).map(async ([name, f]) => {
    try {
      show(`${name} ${n}`, await f(n));
    } catch (error) {
      show(`${name} ${n}`, [error.name, error.message, wasmFrames(error)]);
    }
  }),
);
await Promise.all(results);
try {
  add(1);
} catch (error) {
  show('without', [error.name, error.message, wasmFrames(error)]);
}
