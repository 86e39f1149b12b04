/**
 * The protocol core under noise: whatever comes in, cut anywhere, it throws nothing, and all that comes
 * out are acknowledgements and packets with right checksums, one at most for each packet.
 */

import { expect, test } from 'vitest';
import {
  type Input,
  PacketReader,
  packet,
} from '../../../guest-debuggers/gdbstub/src/protocol/framing.ts';
import { PACKET_SIZE } from '../../../guest-debuggers/gdbstub/src/protocol/handlers/handshake.ts';
import { ascii } from '../../../guest-debuggers/gdbstub/src/protocol/hex.ts';
import { Protocol } from '../../../guest-debuggers/gdbstub/src/protocol/protocol.ts';
import { Random } from '../../engine/random.ts';
import { MemoryTarget } from './memory-target.ts';

const PACKETS = [
  ...['?', 'g', 'p0', 'c', 's', 'vCont;s:1', 'vCont?', 'qC', 'qHostInfo', 'Hg0', 'T1', 'D', 'k'],
  ...['m10,4', 'x10,4', 'x4000000100000000,40', 'M10,4:01020304', 'X10,1:a', 'qMemoryRegionInfo:0'],
  ...['Z0,4000000100000010,1', 'z0,4000000100000010,1', 'Z2,10,4', 'qXfer:libraries:read::0,fff'],
  ...['qWasmCallStack:1', 'qWasmLocal:0;1', 'qWasmGlobal:0;1', 'qRegisterInfo0', 'qSupported:a;b'],
];

/** What one client may send: packets, whole and broken, and noise between them. */
function noise(random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let left = random.below(20); left > 0; left--) {
    const whole = packet(ascii(PACKETS[random.below(PACKETS.length)]!));
    switch (random.below(6)) {
      case 0:
        whole[random.below(whole.length)] = random.below(256);
        parts.push(whole);
        break;
      case 1:
        parts.push(whole.subarray(0, random.below(whole.length)));
        break;
      case 2:
        parts.push(Uint8Array.from({ length: random.below(30) }, () => random.below(256)));
        break;
      case 3:
        // Well framed, whatever is in it.
        parts.push(
          packet(Uint8Array.from({ length: random.below(30) }, () => 0x26 + random.below(200))),
        );
        break;
      case 4:
        parts.push(Uint8Array.of([3, 0x2b, 0x2d][random.below(3)]!));
        break;
      default:
        parts.push(whole);
    }
  }
  return Uint8Array.from(Buffer.concat(parts));
}

interface Conversation {
  readonly output: Uint8Array;
  /** Well-formed packets that came in. */
  readonly asked: number;
}

function converse(bytes: Uint8Array, cuts: () => number): Conversation {
  const target = new MemoryTarget();
  const out: Uint8Array[] = [];
  const protocol = new Protocol(target, { kind: 'attached' }, (part) => out.push(part.slice()));
  const reader = new PacketReader(PACKET_SIZE);
  let asked = 0;
  for (let at = 0; at < bytes.length; ) {
    const part = bytes.subarray(at, at + cuts());
    at += part.length;
    reader.push(part, () => asked++);
    protocol.receive(part);
  }
  return { output: Uint8Array.from(Buffer.concat(out)), asked };
}

test('noise is answered in good form, however it is cut', () => {
  for (let seed = 0; seed < 3000; seed++) {
    const random = new Random(seed);
    const bytes = noise(random);
    const { output, asked } = converse(bytes, () => bytes.length);
    const replies: Input[] = [];
    new PacketReader(1 << 20).push(output, (input) => replies.push(input));
    expect(replies.filter(({ kind }) => kind === 'broken' || kind === 'interrupt')).toEqual([]);
    expect(replies.filter(({ kind }) => kind === 'packet').length).toBeLessThanOrEqual(asked);
    const cut = converse(bytes, () => 1 + random.below(5));
    expect(cut.output).toEqual(output);
  }
});

test('packets of megabytes are refused and not kept', () => {
  const target = new MemoryTarget();
  const out: string[] = [];
  const protocol = new Protocol(target, { kind: 'attached' }, (bytes) =>
    out.push(new TextDecoder().decode(bytes)),
  );
  const piece = new Uint8Array(1 << 20).fill(0x61);
  protocol.receive(ascii('$'));
  for (let i = 0; i < 64; i++) protocol.receive(piece);
  protocol.receive(ascii('#00'));
  protocol.receive(packet(ascii('qC')));
  expect(out).toEqual(['$E05#aa', '+', '$QC1#c5']);
});
