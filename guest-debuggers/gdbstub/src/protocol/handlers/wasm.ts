/**
 * LLDB's own packets for WebAssembly: the call stack, and the values that DWARF expressions name by
 * DW_OP_WASM_location. Numbers are decimal but for the thread's. They carry no thread.
 */

import {
  type Conversation,
  type Handlers,
  MALFORMED,
  NOTHING_THERE,
  type Reply,
} from '../handler.ts';
import { decimalNumber, littleEndian, toHex } from '../hex.ts';
import type { ValueKind } from '../target.ts';

export const wasm: Handlers = {
  qWasmCallStack: ({ target }) => target.callStack().map(littleEndian).join(''),
  qWasmLocal: (conversation, args) => value(conversation, 'local', args),
  qWasmStackValue: (conversation, args) => value(conversation, 'operand', args),
  qWasmGlobal(conversation, args) {
    // The newer form, which names a module instead of a frame.
    const match = /^:(\d+);instance:(\d+);?$/.exec(args);
    if (match === null) return value(conversation, 'global', args);
    const [index, module] = [decimalNumber(match[1]!), decimalNumber(match[2]!)];
    if (index === undefined || module === undefined) return MALFORMED;
    return bytes(conversation.target.globalOf(module, index));
  },
};

/** `:FRAME;INDEX` */
function value(conversation: Conversation, kind: ValueKind, args: string): Reply {
  const match = /^:(\d+);(\d+)$/.exec(args);
  const frame = decimalNumber(match?.[1] ?? '');
  const index = decimalNumber(match?.[2] ?? '');
  if (frame === undefined || index === undefined) return MALFORMED;
  return bytes(conversation.target.value(kind, frame, index));
}

function bytes(found: Uint8Array | undefined): Reply {
  return found === undefined ? NOTHING_THERE : toHex(found);
}
