/** Locals that are stored by functions for several where a version is left (`run-stores.ts`). */
import { expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { assemble, Debuggee, i32, i64 } from './debuggee.ts';

/** More than one function stores; others than i32 between them, and one that is never written. */
const TYPES = [
  ...new Array<string>(40).fill('i32'),
  ...['i64', 'i64', 'i64', 'i32', 'f64', 'f64', 'f64', 'f64', 'i32', 'i32', 'i32', 'i32'],
];
const CONSTANT = 10;

const program = `(module
  (memory 1)
  (func (export "f") (param i32) (local ${TYPES.join(' ')})
    ${TYPES.map((type, i) => (i === CONSTANT ? '' : `(local.set ${i + 1} ${written(type, i)})`)).join('\n')}
    (drop (i32.load (local.get 0)))
    ${TYPES.map((_, i) => `(drop (local.get ${i + 1}))`).join('\n')}))`;

function f64(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return `f64:${view.getBigUint64(0).toString(16).padStart(16, '0')}`;
}

/** No constant: those are not stored. */
function written(type: string, i: number): string {
  const number = `(i32.load8_u offset=${i} (i32.const 100))`;
  if (type === 'i32') return number;
  return `(${type}.${type === 'i64' ? 'extend' : 'convert'}_i32_u ${number})`;
}

test.each([CODE_LIMITS, { ...CODE_LIMITS, memoryLimits: false, coldBlocks: false }])(
  'locals of all types are in the frame',
  async (codeLimits) => {
    const debuggee = new Debuggee(() => 'run', { codeLimits });
    const data = TYPES.map((_, i) => `\\${(i + 1).toString(16).padStart(2, '0')}`).join('');
    const text = program.replace('(memory 1)', `(memory 1) (data (i32.const 100) "${data}")`);
    const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(await assemble(text)));
    expect(() => debuggee.call(instance, 'f', -1)).toThrow(WebAssembly.RuntimeError);
    const [{ event, top }] = debuggee.stops as [(typeof debuggee.stops)[0]];
    expect(event).toBe('trap');
    expect(top.locals.slice(1)).toEqual(
      TYPES.map((type, i) => {
        const value = i === CONSTANT ? 0 : i + 1;
        if (type === 'i32') return i32(value);
        return type === 'i64' ? i64(BigInt(value)) : f64(value);
      }),
    );
  },
);
