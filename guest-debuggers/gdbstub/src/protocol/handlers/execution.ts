/** Going on, and going away. */

import { type Conversation, type Handlers, MALFORMED, UNSUPPORTED } from '../handler.ts';

export const execution: Handlers = {
  '?': (conversation) => conversation.stopReply(),
  // An address to go on at, or a signal to deliver, has no meaning here.
  c: (conversation, args) => resume(conversation, args === '', false),
  s: (conversation, args) => resume(conversation, args === '', true),
  C: (conversation, args) => resume(conversation, /^[0-9a-f]{2}$/i.test(args), false),
  S: (conversation, args) => resume(conversation, /^[0-9a-f]{2}$/i.test(args), true),
  'vCont?': () => 'vCont;c;C;s;S',
  vCont(conversation, args) {
    // The first action is for the one thread, whether it is named or not.
    const action = /^;([cs]|[CS][0-9a-f]{2})(:[-0-9a-f]+)?(;|$)/i.exec(args)?.[1];
    return resume(conversation, action !== undefined, action?.[0]?.toLowerCase() === 's');
  },
  D(conversation, args) {
    // `D1` would keep the program stopped.
    if (args !== '' && args !== ';1') return UNSUPPORTED;
    conversation.detach();
    return 'OK';
  },
  k(conversation) {
    conversation.kill();
    return 'X09';
  },
  // With a process id; GDB.
  vKill(conversation) {
    conversation.kill();
    return 'OK';
  },
};

function resume(conversation: Conversation, valid: boolean, step: boolean): string | undefined {
  if (!valid) return MALFORMED;
  conversation.resume(step);
  return undefined;
}
