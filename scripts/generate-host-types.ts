/**
 * Writes src/host/generated/ from wit/: the host's view of the debug-main world as TypeScript
 * types, and the world's functions as data for checking a component. The files are committed, so that the sources type-check in a fresh clone with no build;
 * test/host/generated.test.ts fails when they are out of date.
 *
 *     node scripts/generate-host-types.ts
 */

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateHostTypes } from '@bytecodealliance/jco-transpile';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import { shapeOf, withoutVersion } from '../src/host/world.ts';
import { readComponent } from '../src/wasm/component/component.ts';
import type { Externs } from '../src/wasm/component/types.ts';
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
  const texts = Object.entries(files).map(
    ([name, bytes]) => [name, decoder.decode(bytes)] as const,
  );
  return new Map([...texts, ['world.ts', await worldShape()]]);
}

/** From a component that imports and exports the whole world, and does nothing. */
async function worldShape(): Promise<string> {
  const core = await componentEmbed({
    dummy: true,
    witPath: join(root, 'wit'),
    world: 'debug-main',
  });
  const { imports, exports } = readComponent(await componentNew(core));
  const world = { imports: shapes(imports), exports: shapes(exports) };
  return `/** The world debug-main: interfaces, and what is in them. Made by scripts/generate-host-types.ts. */
export const WORLD: {
  readonly imports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
} = ${JSON.stringify(world, null, 2)};
`;
}

function shapes(externs: Externs): Record<string, Record<string, string>> {
  const one = ([name, extern]: [
    string,
    Externs extends ReadonlyMap<string, infer E> ? E : never,
  ]) =>
    [
      withoutVersion(name),
      extern.kind === 'instance' ? shapeOf(extern.exports) : shapeOf(new Map([[name, extern]])),
    ] as const;
  return Object.fromEntries([...externs].map(one));
}

if (import.meta.main) {
  await rm(GENERATED, { recursive: true, force: true });
  for (const [name, text] of await hostTypes()) {
    const path = join(GENERATED, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
