/** Addresses to bytes: linear memories, and the bytes of modules. */

import type { Debuggee, Memory } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { type Address, addressNumber } from '../protocol/address.ts';
import type { Region } from '../protocol/target.ts';
import type { DebuggeeInstance, DebuggeeModule, Modules } from './modules.ts';
import { succeeds } from './results.ts';
import type { Stack } from './stack.ts';

/** Most that one address space of 32 bits can show of a memory. */
const MOST_BYTES = 1n << 32n;
/** Memories of a module that have addresses. */
const MOST_MEMORIES = 0x3fff;

export class Memories {
  readonly #d: Debuggee;
  readonly #modules: Modules;
  readonly #stack: () => Stack;

  constructor(d: Debuggee, modules: Modules, stack: () => Stack) {
    this.#d = d;
    this.#modules = modules;
    this.#stack = stack;
  }

  read(address: Address, length: number): Uint8Array | undefined {
    const { offset } = address;
    if (address.space === 'code') {
      const bytes = this.#modules.module(address.module)?.bytes;
      if (bytes === undefined || offset >= bytes.length) return undefined;
      return bytes.subarray(offset, offset + length);
    }
    const memory = this.#memory(address);
    const size = memory && this.#size(memory);
    if (memory === undefined || size === undefined || BigInt(offset) >= size) return undefined;
    const left = Number(size) - offset;
    return memory.getBytes(this.#d, BigInt(offset), BigInt(Math.min(length, left)));
  }

  write(address: Address, bytes: Uint8Array): boolean {
    const memory = address.space === 'memory' ? this.#memory(address) : undefined;
    if (memory === undefined) return false;
    return succeeds(() => memory.setBytes(this.#d, BigInt(address.offset), bytes));
  }

  /** In the order of their addresses: module 0 is the stopped frame's memory. */
  regions(): readonly Region[] {
    const present = this.#present();
    const memories = [
      ...(present === undefined ? [] : this.#regionsOf(0, present)),
      ...this.#modules.all.flatMap((module) => {
        const instance = memoryOwner(module);
        return instance === undefined ? [] : this.#regionsOf(module.id, instance);
      }),
    ];
    const code = this.#modules.all.map(
      ({ bytes, library }): Region => ({
        start: library.address,
        size: BigInt(bytes.length),
        permissions: 'rx',
        name: library.name,
      }),
    );
    return [...memories, ...code]
      .filter(({ size }) => size > 0n)
      .sort((a, b) => (a.start < b.start ? -1 : 1));
  }

  #regionsOf(id: number, instance: DebuggeeInstance): Region[] {
    const regions: Region[] = [];
    for (let index = 0; index < MOST_MEMORIES; index++) {
      const memory = this.#modules.memory(instance, index);
      if (memory === undefined) break;
      regions.push({
        start: addressNumber({ space: 'memory', module: id, memory: index, offset: 0 }),
        size: this.#size(memory),
        permissions: 'rw',
        name: `${instance.module.library.name} memory ${index}`,
      });
    }
    return regions;
  }

  /** Bytes that addresses reach. */
  #size(memory: Memory): bigint {
    const size = memory.sizeBytes(this.#d);
    return size < MOST_BYTES ? size : MOST_BYTES;
  }

  #memory({ module, memory }: Address): Memory | undefined {
    const owner = module === 0 ? this.#present() : memoryOwner(this.#modules.module(module));
    return owner && this.#modules.memory(owner, memory);
  }

  /** Whose memory the present one is: the stopped frame's, else the first one's that there is. */
  #present(): DebuggeeInstance | undefined {
    return (
      this.#stack().frame(0)?.instance ??
      this.#modules.all.map(memoryOwner).find((instance) => instance !== undefined)
    );
  }
}

/** Of several instances of a module the last one counts: the others have gone, as a rule. */
function memoryOwner(module: DebuggeeModule | undefined): DebuggeeInstance | undefined {
  return module?.instances.at(-1);
}
