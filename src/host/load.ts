/** From the bytes of a debugger component to a function that runs it. */

import { readFileSync } from 'node:fs';
import { ComponentError } from './component-error.ts';
import { fileError } from './file-error.ts';
import type * as DebuggerExport from './generated/interfaces/bytecodealliance-wasmtime-debugger.js';
import type { OnStage } from './stage.ts';
import { type Transpiled, transpileCached } from './transpile.ts';
import { type ComponentImports, missingImports, withoutVersion } from './world.ts';

export interface DebuggerComponent {
  /**
   * Instantiates the component. Synchronous: the component may run, and block, on this thread.
   * @throws ComponentError for an import that is not there; what its start functions throw
   */
  instantiate(imports: ComponentImports): typeof DebuggerExport;
}

/** What the generated JavaScript exports. */
interface Generated {
  instantiate(
    getCoreModule: (path: string) => WebAssembly.Module,
    imports: ComponentImports,
    instantiateCore: (
      module: WebAssembly.Module,
      imports?: WebAssembly.Imports,
    ) => WebAssembly.Instance,
  ): unknown;
}

const DEBUGGER = 'bytecodealliance:wasmtime/debugger';
const DEBUGGEE = 'bytecodealliance:wasmtime/debuggee';
const MAGIC = [0, 0x61, 0x73, 0x6d];
/** Bytes 4 to 7 of a binary: its version and its layer. */
const LAYER_AT = 6;
const PREAMBLE_BYTES = 8;

/**
 * @param name what to call it in messages: a path
 * @throws ComponentError
 */
export async function loadComponent(
  bytes: Uint8Array,
  name: string,
  cacheDir?: string,
  onStage: OnStage = () => {},
): Promise<DebuggerComponent> {
  checkPreamble(bytes, name);
  let transpiled: Transpiled;
  try {
    transpiled = await transpileCached(bytes, cacheDir, (state) =>
      onStage({ what: `transpiling ${name}`, state, detail: 'kept for the next time' }),
    );
  } catch (error) {
    throw new ComponentError(`${name}: not a valid component: ${oneLine(error)}`, { cause: error });
  }
  if (!transpiled.exports.some((e) => withoutVersion(e) === DEBUGGER)) {
    // An interface is also exported under its bare name, which is jco's doing.
    const names = transpiled.exports.filter(
      (e, _, all) => !all.some((other) => withoutVersion(other).endsWith(`/${e}`)),
    );
    const found = names.length === 0 ? 'nothing' : names.join(', ');
    throw new ComponentError(
      `${name}: not a debugger: it exports ${found}, and not ${DEBUGGER} (world debug-main)`,
    );
  }
  const { differences } = transpiled.fit;
  if (differences.length > 0) {
    const others = differences.length > 1 ? ` (and ${differences.length - 1} more)` : '';
    throw new ComponentError(
      `${name}: it was built for another version of the world debug-main. ${differences[0]}${others}`,
    );
  }
  // No imports of its own, so a data: URL does: no file of ours has to be executable code.
  const source = Buffer.from(transpiled.source).toString('base64');
  const generated = (await import(`data:text/javascript;base64,${source}`)) as Generated;
  return {
    instantiate: (imports) => instantiate(generated, transpiled, imports, name),
  };
}

/** @throws ComponentError, also for a file that cannot be read */
export async function loadComponentFile(
  path: string,
  cacheDir?: string,
  onStage?: OnStage,
): Promise<DebuggerComponent> {
  let bytes: Uint8Array;
  try {
    // Not asynchronously: that reads 12 MB in pieces, each of which has to wait for its turn.
    bytes = readFileSync(path);
  } catch (error) {
    throw new ComponentError(`${path}: cannot be read: ${fileError(error) ?? oneLine(error)}`, {
      cause: error,
    });
  }
  return loadComponent(bytes, path, cacheDir, onStage);
}

function instantiate(
  generated: Generated,
  transpiled: Transpiled,
  imports: ComponentImports,
  name: string,
): typeof DebuggerExport {
  const missing = missingImports(transpiled.fit.imports, imports);
  if (missing.length > 0) {
    throw new ComponentError(
      `${name}: it imports what Witness does not provide: ${missing.join(', ')}`,
    );
  }
  const exports = generated.instantiate(
    (path) => new WebAssembly.Module(transpiled.modules.get(path) as BufferSource),
    imports,
    (module, coreImports) => new WebAssembly.Instance(module, coreImports),
  ) as Record<string, typeof DebuggerExport>;
  const found = Object.keys(exports).find((e) => withoutVersion(e) === DEBUGGER);
  if (found === undefined) throw new ComponentError(`${name}: no ${DEBUGGER} in its instance`);
  return exports[found]!;
}

/** Says what a file is that is not a component, before jco does so in its own words. */
function checkPreamble(bytes: Uint8Array, name: string): void {
  if (bytes.length === 0) throw new ComponentError(`${name}: the file is empty`);
  if (MAGIC.some((byte, i) => i < bytes.length && bytes[i] !== byte)) {
    throw new ComponentError(`${name}: not a WebAssembly file (it does not begin with \\0asm)`);
  }
  if (bytes.length < PREAMBLE_BYTES) {
    throw new ComponentError(`${name}: the file ends after ${bytes.length} bytes`);
  }
  if (bytes[LAYER_AT] === 0) {
    throw new ComponentError(
      `${name}: a core module, not a component. A debugger is a component with the world ` +
        'debug-main; a core module can be made one with `jco new`',
    );
  }
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, ' ').trim();
}

export { ComponentError };

export const DEBUGGEE_INTERFACE: string = DEBUGGEE;
