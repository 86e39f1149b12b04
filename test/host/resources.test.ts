import { describe, expect, it } from 'vitest';
import { EventFuture } from '../../src/host/resources/event-future.ts';
import { WasmException } from '../../src/host/resources/wasm-exception.ts';
import { WasmTag } from '../../src/host/resources/wasm-tag.ts';
import { WasmValue } from '../../src/host/resources/wasm-value.ts';
import { BYTECODE, PCS } from '../support/scripted-debugger.ts';
import { expectTrap, payload, start } from './scripted.ts';

describe('entities', () => {
  it('are reached from the debuggee', () => {
    const { d, instance } = start();
    const module = instance.getModule(d);
    expect(module.uniqueId()).toBe(d.allModules()[0]!.uniqueId());
    expect(module.bytecode()).toEqual(BYTECODE);
    expect(instance.clone().uniqueId()).toBe(instance.uniqueId());
    expect(payload(() => instance.getMemory(d, 1))).toBe('invalid-entity');
    expect(payload(() => instance.getGlobal(d, 1))).toBe('invalid-entity');
    expect(payload(() => instance.getTable(d, 1))).toBe('invalid-entity');
    expect(payload(() => instance.getFunc(d, 0))).toBe('invalid-entity');
    expect(payload(() => instance.getTag(d, 1))).toBe('invalid-entity');
  });

  it('memories are read and written, little-endian', () => {
    const { d, instance } = start();
    const memory = instance.getMemory(d, 0);
    expect(memory.sizeBytes(d)).toBe(65536n);
    expect(memory.pageSizeBytes(d)).toBe(65536n);
    memory.setU64(d, 8n, 0x8182_8384_8586_8788n);
    expect(memory.getU64(d, 8n)).toBe(0x8182_8384_8586_8788n);
    expect(memory.getU32(d, 8n)).toBe(0x8586_8788);
    expect(memory.getU16(d, 9n)).toBe(0x8687);
    expect(memory.getU8(d, 15n)).toBe(0x81);
    memory.setU32(d, 0n, 0xffff_fffe);
    memory.setU16(d, 4n, 0x1234);
    memory.setU8(d, 6n, 0xff);
    expect(memory.getBytes(d, 0n, 8n)).toEqual(
      Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x34, 0x12, 0xff, 0),
    );
    memory.setBytes(d, 65534n, Uint8Array.of(1, 2));
    expect(payload(() => memory.setBytes(d, 65535n, Uint8Array.of(1, 2)))).toBe('out-of-bounds');
    expect(payload(() => memory.getU64(d, 65529n))).toBe('out-of-bounds');
    expect(payload(() => memory.growToBytes(d, 1n))).toBe('memory-grow-failure');
    expect(memory.growToBytes(d, 65536n)).toBe(65536n);
    expect(memory.clone().sizeBytes(d)).toBe(131072n);
  });

  it('globals and tables hold values', () => {
    const { d, instance } = start();
    const global = instance.getGlobal(d, 0);
    expect(global.get(d).unwrapI32()).toBe(7);
    global.set(d, WasmValue.makeI32(0xffff_ffff));
    expect(global.clone().get(d).unwrapI32()).toBe(0xffff_ffff);
    expect(payload(() => global.set(d, WasmValue.makeI64(1n)))).toBe('mismatched-type');
    const table = instance.getTable(d, 0);
    expect(table.len(d)).toBe(2n);
    expect(table.getElement(d, 1n).unwrapFunc()).toBeUndefined();
    table.setElement(d, 1n, table.getElement(d, 0n));
    const func = table.getElement(d, 1n).unwrapFunc()!;
    expect(func.params(d).map((type) => type.tag)).toEqual([
      ...['wasm-i32', 'wasm-i64', 'wasm-f32', 'wasm-f64', 'wasm-v128'],
      ...['wasm-funcref', 'wasm-exnref'],
    ]);
    expectTrap(() => func.results(d), /^wasm-func\.results: .*not scripted/);
    expect(payload(() => table.getElement(d, 2n))).toBe('out-of-bounds');
  });

  it('tags and exceptions are made', () => {
    const { d } = start();
    const tag = WasmTag.make(d, [{ tag: 'wasm-f32' }, { tag: 'wasm-exnref' }]);
    expect(tag.params(d)).toEqual([{ tag: 'wasm-f32' }, { tag: 'wasm-exnref' }]);
    expect(WasmTag.make(d, []).uniqueId()).not.toBe(tag.uniqueId());
    expect(payload(() => WasmException.make(d, tag, []))).toBe('mismatched-type');
    const other = WasmTag.make(d, [{ tag: 'wasm-i64' }]);
    const exception = WasmException.make(d, other, [WasmValue.makeI64(5n)]);
    expect(exception.getTag(d).uniqueId()).toBe(other.uniqueId());
    expect(exception.clone(d).getValues(d)[0]!.unwrapI64()).toBe(5n);
  });
});

