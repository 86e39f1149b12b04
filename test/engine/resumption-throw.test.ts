/** Exceptions thrown by the debugger (contract: resumption). */
import { describe, expect, test } from 'vitest';
import type { DebugInstance, Resumption } from '../../src/engine/runtime/engine.ts';
import type { ThrownException } from '../../src/engine/runtime/exceptions.ts';
import { NoFrame } from '../../src/engine/runtime/resumption.ts';
import { type HeldValue, MismatchedValues } from '../../src/engine/runtime/value-row.ts';
import { ByteWriter } from '../../src/wasm/bytes.ts';
import { ModuleWriter } from '../../src/wasm/encode.ts';
import { decodeModule, functionType, SectionId } from '../../src/wasm/module.ts';
import { assemble, Debuggee, i32, instructions, path, pcOf } from './debuggee.ts';
import { ALL_BITS, func, inject, load, number } from './resumptions.ts';

/** A new exception of a tag of the instance, by its index. */
function exception(instance: DebugInstance, tag: number, ...values: HeldValue[]): ThrownException {
  const module = instance.module.original;
  const { typeIndex } = module.tags[tag]!.type;
  const { params } = functionType(module, typeIndex);
  const declared = { module, typeIndex };
  return { tag: instance.tag(tag)!, params, values, identity: {}, declared };
}

function throwing(instance: DebugInstance, tag: number, ...values: HeldValue[]): Resumption {
  return { kind: 'throw-exception', exception: exception(instance, tag, ...values) };
}

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

test('a caller in the cruise version catches it, its frame as it was', async () => {
  const { debuggee, module, instance } = await load(
    `(module
      (tag (param i32 f64))
      (func $callee unreachable)
      (func (export "f") (param i32) (result i32) (local $l i64)
        (local.set $l (i64.const 5))
        i32.const 3
        (block $caught (result i32 f64)
          (try_table (catch 0 $caught) (call $callee))
          unreachable)
        drop
        i32.sub))`,
    (stop) =>
      stop.event === 'trap' ? ['run', throwing(instance, 0, number(8), ALL_BITS[3]!)] : 'run',
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'drop'));
  expect(debuggee.call(instance, 'f', 1)).toBe(-5);
  expect(debuggee.stops[1]).toMatchObject({
    event: 'breakpoint',
    top: {
      locals: [i32(1), 'i64:0000000000000005'],
      operands: [i32(3), i32(8), 'f64:fff40000deadbeef'],
    },
  });
});

test('it replaces a trap and another exception', async () => {
  const { debuggee, instance } = await load(
    `(module
      (tag (param i32))
      (func (export "trap") (result i32)
        (block $caught (result i32)
          (try_table (catch 0 $caught) (drop (i32.div_u (i32.const 1) (i32.const 0))))
          i32.const 0))
      (func (export "throw") (result i32)
        (block $caught (result i32)
          (try_table (catch 0 $caught) (throw 0 (i32.const 1)))
          i32.const 0)))`,
    () => ['run', throwing(instance, 0, number(6))],
  );
  expect(debuggee.call(instance, 'trap')).toBe(6);
  expect(debuggee.call(instance, 'throw')).toBe(6);
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap', 'exception']);
});

test('uncaught, it comes out to the host, the same every time', async () => {
  const { debuggee, instance } = await load(
    `(module
      (import "host" "attempt" (func $attempt))
      (tag (export "tag") (param i32 i64 f32 f64 v128 funcref))
      (func (export "inner") unreachable)
      (func (export "f") (call $attempt) unreachable))`,
    () => ['run', { kind: 'throw-exception', exception: thrown() }],
    { host: { attempt: () => caught.push(attempt('inner')) } },
  );
  let made: ThrownException | undefined;
  const thrown = () => (made ??= exception(instance, 0, ...ALL_BITS, func(instance.exports['f'])));
  const caught: unknown[] = [];
  const attempt = (name: string): unknown => {
    try {
      return (instance.exports[name] as () => void)();
    } catch (error) {
      return error;
    }
  };
  debuggee.engine.enter(() => caught.push(attempt('f')));
  expect(caught).toHaveLength(2);
  expect(caught[0]).toBeInstanceOf(WebAssembly.Exception);
  expect(caught[1]).toBe(caught[0]);
  const error = caught[0] as WebAssembly.Exception;
  expect(error.is(instance.exports['tag'] as WebAssembly.Tag)).toBe(true);
  expect(error.getArg(instance.exports['tag'] as WebAssembly.Tag, 1)).toBe(-15n);
  // And is known again, with all its bits.
  expect(debuggee.engine.exceptions.describe(error)).toBe(made);
});

