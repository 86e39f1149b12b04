/**
 * The program in the debuggee Worker: made ready as far as possible without running its code, so
 * that what is wrong with it is said before a debugger has anything to do with it, then run.
 */
import type { DebugModule, Engine } from '../engine/runtime/engine.ts';
import type { OnStage } from '../host/stage.ts';
import type { Module } from '../wasm/module.ts';
import type { DebuggeeStart } from './debuggee-messages.ts';
import { messageOf, StartError, UsageError } from './errors.ts';
import { featureHint, missingFeatures } from './features.ts';
import { checkResolved, loadImportFiles, WASI_MODULE } from './imports.ts';
import { formatResults, type Invocation, planInvocation } from './invoke.ts';
import { createPreview1, type Preview1 } from './preview1.ts';
import { ProgramExit } from './program-exit.ts';
import { writeAll } from './terminal.ts';

const STDOUT = 1;

export interface Program {
  /**
   * Runs it to its end.
   * @returns its exit status
   * @throws StartError if it cannot be linked; otherwise what leaves its outermost frame
   */
  run(): number;
}

/** @throws StartError, UsageError */
export async function prepareProgram(
  engine: Engine,
  start: DebuggeeStart,
  onStage: OnStage,
): Promise<Program> {
  const { file } = start;
  switch (file.kind) {
    case 'module':
      return prepareModule(engine, start, file.bytes);
    case 'component': {
      // Only here: it needs preview2-shim, which costs more to load than a small program to run.
      const { prepareComponent } = await import('./component.ts');
      return prepareComponent(engine, start, file.bytes, onStage);
    }
    case 'javascript':
      throw new StartError(`${start.program}: a program in JavaScript is a Worker's entry itself`);
  }
}

async function prepareModule(
  engine: Engine,
  start: DebuggeeStart,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Program> {
  const debugModule = load(engine, start.program, bytes);
  const module = debugModule.original;
  const invocation =
    start.invoke === undefined ? undefined : planInvocation(module, start.invoke, start.args);
  if (invocation === undefined) checkRunnable(start.program, module);
  const imports = await loadImportFiles(start.imports);
  const wasi = needsWasi(module, start) ? createWasi(start, module) : undefined;
  if (wasi !== undefined) imports[WASI_MODULE] = wasi.imports;
  checkResolved(start.program, module.imports, imports);
  return {
    run() {
      try {
        const exports = link(engine, debugModule, imports, start.program);
        engine.enter(() => enterProgram(exports, wasi, invocation));
        return 0;
      } catch (error) {
        if (error instanceof ProgramExit) return error.code;
        throw error;
      }
    },
  };
}

function load(engine: Engine, program: string, bytes: Uint8Array<ArrayBuffer>): DebugModule {
  try {
    return engine.loadModule(bytes, program);
  } catch (error) {
    const refused = error instanceof WebAssembly.CompileError;
    const hint = refused ? featureHint(process.version, missingFeatures()) : '';
    throw new StartError(`cannot load ${program}: ${messageOf(error)}${hint}`);
  }
}

function exportsFunction(module: Module, name: string): boolean {
  return module.exports.some((e) => e.kind === 'func' && e.name === name);
}

function checkRunnable(program: string, module: Module): void {
  if (exportsFunction(module, '_start') || module.start !== undefined) return;
  const names = module.exports.filter((e) => e.kind === 'func').map((e) => e.name);
  throw new UsageError(
    `${program} exports no _start function, so say what to run with --invoke; ` +
      (names.length === 0
        ? 'it exports no function'
        : `it exports: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}`),
  );
}

/** Functions of an `--import` file win over Node's. */
function needsWasi(module: Module, start: DebuggeeStart): boolean {
  return module.imports.some((i) => i.module === WASI_MODULE) && !start.imports.has(WASI_MODULE);
}

function createWasi(start: DebuggeeStart, module: Module): Preview1 {
  if (!module.exports.some((e) => e.kind === 'memory' && e.name === 'memory')) {
    throw new StartError(
      `${start.program} imports ${WASI_MODULE} but exports no memory named "memory"`,
    );
  }
  const { invoke, program, args, env, dirs, stdin } = start;
  return createPreview1({
    args: invoke === undefined ? [program, ...args] : [program],
    env,
    dirs,
    stdin,
  });
}

/** Runs the start function too, so what it throws is the program's and passes. */
function link(
  engine: Engine,
  module: DebugModule,
  imports: WebAssembly.Imports,
  program: string,
): WebAssembly.Exports {
  try {
    return engine.instantiate(module, imports).exports;
  } catch (error) {
    if (error instanceof WebAssembly.LinkError) {
      throw new StartError(`cannot link ${program}: ${error.message}`);
    }
    throw error;
  }
}

function enterProgram(
  exports: WebAssembly.Exports,
  wasi: Preview1 | undefined,
  invocation: Invocation | undefined,
): void {
  if (invocation !== undefined) {
    if (wasi !== undefined) wasi.initialize(exports);
    else call(exports, '_initialize');
    const returned = (exports[invocation.name] as (...args: unknown[]) => unknown)(
      ...invocation.args,
    );
    writeAll(STDOUT, formatResults(invocation, returned));
  } else if (wasi !== undefined && exports['_start'] !== undefined) {
    wasi.start(exports);
  } else {
    call(exports, '_start');
  }
}

function call(exports: WebAssembly.Exports, name: string): void {
  const f = exports[name];
  if (typeof f === 'function') f();
}
