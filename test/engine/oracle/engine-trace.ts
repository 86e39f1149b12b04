/** The same scenarios under the engine. */

import type { Snapshot } from '../../../src/engine/instrument/snapshot.ts';
import { createDebugMemory } from '../../../src/engine/runtime/debug-memory.ts';
import { type DebugModule, Engine, type StopEvent } from '../../../src/engine/runtime/engine.ts';
import {
  type FrameValue,
  frameLocals,
  frameOperands,
} from '../../../src/engine/runtime/frame-values.ts';
import type { Activation, Frame } from '../../../src/engine/runtime/frames.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { functionType } from '../../../src/wasm/module.ts';
import { Op } from '../../../src/wasm/opcodes.ts';
import { referenceText } from './reference-text.ts';
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
 * @param begin - called before any code has run, with all modules loaded
 * @param onStop - called at every stop; says how to go on
 * @returns what the embedder returned
 */
export function runUnderEngine(
  scenario: Scenario,
  bytes: readonly Uint8Array[],
  begin: (driver: Driver) => void,
  onStop: (stop: EngineStop, driver: Driver) => 'run' | 'step',
): string {
  let how: 'run' | 'step' = 'run';
  const engine = new Engine({
    memory: createDebugMemory(),
    onStop: (event) => {
      // The session on the other side does not stop where a host function throws.
      if (!isInHostCall(engine)) how = onStop(stopState(engine, event), { engine, modules });
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

function stopState(engine: Engine, event: StopEvent): EngineStop {
  const activations = engine.activations();
  const newest = activations[0]?.[0];
  if (newest === undefined) throw new Error(`a stop without frames: ${event.kind}`);
  const stack = activations.map((activation, i) => activationState(engine, activation, i === 0));
  return { event: event.kind, stack, op: newest.snapshot.op };
}

function activationState(engine: Engine, activation: Activation, newest: boolean): FrameState[] {
  return activation.map((frame, i) => frameState(engine, frame, newest && i === 0));
}

function frameState(engine: Engine, frame: Frame, innermost: boolean): FrameState {
  const { fn, snapshot, instance } = frame;
  if (instance.module.functionAround(snapshot.pc) !== fn) throw new Error('pc not in its function');
  const expectedPc = innermost ? snapshot.pc : snapshot.next;
  if (frame.pc !== expectedPc) throw new Error(`pc ${frame.pc}, not ${expectedPc}`);
  if (!frame.exact) throw new Error('values that are not exact at a stop');
  const text = (value: FrameValue): string => stateValueText(engine, value);
  const operands = frameOperands(frame, engine.frameView).map(text);
  addCaughtExceptions(operands, snapshot);
  return {
    module: instance.module.id,
    pc: snapshot.pc,
    locals: frameLocals(frame, engine.frameView).map(text),
    operands: innermost ? operands : operands.slice(0, operands.length - argumentCount(frame)),
  };
}

/** V8 shows what a legacy handler has caught as one more operand, below those of the handler. */
function addCaughtExceptions(operands: string[], { constructs, op }: Snapshot): void {
  // `catch` ends the handler before it, and V8 has no stop there to show the exception at.
  const around = op === Op.catch ? constructs.slice(0, -1) : constructs;
  const handlers = around.filter(({ kind }) => kind === 'catch');
  for (const [i, { height }] of handlers.entries()) {
    operands.splice(height + i, 0, referenceText('exnref', {}));
  }
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

function stateValueText(engine: Engine, value: FrameValue): string {
  if (value.type !== 'ref') return valueText(value);
  const { address, hierarchy } = value;
  if (address === undefined) return referenceText('null', null);
  const object = engine.references.objectAt(hierarchy, address);
  return referenceText(hierarchy === 'exn' ? 'exnref' : hierarchy, object);
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
