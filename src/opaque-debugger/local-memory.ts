/** Memories of a local debuggee. */
import type { MemoryEntity } from './local-entities.ts';
import { DebuggeeError } from './opaque-debugger.ts';

export function pageSize({ type }: MemoryEntity): bigint {
  return 1n << BigInt(type.limits.pageSizeLog2);
}

export function sizeBytes({ memory }: MemoryEntity): bigint {
  return BigInt(memory.buffer.byteLength);
}

/** @throws DebuggeeError memory-grow-failure */
export function growBytes(entity: MemoryEntity, deltaBytes: bigint): bigint {
  const page = pageSize(entity);
  if (deltaBytes % page !== 0n) {
    throw new DebuggeeError('memory-grow-failure', `${deltaBytes} is not a multiple of ${page}`);
  }
  const old = sizeBytes(entity);
  const pages = deltaBytes / page;
  // No memory has more pages than this; a larger number might be truncated into a valid one.
  if (pages > 1n << 48n) throw new DebuggeeError('memory-grow-failure');
  try {
    const delta = entity.type.limits.address === 'i64' ? pages : Number(pages);
    entity.memory.grow(delta as number);
  } catch {
    throw new DebuggeeError('memory-grow-failure');
  }
  return old;
}

/**
 * The most bytes that are copied out at once: more would not fit into the memory of a debugger
 * beside what else is in there, and two threads would hold a copy until that is found out.
 */
const LONGEST_READ = 1n << 30n;

/**
 * The memory's own bytes: what they are until the program goes on.
 * @throws DebuggeeError out-of-bounds, alloc-failure
 */
export function bytesAt(entity: MemoryEntity, address: bigint, length: bigint): Uint8Array {
  const bytes = view(entity, address, length);
  if (length > LONGEST_READ) {
    throw new DebuggeeError('alloc-failure', `${length} bytes are too many to read at once`);
  }
  return bytes;
}

/** @throws DebuggeeError out-of-bounds, alloc-failure */
export function readBytes(entity: MemoryEntity, address: bigint, length: bigint): Uint8Array {
  try {
    return bytesAt(entity, address, length).slice();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DebuggeeError('alloc-failure', `there is no room for a copy of ${length} bytes`);
  }
}

/** @throws DebuggeeError out-of-bounds, with nothing written */
export function writeBytes(entity: MemoryEntity, address: bigint, bytes: Uint8Array): void {
  view(entity, address, BigInt(bytes.length)).set(bytes);
}

function view(entity: MemoryEntity, address: bigint, length: bigint): Uint8Array {
  const size = sizeBytes(entity);
  if (address > size || length > size - address) throw new DebuggeeError('out-of-bounds');
  return new Uint8Array(entity.memory.buffer, Number(address), Number(length));
}
