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
import './preopen-root.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
export const GENERATED = join(root, 'src/host/generated');

/** File names relative to GENERATED, and their texts. */
export async function hostTypes(): Promise<Map<string, string>> {
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
