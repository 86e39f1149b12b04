/**
 * A component as the program: its core modules under the engine, the rest as jco's JavaScript in the
 * same thread, on preview2-shim. A call from one core module to another goes through that JavaScript
 * wherever the component model has something to convert, and is an activation of its own then. Runs in
 * the debuggee Worker.
 */
import type { DebugModule, Engine } from '../engine/runtime/engine.ts';
import type { OnStage } from '../host/stage.ts';
import { type Transpiled, transpileCached } from '../host/transpile.ts';
import { type ComponentImports, importsOf, missingImports, withoutVersion } from '../host/world.ts';
import { type ComponentInterface, readComponent } from '../wasm/component/component.ts';
import { coreModules } from '../wasm/component/core-modules.ts';
import { skeletonKey, skeletonOf } from '../wasm/component/skeleton.ts';
import { decodeModule } from '../wasm/module.ts';
import { decodeModuleName } from '../wasm/names.ts';
import { type ComponentCall, planCall } from './component-invoke.ts';
import { programWasi } from './component-wasi.ts';
import type { DebuggeeStart } from './debuggee-messages.ts';
import { messageOf, StartError, UsageError } from './errors.ts';
import { loadImportFiles } from './imports.ts';
import type { Program } from './program.ts';
import { ProgramExit } from './program-exit.ts';
import { writeAll } from './terminal.ts';

const STDOUT = 1;
const RUN = 'wasi:cli/run';

/** What jco's JavaScript exports, and gives. */
interface Generated {
  instantiate(
    getCoreModule: (path: string) => DebugModule,
    imports: ComponentImports,
    instantiateCore: (
      module: DebugModule,
      imports?: WebAssembly.Imports,
    ) => { readonly exports: WebAssembly.Exports },
  ): Record<string, unknown>;
}

/** @throws StartError, UsageError */
export async function prepareComponent(
  engine: Engine,
  start: DebuggeeStart,
  bytes: Uint8Array,
  onStage: OnStage,
): Promise<Program> {
  const { program } = start;
  const shape = readShape(program, bytes);
  const call =
    start.invoke === undefined ? undefined : planCall(shape.exports, start.invoke, start.args);
  if (call === undefined) checkRunnable(program, shape);
  const transpiled = await transpile(program, bytes, onStage);
  const imports = { ...programWasi(start), ...(await importFiles(start)) };
  const missing = missingImports(importsOf(shape), imports);
  if (missing.length > 0) throw new StartError(missingMessage(program, missing));
  const generated = await load(transpiled);
  const modules = loadModules(engine, program, bytes, transpiled);
  return {
    run() {
      try {
        return engine.enter(() => {
          const exports = generated.instantiate(
            (path) => modules.get(path)!,
            imports,
            (module, coreImports) => engine.instantiate(module, coreImports),
          );
          return call === undefined ? runCommand(exports) : invoke(call, exports);
        });
      } catch (error) {
        if (error instanceof ProgramExit) return error.code;
        throw error;
      }
    },
  };
}

function readShape(program: string, bytes: Uint8Array): ComponentInterface {
  try {
    return readComponent(bytes);
  } catch (error) {
    throw new StartError(`cannot load ${program}: ${messageOf(error)}`);
  }
}

function checkRunnable(program: string, { exports }: ComponentInterface): void {
  const names = [...exports.keys()];
  if (names.some((name) => withoutVersion(name) === RUN)) return;
  throw new UsageError(
    `${program} is no command (it does not export ${RUN}), so say what to run with --invoke; ` +
      (names.length === 0 ? 'it exports nothing' : `it exports: ${names.join(', ')}`),
  );
}

