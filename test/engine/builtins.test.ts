/** Imports that V8 provides: functions on strings, and string constants. */
import { expect, test } from 'vitest';
import { assemble, Debuggee } from './debuggee.ts';

const STRINGS = `(module
  (import "env" "first" (func $first (param externref) (result externref)))
  (import "wasm:js-string" "concat"
    (func $concat (param externref externref) (result (ref extern))))
  (import "'" "hello " (global $hello externref))
  (import "env" "last" (global $last i32))
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (memory (export "memory") 1)
  (func (export "greet") (param externref) (result externref)
    (call $first (call $concat (global.get $hello) (local.get 0))))
  (func (export "sum") (param externref) (result i32)
    (i32.add (call $length (local.get 0)) (global.get $last))))`;

const OPTIONS = { builtins: ['js-string'], importedStringConstants: "'" };

test('builtins and string constants are not asked for, in cruise and in single steps', async () => {
  const bytes = await assemble(STRINGS);
  const asked: string[] = [];
  const env = new Proxy<Record<string, unknown>>(
    { first: (text: string) => `<${text}>`, last: 40 },
    {
      get: (target, name) => {
        asked.push(String(name));
        return target[String(name)];
      },
    },
  );
  for (const how of ['run', 'step'] as const) {
    asked.length = 0;
    const debuggee = new Debuggee(() => how);
    const { engine } = debuggee;
    const module = engine.loadModule(bytes, 'strings', OPTIONS);
    const instance = engine.instantiate(module, { env } as WebAssembly.Imports);
    expect(asked).toEqual(['first', 'last']);
    engine.resume(how);
    expect(debuggee.call(instance, 'greet', 'you')).toBe('<hello you>');
    expect(debuggee.call(instance, 'sum', 'ab')).toBe(42);
    expect(debuggee.stops.length > 0).toBe(how === 'step');
  }
});

test('without the options they are imports like others', async () => {
  const { engine } = new Debuggee();
  const module = engine.loadModule(await assemble(STRINGS));
  expect(() => engine.instantiate(module, { env: { first() {}, last: 1 } })).toThrow(
    'Import #1 "wasm:js-string": module is not an object or function',
  );
});

test('a module that appears while the program runs is announced, with the frames that called', async () => {
  const late = await assemble('(module (func (export "f") (result i32) (i32.const 7)))');
  const program = await assemble(`(module (import "env" "load" (func $load))
    (func (export "run") (call $load)))`);
  const debuggee = new Debuggee((stop, { engine }) => {
    const module = engine.modules.at(-1)!;
    if (stop.event === 'interrupted')
      engine.addBreakpoint(module, module.original.bodies[0]!.codeStart);
    return 'run';
  });
  const { engine } = debuggee;
  const env = {
    load() {
      const module = engine.loadModule(late);
      engine.announceModules();
      (engine.instantiate(module).exports['f'] as () => number)();
    },
  };
  debuggee.call(engine.instantiate(engine.loadModule(program), { env }), 'run');
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['interrupted', 'breakpoint']);
  expect(
    debuggee.stops.map(({ activations }) => activations.map((a) => a.map((f) => f.func))),
  ).toEqual([[[1]], [[0], [1]]]);
});
