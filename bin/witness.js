#!/usr/bin/env node
// The installed command. Plain JavaScript that every Node from 14 on can parse, so that an old one
// gets a message instead of a syntax error; the real command is dist/cli/main.js.
import { existsSync } from 'node:fs';

const FAILED = 125;

/** \0asm, version 1, then the sections. */
function validates(...sections) {
  return WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0].concat(...sections)));
}

const TYPE = [1, 4, 1, 96, 0, 0]; // (type (func))
const FUNCTION = [3, 2, 1, 0]; // of type 0
const TABLE = [4, 4, 1, 0x70, 0, 1]; // 1 funcref
const body = (...code) => [10, code.length + 4, 1, code.length + 2, 0, ...code, 0x0b];

/** What the instrumented code of every program uses: a smallest module of each. */
const NEEDED = [
  ['bulk memory', [...TYPE, ...FUNCTION, 5, 3, 1, 0, 1, ...body(65, 0, 65, 0, 65, 0, 0xfc, 11, 0)]],
  ['reference types', [...TYPE, ...FUNCTION, ...body(0xd0, 0x70, 0x1a)]],
  ['shared memories', [5, 4, 1, 3, 1, 1]],
  ['multiple memories', [5, 5, 2, 0, 1, 0, 1]],
  ['tail calls', [...TYPE, ...FUNCTION, ...TABLE, ...body(65, 0, 0x13, 0, 0)]],
];

async function start() {
  const missing = NEEDED.filter(([, sections]) => !validates(sections)).map(([name]) => name);
  const major = Number(process.versions.node.split('.')[0]);
  if (missing.length > 0 || major < 22) {
    const why = missing.length > 0 ? `: its WebAssembly has no ${missing.join(', no ')}` : '';
    console.error(`witness: Node ${process.version} is too old${why}; use Node 22 or later`);
    process.exit(FAILED);
  }
  const main = new URL('../dist/cli/main.js', import.meta.url);
  if (!existsSync(main)) {
    console.error('witness: it is not built; run: npm run build');
    process.exit(FAILED);
  }
  await import(main.href);
}

start().catch((error) => {
  console.error(error);
  process.exit(FAILED);
});
