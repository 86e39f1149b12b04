/**
 * The inspector session of `v8-trace.ts`, in a Worker: sets a breakpoint at every location where V8
 * takes one and writes down the stack at every pause. A function gets its first breakpoint when its
 * module appears and the others when it is entered: each takes longer the more there are.
 *
 * Breakpoints, not steps: V8 cannot step from JavaScript into WebAssembly, so steps would lose the
 * program whenever a host function calls back.
 */
import { type Debugger, Session } from 'node:inspector/promises';
import { parentPort } from 'node:worker_threads';
import { decodeModule } from '../../../src/wasm/module.ts';
import { referenceText } from './reference-text.ts';
import type { FrameState, StackState } from './state.ts';
import type { ReferenceTests } from './v8-trace.ts';

const main = parentPort!;
const session = new Session();
session.connectToMainThread();

/** The module that the main thread is about to compile. */
let expected: Expected | undefined;
const scripts = new Map<string, Script>();
let stops: StackState[] = [];
let active = true;
/** No more stops than this are written down. */
let wanted = 0;

interface Expected {
  /** Its bytes in base64. */
  readonly expect: string;
  readonly number: number;
  readonly stops: number;
}

interface Script {
  /** Number of the scenario's module. */
  readonly number: number;
  /** Where V8 takes breakpoints, as byte offsets, by defined function. */
  readonly functions: readonly (readonly number[])[];
  /** Defined functions that have all their breakpoints. */
  readonly entered: Set<number>;
}

interface WasmScript {
  readonly scriptId: string;
  readonly scriptLanguage?: string;
  readonly codeOffset?: number;
  readonly endColumn: number;
}

/** Opcodes that V8 lists, but never stops at: block, loop. */
const NO_BREAKS: ReadonlySet<number> = new Set([0x02, 0x03]);

main.on('message', (message: 'stops' | Expected) => {
  if (message === 'stops') {
    main.postMessage(stops);
    stops = [];
    return;
  }
  expected = message;
  wanted = message.stops;
  void setActive(true)
    .then(() => main.postMessage('expecting'))
    .catch(fail);
});

session.on('Debugger.scriptParsed', ({ params }) => {
  const script: WasmScript = params;
  if (script.scriptLanguage === 'WebAssembly') void watch(script).catch(fail);
});
session.on('Debugger.paused', ({ params }) => {
  void record(params.callFrames)
    .then(() => breakEverywhere(params.callFrames[0]!.location))
    .then(() => setActive(stops.length < wanted))
    .then(() => send('Debugger.resume', {}))
    .catch(fail);
});
await send('Debugger.enable', {});
main.postMessage('ready');

async function watch({ scriptId, codeOffset, endColumn }: WasmScript): Promise<void> {
  if (expected === undefined) return;
  const { bytecode } = await send<{ bytecode?: string }>('Debugger.getScriptSource', { scriptId });
  if (bytecode !== expected.expect) return;
  const { number } = expected;
  expected = undefined;
  const at = (columnNumber: number) => ({ scriptId, lineNumber: 0, columnNumber });
  // V8 answers with at most a thousand at once.
  const columns: number[] = [];
  for (let from = codeOffset ?? 0; from < endColumn; from = (columns.at(-1) ?? endColumn) + 1) {
    const range = { start: at(from), end: at(endColumn) };
    const { locations } = await send<{ locations: Debugger.Location[] }>(
      'Debugger.getPossibleBreakpoints',
      range,
    );
    if (locations.length === 0) break;
    for (const { columnNumber } of locations) columns.push(columnNumber!);
  }
  const module = decodeModule(Buffer.from(bytecode!, 'base64'));
  const functions = module.bodies.map(({ codeStart, end }) =>
    columns.filter((column) => column >= codeStart && column < end),
  );
  scripts.set(scriptId, { number, functions, entered: new Set() });
  for (const locations of functions) {
    const first = locations.find((column) => !NO_BREAKS.has(module.bytes[column]!));
    await send('Debugger.setBreakpoint', { location: at(first!) });
  }
  main.postMessage('set');
}

/** Sets the breakpoints of the function that is paused at its first. */
async function breakEverywhere({ scriptId, columnNumber }: Debugger.Location): Promise<void> {
  const script = scripts.get(scriptId);
  if (script === undefined) return;
  const number = script.functions.findIndex((locations) => locations.includes(columnNumber!));
  if (script.entered.has(number)) return;
  script.entered.add(number);
  for (const location of script.functions[number]!) {
    if (location === columnNumber) continue;
    await send('Debugger.setBreakpoint', {
      location: { scriptId, lineNumber: 0, columnNumber: location },
    });
  }
}

