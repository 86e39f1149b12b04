/** Reading and writing by address: linear memories, and the bytes of modules. */

import { parseAddress } from '../address.ts';
import { escapeBinary, unescapeBinary } from '../escape.ts';
import { type Handlers, MALFORMED, NOTHING_THERE, type Reply } from '../handler.ts';
import { fromHex, hexNumber, latin1, textToHex, toHex } from '../hex.ts';
import type { Region, Target } from '../target.ts';
import { PACKET_SIZE } from './handshake.ts';

export const memory: Handlers = {
  // `x0,0` asks whether there is such a packet. (GDB has the data begin with `b`; LLDB does not.)
  x: (conversation, args) =>
    args === '0,0' ? 'OK' : read(conversation.target, args, PACKET_SIZE, escapeBinary),
  m: (conversation, args) => read(conversation.target, args, PACKET_SIZE / 2, toHex),
  M(conversation, args) {
    const [range = '', data] = split(args, ':');
    const bytes = data === undefined ? undefined : fromHex(data);
    return bytes === undefined ? MALFORMED : write(conversation.target, range, bytes);
  },
  X(conversation, _, packet) {
    const colon = packet.indexOf(0x3a);
    const bytes = colon < 0 ? undefined : unescapeBinary(packet.subarray(colon + 1));
    if (bytes === undefined) return MALFORMED;
    return write(conversation.target, latin1(packet.subarray(0, colon)), bytes);
  },
  qMemoryRegionInfo({ target }, args) {
    const address = /^:([0-9a-f]{1,16})$/i.exec(args)?.[1];
    if (address === undefined) return MALFORMED;
    return region(target.regions(), BigInt(`0x${address}`));
  },
};

/** Gives fewer bytes where the region ends, which LLDB takes for its end, or where they are many. */
function read(
  target: Target,
  args: string,
  most: number,
  encode: (bytes: Uint8Array) => Reply,
): Reply {
  const [from = '', size = ''] = split(args, ',');
  const length = hexNumber(size);
  const address = parseAddress(from);
  if (length === undefined || address === undefined) return MALFORMED;
  const bytes = target.read(address, Math.min(length, most));
  return bytes === undefined ? NOTHING_THERE : encode(bytes);
}

function write(target: Target, range: string, bytes: Uint8Array): Reply {
  const [to = '', size = ''] = split(range, ',');
  const address = parseAddress(to);
  if (address === undefined || hexNumber(size) !== bytes.length) return MALFORMED;
  return target.write(address, bytes) ? 'OK' : NOTHING_THERE;
}

function split(text: string, at: ',' | ':'): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

const END = 1n << 64n;

/** The region that an address is in, or the gap between two of them. */
function region(regions: readonly Region[], address: bigint): string {
  let gap = 0n;
  for (const { start, size, permissions, name } of regions) {
    if (address < start) return `start:${hex(gap)};size:${hex(start - gap)};`;
    gap = start + size;
    if (address < gap) {
      const place = `start:${hex(start)};size:${hex(size)};`;
      return `${place}permissions:${permissions};name:${textToHex(name)};`;
    }
  }
  // The end of the address space itself is no number of 64 bits.
  return `start:${hex(gap)};size:${hex(END - gap - 1n)};`;
}

function hex(value: bigint): string {
  return value.toString(16);
}
