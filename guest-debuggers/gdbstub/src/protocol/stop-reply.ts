/** The packets that say why a program is stopped (GDB manual, "Stop Reply Packets"). */

import { littleEndian, textToHex } from './hex.ts';
import type { Stop, Target } from './target.ts';

/** Signal numbers, in hexadecimal. */
const SIGTRAP = '05';
const SIGINT = '02';
const NONE = '00';

/**
 * LLDB takes a stop for a breakpoint's by its pc, and without the pc it asks three questions more at
 * each stop. With `library`, signal 0 makes it load the new modules and go on without a word to its
 * user; any other signal would make it a stop.
 */
export function stopReply(stop: Stop, target: Target): string {
  if (stop.kind === 'exited') return `W${stop.status.toString(16).padStart(2, '0')}`;
  const pc = target.pc();
  const thread =
    `thread:1;name:main;threads:1;thread-pcs:${pc.toString(16).padStart(16, '0')};` +
    `00:${littleEndian(pc)};`;
  switch (stop.kind) {
    case 'attached':
      return `T${SIGTRAP}${thread}`;
    case 'breakpoint':
      return `T${SIGTRAP}${thread}reason:breakpoint;`;
    case 'step':
      return `T${SIGTRAP}${thread}reason:trace;`;
    case 'interrupted':
      return `T${SIGINT}${thread}reason:signal;`;
    case 'new-modules':
      return `T${NONE}${thread}library:;`;
    case 'trap':
    case 'exception':
      return `T${SIGTRAP}${thread}reason:exception;description:${textToHex(stop.description)};`;
  }
}
