/**
 * Functions to inject into random programs, in an instance of their own, with what comes of each: they
 * touch nothing of the program's, so that whatever they do, it must go on as if nothing had been.
 */
import type { DebugInstance, Engine } from '../../../src/engine/runtime/engine.ts';
import type { HeldValue } from '../../../src/engine/runtime/value-row.ts';
import { assemble } from '../debuggee.ts';
import { valueText } from '../oracle/engine-trace.ts';
import type { Random } from '../random.ts';

const TEXT = `(module
  (import "host" "next" (func $next (param i32) (result i32)))
  (tag $tag (param i32 v128))
  (func (export "echo") (param i32 i64 f32 f64 v128 externref funcref)
    (result funcref externref v128 f64 f32 i64 i32)
    local.get 6 local.get 5 local.get 4 local.get 3 local.get 2 local.get 1 local.get 0)
  (func (export "sum") (param $n i32) (result i64) (local $s i64)
    (loop $again
      (local.set $s (i64.add (local.get $s) (i64.extend_i32_u (local.get $n))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    local.get $s)
  (func $depth (export "depth") (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (i32.const 1) (call $depth (i32.sub (local.get $n) (i32.const 1)))))
      (else (i32.const 0))))
  (func (export "host") (param i32) (result i32)
    i32.const 100 (call $next (local.get 0)) i32.add)
  (func $throw (export "throw") (param i32) (throw $tag (local.get 0) (i8x16.splat (local.get 0))))
  (func (export "catch") (param i32) (result i32)
    (block $caught (result i32 v128)
      (try_table (catch $tag $caught) (call $throw (local.get 0)))
      unreachable)
    drop)
  (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 7) (local.get 0)))
  (func (export "cast") (param externref) (drop (ref.as_non_null (local.get 0)))))`;

export interface Injection {
  readonly name: string;
  readonly func: number;
  readonly args: readonly HeldValue[];
  /** The results' texts; undefined if the call fails. */
  readonly results: readonly string[] | undefined;
}

let bytes: Promise<Uint8Array> | undefined;

/** Assembles the module. */
export function injectedModule(): Promise<Uint8Array> {
  bytes ??= assemble(TEXT);
  return bytes;
}

export function instantiateInjected(engine: Engine, module: Uint8Array): DebugInstance {
  const next = (n: number): number => n + 1;
  return engine.instantiate(engine.loadModule(module, 'injected'), { host: { next } });
}

const i32 = (value: number): HeldValue => ({ type: 'i32', bits: value >>> 0 });

/** A call of any of them. */
export function randomInjection(instance: DebugInstance, random: Random): Injection {
  const { exports } = instance.module.original;
  const n = 1 + random.below(4);
  const call = (name: string, args: HeldValue[], ...results: HeldValue[]): Injection => ({
    name,
    func: funcOf(name),
    args,
    results: results.map(textOfHeld),
  });
  const funcOf = (name: string): number => exports.find((entry) => entry.name === name)!.index;
  const failing = (name: string, arg: HeldValue): Injection => ({
    name,
    func: funcOf(name),
    args: [arg],
    results: undefined,
  });
  switch (random.below(8)) {
    case 0: {
      const values = mixed(instance, random);
      return call('echo', values, ...[...values].reverse());
    }
    case 1:
      return call('sum', [i32(n)], { type: 'i64', bits: BigInt((n * (n + 1)) / 2) });
    case 2:
      return call('depth', [i32(n)], i32(n));
    case 3:
      return call('host', [i32(n)], i32(101 + n));
    case 4:
      return call('catch', [i32(n)], i32(n));
    case 5:
      return failing('throw', i32(n));
    case 6:
      return failing('divide', i32(0));
    default:
      return failing('cast', { type: 'ref', hierarchy: 'extern', object: null });
  }
}

const OBJECT = {};

function mixed(instance: DebugInstance, random: Random): HeldValue[] {
  const object = [null, undefined, OBJECT, 'text', 5][random.below(5)];
  const func = random.below(2) === 0 ? null : instance.func(random.below(5));
  const word = random.next();
  const long = (BigInt(random.next()) << 32n) | BigInt(random.next());
  return [
    { type: 'i32', bits: word },
    { type: 'i64', bits: long },
    { type: 'f32', bits: word },
    { type: 'f64', bits: long },
    { type: 'v128', bits: Uint8Array.from({ length: 16 }, () => random.below(256)) },
    { type: 'ref', hierarchy: 'extern', object },
    { type: 'ref', hierarchy: 'func', object: func },
  ];
}

/** Numbers by their bits; references by what JavaScript says of them. */
export function textOfHeld(value: HeldValue): string {
  if (value.type !== 'ref') return valueText(value);
  const { object } = value;
  return typeof object === 'function' ? `function ${object.name}` : `${typeof object} ${object}`;
}
