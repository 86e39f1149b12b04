import type { MemoryHandle } from '../../opaque-debugger/opaque-debugger.ts';
import { IdentifiedEntity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import type { Debuggee } from './debuggee.ts';

/** `memory`. Addresses and sizes are in bytes. */
export class Memory extends IdentifiedEntity<MemoryHandle> implements Wit.Memory {
  sizeBytes(d: Debuggee): bigint {
    return this.session.ask('memory.size-bytes', d, (debuggee) =>
      debuggee.memorySizeBytes(this.handle),
    );
  }

  pageSizeBytes(d: Debuggee): bigint {
    return this.session.ask('memory.page-size-bytes', d, (debuggee) =>
      debuggee.memoryPageSize(this.handle),
    );
  }

  growToBytes(d: Debuggee, delta: bigint): bigint {
    return this.session.tryTo('memory.grow-to-bytes', d, (debuggee) =>
      debuggee.memoryGrow(this.handle, delta),
    );
  }

  getBytes(d: Debuggee, address: bigint, length: bigint): Uint8Array {
    return this.#read(d, 'get-bytes', address, length);
  }

  setBytes(d: Debuggee, address: bigint, bytes: Uint8Array): void {
    this.#write(d, 'set-bytes', address, bytes);
  }

  getU8(d: Debuggee, address: bigint): number {
    return this.#read(d, 'get-u8', address, 1n)[0]!;
  }

  getU16(d: Debuggee, address: bigint): number {
    const bytes = this.#read(d, 'get-u16', address, 2n);
    return bytes[0]! | (bytes[1]! << 8);
  }

  getU32(d: Debuggee, address: bigint): number {
    return u32(this.#read(d, 'get-u32', address, 4n), 0);
  }

  getU64(d: Debuggee, address: bigint): bigint {
    const bytes = this.#read(d, 'get-u64', address, 8n);
    return BigInt(u32(bytes, 0)) | (BigInt(u32(bytes, 4)) << 32n);
  }

  setU8(d: Debuggee, address: bigint, value: number): void {
    this.#write(d, 'set-u8', address, Uint8Array.of(value));
  }

  setU16(d: Debuggee, address: bigint, value: number): void {
    const bytes = new Uint8Array(2);
    view(bytes).setUint16(0, value, true);
    this.#write(d, 'set-u16', address, bytes);
  }

  setU32(d: Debuggee, address: bigint, value: number): void {
    const bytes = new Uint8Array(4);
    view(bytes).setUint32(0, value, true);
    this.#write(d, 'set-u32', address, bytes);
  }

  setU64(d: Debuggee, address: bigint, value: bigint): void {
    const bytes = new Uint8Array(8);
    view(bytes).setBigUint64(0, value, true);
    this.#write(d, 'set-u64', address, bytes);
  }

  clone(): Memory {
    return this.copy('memory.clone', Memory);
  }

  #read(d: Debuggee, method: string, address: bigint, length: bigint): Uint8Array {
    return this.session.tryTo(`memory.${method}`, d, (debuggee) =>
      debuggee.memoryReadBytes(this.handle, address, length),
    );
  }

  #write(d: Debuggee, method: string, address: bigint, bytes: Uint8Array): void {
    this.session.tryTo(`memory.${method}`, d, (debuggee) =>
      debuggee.memoryWriteBytes(this.handle, address, bytes),
    );
  }
}

/** Not by a DataView: V8 then has to give the few bytes a buffer of their own. */
function u32(bytes: Uint8Array, at: number): number {
  const high = bytes[at + 3]! << 24;
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | high) >>> 0;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
