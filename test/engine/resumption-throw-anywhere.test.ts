/** Exceptions thrown before every instruction, against plain V8 with a throw there. */
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/wasm/byte-writer.ts';
import { ModuleWriter } from '../../src/wasm/encode.ts';
import { decodeModule, SectionId } from '../../src/wasm/module.ts';
import { assemble, Debuggee, instructions } from './debuggee.ts';
import { load, number, throwing } from './resumptions.ts';

/** The module with `i32.const 9 throw $tag` before the instruction at `pc`. */
function withThrow(bytes: Uint8Array, pc: number, tag: number): Uint8Array<ArrayBuffer> {
  const module = decodeModule(bytes);
  const out = new ModuleWriter();
  for (const section of module.sections) {
    if (section.id !== SectionId.code) {
      out.copySection(module, section);
      continue;
    }
    const bodies = module.bodies.map(({ localsStart, end }) => {
      const body = new ByteWriter();
      const here = localsStart <= pc && pc < end;
      body.bytes(bytes, localsStart, here ? pc : end);
      if (here) {
        body.bytes(Uint8Array.of(0x41, 9, 0x08, tag));
        body.bytes(bytes, pc, end);
      }
      const sized = new ByteWriter();
      sized.u32(body.length);
      sized.bytes(body.take());
      return sized.take();
    });
    out.vectorSection(SectionId.code, module, bodies);
  }
  return out.finish() as Uint8Array<ArrayBuffer>;
}

/** What a call gives, or the name of the tag and the value that it throws. */
function outcome(exports: WebAssembly.Exports, call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof WebAssembly.Exception)) throw error;
    for (const name of ['a', 'b']) {
      const tag = exports[name] as WebAssembly.Tag;
      if (error.is(tag)) return [name, error.getArg(tag, 0)];
    }
    throw error;
  }
}

/**
 * Handlers of all kinds around all kinds of constructs. The tag of the exception and where it was
 * thrown follow from the result, or from what comes out.
 */
const HANDLERS: readonly [name: string, text: string][] = [
  [
    'try_table',
    `(module
      (tag (export "a") (param i32))
      (tag (export "b") (param i32))
      (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "f") (param $n i32) (result i32) (local $seen i32)
        i32.const 100000
        (block $outer (result i32)
          (try_table (result i32) (catch 0 $outer)
            (local.set $seen (i32.const 40))
            i32.const 20000
            (block $inner (result i32 exnref)
              (loop $again
                (local.set $seen (i32.add (local.get $seen) (i32.const 1)))
                (block $any
                  (try_table (catch_all $any)
                    (br_if $any (i32.eqz (call $leaf (local.get $n))))
                    (local.set $seen (i32.add (local.get $seen) (i32.const 200)))))
                (try_table (catch_ref 1 $inner)
                  (if (i32.eq (local.get $n) (i32.const 1))
                    (then (local.set $seen (i32.add (local.get $seen) (i32.const 3000))))
                    (else (nop)))
                  (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                  (br_if $again (local.get $n))))
              (i32.const 5) (ref.null exn))
            drop
            i32.add))
        (i32.add (local.get $seen))
        i32.sub))`,
  ],
  [
    'a handler that goes back to a loop',
    `(module
      (tag (export "a") (param i32))
      (tag (export "b") (param i32))
      (func (export "f") (param $n i32) (result i32) (local $turns i32)
        (i32.const 3)
        (loop $again (param i32) (result i32)
          (local.set $n)
          (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
          (if (result i32) (i32.gt_u (local.get $turns) (i32.const 4))
            (then (local.get $turns))
            (else
              (try_table (result i32) (catch 0 $again)
                (drop (i32.const 1))
                (i32.mul (local.get $n) (i32.const 16))))))
        (i32.add (local.get $turns))))`,
  ],
  [
    'legacy try',
    `(module
      (tag (export "a") (param i32))
      (tag (export "b") (param i32))
      (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "f") (param $n i32) (result i32) (local $seen i32)
        i32.const 100000
        try (result i32)
          i32.const 7
          try (result i32)
            (loop $again
              (local.set $seen (i32.add (local.get $seen) (call $leaf (local.get $n))))
              (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (local.get $seen)
          catch 1
            (local.set $seen (i32.add (local.get $seen) (i32.const 50)))
            (i32.add (local.get $seen))
          end
          i32.add
        catch 0
          i32.const 4000
          i32.add
        end
        try (result i32)
          try (result i32)
            (i32.const 1)
          delegate 0
        catch_all
          (local.set $seen (i32.add (local.get $seen) (i32.const 900)))
          (i32.const 2)
        end
        i32.add
        (i32.add (local.get $seen))
        i32.sub))`,
  ],
];

describe.each(HANDLERS)('thrown before any instruction, as if there was a throw: %s', (_, text) => {
  test.each([
    ['a', 'step', 'run'],
    ['b', 'step', 'step'],
    ['a', 'run', 'step'],
    ['b', 'run', 'run'],
  ] as const)('tag %s, arriving by %s, resumed by %s', async (name, arrive, onward) => {
    const bytes = await assemble(text);
    const tag = name === 'a' ? 0 : 1;
    const all = instructions(new Debuggee().engine.loadModule(bytes));
    let thrown = 0;
    for (const { pc } of all) {
      const plainBytes = withThrow(bytes, pc, tag);
      const plain = new WebAssembly.Instance(new WebAssembly.Module(plainBytes)).exports;
      let here = 0;
      const { debuggee, module, instance } = await load(bytes, (stop) => {
        if (stop.top.pc !== pc) return here > 0 ? onward : arrive;
        here++;
        return [onward, throwing(instance, tag, number(9))];
      });
      // Each time that it is reached, as the throw is there each time.
      debuggee.engine.addBreakpoint(module, pc);
      debuggee.engine.resume(arrive);
      const expected = outcome(plain, () => (plain['f'] as (n: number) => unknown)(2));
      expect(outcome(instance.exports, () => debuggee.call(instance, 'f', 2))).toEqual(expected);
      // No events of their own.
      expect(debuggee.stops.filter(({ event }) => event !== 'breakpoint')).toEqual([]);
      if (here > 0) thrown++;
    }
    // Nearly all instructions are reached without an exception.
    expect(thrown).toBeGreaterThan(all.length / 2);
  });
});
