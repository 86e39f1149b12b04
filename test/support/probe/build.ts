/**
 * Builds the probe: a JavaScript debugger component for the host's tests. Takes some seconds, so
 * the result is kept until something that it is made of changes.
 */

import { createHash } from 'node:crypto';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentize } from '@bytecodealliance/componentize-js';
import '../../../scripts/preopen-root.ts';

const here = import.meta.dirname;
const root = fileURLToPath(new URL('../../..', import.meta.url));
const WASI = join(root, 'node_modules/@bytecodealliance/jco/lib/wit/builtin/0.2.12');
const WASI_PACKAGES = ['io', 'cli', 'clocks', 'filesystem', 'random', 'sockets'];
const CACHE = join(root, 'node_modules/.cache/witness-probe');

/** The path of the component. */
export async function buildProbe(): Promise<string> {
  const contract = (await readdir(join(root, 'wit'))).filter((file) => file.endsWith('.wit'));
  const inputs = [
    ...contract.map((file) => join(root, 'wit', file)),
    ...['probe.js', 'world.wit', 'build.ts'].map((file) => join(here, file)),
    join(root, 'package-lock.json'),
  ];
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(await readFile(input)).update('\0');
  const path = join(CACHE, `${hash.digest('hex').slice(0, 32)}.wasm`);
  if (await stat(path).catch(() => undefined)) return path;

  const work = await mkdtemp(join(tmpdir(), 'witness-probe-'));
  try {
    const wit = join(work, 'wit');
    await mkdir(join(wit, 'deps/wasmtime'), { recursive: true });
    await cp(join(here, 'world.wit'), join(wit, 'world.wit'));
    for (const file of contract) {
      await cp(join(root, 'wit', file), join(wit, 'deps/wasmtime', file));
    }
    for (const name of WASI_PACKAGES) {
      await cp(join(WASI, `wasi-${name}`), join(wit, 'deps', name), { recursive: true });
    }
    const { component } = await componentize({
      sourcePath: join(here, 'probe.js'),
      witPath: wit,
      worldName: 'probe',
      disableFeatures: ['stdio', 'random', 'clocks', 'http', 'fetch-event'],
    });
    await mkdir(CACHE, { recursive: true });
    await writeFile(join(work, 'probe.wasm'), component);
    // Copied next to its place first: a rename within one file system is atomic.
    const beside = `${path}.${process.pid}`;
    await cp(join(work, 'probe.wasm'), beside);
    await rename(beside, path);
  } finally {
    await rm(work, { recursive: true });
  }
  return path;
}