async function record(callFrames: readonly Debugger.CallFrame[]): Promise<void> {
  const scopes = callFrames.flatMap(({ scopeChain }) =>
    isWasm(scopeChain)
      ? [scopeOf(scopeChain, 'local'), scopeOf(scopeChain, 'wasm-expression-stack')]
      : [],
  );
  if (scopes.length === 0) return;
  const { result } = await send<{ result: { value: string[][] } }>('Runtime.callFunctionOn', {
    objectId: scopes[0]!.objectId!,
    arguments: scopes,
    returnByValue: true,
    functionDeclaration: `function (...scopes) {
      ${referenceText.toString()}
      return (${describe.toString()})(referenceText, scopes);
    }`,
  });
  const values = result.value;
  const stack: FrameState[][] = [];
  let activation: FrameState[] | undefined;
  let next = 0;
  for (const { scopeChain, location } of callFrames) {
    if (!isWasm(scopeChain)) {
      activation = undefined;
      continue;
    }
    if (activation === undefined) {
      activation = [];
      stack.push(activation);
    }
    activation.push({
      module: scripts.get(location.scriptId)!.number,
      pc: location.columnNumber!,
      locals: values[next++]!,
      operands: values[next++]!,
    });
  }
  stops.push(stack);
}

async function setActive(value: boolean): Promise<void> {
  if (value !== active) await send('Debugger.setBreakpointsActive', { active: value });
  active = value;
}

/** The types of Node's inspector lack methods and what V8 answers for WebAssembly. */
function send<T>(method: string, params: object): Promise<T> {
  const post = session.post.bind(session) as (method: string, params: object) => Promise<unknown>;
  return post(method, params) as Promise<T>;
}

function isWasm(scopeChain: readonly Debugger.Scope[]): boolean {
  return scopeChain.some(({ type }) => type === 'wasm-expression-stack');
}

function scopeOf(scopeChain: readonly Debugger.Scope[], type: string): { objectId: string } {
  return { objectId: scopeChain.find((scope) => scope.type === type)!.object.objectId! };
}

/** Runs in the paused thread, on the scope objects of all frames: the values of each, in order. */
function describe(
  reference: typeof referenceText,
  scopes: readonly Record<string, unknown>[],
): string[][] {
  interface WasmValue {
    readonly type: string;
    readonly value: unknown;
  }
  const { isNullException, numberOf } = globalThis as unknown as ReferenceTests;
  // An array has a length, of JavaScript's.
  const fieldsOf = (shown: object, inner: (value: unknown) => string): string[] | undefined => {
    if (Object.getPrototypeOf(shown) !== null) return undefined;
    const fields = Object.values(shown).filter((field) => typeof field === 'object');
    return fields.map((field: WasmValue) => {
      const nested = typeof field.value === 'object' || typeof field.value === 'function';
      return nested ? inner(field.value) : text(field);
    });
  };
  const view = new DataView(new ArrayBuffer(8));
  const hex = (digits: number, bits: number | bigint) => bits.toString(16).padStart(digits, '0');
  const text = ({ type, value }: WasmValue): string => {
    switch (type) {
      case 'i32':
        return `i32:${hex(8, (value as number) >>> 0)}`;
      case 'i64':
        return `i64:${hex(16, BigInt.asUintN(64, value as bigint))}`;
      case 'f32':
        view.setFloat32(0, value as number);
        // V8 shows an f32 as a double, which makes a signaling NaN quiet.
        return `f32:${hex(8, view.getUint32(0))}`;
      case 'f64':
        view.setFloat64(0, value as number);
        return `f64:${hex(16, view.getBigUint64(0))}`;
      case 'v128':
        return `v128:${(value as string)
          .replace(/^i32x4 /, '')
          .replaceAll('0x', '')
          .toLowerCase()}`;
      case 'i8':
      case 'i16':
        return `${type}:${value}`;
      case 'exnref':
        // V8 hands its own null out as it is: to touch it in JavaScript ends the process.
        return reference(type, isNullException(value) ? null : value, numberOf, fieldsOf);
      default: {
        // What a legacy handler has caught is an operand with the type of any object.
        const kind = value instanceof WebAssembly.Exception ? 'exnref' : type;
        return reference(kind, value, numberOf, fieldsOf);
      }
    }
  };
  return scopes.map((scope) => {
    // The operand stack is one property of its scope, locals are one property each.
    const { stack } = scope as { stack?: object };
    return Object.values(stack ?? scope).map((value) => text(value as WasmValue));
  });
}

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}
