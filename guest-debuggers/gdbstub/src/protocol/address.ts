/**
 * The addresses by which LLDB reaches everything in a WebAssembly process with one number of 64 bits:
 *
 *     63:62 type   61:32 id   31:0 offset
 *
 * (LLDB, Plugins/Process/wasm.) Type 1 is a module's bytes: the id is the module's, the offset one in
 * its file. Type 0 is linear memory: the id is that of a module, whose memory 0 it is (LLDB 23 for
 * static data), or 0, the memory 0 of the frame that is stopped (all that LLDB 22 asks for, and what
 * is behind pointers and on the stack for 23). So modules are numbered from 1.
 *
 * LLDB has no address for a second memory of a module. It gets the bits 61:48 of the address, which
 * no number of a module reaches: for those who look with `memory region` and `memory read`.
 */

export type Space = 'memory' | 'code';

export interface Address {
  readonly space: Space;
  /** Module id, or 0 for the memory of the stopped frame. At most 16 bits. */
  readonly module: number;
  /** Memory index; 0 for code. At most 14 bits. */
  readonly memory: number;
  /** Byte offset in the module's file or in the memory. */
  readonly offset: number;
}

const TYPES: readonly Space[] = ['memory', 'code'];

/** Undefined for what is no number of 64 bits, or has a type that is not known. */
export function parseAddress(hex: string): Address | undefined {
  if (!/^[0-9a-f]{1,16}$/i.test(hex)) return undefined;
  const digits = hex.padStart(16, '0');
  const high = Number.parseInt(digits.slice(0, 8), 16);
  const space = TYPES[high >>> 30];
  if (space === undefined) return undefined;
  const memory = (high >>> 16) & 0x3fff;
  if (space === 'code' && memory !== 0) return undefined;
  return { space, module: high & 0xffff, memory, offset: Number.parseInt(digits.slice(8), 16) };
}

export function addressNumber({ space, module, memory, offset }: Address): bigint {
  const high = TYPES.indexOf(space) * 0x4000_0000 + memory * 0x1_0000 + module;
  return BigInt(high) * 0x1_0000_0000n + BigInt(offset);
}

export function codeAddress(module: number, offset: number): bigint {
  return addressNumber({ space: 'code', module, memory: 0, offset });
}