async function transpile(
  program: string,
  bytes: Uint8Array,
  onStage: OnStage,
): Promise<Transpiled> {
  const cached = (component: Uint8Array) =>
    transpileCached(component, undefined, (state) =>
      onStage({ what: `transpiling ${program}`, state, detail: 'kept for the next time' }),
    );
  try {
    return await cached(bytes);
  } catch (error) {
    // jco knows fewer instructions than V8: of exceptions, for instance, none.
    const transpiled = await transpileSkeleton(bytes, cached).catch(() => undefined);
    if (transpiled !== undefined) return transpiled;
    const text = messageOf(error).replace(/\s*\n\s*/g, ' ');
    throw new StartError(`cannot load ${program}: ${text.trim()}`);
  }
}

/** Gives jco what is seen of core modules from outside, which is all that its JavaScript needs. */
async function transpileSkeleton(
  bytes: Uint8Array,
  transpileOne: (component: Uint8Array) => Promise<Transpiled>,
): Promise<Transpiled> {
  const { component, originals } = skeletonOf(bytes);
  const transpiled = await transpileOne(component);
  const modules = new Map<string, Uint8Array>();
  for (const [path, module] of transpiled.modules) {
    modules.set(path, originals.get(skeletonKey(module)) ?? module);
  }
  return { ...transpiled, modules };
}

async function load({ source }: Transpiled): Promise<Generated> {
  // It has no imports, so a data: URL does.
  const text = Buffer.from(source).toString('base64');
  return (await import(`data:text/javascript;base64,${text}`)) as Generated;
}

/** All of them, before any code runs: a debugger can set breakpoints in each from the beginning. */
function loadModules(
  engine: Engine,
  program: string,
  component: Uint8Array,
  { modules }: Transpiled,
): Map<string, DebugModule> {
  const inside = coreModules(component);
  const loaded = new Map<string, DebugModule>();
  for (const [path, bytes] of modules) {
    const found = inside.find((module) => Buffer.compare(module.bytes, bytes) === 0);
    const own = found?.name ?? decodeModuleName(decodeModule(bytes));
    // Those that are not inside are jco's, between one component and another.
    const name = own ?? `${found === undefined ? 'adapter' : 'core'}${loaded.size}`;
    try {
      loaded.set(path, engine.loadModule(bytes, `${program}:${name}`));
    } catch (error) {
      throw new StartError(`cannot load ${program}, core module ${name}: ${messageOf(error)}`);
    }
  }
  return loaded;
}

/** By the interface's name without a version, as jco has them. */
async function importFiles(start: DebuggeeStart): Promise<ComponentImports> {
  const files = await loadImportFiles(start.imports);
  return Object.fromEntries(
    Object.entries(files).map(([name, object]) => [withoutVersion(name), object]),
  ) as ComponentImports;
}

function missingMessage(program: string, missing: readonly string[]): string {
  const interfaces = new Set(missing.map((name) => withoutVersion(name.replace(/^.* of /, ''))));
  const options = [...interfaces].map((name) => `--import ${name}=FILE.mjs`);
  return (
    `${program} needs imports that nobody provides:\n${missing.map((name) => `  ${name}`).join('\n')}\n` +
    `a JavaScript module that exports them can: ${options.join(' ')}`
  );
}

function runCommand(exports: Record<string, unknown>): number {
  const key = Object.keys(exports).find((name) => withoutVersion(name) === RUN)!;
  const { run } = exports[key] as { run(): void };
  const { tag } = resultOf(run);
  return tag === 'ok' ? 0 : 1;
}

function invoke(call: ComponentCall, exports: Record<string, unknown>): number {
  const f = call.function(exports);
  const text = call.show(call.returnsResult ? resultOf(() => f(...call.args)) : f(...call.args));
  if (text !== undefined) writeAll(STDOUT, `${text}\n`);
  return 0;
}

/** jco's form of a function that returns a result gives the value, or throws the error as it is. */
function resultOf(call: () => unknown): { tag: 'ok' | 'err'; val: unknown } {
  try {
    return { tag: 'ok', val: call() };
  } catch (error) {
    // Values of the component model are neither of these.
    if (
      error instanceof Error ||
      error instanceof WebAssembly.Exception ||
      error instanceof ProgramExit
    ) {
      throw error;
    }
    return { tag: 'err', val: error };
  }
}