describe('values', () => {
  it('keep what they were made with', () => {
    expect(WasmValue.makeI32(0xffff_ffff).unwrapI32()).toBe(0xffff_ffff);
    expect(WasmValue.makeI64(2n ** 64n - 1n).unwrapI64()).toBe(2n ** 64n - 1n);
    expect(Object.is(WasmValue.makeF32(-0).unwrapF32(), -0)).toBe(true);
    expect(WasmValue.makeF32(0.1).unwrapF32()).toBe(Math.fround(0.1));
    expect(WasmValue.makeF64(0.1).clone().unwrapF64()).toBe(0.1);
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => 255 - i);
    expect(WasmValue.makeV128(bytes).unwrapV128()).toEqual(bytes);
    expect(WasmValue.makeF64(1).getType()).toEqual({ tag: 'wasm-f64' });
  });

  it('keep NaN payloads', () => {
    const { step, d } = start();
    step();
    const locals = d.exitFrames()[0]!.getLocals(d);
    const bits = new BigUint64Array(Float64Array.of(locals[3]!.unwrapF64()).buffer)[0];
    expect(bits).toBe(0x7ff8_0000_0000_1234n);
    const made = WasmValue.makeF64(locals[3]!.unwrapF64()).contents;
    expect(made).toEqual({ type: 'f64', bits: 0x7ff8_0000_0000_1234n });
  });

  it('trap when unwrapped as another type, or of a wrong length', () => {
    expectTrap(
      () => WasmValue.makeI32(1).unwrapI64(),
      /^wasm-value\.unwrap-i64: the value is a i32/,
    );
    expectTrap(() => WasmValue.makeI32(1).unwrapFunc(), /^wasm-value\.unwrap-func:/);
    expectTrap(() => WasmValue.makeI32(1).unwrapException(), /^wasm-value\.unwrap-exception:/);
    expectTrap(() => WasmValue.makeV128(new Uint8Array(15)), /16 bytes, not 15/);
  });
});

