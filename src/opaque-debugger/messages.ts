/**
 * The one catalogue of what crosses the channel between the debugger's thread and the debuggee's.
 *
 *     request   [releases, code, ...arguments]
 *     answer    [value]                                  the method's result
 *               ['error', kind, message, stack, code?]   what it threw
 *
 * `releases` are the handles dropped since the last request; they need no message of their own. The
 * code is the position in QUERIES, or one of the orders below. Orders get no answer: the event that
 * follows tells how they went.
 *
 *     event     [answer, foreseen]
 */

import { Dictionary } from '../channel/codec.ts';
import {
  type DebugEvent,
  DebuggeeError,
  DebuggeeTrap,
  type ErrorCode,
  type Handle,
  type OpaqueDebugger,
} from './opaque-debugger.ts';

/** Everything that is carried out where it is called, or has a message of its own. */
type NotAQuery = 'state' | 'wait' | 'interrupt' | 'release' | 'singleStep' | 'continue_' | 'finish';
export type QueryName = Exclude<keyof OpaqueDebugger, NotAQuery>;

/** Each with the number of its arguments, so that the table is also a check of a request. */
const QUERY_ARITY = {
  allInstances: 0,
  allModules: 0,
  exitFrames: 0,
  instanceGetModule: 1,
  instanceGetMemory: 2,
  instanceGetGlobal: 2,
  instanceGetTable: 2,
  instanceGetFunc: 2,
  instanceGetTag: 2,
  moduleBytecode: 1,
  moduleAddBreakpoint: 2,
  moduleRemoveBreakpoint: 2,
  memorySizeBytes: 1,
  memoryPageSize: 1,
  memoryGrow: 2,
  memoryReadBytes: 3,
  memoryWriteBytes: 3,
  globalGet: 1,
  globalSet: 2,
  tableLength: 1,
  tableGetElement: 2,
  tableSetElement: 3,
  funcParams: 1,
  funcResults: 1,
  tagParams: 1,
  tagNew: 1,
  exceptionTag: 1,
  exceptionValues: 1,
  exceptionNew: 2,
  frameInstance: 1,
  frameFuncAndPc: 1,
  frameLocals: 1,
  frameStack: 1,
  frameParent: 1,
} as const satisfies { readonly [Q in QueryName]: Parameters<OpaqueDebugger[Q]>['length'] };

export const QUERIES = Object.keys(QUERY_ARITY) as readonly QueryName[];
export const queryCode = Object.fromEntries(QUERIES.map((name, code) => [name, code])) as {
  readonly [Q in QueryName]: number;
};

/** Codes of the other messages. Negative, so that they are never a query. */
export const ORDER = {
  /** [resumption, what was asked for in the pause] */
  singleStep: -1,
  /** The same. */
  continue: -2,
  /** [whether all events were taken]. No more are wanted, and no more requests will come. */
  finish: -3,
  /** The one that is answered: takes the event that was announced, if it did not come along. */
  takeEvent: -4,
} as const;

export function arity(name: QueryName): number {
  return QUERY_ARITY[name];
}

const ERROR_CODES = {
  'invalid-entity': true,
  'invalid-pc': true,
  'invalid-frame': true,
  'unsupported-type': true,
  'mismatched-type': true,
  'non-wasm-frame': true,
  'alloc-failure': true,
  'breakpoint-update': true,
  'read-only': true,
  'out-of-bounds': true,
  'memory-grow-failure': true,
  'execution-trap': true,
} as const satisfies { readonly [C in ErrorCode]: true };

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

/** Property names and tags of the values that travel: each becomes one byte. */
export const DICTIONARY = new Dictionary([
  ...['type', 'value', 'bits', 'bytes', 'func', 'exception', 'kind', 'pc', 'values', 'error'],
  ...['i32', 'i64', 'f32', 'f64', 'v128', 'funcref', 'exnref', 'callee', 'args', 'trap'],
  ...['normal', 'inject-call', 'throw-exception', 'early-return', 'complete', 'breakpoint'],
  ...['interrupted', 'injected-call-return', 'debuggee', 'other'],
  ...Object.keys(ERROR_CODES),
]);

/** The answer that carries a thrown error. */
export function errorAnswer(error: unknown): unknown[] {
  if (error instanceof DebuggeeError) {
    return ['error', 'debuggee', error.message, error.stack, error.code];
  }
  if (error instanceof DebuggeeTrap) return ['error', 'trap', error.message, error.stack];
  if (error instanceof Error) {
    return ['error', 'other', `${error.name}: ${error.message}`, error.stack];
  }
  return ['error', 'other', `thrown in the debuggee's thread: ${String(error)}`, undefined];
}

/** The value of an answer. @throws the error that it carries, as the class that it was */
export function openAnswer(answer: unknown): unknown {
  if (!Array.isArray(answer)) throw new DebuggeeTrap('the debuggee gave an answer of a wrong form');
  if (answer.length === 1) return answer[0];
  const [, kind, message, stack, code] = answer as unknown[];
  const error =
    kind === 'debuggee' && isErrorCode(code)
      ? new DebuggeeError(code)
      : kind === 'trap'
        ? new DebuggeeTrap()
        : new Error();
  error.message = String(message);
  if (typeof stack === 'string') error.stack = stack;
  throw error;
}

/** The handles that an event gives to whoever takes it. */
export function handlesOf(event: DebugEvent): Handle<string>[] {
  if (event.kind === 'exception') return [event.exception];
  if (event.kind !== 'injected-call-return') return [];
  const handles = event.values.map((value) =>
    value.type === 'funcref' ? value.func : value.type === 'exnref' ? value.exception : undefined,
  );
  return handles.filter((handle) => handle !== undefined);
}
