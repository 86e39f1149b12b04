/** Accesses at addresses that the code itself bounds need no check; those that may be too large do. */
import { expect, test } from 'vitest';
import { assemble, Debuggee, i32 } from './debuggee.ts';
import { outcome } from './oracle/scenario.ts';

/** Of one page, the last byte is within reach of these, and no more than that, or just more. */
const BOUNDED = [
  '(i32.and (local.get $p) (i32.const 0xffff))',
  '(i32.and (i32.const 0x1ffff) (local.get $p))',
  '(i32.and (local.get $p) (i32.const -4))',
  '(i32.shl (i32.and (local.get $p) (i32.const 0x7fff)) (i32.const 1))',
  '(i32.shl (i32.and (local.get $p) (i32.const 0x7fff)) (i32.const 33))',
  '(i32.shl (i32.and (local.get $p) (i32.const 0x7fff)) (i32.const 2))',
  '(i32.shl (i32.and (local.get $p) (i32.const 0xffff)) (i32.const 1))',
  '(i32.shr_u (local.get $p) (i32.const 16))',
  '(i32.shr_u (local.get $p) (i32.const 15))',
  '(i32.shr_u (local.get $p) (i32.const 32))',
  '(i32.mul (i32.and (local.get $p) (i32.const 0xff)) (i32.const 257))',
  '(i32.mul (i32.and (local.get $p) (i32.const 0xff)) (i32.const 258))',
  '(i32.mul (i32.and (local.get $p) (i32.const 0xff)) (i32.const -1))',
  '(i32.add (i32.and (local.get $p) (i32.const 0x7fff)) (i32.shr_u (local.get $p) (i32.const 17)))',
  '(i32.add (i32.and (local.get $p) (i32.const 0xffff)) (i32.shr_u (local.get $p) (i32.const 31)))',
  '(i32.add (i32.and (local.get $p) (i32.const 0xff00)) (i32.const 255))',
  '(i32.add (i32.and (local.get $p) (i32.const 0xff00)) (i32.const 256))',
  '(i32.add (i32.and (local.get $p) (i32.const 0xff00)) (i32.const -1))',
  '(i32.sub (i32.and (local.get $p) (i32.const 0xff00)) (i32.const 1))',
  '(i32.or (i32.and (local.get $p) (i32.const 0xfffe)) (i32.shr_u (local.get $p) (i32.const 31)))',
  '(i32.xor (i32.and (local.get $p) (i32.const 0x8000)) (i32.shr_u (local.get $p) (i32.const 16)))',
  '(i32.or (i32.and (local.get $p) (i32.const 0xffff)) (i32.const 0x10000))',
  '(i32.rem_u (local.get $p) (i32.const 65536))',
  '(i32.rem_u (local.get $p) (i32.const 65537))',
  '(i32.or (i32.shl (i32.load8_u (i32.const 5)) (i32.const 8)) (i32.load8_u (i32.const 5)))',
  '(i32.load16_u (i32.const 5))',
  '(i32.add (i32.load16_u (i32.const 5)) (i32.eqz (local.get $p)))',
  '(i32.load8_s (i32.const 5))',
];

test('addresses that cannot be large', async () => {
  const functions = BOUNDED.flatMap((address) =>
    [0, 1].map((offset) => `(i32.load8_u offset=${offset} ${address})`),
  );
  const exported = functions.map(
    (load, i) => `(func (export "f${i}") (param $p i32) (result i32) (local $q i32)
      (local.set $q (i32.add (local.get $p) (i32.const ${i + 1}))) ${load})`,
  );
  const bytes = await assemble(`(module (memory (export "memory") 1)
    (data (i32.const 5) "\\ff\\ff")
    ${exported.join('\n')})`);
  const compiled = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const { exports } = new WebAssembly.Instance(compiled);
  const debuggee = new Debuggee();
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
  const traps: string[] = [];
  functions.forEach((_, i) => {
    for (const p of [0, 1, -1, 0x7fff_ffff, 65_535, 65_536, -65_536, -65_537]) {
      const name = `f${i}`;
      const plain = outcome(() => (exports[name] as (p: number) => unknown)(p));
      expect(`${name} ${p}: ${outcome(() => debuggee.call(instance, name, p))}`).toBe(
        `${name} ${p}: ${plain}`,
      );
      if (plain.includes('out of bounds')) traps.push(`trap ${[i32(p), i32(p + i + 1)]}`);
    }
  });
  expect(traps.length).toBeGreaterThan(50);
  // Before the access, with the locals of that moment: not after V8 has trapped.
  expect(debuggee.stops.map(({ event, top }) => `${event} ${top.locals}`)).toEqual(traps);
});
