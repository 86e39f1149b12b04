/** The program cannot tell that it is debugged: exceptions, errors and traps across JavaScript. */
import { describe } from 'vitest';
import { type Callable, outcome, transparent } from './transparency.ts';

function caughtFrom(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const THROWING = `(module
  (import "host" "call" (func $call))
  (tag $t (export "t") (param i32 i64 f32 f64 externref))
  (tag $other (export "other"))
  (func (export "throw") (param externref)
    (throw $t (i32.const -1) (i64.const -2) (f32.const 0.1) (f64.const -0) (local.get 0)))
  (func (export "through") (local i64) (local.set 0 (i64.const 1)) (call $call))
  (func (export "catch") (result externref)
    (block $h (result i32 i64 f32 f64 externref)
      (try_table (catch $t $h) (call $call))
      (return (ref.null extern)))
    (return))
  (func (export "catch other") (result i32)
    (block $h (try_table (catch $other $h) (call $call)) (return (i32.const 0)))
    (i32.const 1))
  (func (export "catch all") (result i32)
    (block $h (try_table (catch_all $h) (call $call)) (return (i32.const 0)))
    (i32.const 1))
  (func (export "again")
    (block $h (result exnref) (try_table (catch_all_ref $h) (call $call)) (return))
    (throw_ref)))`;

/** The same with the instructions that Wasm 3.0 does not have. */
const LEGACY = `(module
  (import "host" "call" (func $call))
  (import "a" "t" (tag $t (param i32 i64 f32 f64 externref)))
  (import "a" "other" (tag $other))
  (func (export "catch") (result externref)
    try (result externref)
      call $call
      ref.null extern
    catch $t
      return
    end)
  (func (export "catch all") (result i32)
    try (result i32)
      call $call
      i32.const 0
    catch_all
      i32.const 1
    end)
  (func (export "again")
    try
      call $call
    catch $other
      rethrow 0
    catch_all
      rethrow 0
    end)
  (func (export "through")
    try
      call $call
    delegate 0))`;

describe('exceptions', () => {
  transparent('that wasm throws have their tag and values', THROWING, (realm, see) => {
    const exports = realm.instantiate(0, { host: { call: () => undefined } });
    const { t, other } = exports as Record<string, WebAssembly.Tag>;
    const given = { an: 'object' };
    for (const value of [given, null, 'text']) {
      const error = caughtFrom(() => (exports['throw'] as Callable)(value));
      see(error instanceof WebAssembly.Exception, error instanceof Error, String(error));
      const exception = error as WebAssembly.Exception;
      see(exception.is(t!), exception.is(other!));
      for (let i = -1; i < 6; i++) {
        see(
          outcome(() => {
            const found: unknown = exception.getArg(t!, i);
            return i === 4 ? found === value : found;
          }),
        );
      }
      see(outcome(() => exception.getArg(other!, 0)));
      see(typeof (exception as { stack?: unknown }).stack);
    }
  });

  transparent(
    'keep their identity through wasm, whoever throws them',
    [THROWING, LEGACY],
    (realm, see) => {
      let call = (): void => undefined;
      const host = { call: () => call() };
      const first = realm.instantiate(0, { host });
      const { t, other } = first as unknown as Record<string, WebAssembly.Tag>;
      const second = realm.instantiate(1, { host, a: first });
      const given = {};
      const thrown: [string, unknown][] = [
        ['of the tag', new WebAssembly.Exception(t!, [1, 2n, 3, 4, given])],
        ['of the other tag', new WebAssembly.Exception(other!, [])],
        [
          'of a tag nobody has',
          new WebAssembly.Exception(new WebAssembly.Tag({ parameters: [] }), []),
        ],
        ['from wasm', caughtFrom(() => (first['throw'] as Callable)(given))],
        ['an error', new Error('of the host')],
        ['a runtime error', new WebAssembly.RuntimeError('made by hand')],
        ['an object', {}],
        ['null', null],
        ['undefined', undefined],
        ['a number', 5],
        ['a string', 'text'],
      ];
      for (const [name, value] of thrown) {
        call = () => {
          throw value;
        };
        for (const [module, exports] of Object.entries({ first, second })) {
          for (const [key, f] of Object.entries(exports)) {
            if (typeof f !== 'function' || key === 'throw') continue;
            let text: string;
            try {
              const result: unknown = (f as Callable)();
              text = typeof result === 'object' ? String(result === given) : String(result);
            } catch (error) {
              text = `throws ${error === value ? 'the same' : 'another'}`;
            }
            see(name, module, key, text);
          }
        }
      }
    },
  );

  transparent('through several activations, caught where they would be', THROWING, (realm, see) => {
    let depth = 0;
    const exports = realm.instantiate(0, {
      host: {
        call: () => {
          see('depth', depth);
          if (depth-- > 0) (exports['through'] as Callable)();
          else (exports['throw'] as Callable)(null);
        },
      },
    });
    for (const name of ['catch', 'catch other', 'catch all', 'again', 'through']) {
      depth = 2;
      see(
        name,
        outcome(() => {
          try {
            return (exports[name] as Callable)();
          } catch (error) {
            const { t } = exports as unknown as Record<string, WebAssembly.Tag>;
            return (error as WebAssembly.Exception).is(t!);
          }
        }),
      );
    }
  });

  transparent('that nobody in wasm caught can be thrown into it again', THROWING, (realm, see) => {
    let call = (): void => undefined;
    const exports = realm.instantiate(0, { host: { call: () => call() } });
    const again = exports['again'] as Callable;
    const first = caughtFrom(() => (exports['throw'] as Callable)('a'));
    call = () => {
      throw first;
    };
    for (let i = 0; i < 3; i++) see(caughtFrom(() => again()) === first);
    see((exports['catch'] as Callable)());
  });
});

describe('traps', () => {
  const TRAPPING = `(module
    (import "host" "call" (func $call))
    (type $s (struct (field i32))) (type $a (array (mut i32))) (type $f (func))
    (memory 1) (table $t 2 funcref) (table $typed 1 (ref null $f))
    (data $d "ab") (elem $e funcref (ref.null func)) (tag $tag)
    (func (export "unreachable") unreachable)
    (func (export "divide") (drop (i32.div_s (i32.const 1) (i32.const 0))))
    (func (export "overflow") (drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1))))
    (func (export "remainder") (drop (i32.rem_u (i32.const 1) (i32.const 0))))
    (func (export "truncate") (drop (i32.trunc_f64_s (f64.const nan))))
    (func (export "load") (drop (i32.load (i32.const 65533))))
    (func (export "store") (v128.store (i32.const 65530) (v128.const i64x2 0 0)))
    (func (export "fill") (memory.fill (i32.const 65530) (i32.const 0) (i32.const 9)))
    (func (export "init") (memory.init $d (i32.const 0) (i32.const 1) (i32.const 2)))
    (func (export "atomic") (drop (i32.atomic.load (i32.const 1))))
    (func (export "wait") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0))))
    (func (export "indirect") (call_indirect $t (type $f) (i32.const 1)))
    (func (export "indirect out") (call_indirect $t (type $f) (i32.const 2)))
    (func (export "indirect type") (table.set $t (i32.const 0) (ref.func $other))
      (call_indirect $t (type $f) (i32.const 0)))
    (func $other (result i32) (i32.const 1)) (elem declare func $other)
    (func (export "table get") (drop (table.get $t (i32.const 2))))
    (func (export "table set") (table.set $t (i32.const -1) (ref.null func)))
    (func (export "table init") (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 2)))
    (func (export "table copy") (table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 2)))
    (func (export "call ref") (call_ref $f (ref.null $f)))
    (func (export "non null") (drop (ref.as_non_null (ref.null any))))
    (func (export "cast") (drop (ref.cast (ref $s) (ref.i31 (i32.const 1)))))
    (func (export "field") (drop (struct.get $s 0 (ref.null $s))))
    (func (export "array") (drop (array.get $a (array.new_default $a (i32.const 1)) (i32.const 1))))
    (func (export "array length") (drop (array.len (ref.null $a))))
    (func (export "array large") (drop (array.new_default $a (i32.const -1))))
    (func (export "i31") (drop (i31.get_s (ref.null i31))))
    (func (export "throw null") (throw_ref (ref.null exn)))
    (func (export "through")
      (block $h (try_table (catch_all $h) (call $call))) unreachable))`;

  transparent('have the class and message of V8', TRAPPING, (realm, see) => {
    const exports = realm.instantiate(0, { host: { call: () => undefined } });
    for (const [name, f] of Object.entries(exports)) {
      see(name, outcome(f as Callable));
      const error = caughtFrom(f as Callable) as Error;
      see(error instanceof WebAssembly.RuntimeError, error.constructor.name, error.message);
      see(Object.hasOwn(error, 'stack'), Object.keys(error));
    }
  });

  transparent(
    'pass through wasm that catches exceptions, and JavaScript',
    TRAPPING,
    (realm, see) => {
      let call = (): void => undefined;
      const exports = realm.instantiate(0, { host: { call: () => call() } }) as Record<
        string,
        Callable
      >;
      for (const name of ['unreachable', 'load', 'field']) {
        let inner: unknown;
        call = () => {
          try {
            exports[name]!();
          } catch (error) {
            inner = error;
            throw error;
          }
        };
        const outer = caughtFrom(() => exports['through']!());
        see(name, outer === inner, outer);
        call = () => {
          see(outcome(() => exports[name]!()));
        };
        see(
          name,
          outcome(() => exports['through']!()),
        );
      }
    },
  );
});
