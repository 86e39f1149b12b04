/** What the tests of resumptions ask for. */
import type { DebugInstance, DebugModule, Resumption } from '../../src/engine/runtime/engine.ts';
import type { ThrownException } from '../../src/engine/runtime/exceptions.ts';
import type { HeldValue } from '../../src/engine/runtime/value-row.ts';
import { functionType } from '../../src/wasm/module.ts';
import { assemble, Debuggee, type OnStop } from './debuggee.ts';

export const number = (value: number): HeldValue => ({ type: 'i32', bits: value >>> 0 });

export const func = (object: unknown): HeldValue => ({ type: 'ref', hierarchy: 'func', object });

/** A value of each type that has bits, none of which a JavaScript number could carry. */
export const ALL_BITS: readonly HeldValue[] = [
  { type: 'i32', bits: 0xffff_fffe },
  { type: 'i64', bits: 0xffff_ffff_ffff_fff1n },
  // A signalling NaN with a payload.
  { type: 'f32', bits: 0xffa0_1234 },
  { type: 'f64', bits: 0xfff4_0000_dead_beefn },
  { type: 'v128', bits: Uint8Array.from({ length: 16 }, (_, i) => 0xf0 + i) },
];

export function early(...values: HeldValue[]): Resumption {
  return { kind: 'early-return', values };
}

/** @param name - of an export */
export function inject(instance: DebugInstance, name: string, ...args: HeldValue[]): Resumption {
  const { index } = instance.module.original.exports.find((entry) => entry.name === name)!;
  return { kind: 'inject-call', instance, func: index, args };
}

/** @param source - as text or as bytes */
export async function load(
  source: string | Uint8Array,
  onStop: OnStop,
  imports: WebAssembly.Imports = {},
  options: ConstructorParameters<typeof Debuggee>[1] = {},
): Promise<{ debuggee: Debuggee; module: DebugModule; instance: DebugInstance }> {
  const debuggee = new Debuggee(onStop, options);
  const bytes = typeof source === 'string' ? await assemble(source) : source;
  const module = debuggee.engine.loadModule(bytes);
  return { debuggee, module, instance: debuggee.engine.instantiate(module, imports) };
}

/** A new exception of a tag of the instance, by its index. */
export function exception(
  instance: DebugInstance,
  tag: number,
  ...values: HeldValue[]
): ThrownException {
  const module = instance.module.original;
  const { typeIndex } = module.tags[tag]!.type;
  const { params } = functionType(module, typeIndex);
  const declared = { module, typeIndex };
  return { tag: instance.tag(tag)!, params, values, identity: {}, declared };
}

export function throwing(instance: DebugInstance, tag: number, ...values: HeldValue[]): Resumption {
  return { kind: 'throw-exception', exception: exception(instance, tag, ...values) };
}
