/** How long handles live, and what happens to those who use them longer. */

import { describe, expect, it } from 'vitest';
import { EventFuture } from '../../src/host/resources/event-future.ts';
import { WasmException } from '../../src/host/resources/wasm-exception.ts';
import { WasmTag } from '../../src/host/resources/wasm-tag.ts';
import { WasmValue } from '../../src/host/resources/wasm-value.ts';
import { expectTrap, start } from './scripted.ts';

describe('handles', () => {
  it('are released when the last resource object is dropped, and only once', () => {
    const { d, instance, script } = start();
    const id = Number(instance.uniqueId());
    const second = instance.clone();
    const third = d.allInstances()[0]!;
    instance[Symbol.dispose]();
    instance[Symbol.dispose]();
    second[Symbol.dispose]();
    expect(script.released).toEqual([]);
    third[Symbol.dispose]();
    expect(script.released).toEqual([id]);
  });

  it('are held by the values that refer to them', () => {
    const { d, instance, script } = start();
    const value = instance.getTable(d, 0).getElement(d, 0n);
    const func = value.unwrapFunc()!;
    const { handle } = func;
    func[Symbol.dispose]();
    expect(script.released).not.toContain(handle);
    value[Symbol.dispose]();
    expect(script.released).toContain(handle);
  });

  it('that were handed over are the host’s to drop', () => {
    const { d, instance, script, step } = start();
    step();
    const callee = instance.getFunc(d, 1);
    const argument = instance.getTable(d, 0).getElement(d, 0n);
    const val = { callee, arguments: [argument] };
    const { handle } = callee;
    const future = d.continue({ tag: 'inject-call', val });
    expect(script.released).toContain(handle);
    EventFuture.finish(future, d);
  });

  it('do not pile up in the host', () => {
    const { d, instance, session, script } = start();
    const held = session.held;
    for (let i = 0; i < 100_000; i++) instance.getMemory(d, 0)[Symbol.dispose]();
    for (let i = 0; i < 100; i++) {
      WasmException.make(d, instance.getTag(d, 0), [WasmValue.makeI32(i)])[Symbol.dispose]();
    }
    // One tag is left: a garbage-collected guest may be slow to drop.
    expect(session.held).toBe(held + 1);
    expect(script.released.length).toBeGreaterThanOrEqual(100_100);
  });

  it('of frames are given back within their pause, and forgotten after it', () => {
    const { d, session, script, step } = start();
    step();
    const held = session.held;
    const frame = d.exitFrames()[0]!;
    const again = d.exitFrames()[0]!;
    frame[Symbol.dispose]();
    expect(script.released).toEqual([]);
    expect(session.held).toBe(held + 1);
    step();
    expect(session.held).toBe(held);
    again[Symbol.dispose]();
    expect(script.released).toEqual([]);
    const [next] = d.exitFrames();
    next![Symbol.dispose]();
    expect(script.released).toHaveLength(1);
  });

  it('trap after they were dropped', () => {
    const { d, instance, step } = start();
    step();
    const memory = instance.getMemory(d, 0);
    const [frame] = d.exitFrames();
    const value = WasmValue.makeI32(1);
    const tag = instance.getTag(d, 0);
    // Somebody else's handle to the same memory changes nothing.
    instance.getMemory(d, 0);
    for (const resource of [memory, frame!, value, tag]) resource[Symbol.dispose]();
    const dropped = (method: string) => new RegExp(`^${method}: the handle was dropped`);
    expectTrap(() => memory.getU8(d, 0n), dropped('memory.get-u8'));
    expectTrap(() => memory.clone(), dropped('memory.clone'));
    expectTrap(() => tag.uniqueId(), dropped('wasm-tag.unique-id'));
    expectTrap(() => WasmException.make(d, tag, []), dropped('wasm-exception.make'));
    expectTrap(() => frame!.getPc(d), dropped('frame.get-pc'));
    expectTrap(() => value.unwrapI32(), dropped('wasm-value.unwrap-i32'));
    const global = instance.getGlobal(d, 0);
    expectTrap(() => global.set(d, value), dropped('global.set'));
  });

  it('trap with another debuggee than their own', () => {
    const { d, instance } = start();
    const other = start();
    other.step();
    const foreign = (what: string) => new RegExp(`: the ${what} is of another debuggee`);
    const memory = instance.getMemory(d, 0);
    const func = () => instance.getTable(d, 0).getElement(d, 0n);
    expectTrap(() => memory.getU8(other.d, 0n), foreign('handle'));
    expectTrap(() => WasmException.make(other.d, instance.getTag(d, 0), []), foreign('tag'));
    const table = other.instance.getTable(other.d, 0);
    expectTrap(() => table.setElement(other.d, 0n, func()), foreign('value'));
    const callee = instance.getFunc(d, 1);
    const call = { tag: 'inject-call' as const, val: { callee, arguments: [] } };
    expectTrap(() => other.d.continue(call), foreign('function'));
    const val = WasmException.make(d, WasmTag.make(d, []), []);
    expectTrap(() => other.d.continue({ tag: 'throw-exception', val }), foreign('exception'));
    expectTrap(() => other.d.continue({ tag: 'early-return', val: [func()] }), foreign('value'));
    const future = d.continue({ tag: 'normal' });
    expectTrap(() => EventFuture.finish(future, other.d), foreign('future'));
    expect(EventFuture.finish(future, d)).toEqual({ tag: 'complete' });
  });

  it('that leak are swept at the end', () => {
    const { d, instance, session, script } = start();
    const leaked = [instance.getMemory(d, 0).handle, instance.getFunc(d, 1).handle];
    session.sweep();
    expect(session.held).toBe(0);
    expect(script.released).toEqual(expect.arrayContaining(leaked));
  });
});
