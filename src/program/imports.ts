/** What the program imports and who provides it. Runs in the debuggee Worker. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, StartError } from './errors.ts';

export const WASI_MODULE = 'wasi_snapshot_preview1';

/**
 * @param files import module name to the path of a JavaScript module
 * @throws StartError if one cannot be loaded
 */
export async function loadImportFiles(
  files: ReadonlyMap<string, string>,
): Promise<WebAssembly.Imports> {
  const imports: WebAssembly.Imports = {};
  for (const [name, file] of files) {
    try {
      imports[name] = (await import(
        pathToFileURL(resolve(file)).href
      )) as WebAssembly.ModuleImports;
    } catch (error) {
      throw new StartError(`--import ${name}=${file}: ${messageOf(error)}`);
    }
  }
  return imports;
}

interface ImportName {
  readonly module: string;
  readonly name: string;
  readonly desc: { readonly kind: string };
}

/**
 * V8 names only the first import that is missing, and by its position. All at once saves a round
 * for each.
 * @throws StartError that lists every import without a provider
 */
export function checkResolved(
  program: string,
  needed: readonly ImportName[],
  provided: WebAssembly.Imports,
): void {
  const missing = new Map<string, Set<string>>();
  for (const { module, name, desc } of needed) {
    if (provided[module]?.[name] !== undefined) continue;
    const names = missing.get(module) ?? new Set();
    missing.set(module, names.add(`  "${module}" "${name}" (${desc.kind})`));
  }
  if (missing.size === 0) return;
  const lines = [...missing.values()].flatMap((names) => [...names]);
  const options = [...missing.keys()].map((module) => `--import ${module}=FILE.mjs`);
  throw new StartError(
    `${program} needs imports that nobody provides:\n${lines.join('\n')}\n` +
      `a JavaScript module that exports them can: ${options.join(' ')}`,
  );
}
