/** On what the program runs. */

import { type Handlers, MALFORMED } from '../handler.ts';
import { textToHex } from '../hex.ts';

/**
 * LLDB loads no module without it. It must be what LLDB takes a module in memory to be: with an
 * operating system in it, LLDB would not find the modules that it has, and load them a second time when
 * a further one appears.
 */
const TRIPLE = textToHex('wasm32-unknown-unknown-wasm');
const INFO = `triple:${TRIPLE};endian:little;ptrsize:4;`;

export const hostInfo: Handlers = {
  qHostInfo: () => INFO,
  qProcessInfo: () => `pid:1;${INFO}`,
  // The program has been there before the client: it is detached from, not killed, at the end.
  qAttached: () => '1',
  qC: () => 'QC1',
  qfThreadInfo: () => 'm1',
  qsThreadInfo: () => 'l',
  T: (_, args) => (/^(0*1|-1|0)$/.test(args) ? 'OK' : MALFORMED),
  H: (_, args) => (/^[cg](0*1|-1|0)$/.test(args) ? 'OK' : MALFORMED),
};
