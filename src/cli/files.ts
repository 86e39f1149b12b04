/**
 * What the command line names on the disk beside the program, looked at before any thread is
 * started: the debugger component, directories, JavaScript modules. Runs on main.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StartError, UsageError } from '../program/errors.ts';
import { nearest } from '../program/near.ts';
import type { DebuggerChoice, RunOptions } from './run-options.ts';

/** Two levels up from src/cli as well as from dist/cli. */
const PACKAGE_ROOT = new URL('../../', import.meta.url);

export interface ResolvedDebugger {
  /** For messages, for the mark before its output, and args[0] of the component. */
  readonly name: string;
  readonly path: string;
}

/** @throws UsageError for a name that no built-in debugger has; StartError for a missing file */
export function resolveDebugger(
  choice: Exclude<DebuggerChoice, { kind: 'none' }>,
): ResolvedDebugger {
  if (choice.kind === 'path') {
    if (!existsSync(choice.path)) {
      throw new StartError(`cannot read the debugger ${choice.path}: no such file`);
    }
    const base = choice.path.replace(/^.*\//, '');
    return { name: base.replace(/\.wasm$/, '') || base, path: choice.path };
  }
  const { name } = choice;
  const names = builtInDebuggers();
  if (!names.includes(name)) {
    const near = nearest(name, [...names, 'none']);
    const known = [...names, 'none'].join(', ');
    throw new UsageError(
      `no built-in debugger "${name}" (there are: ${known}); ` +
        (near === undefined
          ? 'the path of a component needs a slash or must end in .wasm'
          : `did you mean ${near}?`),
    );
  }
  const path = fileURLToPath(inGuests(`${name}/dist/${name}.wasm`));
  if (!existsSync(path)) {
    throw new StartError(`the built-in debugger ${name} is not built; run: npm run build`);
  }
  return { name, path };
}

function inGuests(path: string): URL {
  return new URL(`guest-debuggers/${path}`, PACKAGE_ROOT);
}

function builtInDebuggers(): string[] {
  try {
    return (
      readdirSync(inGuests(''))
        // Installed, there is no wit/; in a checkout, what is not built yet has no dist/.
        .filter((name) => ['dist', 'wit'].some((part) => existsSync(inGuests(`${name}/${part}`))))
        .sort()
    );
  } catch {
    return [];
  }
}

/** @throws StartError: node:wasi would only say "uvwasi_init failed" */
export function checkDirsAndImports(options: RunOptions): void {
  checkDirs('--dir', options.dirs);
  checkDirs('--debugger-dir', options.debuggerDirs);
  for (const [name, file] of options.imports) {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      throw new StartError(`--import ${name}=${file}: no such file`);
    }
  }
}

function checkDirs(option: string, dirs: ReadonlyMap<string, string>): void {
  for (const host of dirs.values()) {
    if (!statSync(host, { throwIfNoEntry: false })?.isDirectory()) {
      throw new StartError(`${option} ${host}: no such directory`);
    }
  }
}
