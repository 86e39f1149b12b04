/**
 * Builds the components of the contract's tests, each an interpreter of test/host/contract/script.ts:
 * one in C, one in TypeScript. Kept until something that they are made of changes.
 */

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { componentize } from '@bytecodealliance/componentize-js';
import { rolldown } from 'rolldown';
import '../../../scripts/preopen-root.ts';
import { buildCComponent } from '../../../scripts/c-component.ts';
import { root } from '../../../scripts/run.ts';
import { stageWit } from '../../../scripts/stage-wit.ts';

const here = import.meta.dirname;
const CACHE = join(root, 'node_modules/.cache/witness-guests');
const WORLD = join(here, 'world.wit');
const WASI = ['cli', 'clocks', 'filesystem', 'random', 'sockets'];
const INTERPRETER = join(here, '../../host/contract/interpreter.ts');
const TOOLS = ['c-component.ts', 'clang.ts', 'stage-wit.ts'];

/** The path of a component in C of this world, from files in this folder. */
export function buildCGuest(...files: readonly string[]): Promise<string> {
  const sources = files.map((file) => join(here, file));
  return cached([...sources, join(root, 'wit/c/debuggee.h')], () =>
    buildCComponent({ sources, wit: WORLD, world: 'guest', wasi: WASI }),
  );
}

/** The path of the interpreter in C. */
export function buildCInterpreter(): Promise<string> {
  return buildCGuest('interpreter.c', 'calls.h', 'methods.h');
}

/** The path of the component in C that calls at random. */
export function buildRandomCaller(): Promise<string> {
  return buildCGuest('random.c', 'calls.h', 'methods.h');
}

/** The path of the interpreter in TypeScript. */
export function buildTypeScriptInterpreter(): Promise<string> {
  const main = join(here, 'guest.js');
  return cached([main, INTERPRETER], () => componentizeGuest(main));
}

async function componentizeGuest(main: string): Promise<Uint8Array> {
  const work = await mkdtemp(join(tmpdir(), 'witness-guest-'));
  try {
    const bundle = await rolldown({
      input: main,
      external: /^(bytecodealliance:|wasi:|print-debugger-info$)/,
      transform: { target: 'es2022' },
    });
    const sourcePath = join(work, 'bundle.js');
    await bundle.write({ file: sourcePath, format: 'esm' });
    await bundle.close();
    const witPath = join(work, 'wit');
    await stageWit(WORLD, witPath, WASI);
    const { component } = await componentize({
      sourcePath,
      witPath,
      worldName: 'guest',
      disableFeatures: ['stdio', 'random', 'clocks', 'http', 'fetch-event'],
    });
    return component;
  } finally {
    await rm(work, { recursive: true });
  }
}

async function cached(
  sources: readonly string[],
  build: () => Promise<Uint8Array>,
): Promise<string> {
  const contract = (await readdir(join(root, 'wit'))).filter((file) => file.endsWith('.wit'));
  const inputs = [
    ...sources,
    ...contract.map((file) => join(root, 'wit', file)),
    ...TOOLS.map((file) => join(root, 'scripts', file)),
    ...[WORLD, import.meta.filename, join(root, 'package-lock.json')],
  ];
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(await readFile(input)).update('\0');
  const name = basename(sources[0]!).replace(/\W/g, '-');
  const path = join(CACHE, `${name}-${hash.digest('hex').slice(0, 32)}.wasm`);
  if (await stat(path).catch(() => undefined)) return path;
  const component = await build();
  await mkdir(CACHE, { recursive: true });
  // A rename within one file system is atomic: another test may build the same.
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, component);
  await rename(beside, path);
  return path;
}
