/** What client and stub agree on before anything else. */

import type { Handlers } from '../handler.ts';

/**
 * Bytes of payload that the client may send, and by which LLDB decides how much it reads at once:
 * 128 KiB at most, whatever it is offered.
 */
export const PACKET_SIZE = 0x40000;

/**
 * `qXfer:libraries:read+` is what makes LLDB ask for modules. No memory map is offered: LLDB would
 * keep it, and not see memories grow; it asks for the region of an address each time.
 */
const FEATURES = [
  `PacketSize=${PACKET_SIZE.toString(16)}`,
  'QStartNoAckMode+',
  'vContSupported+',
  'swbreak+',
  'qXfer:libraries:read+',
  'qWasmInstance+',
].join(';');

export const handshake: Handlers = {
  qSupported: () => FEATURES,
  QStartNoAckMode(conversation) {
    conversation.stopAcknowledging();
    return 'OK';
  },
  // Packets name their thread at their end. There is one only, so it need not be read.
  QThreadSuffixSupported: () => 'OK',
  QListThreadsInStopReply: () => 'OK',
  // Errors are numbers all the same: there is nothing to add to them.
  QEnableErrorStrings: () => 'OK',
};