describe('running', () => {
  it('steps, and its frames die with the next resumption', () => {
    const { d, step } = start();
    expect(d.exitFrames()).toEqual([]);
    expect(step()).toEqual({ tag: 'breakpoint' });
    const frame = d.exitFrames()[0]!;
    expect(frame.getPc(d)).toBe(PCS[0]);
    expect(frame.getFuncIndex(d)).toBe(1);
    expect(frame.getStack(d)).toEqual([]);
    const parent = frame.parentFrame(d)!;
    expect(payload(() => parent.getStack(d))).toBe('unsupported-type');
    expect(parent.parentFrame(d)).toBeUndefined();
    step();
    for (const use of [
      () => frame.getPc(d),
      () => frame.getFuncIndex(d),
      () => frame.getInstance(d),
      () => frame.getLocals(d),
      () => frame.getStack(d),
      () => frame.parentFrame(d),
    ]) {
      expect(payload(use)).toBe('invalid-frame');
    }
  });

  it('traps for every use but interrupt and the event future', () => {
    const { d, instance, step } = start();
    step();
    const frame = d.exitFrames()[0]!;
    const memory = instance.getMemory(d, 0);
    const module = instance.getModule(d);
    const future = d.continue({ tag: 'normal' });
    d.interrupt();
    expectTrap(() => d.allModules(), /^debuggee\.all-modules: the program is running/);
    expectTrap(() => d.exitFrames(), /event-future\.finish/);
    expectTrap(() => frame.getPc(d), /^frame\.get-pc: the program is running/);
    expectTrap(() => memory.getU8(d, 0n), /^memory\.get-u8: the program is running/);
    expectTrap(() => module.bytecode(), /^module\.bytecode: the program is running/);
    expectTrap(() => d.singleStep({ tag: 'normal' }), /^debuggee\.single-step: the program is run/);
    expect(EventFuture.finish(future, d)).toEqual({ tag: 'complete' });
    expectTrap(() => EventFuture.finish(future, d), /taken already/);
  });

  it('gives a dropped future’s event to the next one', () => {
    const { d, script } = start();
    d.singleStep({ tag: 'normal' })[Symbol.dispose]();
    expectTrap(() => d.allModules(), /^debuggee\.all-modules: the program is running/);
    const val = [WasmValue.makeI32(1)];
    expectTrap(() => d.continue({ tag: 'early-return', val }), /its event future was dropped/);
    const future = d.continue({ tag: 'normal' });
    expectTrap(() => d.continue({ tag: 'normal' }), /^debuggee\.continue: the program is running/);
    expect(EventFuture.finish(future, d)).toEqual({ tag: 'breakpoint' });
    expect(script.resumptions).toHaveLength(1);
    expect(d.exitFrames()[0]!.getPc(d)).toBe(PCS[0]);
  });

  it('reads, but does not resume, what has ended', () => {
    const { d, instance } = start();
    EventFuture.finish(d.continue({ tag: 'normal' }), d);
    expect(d.exitFrames()).toEqual([]);
    expect(instance.getMemory(d, 0).getU8(d, 0n)).toBe(0);
    expectTrap(() => d.continue({ tag: 'normal' }), /^debuggee\.continue: the program has ended/);
    expectTrap(() => d.singleStep({ tag: 'normal' }), /^debuggee\.single-step: the program has/);
    d.interrupt();
  });

  it('gives a refused resumption in-band, and is paused', () => {
    const { d, step } = start();
    step();
    const future = () => d.continue({ tag: 'early-return', val: [] });
    expect(payload(() => EventFuture.finish(future(), d))).toBe('mismatched-type');
    const event = EventFuture.finish(
      d.continue({ tag: 'early-return', val: [WasmValue.makeI32(1)] }),
      d,
    );
    expect(event).toEqual({ tag: 'complete' });
  });

  it('gives events with what they carry', () => {
    const { d, instance, step } = start();
    step();
    const callee = instance.getFunc(d, 1);
    const args = [WasmValue.makeF64(-0)];
    const returned = EventFuture.finish(
      d.continue({ tag: 'inject-call', val: { callee, arguments: args } }),
      d,
    );
    if (returned.tag !== 'injected-call-return') throw new Error(returned.tag);
    expect(Object.is(returned.val[0]!.unwrapF64(), -0)).toBe(true);
    const exception = WasmException.make(d, instance.getTag(d, 0), [WasmValue.makeI32(9)]);
    const thrown = EventFuture.finish(d.continue({ tag: 'throw-exception', val: exception }), d);
    if (thrown.tag !== 'exception') throw new Error(thrown.tag);
    expect(thrown.val.getValues(d)[0]!.unwrapI32()).toBe(9);
  });
});
