/**
 * The protocol core against transcripts, without a component: what comes in is fed to it, and all that
 * comes out must be as written. In transcripts/ a line is
 *
 *     --> PAYLOAD      the client sends a packet
 *     ==> BYTES        the client sends these bytes as they are
 *     *** STOP         the program stops: JSON
 *     <-- BYTES        what comes out
 *     ... WORD         what the program is made to do
 *
 * with bytes that are no printable ASCII as \xHH. UPDATE_GOLDEN=1 writes what comes out now; read the
 * difference before committing it.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packet } from '../../../guest-debuggers/gdbstub/src/protocol/framing.ts';
import { ascii, latin1 } from '../../../guest-debuggers/gdbstub/src/protocol/hex.ts';
import { Protocol } from '../../../guest-debuggers/gdbstub/src/protocol/protocol.ts';
import type { Stop } from '../../../guest-debuggers/gdbstub/src/protocol/target.ts';
import { MemoryTarget } from './memory-target.ts';

const folder = join(import.meta.dirname, 'transcripts');

test.each(readdirSync(folder))('%s', (file) => {
  const path = join(folder, file);
  const expected = readFileSync(path, 'utf8');
  const actual = `${replay(expected.split('\n'))}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, actual);
  else expect(actual).toBe(expected);
});

function replay(lines: readonly string[]): string {
  const target = new MemoryTarget();
  const out: string[] = [];
  const show = (bytes: Uint8Array) => out.push(`<-- ${written(bytes)}`);
  const protocol = new Protocol(target, { kind: 'attached' }, show);
  for (const text of lines) {
    const [mark, rest] = [text.slice(0, 4), text.slice(4)];
    if (['--> ', '==> ', '*** ', '    ', '#   '].includes(mark) || text.startsWith('#')) {
      out.push(text);
    }
    if (mark === '--> ') protocol.receive(packet(bytesOf(rest)));
    else if (mark === '==> ') protocol.receive(bytesOf(rest));
    else if (mark === '*** ') protocol.stopped(JSON.parse(rest) as Stop);
    for (const word of target.log.splice(0)) out.push(`... ${word}`);
  }
  return out.join('\n');
}

function written(bytes: Uint8Array): string {
  return latin1(bytes).replace(
    /[^ -[\]-~]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function bytesOf(text: string): Uint8Array {
  const plain = text.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return /^[ -~]*$/.test(plain)
    ? ascii(plain)
    : Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
