/** The one register: the pc of the innermost frame, 64 bits. */

import { type Handlers, MALFORMED, NOTHING_THERE } from '../handler.ts';
import { littleEndian } from '../hex.ts';

const PC =
  'name:pc;alt-name:pc;bitsize:64;offset:0;encoding:uint;format:hex;' +
  'set:General Purpose Registers;gcc:16;dwarf:16;generic:pc;';

export const registers: Handlers = {
  // The number is hexadecimal; after the last one LLDB stops at an error.
  qRegisterInfo: (_, args) => (/^0+$/.test(args) ? PC : 'E45'),
  p({ target }, args) {
    const [number = ''] = args.split(';');
    if (!/^[0-9a-f]+$/i.test(number)) return MALFORMED;
    return /^0+$/.test(number) ? littleEndian(target.pc()) : NOTHING_THERE;
  },
  g: ({ target }) => littleEndian(target.pc()),
};
