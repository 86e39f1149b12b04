/**
 * The `wide` profile: like the programs of `own`, with every instruction that there is, references
 * among the operands, and the module instantiated twice: the instances call each other directly and
 * through one table, and may share a memory.
 */
import { enter, exported, outcome, type Scenario, show } from '../oracle/scenario.ts';
import { Random } from '../random.ts';
import { ExceptionWriter, TAGS } from './exception-writer.ts';
import { constants, isNumber, TYPES, type Type, typeText } from './expressions.ts';
import { LOCALS_OF_EACH, NUMBERS, type Signature, signatureText } from './function-writer.ts';
import { hash } from './program.ts';
import { SEGMENT_SIZE, TABLE_SIZE } from './reference-writer.ts';

const FUEL = 30;
const REFERENCES: readonly Type[] = ['any', 'func', 'extern', 'point', 'words'];
const GLOBALS: readonly Type[] = [...TYPES, ...REFERENCES];

class WideGenerator extends ExceptionWriter {
  protected override readonly allTypes: readonly Type[] = GLOBALS;
  readonly #locals: readonly Type[];

  constructor(random: Random, legacy: boolean) {
    super(random, legacy);
    this.#locals = legacy ? GLOBALS : [...GLOBALS, 'exn'];
  }

  module(shared: boolean): string {
    const count = 2 + this.random.below(4);
    this.functions.push({ params: ['i32'], results: ['i32'] });
    while (this.functions.length < count) {
      this.functions.push({ params: this.types(3), results: this.types(3) });
    }
    this.functions.push({ params: ['i32', 'i64'], results: this.types(2, NUMBERS) });
    const bodies = this.functions.map((signature, i) => this.#function(signature, i));
    const names = this.functions.map((_, i) => `$f${i}`).join(' ');
    const data = '\\01\\23\\45\\67\\89\\ab\\cd\\ef\\00\\ff\\80\\7f';
    return `(module
      (rec
        (type $point (struct (field (mut i32)) (field (mut i64)) (field (mut i8)) (field (mut anyref))))
        (type $words (array (mut i32))))
      (type $bytes (array i8))
      (type $functions (array (mut funcref)))
      ${this.functions.map((f, i) => `(type $s${i} (func ${signatureText(f)}))`).join('\n')}
      (import "host" "log" (func $log_i32 (param i32)))
      (import "host" "log" (func $log_i64 (param i64)))
      (import "host" "log" (func $log_f32 (param f32)))
      (import "host" "log" (func $log_f64 (param f64)))
      (import "host" "back" (func $back (param i32) (result i32)))
      (import "host" "other" (func $other (param i32) (result i32)))
      (import "host" "table" (table $t ${2 * TABLE_SIZE} funcref))
      (import "host" "memory" (memory $m0 1 2 ${shared ? 'shared' : ''}))
      (import "host" "first" (global $first i32))
      (memory $m1 (export "m1") i64 1 2)
      (table $tx (export "tx") ${TABLE_SIZE} externref)
      ${Object.entries(TAGS)
        .map(([name, types]) => `(tag $${name} ${signatureText({ params: types, results: [] })})`)
        .join('\n')}
      (data $d0 "${data}")
      (data $d1 "${data.slice(0, 3 * SEGMENT_SIZE)}")
      (global $fuel (export "fuel") (mut i32) (i32.const 0))
      ${this.#locals
        .map((type) => {
          const initial = constants(type)[isNumber(type) ? 1 : 0]!;
          const exported = type === 'v128' || type === 'exn' ? '' : `(export "${type}")`;
          return `(global $g_${type} ${exported} (mut ${typeText(type)}) (${initial}))`;
        })
        .join('\n')}
      (elem (table $t) (global.get $first) func ${names})
      (elem $e0 func ${names})
      ${bodies.join('\n')}
      (export "back" (func $f0))
      (export "f" (func $f${this.functions.length - 1})))`;
  }

  #function(signature: Signature, index: number): string {
    this.lines = [];
    this.current = signature;
    this.labels = [{ types: signature.results }];
    this.budget = 40 + this.random.below(140);
    this.fuel();
    this.statements(2 + this.random.below(6));
    if (this.chance(3)) this.emit('i32.const 5', 'call $other', 'drop');
    for (const type of signature.results) this.expression(type, 3);
    const locals = this.#locals.flatMap((type) => [
      `(local $c_${type} ${typeText(type)})`,
      ...Array.from(
        { length: LOCALS_OF_EACH },
        (_, i) => `(local $${type}_${i} ${typeText(type)})`,
      ),
    ]);
    return `(func $f${index} (type $s${index}) ${signatureText(signature)} ${locals.join(' ')}
      ${this.lines.join('\n')})`;
  }
}

export function wideScenario(seed: number): Scenario {
  const random = new Random(seed ^ 0x3d1);
  const legacy = random.below(2) === 0;
  const shared = random.below(3) === 0;
  const together = random.below(2) === 0;
  return {
    name: `wide seed ${seed}`,
    modules: [new WideGenerator(random, legacy).module(shared)],
    run(world) {
      const log: string[] = [];
      const memory = () => new WebAssembly.Memory({ initial: 1, maximum: 2, shared });
      const table = new WebAssembly.Table({ element: 'anyfunc', initial: 2 * TABLE_SIZE });
      const memories = [memory(), memory()];
      const instances: WebAssembly.Exports[] = [];
      let depth = 0;
      const back = (n: number): number => {
        if (depth > 2) return n;
        depth++;
        try {
          const instance = instances[n & 1] ?? instances[0]!;
          return (exported(instance, 'back')(n) as number) | 0;
        } catch (error) {
          // Now and then the host catches what its own call threw.
          if (n % 3 !== 0) throw error;
          return -1;
        } finally {
          depth--;
        }
      };
      for (const [i, own] of memories.entries()) {
        const other = instances[0]?.['back'] ?? ((n: number) => n + 1);
        const host = {
          log: (value: unknown) => log.push(show(value)),
          back,
          // A function of wasm, without one of JavaScript between the instances.
          other,
          table,
          memory: together ? memories[0]! : own,
          first: i * TABLE_SIZE,
        };
        instances.push(world.instantiate(0, { host } as unknown as WebAssembly.Imports));
      }
      for (const n of [0, 1, -7]) {
        for (const instance of instances) {
          for (const { fuel } of instances) (fuel as WebAssembly.Global).value = FUEL;
          const f = exported(instance, 'f');
          log.push(outcome(() => enter(world, () => f(n, BigInt(n) * 1000n))));
        }
      }
      return [...log, ...memories.map(stateOfMemory), ...instances.map(state)].join(' ');
    },
  };
}

function stateOfMemory({ buffer }: WebAssembly.Memory): string {
  return `${buffer.byteLength} ${hash(new Uint8Array(buffer))}`;
}

/** All that can be seen of an instance, but no identity of references. */
function state(exports: WebAssembly.Exports): string {
  const globals = GLOBALS.flatMap((type) => {
    const global = exports[type];
    if (!(global instanceof WebAssembly.Global)) return [];
    const { value } = global;
    return [isNumber(type) ? show(value) : value === null ? 'null' : typeof value];
  });
  const table = exports['tx'] as WebAssembly.Table;
  const elements = Array.from({ length: table.length }, (_, i) => typeof table.get(i));
  return [...globals, ...elements, stateOfMemory(exports['m1'] as WebAssembly.Memory)].join(' ');
}