test('the values of an exception that wasm caught are exact', async () => {
  const { debuggee, instance } = await load(
    `(module
      (tag (param i32 i64 f32 f64 v128 funcref))
      (func (export "own"))
      (func (export "fill") (result i32 i64 f32 f64 v128 funcref) unreachable)
      (func (export "f")
        (block $caught (result i32 i64 f32 f64 v128 funcref exnref)
          (try_table (catch_ref 0 $caught) (call 1) (throw 0))
          unreachable)
        throw_ref))`,
    (stop) => {
      if (stop.event !== 'trap') return 'run';
      const values = [...ALL_BITS, func(instance.exports['own'])];
      return ['run', { kind: 'early-return', values }];
    },
  );
  expect(() => debuggee.call(instance, 'f')).toThrow(WebAssembly.Exception);
  expect(path(debuggee.stops)).toBe('unreachable throw throw_ref');
  const values = [...ALL_BITS, func(instance.exports['own'])];
  expect(debuggee.stops[1]!.detail).toMatchObject({ exception: { values } });
  expect(debuggee.stops[2]!.detail).toMatchObject({ exception: { values } });
});

test('the exception of an earlier stop is thrown later', async () => {
  let kept: ThrownException | undefined;
  const { debuggee, instance } = await load(
    `(module
      (tag $tag (param i32))
      (func (export "f") (result i32)
        (block $first (result i32)
          (try_table (catch $tag $first) (throw $tag (i32.const 3)))
          unreachable)
        (block $second (result i32)
          (try_table (catch $tag $second) unreachable)
          unreachable)
        i32.add))`,
    ({ detail }) => {
      if (detail.kind === 'exception') kept = detail.exception;
      return detail.kind === 'trap'
        ? ['run', { kind: 'throw-exception', exception: kept! }]
        : 'run';
    },
  );
  expect(debuggee.call(instance, 'f')).toBe(6);
});

test('thrown in an injected call that does not catch it, it ends that', async () => {
  const { debuggee, instance } = await load(
    `(module
      (tag $tag (param i32))
      (func (export "fails") unreachable)
      (func (export "f") (result i32)
        (block $caught (result i32)
          (try_table (catch $tag $caught) unreachable)
          i32.const 5)))`,
    (stop) => {
      const n = debuggee.stops.length;
      if (n === 1) return ['run', inject(instance, 'fails')];
      expect(stop.event).toBe(n === 2 ? 'trap' : 'injected-call-failed');
      return ['run', throwing(instance, 0, number(n))];
    },
  );
  // The second time from the frame itself, whose handler it is for.
  expect(debuggee.call(instance, 'f')).toBe(3);
});

test('an interrupt that was asked for comes before the handler’s first instruction', async () => {
  const { debuggee, instance } = await load(
    `(module
      (tag $tag (param i32))
      (func (export "f") (result i32)
        (block $caught (result i32)
          (try_table (catch $tag $caught) unreachable)
          i32.const 5)
        (i32.add (i32.const 1))))`,
    (stop) => {
      if (stop.event !== 'trap') return 'run';
      debuggee.engine.interrupt();
      return ['run', throwing(instance, 0, number(4))];
    },
  );
  expect(debuggee.call(instance, 'f')).toBe(5);
  expect(debuggee.stops).toMatchObject([
    { event: 'trap' },
    { event: 'interrupted', top: { at: 'i32.const', operands: [i32(4)] } },
  ]);
});

test('tags of types in recursion groups, and with references of the module’s own types', async () => {
  const text = `(module
    (rec (type $params (func (param i32 (ref null $own)))) (type $own (func (param i64))))
    (tag $tag (type $params))
    (func (export "own") (type $own))
    (func (export "other"))
    (func (export "f") (result i32)
      (block $caught (result i32 (ref null $own))
        (try_table (catch $tag $caught) unreachable)
        unreachable)
      (drop)))`;
  const { debuggee, instance } = await load(text, () => {
    const { other, own } = instance.exports;
    expect(() =>
      debuggee.engine.resume('run', throwing(instance, 0, number(2), func(other))),
    ).toThrow(MismatchedValues);
    return ['run', throwing(instance, 0, number(2), func(own))];
  });
  expect(debuggee.call(instance, 'f')).toBe(2);
});

test('without a frame it is refused', async () => {
  const { debuggee, instance } = await load('(module (tag))', () => 'run');
  expect(() => debuggee.engine.resume('run', throwing(instance, 0))).toThrow(NoFrame);
});
