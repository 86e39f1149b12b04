/**
 * Programs that must behave under the engine as in V8 alone, traps included, however they are
 * stopped, and whose traps must all be foreseen.
 */
import { describe, expect, test } from 'vitest';
import type { DebugInstance } from '../../src/engine/runtime/engine.ts';
import { assemble, Debuggee, instructions } from './debuggee.ts';

type Call = (name: string, ...args: unknown[]) => unknown;

export interface Program {
  readonly text: string;
  /** What the embedder does; gives all that it has seen. */
  readonly run: (call: Call) => unknown[];
}

/** What a call gave, as text, or what it threw. */
export function outcome(call: () => unknown): string {
  try {
    return String(call());
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** Calls an export for each list of arguments. */
export function each(name: string, ...lists: readonly unknown[][]): (call: Call) => unknown[] {
  return (call) => lists.map((args) => outcome(() => call(name, ...args)));
}

/** Instantiates a module without imports. */
export function start(
  debuggee: Debuggee,
  bytes: Uint8Array,
): {
  instance: DebugInstance;
  call: Call;
} {
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
  return { instance, call: (name, ...args) => debuggee.call(instance, name, ...args) };
}

/** Goes on after each stop, but requires that traps were foreseen: afterwards they are reported too. */
export function foreseeing(how: 'run' | 'step'): Debuggee {
  return new Debuggee((stop, { engine }) => {
    const frame = engine.activations()[0]![0]!;
    if (!frame.exact) throw new Error(`${stop.event} at ${frame.pc}, when it had happened`);
    return how;
  });
}

/** Declares the tests of some programs by their names; each must trap at least once. */
export function behavesAsInV8(programs: Readonly<Record<string, Program>>): void {
  describe.each(Object.entries(programs))('%s', (_, { text, run }) => {
    async function plain(): Promise<{ bytes: Uint8Array; expected: unknown[] }> {
      const bytes = await assemble(text);
      const { exports } = new WebAssembly.Instance(
        new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>),
      );
      return {
        bytes,
        expected: run((name, ...args) =>
          (exports[name] as (...all: unknown[]) => unknown)(...args),
        ),
      };
    }

    test('runs as without a debugger', async () => {
      const { bytes, expected } = await plain();
      const debuggee = foreseeing('run');
      expect(run(start(debuggee, bytes).call)).toEqual(expected);
      const traps = expected.filter((result) => String(result).startsWith('RuntimeError'));
      expect(traps.length).toBeGreaterThan(0);
      expect(debuggee.stops.map(({ event }) => event)).toEqual(traps.map(() => 'trap'));
    });

    test('steps as without a debugger', async () => {
      const { bytes, expected } = await plain();
      const debuggee = foreseeing('step');
      debuggee.engine.resume('step');
      expect(run(start(debuggee, bytes).call)).toEqual(expected);
      const traps = expected.filter((result) => String(result).startsWith('RuntimeError'));
      expect(debuggee.stops.filter(({ event }) => event === 'trap')).toHaveLength(traps.length);
    });

    test('stops at each breakpoint and goes on from there', async () => {
      const { bytes, expected } = await plain();
      const debuggee = foreseeing('run');
      const module = debuggee.engine.loadModule(bytes);
      for (const { pc } of instructions(module)) {
        debuggee.engine.addBreakpoint(module, pc);
        const instance = debuggee.engine.instantiate(module);
        const found = run((name, ...args) => debuggee.call(instance, name, ...args));
        debuggee.engine.removeBreakpoint(module, pc);
        expect(found, `a breakpoint at ${pc}`).toEqual(expected);
      }
    });

    test('with native traps, reports each one where it was', async () => {
      const { bytes, expected } = await plain();
      const exact = new Debuggee();
      run(start(exact, bytes).call);
      const where = exact.stops.map(({ top }) => `${top.func}:${top.pc}`);
      // In the cruise version, and in continuations from the functions' beginnings.
      for (const interrupted of [false, true]) {
        const native = new Debuggee(() => 'run', { traps: 'native' });
        const { call } = start(native, bytes);
        const found = run((name, ...args) => {
          if (interrupted) native.engine.interrupt();
          return call(name, ...args);
        });
        expect(found).toEqual(expected);
        const traps = native.stops.filter(({ event }) => event === 'trap');
        expect(traps.map(({ top }) => `${top.func}:${top.pc}`)).toEqual(where);
        expect(traps.every(({ activations }) => activations.length === 1)).toBe(true);
        expect(native.stops.some(({ event }) => event === 'interrupted')).toBe(interrupted);
      }
    });
  });
}
