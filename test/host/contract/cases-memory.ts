/** Cases of memories. */

import { BEGIN, type Case, resume } from './cases.ts';

const ACCESSES = [
  ['u8', 1],
  ['u16', 2],
  ['u32', 4],
  ['u64', 8],
] as const;

/** Reads and writes at every edge there is. */
function edges(memory: string, size: bigint): string {
  return ACCESSES.flatMap(([type, width]) => {
    const last = size - BigInt(width);
    const outside = [
      ...(width > 1 ? [last + 1n] : []),
      ...[size, size + 1n, 0xffff_ffffn, 0x1_0000_0000n, 0x1_0000_0001n],
      ...[2n ** 63n, 2n ** 64n - 8n, 2n ** 64n - 1n],
    ].filter((address) => address > last);
    return [
      `memory.set-${type} ${memory} d ${last} 0x7f -> ok`,
      `memory.get-${type} ${memory} d ${last} -> 127`,
      ...outside.flatMap((address) => [
        `memory.get-${type} ${memory} d ${address} -> error out-of-bounds`,
        `memory.set-${type} ${memory} d ${address} 1 -> error out-of-bounds`,
      ]),
    ];
  }).join('\n');
}

export const MEMORY_CASES: readonly Case[] = [
  {
    name: 'memories are read and written little-endian',
    entry: 'calls',
    script: `
      ${BEGIN}
      memory = instance.get-memory instance d 0
      memory.size-bytes memory d -> 65536
      memory.page-size-bytes memory d -> 65536
      memory.get-bytes memory d 4 12 -> 050607088081828384858687
      memory.get-u8 memory d 8 -> 128
      memory.get-u16 memory d 8 -> 33152
      memory.get-u32 memory d 8 -> 2206368128
      memory.get-u64 memory d 8 -> 9765639646188044672
      memory.set-u8 memory d 100 255 -> ok
      memory.set-u16 memory d 101 0xfedc -> ok
      memory.set-u32 memory d 103 0x76543210 -> ok
      memory.set-u64 memory d 107 0xfedcba9876543210 -> ok
      memory.get-bytes memory d 100 15 -> ffdcfe103254761032547698badcfe
      memory.set-u32 memory d 200 0xfedcba98 -> ok
      memory.get-u32 memory d 200 ~> 4275878552
      memory.set-bytes memory d 100 00ff -> ok
      memory.get-u16 memory d 100 -> 65280
      copy = memory.clone memory -> memory
      memory.unique-id copy -> /^\\d+$/
    `,
  },
  {
    name: 'no access reaches beyond the end',
    entry: 'calls',
    script: `
      ${BEGIN}
      small = instance.get-memory instance d 0
      ${edges('small', 65536n)}
      shared = instance.get-memory instance d 2
      ${edges('shared', 65536n)}
    `,
  },
  {
    name: 'beyond 4 GiB',
    entry: 'calls',
    script: `
      ${BEGIN}
      large = instance.get-memory instance d 1
      memory.size-bytes large d -> 4295032832
      ${edges('large', 4295032832n)}
      memory.set-bytes large d 0xfffffffe 01020304 -> ok
      memory.get-bytes large d 0xfffffffe 4 -> 01020304
      memory.get-u64 large d 0xfffffffe -> 67305985
      # In bounds, but no component could take so much.
      memory.get-bytes large d 0 0x100000000 -> error alloc-failure
      memory.get-bytes large d 0 0x100010000 -> error alloc-failure
      memory.get-bytes large d 1 0x100010000 -> error out-of-bounds
    `,
  },
  {
    name: 'lists of no bytes and of many',
    entry: 'calls',
    script: `
      ${BEGIN}
      memory = instance.get-memory instance d 0
      memory.get-bytes memory d 0 0 -> -
      memory.get-bytes memory d 65536 0 -> -
      memory.get-bytes memory d 65537 0 -> error out-of-bounds
      memory.set-bytes memory d 0 - -> ok
      memory.set-bytes memory d 65536 - -> ok
      memory.set-bytes memory d 65537 - -> error out-of-bounds
      memory.get-bytes memory d 0 65536 -> /^65536 bytes/
      memory.get-bytes memory d 0 65537 -> error out-of-bounds
      memory.get-bytes memory d 1 65536 -> error out-of-bounds
      memory.get-bytes memory d 1 0xffffffffffffffff -> error out-of-bounds
      memory.get-bytes memory d 0xffffffffffffffff 1 -> error out-of-bounds
      memory.get-bytes memory d 0xffffffffffffffff 2 -> error out-of-bounds
      memory.get-bytes memory d 0x8000000000000000 0x8000000000000000 -> error out-of-bounds
      # Nothing is written by what does not fit.
      memory.set-u8 memory d 65535 7 -> ok
      memory.set-bytes memory d 65535 0102 -> error out-of-bounds
      memory.get-u8 memory d 65535 -> 7
      memory.set-bytes memory d 0 zero*65537 -> error out-of-bounds
      memory.set-bytes memory d 0 zero*65536 -> ok
      memory.get-u8 memory d 65535 -> 0
      memory.set-bytes memory d 0 zero*16777216 -> error out-of-bounds
    `,
  },
  {
    name: 'memories grow by whole pages, up to their limit',
    entry: 'calls',
    script: `
      ${BEGIN}
      memory = instance.get-memory instance d 0
      memory.grow-to-bytes memory d 0 -> 65536
      memory.grow-to-bytes memory d 1 -> error memory-grow-failure
      memory.grow-to-bytes memory d 65535 -> error memory-grow-failure
      memory.grow-to-bytes memory d 65537 -> error memory-grow-failure
      memory.grow-to-bytes memory d 65536 -> 65536
      memory.size-bytes memory d -> 131072
      memory.get-u8 memory d 131071 -> 0
      memory.grow-to-bytes memory d 131072 -> error memory-grow-failure
      memory.grow-to-bytes memory d 0x100000000 -> error memory-grow-failure
      memory.grow-to-bytes memory d 0x1000000000000 -> error memory-grow-failure
      memory.grow-to-bytes memory d 0xffffffffffff0000 -> error memory-grow-failure
      memory.grow-to-bytes memory d 0xffffffffffffffff -> error memory-grow-failure
      memory.grow-to-bytes memory d 65536 -> 131072
      memory.grow-to-bytes memory d 65536 -> error memory-grow-failure
      memory.size-bytes memory d -> 196608
      large = instance.get-memory instance d 1
      memory.grow-to-bytes large d 65536 -> 4295032832
      memory.grow-to-bytes large d 0x100000000 -> error memory-grow-failure
      memory.grow-to-bytes large d 0xffffffffffff0000 -> error memory-grow-failure
      shared = instance.get-memory instance d 2
      memory.grow-to-bytes shared d 65536 -> 65536
      memory.get-u8 shared d 131071 -> 0
      memory.set-u8 shared d 131071 3 -> ok
      memory.get-u8 shared d 131071 -> 3
      ${resume('normal', 'complete')}
      memory.get-u8 shared d 131071 -> 3
      memory.size-bytes memory d -> 196608
    `,
  },
];
