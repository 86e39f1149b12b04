/**
 * Checks of what the engine reports of exceptions: that the event comes before the throw and says
 * what will be thrown, and that the program goes on at the handler that the original bytes name, or
 * ends with this very exception.
 */
import type { Engine, StopEvent } from '../../src/engine/runtime/engine.ts';
import type { ThrownException } from '../../src/engine/runtime/exceptions.ts';
import { frameOperands } from '../../src/engine/runtime/frame-values.ts';
import type { Frame } from '../../src/engine/runtime/frames.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { functionType } from '../../src/wasm/module.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { valTypeName } from '../../src/wasm/types.ts';
import { type Handler, handlerOf } from './handlers.ts';

/** As much of a value as two places can be compared by: references by their kind only. */
type Comparable = { readonly type: string; readonly bits?: number | bigint | Uint8Array };

/** Where an exception is to arrive. */
interface Landing {
  readonly frame: Frame;
  /** Byte offset of the next instruction. */
  readonly pc: number;
  /** Frames that are left then. */
  readonly depth: number;
  /** Undefined if the exception's values are the results of a call. */
  readonly gives: Handler['gives'] | undefined;
}

interface Thrown {
  readonly exception: ThrownException;
  /** Undefined if nothing catches it. */
  readonly landing: Landing | undefined;
  /** The debugger asked for a stop at the next instruction. */
  stepping: boolean;
}

/** Stops of one call at which the instruction is looked up, at 6 us each. */
const MAX_LOOKED_UP = 40;

/** Follows one call into the program after the other. */
export class Throws {
  /** Exceptions followed to a handler or out of the program. */
  followed = 0;
  #stops = 0;
  #thrown: Thrown | undefined;
  /** Stepping has stopped before an instruction that throws, here. */
  #atThrow: Frame | undefined;

  /** A call into the program begins. */
  begin(): void {
    this.#stops = 0;
    this.#thrown = undefined;
    this.#atThrow = undefined;
  }

  /**
   * At each stop, before the debugger has decided how to go on.
   *
   * @throws Error that says what is wrong
   */
  stopped(engine: Engine, event: StopEvent): void {
    // Reported where the program is, whatever that is.
    if (event.kind === 'interrupted') return;
    const thrown = this.#thrown;
    this.#thrown = undefined;
    const expected = this.#atThrow;
    this.#atThrow = undefined;
    if (thrown !== undefined) this.#requireLanding(engine, thrown);
    if (event.kind === 'exception') {
      const { exception } = event;
      const frames = engine.activations().flat();
      requireThrow(engine, frames[0], exception);
      this.#thrown = { exception, landing: landingOf(frames, exception), stepping: false };
    }
    if (event.kind === 'exception' || ++this.#stops < MAX_LOOKED_UP) {
      const frame = engine.activations()[0]?.[0];
      if (expected !== undefined) requireEvent(expected, frame, event);
      if (event.kind === 'breakpoint' && frame !== undefined && throwsAlways(frame)) {
        this.#atThrow = frame;
      }
    }
  }

  /** After the debugger has decided. */
  resumed(stepping: boolean): void {
    if (this.#thrown !== undefined) this.#thrown.stepping = stepping;
  }

  /**
   * The call has returned, or has thrown an error.
   *
   * @throws Error that says what is wrong
   */
  ended(error: unknown): void {
    const thrown = this.#thrown;
    this.#thrown = undefined;
    if (thrown === undefined) {
      if (!(error instanceof WebAssembly.Exception)) return;
      throw new Error('an exception came out of the program that was not reported');
    }
    const { exception, landing, stepping } = thrown;
    if (landing !== undefined) {
      if (stepping) throw new Error(`no stop at ${landing.pc}, where an exception is caught`);
      if (error instanceof WebAssembly.Exception && error.is(exception.tag)) {
        throw new Error(`an exception that is caught at ${landing.pc} came out of the program`);
      }
      return;
    }
    requireSame(error, exception);
    this.followed++;
  }

  #requireLanding(engine: Engine, { exception, landing, stepping }: Thrown): void {
    const frames = engine.activations().flat();
    const frame = frames[0];
    if (landing === undefined) {
      throw new Error(`stopped at ${frame?.pc} after an exception that nothing catches`);
    }
    if (!stepping) return;
    const { fn, instance, base } = landing.frame;
    if (frame?.pc !== landing.pc || frame.fn !== fn || frame.instance !== instance) {
      throw new Error(`an exception arrived at ${frame?.pc}, not at ${landing.pc}`);
    }
    if (frames.length !== landing.depth || frame.base !== base) {
      throw new Error(`an exception left ${frames.length} frames, not ${landing.depth}`);
    }
    requireGiven(frame, engine.frameView, exception, landing.gives);
    this.followed++;
  }
}

function instructionAt({ fn, pc }: Frame): InstructionReader {
  const reader = new InstructionReader(fn.module.original.bytes, pc, fn.body.end);
  reader.read();
  return reader;
}

/** `throw_ref` does not, of null. */
function throwsAlways(frame: Frame): boolean {
  const { op } = instructionAt(frame);
  return op === Op.throw || op === Op.rethrow;
}

