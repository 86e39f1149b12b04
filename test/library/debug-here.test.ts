/** A program and its debugger in one thread. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type DebugHereOptions, debugHere, type OpaqueDebugger } from '../../src/index.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

const FACTORIAL = `(module
  (func $fac (export "fac") (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0))
      (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $fac (i64.sub (local.get 0) (i64.const 1)))))))
  (func (export "trap") unreachable)
  (memory (export "memory") 1))`;
const program = readFileSync(space.wat('factorial.wasm', FACTORIAL));

type Exports = Record<'fac' | 'trap', (...args: bigint[]) => bigint>;
const debug = (options: Partial<DebugHereOptions<bigint>>) =>
  debugHere(program, {
    run: (exports) => (exports as Exports).fac(5n),
    onStop() {},
    ...options,
  });

/** The pc of the first instruction that it stops at. */
function firstPc(): number {
  let pc = 0;
  debug({
    onStart: (d) => d.singleStep({ kind: 'normal' }),
    onStop: (d) => {
      if (pc === 0) pc = d.frameFuncAndPc(d.exitFrames()[0]!).pc;
    },
  });
  return pc;
}

describe('debugging in this thread', () => {
  it('runs the program', () => {
    expect(debug({})).toBe(120n);
  });

  it('stops at breakpoints, and sees frames', () => {
    const pc = firstPc();
    const depths: number[] = [];
    const result = debug({
      onStart: (d) => d.moduleAddBreakpoint(d.allModules()[0]!, pc),
      onStop(d, reason) {
        expect(reason).toEqual({ kind: 'breakpoint' });
        let depth = 0;
        for (let f = d.exitFrames()[0]; f !== undefined; f = d.frameParent(f)) depth++;
        depths.push(depth);
      },
    });
    expect(result).toBe(120n);
    expect(depths).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('steps, and changes what a function returns', () => {
    let stops = 0;
    const result = debug({
      onStart: (d) => d.singleStep({ kind: 'normal' }),
      onStop(d) {
        if (++stops === 3)
          d.continue_({ kind: 'early-return', values: [{ type: 'i64', value: 9n }] });
        else d.singleStep({ kind: 'normal' });
      },
    });
    expect([result, stops]).toEqual([9n, 3]);
  });

  it('sees a trap before it happens, and lets it through', () => {
    const reasons: string[] = [];
    let kept: OpaqueDebugger | undefined;
    const run = () =>
      debug({
        run: (exports) => (exports as Exports).trap(),
        onStop: (_, reason) => void reasons.push(reason.kind),
        onComplete: (d) => (kept = d),
      });
    expect(run).toThrow(WebAssembly.RuntimeError);
    expect(reasons).toEqual(['trap']);
    // It can still be read.
    const [instance] = kept!.allInstances();
    expect(kept!.memorySizeBytes(kept!.instanceGetMemory(instance!, 0))).toBe(65536n);
    expect(kept!.state).toBe('complete');
  });

  it('refuses what is no module as V8 does', () => {
    expect(() => debugHere(Buffer.from('text'), { run() {}, onStop() {} })).toThrow(
      WebAssembly.CompileError,
    );
  });
});
