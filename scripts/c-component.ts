/**
 * Builds a debugger component from C.
 *
 *     node scripts/c-component.ts -o OUT.wasm --wit DIR --world NAME FILE.c [FILE.h ...]
 *
 * The C imports and exports under the names of the component model's canonical ABI; wit/c/debuggee.h
 * has those of the debugger world. `--wit` is a folder, or a file with the world; what is in this
 * repository's `wit/` is added to it, and `--wasi NAME` adds a package of WASI 0.2 (cli, clocks, io).
 */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import './preopen-root.ts';
import { compileC } from './clang.ts';
import { root } from './run.ts';
import { stageWit } from './stage-wit.ts';

/** Declarations of the debugger world, which every C debugger can include by its name alone. */
const HEADER = join(root, 'wit', 'c', 'debuggee.h');

export interface CComponent {
  /** Paths of C files, and of the headers that they include by name alone. */
  readonly sources: readonly string[];
  /** Folder or file with the world. */
  readonly wit: string;
  readonly world: string;
  /** Packages of WASI that the world uses and `wit` does not have: `cli`, `clocks`. */
  readonly wasi?: readonly string[];
  /** For the compiler; default `-O2`. */
  readonly flags?: readonly string[];
}

/**
 * @returns the bytes of the component
 * @throws Error with the tools' messages
 */
export async function buildCComponent(options: CComponent): Promise<Uint8Array> {
  const sources: Record<string, string> = {};
  for (const path of [HEADER, ...options.sources]) {
    sources[basename(path)] = await readFile(path, 'utf8');
  }
  const core = await compileC(sources, 'library', options.flags ?? ['-O2']);
  const wit = await mkdtemp(join(tmpdir(), 'witness-wit-'));
  try {
    await stageWit(resolve(options.wit), wit, options.wasi);
    const { world } = options;
    return await componentNew(await componentEmbed({ binary: core, witPath: wit, world }));
  } finally {
    await rm(wit, { recursive: true });
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string', short: 'o' },
      wit: { type: 'string' },
      world: { type: 'string' },
      wasi: { type: 'string', multiple: true },
    },
  });
  const { out, wit, world, wasi } = values;
  if (out === undefined || wit === undefined || world === undefined || positionals.length === 0) {
    throw new Error('usage: c-component.ts -o OUT.wasm --wit DIR --world NAME FILE.c ...');
  }
  const sources = positionals.map((path) => resolve(path));
  const component = await buildCComponent({ sources, wit, world, wasi: wasi ?? [] });
  await mkdir(dirname(resolve(out)), { recursive: true });
  await writeFile(out, component);
  console.log(`${basename(out)}: ${component.length} bytes`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
