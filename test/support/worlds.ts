/** Components of changed worlds: the debugger world with other versions, names or types. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import '../../scripts/preopen-root.ts';
import { compileC } from '../../scripts/clang.ts';
import { root } from '../../scripts/run.ts';
import { stageWit } from '../../scripts/stage-wit.ts';

const here = import.meta.dirname;

export type Edit = (text: string) => string;

/**
 * @param imports lines of the world beside the debugger's own
 * @param edit applied to all WIT
 */
async function withWorld<T>(
  imports: string,
  edit: Edit,
  use: (wit: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'witness-world-'));
  try {
    const world = join(directory, 'source.wit');
    await writeFile(
      world,
      `package test:versions;
      world changed { include bytecodealliance:wasmtime/debug-main@44.0.0; ${imports} }`,
    );
    const wit = join(directory, 'wit');
    await stageWit(world, wit, ['cli', 'clocks', 'filesystem', 'random', 'sockets', 'http']);
    for (const entry of await readdir(wit, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      await writeFile(path, edit(await readFile(path, 'utf8')));
    }
    return await use(wit);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A component that imports and exports the whole world, and traps at whatever is called. */
export function dummyComponent(imports: string, edit: Edit = (text) => text): Promise<Uint8Array> {
  return withWorld(imports, edit, async (witPath) =>
    componentNew(await componentEmbed({ dummy: true, witPath, world: 'changed' })),
  );
}

/** A component made of a C file of this folder. What the compiler made is kept: it takes seconds. */
export async function cComponent(
  file: string,
  imports: string,
  edit: Edit = (text) => text,
): Promise<Uint8Array> {
  const header = edit(await readFile(join(root, 'wit/c/debuggee.h'), 'utf8'));
  const source = edit(await readFile(join(here, file), 'utf8'));
  const binary = await compiled({ 'debuggee.h': header, [file]: source });
  return withWorld(imports, edit, async (witPath) =>
    componentNew(await componentEmbed({ binary, witPath, world: 'changed' })),
  );
}

async function compiled(sources: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const lock = await readFile(join(root, 'package-lock.json'));
  const key = createHash('sha256').update(JSON.stringify(sources)).update(lock).digest('hex');
  const path = join(root, 'node_modules/.cache/witness-c', `${key.slice(0, 32)}.wasm`);
  const kept = await readFile(path).catch(() => undefined);
  if (kept !== undefined) return kept;
  const core = await compileC(sources, 'library', ['-O1']);
  await mkdir(dirname(path), { recursive: true });
  // Other tests may be making the same.
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, core);
  await rename(beside, path);
  return core;
}

/** Puts other versions in place of those of this repository; an empty one leaves it out. */
export function versions(wasi: string, wasmtime: string): Edit {
  const gates = /^\s*@(since|unstable|deprecated)\(.*\)\s*$/gm;
  return (text) =>
    text
      // A gate that names a later version than the package's is an error.
      .replaceAll(gates, '')
      .replaceAll('@0.2.12', `@${wasi}`)
      .replaceAll('@44.0.0', wasmtime === '' ? '' : `@${wasmtime}`);
}
