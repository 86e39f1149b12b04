/** Putting together the WIT that a guest debugger is built against. */

import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './run.ts';

/** All packages of WASI 0.2.12 come with jco. */
const WASI = join(root, 'node_modules', '@bytecodealliance', 'jco', 'lib/wit/builtin/0.2.12');

/**
 * Makes the folder `into`: the world in `world` (a folder, or one file of WIT), the contract, and
 * packages of WASI. WIT finds dependencies only in the world's own folder; copying them in for a
 * build lets the repository hold the contract once.
 *
 * @param wasi names of packages such as `cli`, besides `io` and those that `world` has in `deps/wasi-NAME`
 */
export async function stageWit(
  world: string,
  into: string,
  wasi: readonly string[] = [],
): Promise<void> {
  const deps = join(into, 'deps');
  await mkdir(join(deps, 'wasmtime'), { recursive: true });
  await cp(world, world.endsWith('.wit') ? join(into, 'world.wit') : into, { recursive: true });
  for (const file of await readdir(join(root, 'wit'))) {
    if (file.endsWith('.wit')) await cp(join(root, 'wit', file), join(deps, 'wasmtime', file));
  }
  // The contract itself needs `io`.
  for (const name of new Set(['io', ...wasi])) {
    const folder = `wasi-${name}`;
    // The world's own may be another version.
    const options = { recursive: true, force: false };
    await cp(join(WASI, folder), join(deps, folder), options);
  }
}
