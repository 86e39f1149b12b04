/** The component with a program, over a real socket: what a client other than LLDB may do to it. */

import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveProgram } from '../../lldb/support/lldb.ts';
import { assemble } from '../assemble.ts';
import { Client } from './client.ts';

const OUT = join(import.meta.dirname, 'out');

async function assembled(name: string, wat: string): Promise<string> {
  mkdirSync(OUT, { recursive: true });
  const path = join(OUT, `${name}.wasm`);
  writeFileSync(path, await assemble(wat));
  return path;
}

const TRAPS: readonly (readonly [text: string, body: string])[] = [
  ['unreachable', 'unreachable'],
  ['integer divide by zero', '(drop (i32.rem_u (i32.const 1) (i32.const 0)))'],
  ['integer overflow', '(drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)))'],
  ['invalid conversion to integer', '(drop (i32.trunc_f64_s (f64.const nan)))'],
  ['integer overflow', '(drop (i32.trunc_f32_s (f32.const 1e30)))'],
  ['out of bounds memory access', '(drop (i32.load offset=4 (i32.const 65535)))'],
  ['out of bounds memory access', '(memory.fill (i32.const 65535) (i32.const 0) (i32.const 2))'],
  ['out of bounds table access', '(drop (table.get 0 (i32.const 9)))'],
  ['undefined element', '(call_indirect (i32.const 9))'],
  ['uninitialized element', '(call_indirect (i32.const 1))'],
  ['indirect call type mismatch', '(call_indirect (param i32) (i32.const 1) (i32.const 0))'],
];

/** Calls all exports, whatever becomes of the one before. */
const CALLS_ALL = `
import { readFileSync } from 'node:fs';
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
for (const run of Object.values(instance.exports)) try { run(); } catch {}
`;

test('every kind of trap says which it is', async () => {
  const path = await assembled(
    'traps',
    `(module
      (memory 1) (table 2 funcref) (elem (i32.const 0) $nothing) (func $nothing)
      ${TRAPS.map(([, body], i) => `(func (export "f${i}") ${body})`).join('\n')})`,
  );
  const script = join(OUT, 'calls-all.mjs');
  writeFileSync(script, CALLS_ALL);
  const { address } = await serveProgram([script, path]);
  const client = await Client.connect(address);
  const said: (string | undefined)[] = [];
  for (const _ of TRAPS) said.push(await client.continueTo());
  expect(said).toEqual(TRAPS.map(([text]) => `wasm trap: ${text}`));
  expect(await client.continueTo()).toMatch(/^W/);
});

test('exceptions say what they carry', async () => {
  const path = await assembled(
    'throws',
    `(module
      (tag $other) (tag $tag (param i32 f64))
      (func (export "run") (throw $tag (i32.const 42) (f64.const 1.5))))`,
  );
  const { address } = await serveProgram(['--invoke', 'run', path]);
  const client = await Client.connect(address);
  expect(await client.continueTo()).toBe('wasm exception: tag 1 (i32 42, f64 1.5)');
  expect(await client.continueTo()).toBe('W86');
});

const LOOP =
  '(module (memory 1) (func (export "run") (loop (br_if 0 (i32.eqz (i32.load (i32.const 0)))))))';

test('noise, half packets and strangers leave the program as it is', async () => {
  const path = await assembled('loop', LOOP);
  const { witness, address } = await serveProgram(['--invoke', 'run', path]);
  // Whoever says nothing does not count; whoever says hello and goes lets the program run.
  const [host, port] = address.split(':');
  const silent = connect(Number(port), host);
  await once(silent, 'connect');
  silent.destroy();
  (await Client.connect(address)).socket.destroy();
  const rude = await Client.connect(address);
  expect(await rude.ask('?')).toMatch(/^T05thread:1;/);
  rude.send(new Uint8Array(100_000).fill(0x24));
  rude.send('$m0,4#00$Z0,zz,1#');
  // While one is served, another one may wait, but not for long, and only the last one.
  const second = await Client.connect(address);
  const third = await Client.connect(address);
  expect(await second.reply()).toBeUndefined();
  expect(await third.reply()).toBeUndefined();
  rude.socket.destroy();

  const client = await Client.connect(address);
  // The client before has left it running.
  expect(await client.ask('?')).toMatch(/^T05thread:1;/);
  expect(await client.ask('QStartNoAckMode')).toBe('OK');
  expect(await client.ask('m0,4')).toBe('00000000');
  client.send('$c#63');
  client.send('$m0,4#fd');
  expect(await client.reply()).toBe('E04');
  client.send('\x03');
  expect(await client.reply()).toMatch(/^T02thread:1;.*reason:signal;/);
  expect(await client.ask('M0,4:01000000')).toBe('OK');
  expect(await client.ask('D')).toBe('OK');
  expect((await witness.ended).status).toBe(0);
});
