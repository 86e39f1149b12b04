/** `qXfer:libraries:read`: the modules, as GDB's library list (GDB manual, "Library List Format"). */

import { escapeBinary } from '../escape.ts';
import { type Handlers, MALFORMED, NOTHING_THERE, UNSUPPORTED } from '../handler.ts';
import { ascii, hexNumber } from '../hex.ts';
import type { Library } from '../target.ts';

export const libraries: Handlers = {
  qXfer({ target }, args) {
    const [, object, operation, annex, range = ''] = args.split(':');
    if (object !== 'libraries' || operation !== 'read' || annex !== '') return UNSUPPORTED;
    const [offset, length] = range.split(',').map(hexNumber);
    if (offset === undefined || length === undefined) return MALFORMED;
    const list = ascii(libraryList(target.libraries()));
    if (offset > list.length) return NOTHING_THERE;
    const part = list.subarray(offset, offset + length);
    // `m`: there is more to read behind this part.
    const more = offset + part.length < list.length;
    const escaped = escapeBinary(part);
    const reply = new Uint8Array(escaped.length + 1);
    reply[0] = (more ? 'm' : 'l').charCodeAt(0);
    reply.set(escaped, 1);
    return reply;
  },
};

function libraryList(list: readonly Library[]): string {
  const entries = list.map(
    ({ name, address }) =>
      `<library name="${attribute(name)}"><section address="${address}"/></library>`,
  );
  return `<library-list>${entries.join('')}</library-list>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Control characters are no XML, however they are written. */
function attribute(text: string): string {
  return Array.from(text, (character) => (isControl(character) ? '?' : character))
    .join('')
    .replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0)!;
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xfffe || code === 0xffff;
}
