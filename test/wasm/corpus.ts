/** The modules that the tests of the binary format run over. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ByteReader } from '../../src/wasm/byte-reader.ts';
import { moduleBytes, type WastModule, wastModules } from '../support/wast.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const corpus = join(root, '../shared/corpus');

export const specSuite: string = join(corpus, 'spec-testsuite');
/** False where the corpus is not beside the repository: then tests over it are skipped. */
export const hasCorpus: boolean = existsSync(corpus);
if (!hasCorpus) console.warn(`corpus absent: no ${relative(root, corpus)} beside the repository`);

export interface NamedModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Modules that compilers made: the corpus's, and those that come with the dependencies. */
export function compiledModules(): NamedModule[] {
  return (
    [join(corpus, 'sightglass'), join(root, 'node_modules/@bytecodealliance')]
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => files(folder, '.wasm'))
      // Other versions of packages that are there already: the same code again, and 50 MB of it.
      .filter((path) => !/componentize-js-|jco.node_modules/.test(path))
      .flatMap((path) =>
        coreModules(new Uint8Array(readFileSync(path))).map((bytes, i) => ({
          name: `${relative(root, path)}${i === 0 ? '' : `#${i}`}`,
          bytes,
        })),
      )
  );
}

function files(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(folder, name));
}

const CORE_MODULE_SECTION = 1;
const COMPONENT_SECTION = 4;

/** The file itself, or the core modules in a component and the components nested in it. */
function coreModules(bytes: Uint8Array): Uint8Array[] {
  const isComponent = bytes[6] === 1;
  if (!isComponent) return [bytes];
  const found: Uint8Array[] = [];
  const input = new ByteReader(bytes, 8);
  while (input.offset < input.end) {
    const id = input.u8();
    const content = input.bytes(input.u32());
    if (id === CORE_MODULE_SECTION || id === COMPONENT_SECTION) found.push(...coreModules(content));
  }
  return found;
}

export interface SpecModule extends NamedModule {
  readonly wast: WastModule;
}

/** The suite's modules that `wanted` picks, assembled. Quoted text that is malformed is left out. */
export async function specModules(wanted: (module: WastModule) => boolean): Promise<SpecModule[]> {
  const modules: SpecModule[] = [];
  for (const path of files(specSuite, '.wast')) {
    for (const wast of wastModules(readFileSync(path, 'utf8'))) {
      if (!wanted(wast)) continue;
      const bytes = await moduleBytes(wast);
      modules.push({ name: `${relative(specSuite, path)}:${wast.line}`, bytes, wast });
    }
  }
  return modules;
}

/** Modules that the suite says are well-formed and valid. */
export const isValid = ({ expectation }: WastModule): boolean =>
  expectation === 'valid' || expectation === 'unlinkable' || expectation === 'trap';

/** Modules by the script they come from, so that a script is one test. */
export function byScript(
  modules: readonly SpecModule[],
): { script: string; modules: readonly SpecModule[] }[] {
  const scripts = Map.groupBy(modules, ({ name }) => name.slice(0, name.lastIndexOf(':')));
  return [...scripts].map(([script, of]) => ({ script, modules: of }));
}
