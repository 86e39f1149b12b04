/** Modules that Node itself makes: ES modules, node:wasi, compiled with V8's builtins. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { WASI } from 'node:wasi';

const show = (name, value) => console.log(name, inspect(value));
const bytes = readFileSync(process.argv[2]);
const log = (n) => show('log', n);
const env = `
export const log = ${log};
const show = (name, value) => console.log(name, value);
export const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
export const table = new WebAssembly.Table({ element: 'anyfunc', initial: 4 });
export const global = new WebAssembly.Global({ value: 'i32', mutable: true }, 9);
export const constant = 5n;
export const tag = new WebAssembly.Tag({ parameters: ['i32'] });
export const callback = (f) => f();
`;

const directory = mkdtempSync(join(tmpdir(), 'modules-'));
try {
  copyFileSync(process.argv[2], join(directory, 'everything.wasm'));
  writeFileSync(join(directory, 'package.json'), '{"imports":{"env":"./env.mjs"}}');
  writeFileSync(join(directory, 'env.mjs'), env);
  writeFileSync(
    join(directory, 'main.mjs'),
    `import source everything from './everything.wasm';
     import * as env from './env.mjs';
     const instance = new WebAssembly.Instance(everything, { env });
     console.log(everything instanceof WebAssembly.Module, everything, instance.exports.add(1, 2));`,
  );
  // (module $counter (import "./host.mjs" "step" (func (result i32))) (global $n (export "n") (mut i32)
  //   (i32.const 40)) (func (export "count") (result i32)
  //   (global.set $n (i32.add (global.get $n) (call 0))) (global.get $n)))
  writeFileSync(
    join(directory, 'counter.wasm'),
    Buffer.from(
      'AGFzbQEAAAABBQFgAAF/AhMBCi4vaG9zdC5tanMEc3RlcAAAAwIBAAYGAX8BQSgLBw0CAW4DAAVjb3VudAABCg0BCwAjABAAaiQAIwAL',
      'base64',
    ),
  );
  writeFileSync(join(directory, 'host.mjs'), 'export const step = () => 2;');
  writeFileSync(
    join(directory, 'evaluated.mjs'),
    `import * as counter from './counter.wasm';
     console.log(Object.keys(counter), counter.n, counter.count(), counter.n, String(counter.count));`,
  );
  await import(pathToFileURL(join(directory, 'main.mjs')).href);
  await import(pathToFileURL(join(directory, 'evaluated.mjs')).href);
} finally {
  rmSync(directory, { recursive: true });
}

const server = createServer((_, response) => {
  response.setHeader('content-type', 'application/wasm');
  response.end(bytes);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const imports = {
  env: {
    log,
    memory: new WebAssembly.Memory({ initial: 1, maximum: 4 }),
    table: new WebAssembly.Table({ element: 'anyfunc', initial: 4 }),
    global: new WebAssembly.Global({ value: 'i32', mutable: true }, 9),
    constant: 5n,
    tag: new WebAssembly.Tag({ parameters: ['i32'] }),
    callback: (f) => f(),
  },
};
const url = `http://127.0.0.1:${server.address().port}/`;
const streamed = await WebAssembly.instantiateStreaming(fetch(url), imports);
show('streamed', [Object.keys(streamed), streamed.instance.exports.add(3, 4)]);
const compiled = await WebAssembly.compileStreaming(fetch(url));
show('compiled', [compiled, new WebAssembly.Instance(compiled, imports).exports.add(5, 6)]);
server.close();

// (module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))) (memory (export "memory") 1)
//   (func (export "_start") (call 0 (i32.const 7))))
const exits = Uint8Array.from(
  Buffer.from(
    'AGFzbQEAAAABCAJgAX8AYAAAAiQBFndhc2lfc25hcHNob3RfcHJldmlldzEJcHJvY19leGl0AAADAgEBBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAEKCAEGAEEHEAAL',
    'base64',
  ),
);
const wasi = new WASI({ version: 'preview1', returnOnExit: true });
const instance = await WebAssembly.instantiate(
  new WebAssembly.Module(exits),
  wasi.getImportObject(),
);
show('wasi', [wasi.start(instance), instance]);
