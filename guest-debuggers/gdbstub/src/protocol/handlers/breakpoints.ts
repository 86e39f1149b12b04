/**
 * `Z` and `z`: breakpoints in code (type 0, and 1, which is the same here). Watchpoints (2 to 4) are
 * not supported.
 */

import { type Address, parseAddress } from '../address.ts';
import {
  type Conversation,
  type Handlers,
  MALFORMED,
  NOTHING_THERE,
  type Reply,
  UNSUPPORTED,
} from '../handler.ts';

export const breakpoints: Handlers = {
  Z: (conversation, args) =>
    change(conversation, args, (address) => conversation.target.addBreakpoint(address)),
  z: (conversation, args) =>
    change(conversation, args, (address) => conversation.target.removeBreakpoint(address)),
};

function change(_: Conversation, args: string, carryOut: (address: Address) => boolean): Reply {
  // Type, address, kind; then perhaps conditions, which have not been offered.
  const match = /^([0-4]),([0-9a-f]{1,16}),[0-9a-f]+$/i.exec(args);
  if (match === null) return MALFORMED;
  if (Number(match[1]) > 1) return UNSUPPORTED;
  const address = parseAddress(match[2]!);
  if (address === undefined || address.space !== 'code') return NOTHING_THERE;
  return carryOut(address) ? 'OK' : NOTHING_THERE;
}