function requireEvent(expected: Frame, frame: Frame | undefined, { kind }: StopEvent): void {
  if (kind === 'exception' && frame?.pc === expected.pc && frame.fn === expected.fn) return;
  throw new Error(`stepped over the throw at ${expected.pc}, to a stop for ${kind}`);
}

/** The event comes before the instruction that throws, and says what that throws. */
function requireThrow(engine: Engine, frame: Frame | undefined, exception: ThrownException): void {
  if (frame?.exact !== true) throw new Error('an exception without an exact frame');
  const { op, index } = instructionAt(frame);
  if (op !== Op.throw && op !== Op.throwRef && op !== Op.rethrow) {
    throw new Error(`an exception at ${frame.pc}, where nothing throws`);
  }
  const { tag, params, values, identity } = exception;
  const declared = engine.instances.some(({ module: { original } }, i) =>
    original.tags.some((_, j) => engine.instances[i]!.tag(j) === tag),
  );
  if (!declared) throw new Error('an exception of a tag that no instance has');
  const kinds = values.map(({ type }) => type).join(' ');
  if (params.map(({ kind }) => kind).join(' ') !== kinds) {
    throw new Error(`an exception of (${params.map(valTypeName).join(' ')}) has ${kinds}`);
  }
  if (op === Op.throw) {
    requireDeclared(frame, index, exception);
    requireOperands(frame, engine.frameView, values);
  } else requireSame(identity, exception);
}

/** A `throw` names the tag itself. */
function requireDeclared({ instance }: Frame, index: number, { tag, params }: ThrownException) {
  const { original } = instance.module;
  const declared = functionType(original, original.tags[index]!.type.typeIndex).params;
  if (tag !== instance.tag(index)) throw new Error(`an exception of another tag than ${index}`);
  const names = declared.map(valTypeName).join(' ');
  if (params.map(valTypeName).join(' ') !== names)
    throw new Error(`a tag's types are not ${names}`);
}

/** The newest operands of a frame are these values. */
function requireOperands(frame: Frame, view: DataView, values: readonly Comparable[]): void {
  const operands: readonly Comparable[] = frameOperands(frame, view);
  const given = operands.slice(Math.max(0, operands.length - values.length));
  const same = values.every((value, i) => isSame(given[i], value));
  if (!same) throw new Error(`operands at ${frame.pc} are ${text(given)}, not ${text(values)}`);
}

function requireGiven(
  frame: Frame,
  view: DataView,
  { values }: ThrownException,
  gives: Handler['gives'] | undefined,
): void {
  if (gives === undefined) return;
  const given: Comparable[] = gives.values ? [...values] : [];
  if (gives.reference) given.push({ type: 'ref' });
  requireOperands(frame, view, given);
}

function isSame(actual: Comparable | undefined, expected: Comparable): boolean {
  return actual !== undefined && text([actual]) === text([expected]);
}

function text(values: readonly Comparable[]): string {
  return values.map(({ type, bits }) => `${type}:${bits ?? ''}`).join(' ');
}

/** Where the exception arrives, by the frames that it finds, the newest first. */
function landingOf(frames: readonly Frame[], { tag }: ThrownException): Landing | undefined {
  for (const [i, frame] of frames.entries()) {
    const { fn, instance, snapshot } = frame;
    const isTag = (index: number): boolean => instance.tag(index) === tag;
    const handler = handlerOf(fn.module.original, fn.body, snapshot.pc, isTag);
    if (handler === undefined) continue;
    const depth = frames.length - i;
    if (handler.pc !== undefined) return { frame, pc: handler.pc, depth, gives: handler.gives };
    // The function returns: nothing is left of it where the next instruction is.
    const caller = frames[i + 1];
    return caller && { frame: caller, pc: caller.pc, depth: depth - 1, gives: undefined };
  }
  return undefined;
}

const scratch = new DataView(new ArrayBuffer(8));

/** An object that V8 has thrown is the exception that was reported. */
function requireSame(error: unknown, { tag, params, values }: ThrownException): void {
  if (!(error instanceof WebAssembly.Exception)) {
    throw new Error(`an exception was reported that nothing catches, and then came ${error}`);
  }
  if (!error.is(tag)) throw new Error('an exception of another tag than was reported');
  for (const [i, value] of values.entries()) {
    // JavaScript cannot hold vectors and references to exceptions.
    if (value.type === 'v128' || (value.type === 'ref' && value.hierarchy === 'exn')) continue;
    const actual: unknown = error.getArg(tag, i);
    if (value.type === 'ref') {
      if (actual !== value.object) throw new Error(`value ${i} of an exception is another object`);
    } else if (!Object.is(actual, numberOf(value))) {
      throw new Error(`value ${i} of an exception is ${actual}: ${valTypeName(params[i]!)}`);
    }
  }
}

/** As JavaScript has it. */
function numberOf(value: { type: string; bits: number | bigint }): number | bigint {
  const { type, bits } = value;
  if (typeof bits === 'bigint') {
    scratch.setBigUint64(0, bits);
    return type === 'i64' ? scratch.getBigInt64(0) : scratch.getFloat64(0);
  }
  scratch.setUint32(0, bits);
  return type === 'i32' ? scratch.getInt32(0) : scratch.getFloat32(0);
}
