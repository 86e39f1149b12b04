/** Memories as a debugger reads and writes them (contract: entities). */
import { beforeEach, describe, expect, test } from 'vitest';
import type { LocalDebugger } from '../../src/opaque-debugger/local.ts';
import { codeOf, World } from './entities.ts';

let debuggee: LocalDebugger;
let world: World;

beforeEach(() => {
  world = new World();
  ({ debuggee } = world);
});

describe('memories', () => {
  test('a private memory is read and written', async () => {
    const own = await world.instance(`(module (memory 1) (data (i32.const 65534) "ab")
      (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))`);
    const memory = debuggee.instanceGetMemory(own.handle, 0);
    expect(debuggee.memoryPageSize(memory)).toBe(65536n);
    expect([...debuggee.memoryReadBytes(memory, 65533n, 3n)]).toEqual([0, 97, 98]);
    debuggee.memoryWriteBytes(memory, 65534n, Uint8Array.of(1, 2));
    expect(world.call(own, 'load', 65535)).toBe(2);
    expect(debuggee.memoryReadBytes(memory, 65536n, 0n)).toHaveLength(0);
  });

  test('outside of it nothing is read or written', async () => {
    const { handle } = await world.instance('(module (memory 1))');
    const memory = debuggee.instanceGetMemory(handle, 0);
    for (const [address, length] of [
      [65535n, 2n],
      [65536n, 1n],
      [65537n, 0n],
      [2n ** 32n, 1n],
      [2n ** 64n - 1n, 1n],
      [2n ** 64n - 1n, 2n ** 64n - 1n],
      [0n, 2n ** 63n],
    ] as const) {
      expect(codeOf(() => debuggee.memoryReadBytes(memory, address, length))).toBe('out-of-bounds');
    }
    const bytes = Uint8Array.of(1, 2, 3, 4);
    expect(codeOf(() => debuggee.memoryWriteBytes(memory, 65533n, bytes))).toBe('out-of-bounds');
    expect([...debuggee.memoryReadBytes(memory, 65533n, 3n)]).toEqual([0, 0, 0]);
  });

  test('growing takes whole pages, up to the maximum', async () => {
    const own = await world.instance(`(module (memory (export "m") 1 3)
      (func (export "size") (result i32) (memory.size)))`);
    const memory = debuggee.instanceGetMemory(own.handle, 0);
    const before = (own.exports['m'] as WebAssembly.Memory).buffer;
    expect(codeOf(() => debuggee.memoryGrow(memory, 1n))).toBe('memory-grow-failure');
    expect(codeOf(() => debuggee.memoryGrow(memory, 0x3_0000n))).toBe('memory-grow-failure');
    expect(codeOf(() => debuggee.memoryGrow(memory, 2n ** 64n - 65536n))).toBe(
      'memory-grow-failure',
    );
    expect(before.byteLength).toBe(65536);
    expect(debuggee.memoryGrow(memory, 0x2_0000n)).toBe(0x1_0000n);
    expect(debuggee.memorySizeBytes(memory)).toBe(0x3_0000n);
    expect(world.call(own, 'size')).toBe(3);
    expect(before.byteLength).toBe(0);
    expect(debuggee.memoryGrow(memory, 0n)).toBe(0x3_0000n);
  });

  test('64-bit memories', async () => {
    const own = await world.instance(`(module (memory i64 1 5)
      (func (export "load") (param i64) (result i64) (i64.load (local.get 0))))`);
    const memory = debuggee.instanceGetMemory(own.handle, 0);
    expect(debuggee.memoryGrow(memory, 0x1_0000n)).toBe(0x1_0000n);
    debuggee.memoryWriteBytes(memory, 0x1_fff8n, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect(world.call(own, 'load', 0x1_fff8n)).toBe(0x0807060504030201n);
    expect(codeOf(() => debuggee.memoryReadBytes(memory, 0x2_0000n, 1n))).toBe('out-of-bounds');
    expect(codeOf(() => debuggee.memoryGrow(memory, 0x4_0000n))).toBe('memory-grow-failure');
  });

  test('shared memories, defined and imported', async () => {
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
    const { handle } = await world.instance(
      '(module (import "a" "m" (memory 1 4 shared)) (memory 1 2 shared))',
      { a: { m: shared } },
    );
    for (const [index, limit] of [
      [0, 4n],
      [1, 2n],
    ] as const) {
      const memory = debuggee.instanceGetMemory(handle, index);
      debuggee.memoryWriteBytes(memory, 8n, Uint8Array.of(9));
      expect(debuggee.memoryGrow(memory, 65536n * (limit - 1n))).toBe(65536n);
      expect(debuggee.memorySizeBytes(memory)).toBe(65536n * limit);
      expect([...debuggee.memoryReadBytes(memory, 8n, 1n)]).toEqual([9]);
      const end = 65536n * limit - 1n;
      expect([...debuggee.memoryReadBytes(memory, end, 1n)]).toEqual([0]);
    }
    expect(new Uint8Array(shared.buffer)[8]).toBe(9);
  });

  test('what is read does not change when the memory does', async () => {
    const { handle } = await world.instance('(module (memory 1) (data (i32.const 0) "abc"))');
    const memory = debuggee.instanceGetMemory(handle, 0);
    const bytes = debuggee.memoryReadBytes(memory, 0n, 3n);
    debuggee.memoryWriteBytes(memory, 0n, Uint8Array.of(1, 2, 3));
    expect([...bytes]).toEqual([97, 98, 99]);
  });
});
