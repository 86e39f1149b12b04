/** src/main.ts to my-debugger.wasm: bundled to one file, then made a component with a JavaScript engine in it. */

import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentize } from '@bytecodealliance/componentize-js';
import { _addPreopen } from '@bytecodealliance/preview2-shim/filesystem';
import { rolldown } from 'rolldown';

const BUNDLE = resolve('dist/bundle.js');
const OUT = 'my-debugger.wasm';

const bundle = await rolldown({
  input: 'src/main.ts',
  // What the component imports from its host.
  external: /^(bytecodealliance:|wasi:|print-debugger-info$)/,
  // The engine in the component does not know `using`.
  transform: { target: 'es2022' },
});
await bundle.write({ file: BUNDLE, format: 'esm' });

// The tool reads WIT through WASI, which gives it no directory by itself.
_addPreopen('/', '/');
const { component } = await componentize({
  sourcePath: BUNDLE,
  witPath: dirname(fileURLToPath(import.meta.resolve('witness/wit/world.wit'))),
  worldName: 'debug-main',
  // Leaves no imports but the world's own.
  disableFeatures: ['stdio', 'random', 'clocks', 'http', 'fetch-event'],
});
await writeFile(OUT, component);
console.log(`${OUT}: ${(component.length / 1e6).toFixed(1)} MB`);
