/**
 * A target that is nothing but bytes: what the protocol core is tested over. One module of 64 bytes, one
 * memory of 256, a stack of two frames; it stops when the test says so.
 */

import {
  type Address,
  codeAddress,
} from '../../../guest-debuggers/gdbstub/src/protocol/address.ts';
import type {
  Library,
  Region,
  Target,
  ValueKind,
} from '../../../guest-debuggers/gdbstub/src/protocol/target.ts';

export class MemoryTarget implements Target {
  readonly module: Uint8Array = Uint8Array.from({ length: 64 }, (_, i) => i);
  readonly memory = new Uint8Array(256);
  /** What has been asked of the program, in order. */
  readonly log: string[] = [];
  readonly #breakpoints: string[] = [];
  names = ['main.wasm', 'a<b>&"c".wasm'];

  libraries(): readonly Library[] {
    return this.names.map((name, i) => ({ name, address: codeAddress(i + 1, 0) }));
  }

  pc(): bigint {
    return codeAddress(1, 0x10);
  }

  callStack(): readonly bigint[] {
    return [this.pc(), codeAddress(1, 0x20)];
  }

  value(kind: ValueKind, frame: number, index: number): Uint8Array | undefined {
    if (frame > 1 || index > 2) return undefined;
    return Uint8Array.of(kind.length, frame, index, 0xff);
  }

  globalOf(module: number, index: number): Uint8Array | undefined {
    return module === 1 ? Uint8Array.of(index, 0, 0, 0) : undefined;
  }

  read(address: Address, length: number): Uint8Array | undefined {
    const bytes = this.#bytes(address);
    if (bytes === undefined || address.offset >= bytes.length) return undefined;
    return bytes.subarray(address.offset, address.offset + length);
  }

  write(address: Address, bytes: Uint8Array): boolean {
    const { space, offset } = address;
    if (space !== 'memory' || offset + bytes.length > this.memory.length) return false;
    this.memory.set(bytes, offset);
    return true;
  }

  regions(): readonly Region[] {
    const start = codeAddress(1, 0);
    return [
      { start: 0n, size: 256n, permissions: 'rw', name: 'memory 0' },
      { start, size: 64n, permissions: 'rx', name: 'main.wasm' },
    ];
  }

  addBreakpoint({ module, offset }: Address): boolean {
    if (module !== 1 || offset >= 64) return false;
    this.#breakpoints.push(`${module}:${offset}`);
    return true;
  }

  removeBreakpoint({ module, offset }: Address): boolean {
    const at = this.#breakpoints.indexOf(`${module}:${offset}`);
    if (at >= 0) this.#breakpoints.splice(at, 1);
    return at >= 0;
  }

  resume(step: boolean): void {
    this.log.push(step ? 'step' : 'continue');
  }

  interrupt(): void {
    this.log.push('interrupt');
  }

  detach(): void {
    this.log.push('detach');
  }

  kill(): void {
    this.log.push('kill');
  }

  #bytes({ space, module }: Address): Uint8Array | undefined {
    if (space === 'code') return module === 1 ? this.module : undefined;
    return module <= 1 ? this.memory : undefined;
  }
}
