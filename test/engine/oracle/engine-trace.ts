/** The same scenarios under the engine. */

import { CODE_LIMITS, type CodeLimits } from '../../../src/engine/instrument/code-limits.ts';
import { caughtOffset } from '../../../src/engine/instrument/legacy-shape.ts';
import { createDebugMemory } from '../../../src/engine/runtime/debug-memory.ts';
import { type DebugModule, Engine, type StopEvent } from '../../../src/engine/runtime/engine.ts';
import {
  type FrameValue,
  frameLocals,
  frameOperands,
} from '../../../src/engine/runtime/frame-values.ts';
import type { Frame } from '../../../src/engine/runtime/frames.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { functionType } from '../../../src/wasm/module.ts';
import { Op } from '../../../src/wasm/opcodes.ts';
import { type HeapReader, heapReader } from './heap-objects.ts';
import { ObjectNumbers, referenceText } from './reference-text.ts';
import { type Scenario, show } from './scenario.ts';
import type { FrameState, StackState } from './state.ts';

export interface EngineStop {
  readonly event: StopEvent['kind'];
  readonly stack: StackState;
  /** Opcode id of the instruction that the innermost frame is stopped at. */
  readonly op: number;
}

export interface Driver {
  readonly engine: Engine;
  readonly modules: readonly DebugModule[];
}

/**
 * Runs a scenario.
 *
 * @param identities - how long an object keeps its number: the whole run, or one stop, if runs that
 *   stop elsewhere are to be compared
 * @param begin - called before any code has run, with all modules loaded
 * @param onStop - called at every stop; says how to go on
 * @param codeLimits - without others, callers have all their references: V8 shows them
 * @returns what the embedder returned
 */
export function runUnderEngine(
  scenario: Scenario,
  bytes: readonly Uint8Array[],
  identities: 'run' | 'stop',
  begin: (driver: Driver) => void,
  onStop: (stop: EngineStop, driver: Driver) => 'run' | 'step',
  codeLimits: CodeLimits = { ...CODE_LIMITS, callersReferences: true },
): string {
  let how: 'run' | 'step' = 'run';
  const numbers = new ObjectNumbers();
  let reader: StateReader | undefined;
  const engine = new Engine({
    memory: createDebugMemory(),
    codeLimits,
    onStop: (event) => {
      // The session on the other side does not stop where a host function throws.
      if (!isInHostCall(engine)) {
        if (identities === 'stop') numbers.clear();
        reader ??= new StateReader(engine, numbers.of);
        how = onStop(reader.stack(event), { engine, modules });
      }
      engine.resume(how);
    },
  });
  const modules = bytes.map((module) => engine.loadModule(module));
  begin({ engine, modules });
  return engine.enter(() =>
    show(
      scenario.run({
        instantiate: (module, imports) => engine.instantiate(modules[module]!, imports).exports,
      }),
    ),
  );
}

function isInHostCall(engine: Engine): boolean {
  const newest = engine.activations()[0]?.[0];
  return newest !== undefined && newest.pc === newest.snapshot.next;
}

class StateReader {
  readonly #engine: Engine;
  readonly #numberOf: (object: object) => number;
  readonly #fieldsOf: HeapReader;

  constructor(engine: Engine, numberOf: (object: object) => number) {
    this.#engine = engine;
    this.#numberOf = numberOf;
    this.#fieldsOf = heapReader(engine.modules);
  }

  stack({ kind }: StopEvent): EngineStop {
    const activations = this.#engine.activations();
    const newest = activations[0]?.[0];
    if (newest === undefined) throw new Error(`a stop without frames: ${kind}`);
    const stack = activations.map((frames) => frames.map((f) => this.#frame(f, f === newest)));
    return { event: kind, stack, op: newest.snapshot.op };
  }

  #frame(frame: Frame, innermost: boolean): FrameState {
    const { fn, snapshot, instance } = frame;
    const { id, functionAround } = instance.module;
    if (functionAround.call(instance.module, snapshot.pc) !== fn) {
      throw new Error('pc not in its function');
    }
    const expectedPc = innermost ? snapshot.pc : snapshot.next;
    if (frame.pc !== expectedPc) throw new Error(`pc ${frame.pc}, not ${expectedPc}`);
    if (!frame.exact) throw new Error('values that are not exact at a stop');
    const { frameView } = this.#engine;
    const values = frameOperands(frame, frameView);
    const shown = innermost ? values : values.slice(0, values.length - argumentCount(frame));
    // Objects have their numbers in the order in which V8 shows them.
    const locals = frameLocals(frame, frameView).map(this.#text);
    return { module: id, pc: snapshot.pc, locals, operands: this.#operands(frame, shown) };
  }

  /** V8 shows what a legacy handler has caught as one more operand, below those of the handler. */
  #operands({ base, fn, snapshot }: Frame, values: readonly FrameValue[]): string[] {
    const { constructs, op } = snapshot;
    // `catch` ends the handler before it, and V8 has no stop there to show the exception at.
    const around = op === Op.catch ? constructs.slice(0, -1) : constructs;
    const handlers = around.filter(({ kind }) => kind === 'catch');
    const result: string[] = [];
    for (let height = 0; height <= values.length; height++) {
      for (const [inside, handler] of handlers.entries()) {
        if (handler.height !== height) continue;
        const address = base + caughtOffset(fn.plan.caughtBase, inside);
        result.push(this.#text({ type: 'ref', hierarchy: 'exn', address }));
      }
      if (height < values.length) result.push(this.#text(values[height]!));
    }
    return result;
  }

  readonly #text = (value: FrameValue): string => {
    if (value.type !== 'ref') return valueText(value);
    const { address, hierarchy } = value;
    if (address === undefined) return 'ref:null';
    const object = this.#engine.references.objectAt(hierarchy, address);
    const type = hierarchy === 'exn' ? 'exnref' : hierarchy;
    return referenceText(type, object, this.#numberOf, this.#fieldsOf);
  };
}

/** Operands that the call which a frame is in has taken. */
function argumentCount({ fn, snapshot }: Frame): number {
  const { module } = fn.plan;
  const reader = new InstructionReader(module.bytes, snapshot.pc, snapshot.next);
  reader.read();
  // These pop what says which function to call, too.
  const indirect = snapshot.op === Op.callIndirect || snapshot.op === Op.callRef;
  const type = indirect ? reader.index : module.functions[reader.index]!.typeIndex;
  return functionType(module, type).params.length + (indirect ? 1 : 0);
}

/** Type and bits; of a reference only that it is one. */
export function valueText(value: FrameValue): string {
  switch (value.type) {
    case 'ref':
      return 'ref';
    case 'i32':
    case 'f32':
      return `${value.type}:${value.bits.toString(16).padStart(8, '0')}`;
    case 'i64':
    case 'f64':
      return `${value.type}:${value.bits.toString(16).padStart(16, '0')}`;
    case 'v128': {
      const { buffer, byteOffset } = value.bits;
      const view = new DataView(buffer, byteOffset, 16);
      const words = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
      return `v128:${words.map((word) => word.toString(16).padStart(8, '0')).join(' ')}`;
    }
  }
}
