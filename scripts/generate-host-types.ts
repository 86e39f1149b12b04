/**
 * Writes src/host/generated/ from wit/: the host's view of the debug-main world as TypeScript
 * types. The files are committed, so that the sources type-check in a fresh clone with no build;
 * test/host/generated.test.ts fails when they are out of date.
 *
 *     node scripts/generate-host-types.ts
 */

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateHostTypes } from '@bytecodealliance/jco-transpile';
import * as filesystem from '@bytecodealliance/preview2-shim/filesystem';

const root = fileURLToPath(new URL('..', import.meta.url));
export const GENERATED = join(root, 'src/host/generated');

/** File names relative to GENERATED, and their texts. */
export async function hostTypes(): Promise<Map<string, string>> {
  // jco is itself a component that reads wit/ through the shim, which by default shows it nothing.
  // (The package's types are those of its browser build, where a preopen is not a path.)
  const shim = filesystem as unknown as {
    _getPreopens(): unknown[];
    _addPreopen(guest: string, host: string): void;
  };
  if (shim._getPreopens().length === 0) shim._addPreopen('/', '/');
  const files: Record<string, Uint8Array> = await generateHostTypes(join(root, 'wit'), {
    worldName: 'debug-main',
    instantiation: { tag: 'async' },
  });
  const decoder = new TextDecoder();
  return new Map(Object.entries(files).map(([name, bytes]) => [name, decoder.decode(bytes)]));
}

if (import.meta.main) {
  await rm(GENERATED, { recursive: true, force: true });
  for (const [name, text] of await hostTypes()) {
    const path = join(GENERATED, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
