/** Resumptions as a debugger asks for them, over the real engine (contract: resumption, entities). */
import { expect, test } from 'vitest';
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { type DebugInstance, type DebugModule, Engine } from '../../src/engine/runtime/engine.ts';
import { LocalDebugger } from '../../src/opaque-debugger/local.ts';
import {
  type DebugEvent,
  DebuggeeError,
  type FrameHandle,
  type FuncHandle,
  type Resumption,
  type WasmValue,
} from '../../src/opaque-debugger/opaque-debugger.ts';
import { assemble, pcOf } from '../engine/debuggee.ts';

const NORMAL: Resumption = { kind: 'normal' };

interface Session {
  readonly debuggee: LocalDebugger;
  readonly module: DebugModule;
  readonly instance: DebugInstance;
  /** The events, or the codes of the errors that `wait` would throw. */
  readonly events: (DebugEvent | string)[];
  readonly call: (name: string) => unknown;
  /** An export. */
  readonly func: (name: string) => FuncHandle;
}

/** @param script - for each stop, what the debugger does; the last resumes all that follow */
async function session(
  text: string,
  script: readonly ((session: Session, event: DebugEvent | DebuggeeError) => void)[],
): Promise<Session> {
  const events: (DebugEvent | string)[] = [];
  const engine: Engine = new Engine({
    memory: createDebugMemory(),
    onStop(stop) {
      const event = debuggee.stopped(stop);
      const turn = Math.min(events.length, script.length - 1);
      events.push(event instanceof DebuggeeError ? event.code : event);
      expect(debuggee.state).toBe('paused');
      script[turn]!(result, event);
      expect(debuggee.state).toBe('running');
    },
  });
  const debuggee = new LocalDebugger(engine);
  const module = engine.loadModule(await assemble(text));
  const instance = engine.instantiate(module);
  const [handle] = debuggee.allInstances();
  const result: Session = {
    debuggee,
    module,
    instance,
    events,
    call: (name) => {
      const f = instance.exports[name] as () => unknown;
      return engine.enter(() => f());
    },
    func: (name) => {
      const entry = module.original.exports.find((exported) => exported.name === name)!;
      return debuggee.instanceGetFunc(handle!, entry.index);
    },
  };
  return result;
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof DebuggeeError) return error.code;
    throw error;
  }
  return 'no error';
}

const i32 = (value: number): WasmValue => ({ type: 'i32', value });
const run =
  (resumption: Resumption) =>
  ({ debuggee }: Session): void =>
    debuggee.continue_(resumption);

/** What this world can express, none of which JavaScript numbers could carry. */
const VALUES: readonly WasmValue[] = [
  { type: 'i64', value: 2n ** 64n - 15n },
  { type: 'f32', bits: 0xffa0_1234 },
  { type: 'f64', bits: 0xfff4_0000_dead_beefn },
  { type: 'v128', bytes: Uint8Array.from({ length: 16 }, (_, i) => 0xf0 + i) },
];

test('before the program begins there is no frame to resume', async () => {
  const { debuggee, func } = await session('(module (func (export "f")))', []);
  expect(codeOf(() => debuggee.continue_({ kind: 'early-return', values: [] }))).toBe(
    'invalid-frame',
  );
  const call: Resumption = { kind: 'inject-call', callee: func('f'), args: [] };
  expect(codeOf(() => debuggee.singleStep(call))).toBe('invalid-frame');
  const exception = debuggee.exceptionNew(debuggee.tagNew([]), []);
  const thrown: Resumption = { kind: 'throw-exception', exception };
  expect(codeOf(() => debuggee.continue_(thrown))).toBe('invalid-frame');
  expect(debuggee.state).toBe('paused');
});

test('an early return that does not fit leaves the program paused where it was', async () => {
  const { call, events } = await session(
    '(module (func (export "f") (result i32 funcref) unreachable))',
    [
      ({ debuggee, func }) => {
        const [frame] = debuggee.exitFrames();
        const before = debuggee.frameFuncAndPc(frame!);
        const none: WasmValue = { type: 'funcref', func: undefined };
        for (const values of [
          [],
          [i32(1)],
          [none, i32(1)],
          [i32(1), i32(1)],
          [i32(1), none, none],
        ]) {
          expect(codeOf(() => debuggee.continue_({ kind: 'early-return', values }))).toBe(
            'mismatched-type',
          );
          expect(debuggee.state).toBe('paused');
          expect(debuggee.frameFuncAndPc(frame!)).toEqual(before);
        }
        const f: WasmValue = { type: 'funcref', func: func('f') };
        debuggee.continue_({ kind: 'early-return', values: [i32(0xffff_ffff), f] });
      },
    ],
  );
  const [number, f] = call('f') as [number, unknown];
  expect(number).toBe(-1);
  expect(f).toBeTypeOf('function');
  expect(events).toEqual([{ kind: 'trap' }]);
});

test('an injected call takes and gives all bits, and ends the frames of its stop', async () => {
  let old: FrameHandle | undefined;
  const { call, events, func } = await session(
    `(module
      (func (export "swap") (param i64 f32 f64 v128 funcref) (result funcref v128 f64 f32 i64)
        (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0))
      (func (export "f") unreachable))`,
    [
      ({ debuggee, func }) => {
        [old] = debuggee.exitFrames();
        const args: WasmValue[] = [...VALUES, { type: 'funcref', func: func('f') }];
        debuggee.continue_({ kind: 'inject-call', callee: func('swap'), args });
      },
      ({ debuggee }) => {
        expect(codeOf(() => debuggee.frameLocals(old!))).toBe('invalid-frame');
        const [frame] = debuggee.exitFrames();
        expect(debuggee.frameFuncAndPc(frame!).func).toBe(1);
        debuggee.continue_({ kind: 'early-return', values: [] });
      },
    ],
  );
  call('f');
  const values = [{ type: 'funcref', func: func('f') }, ...VALUES.toReversed()];
  expect(events).toEqual([{ kind: 'trap' }, { kind: 'injected-call-return', values }]);
});

test('an injected call whose arguments do not fit is refused', async () => {
  const { call, events } = await session(
    '(module (func (export "g") (param i32)) (func (export "f") unreachable))',
    [
      ({ debuggee, func }) => {
        const callee = func('g');
        for (const args of [[], [VALUES[0]!], [i32(1), i32(1)]]) {
          const inject: Resumption = { kind: 'inject-call', callee, args };
          expect(codeOf(() => debuggee.continue_(inject))).toBe('mismatched-type');
        }
        debuggee.continue_({ kind: 'early-return', values: [] });
      },
    ],
  );
  call('f');
  expect(events).toHaveLength(1);
});

test('an injected call that fails is an error of its own, after its event', async () => {
  const { call, events } = await session(
    `(module
      (func (export "bad") (drop (i32.div_u (i32.const 1) (i32.const 0))))
      (func (export "f") (result i32) i32.const 9 nop))`,
    [
      ({ debuggee, func }) =>
        debuggee.continue_({ kind: 'inject-call', callee: func('bad'), args: [] }),
      ({ debuggee }) => {
        expect(debuggee.exitFrames()).toHaveLength(2);
        debuggee.continue_(NORMAL);
      },
      ({ debuggee }, event) => {
        expect(String(event)).toMatch(/divide by zero/);
        const [frame, ...others] = debuggee.exitFrames();
        expect(others).toEqual([]);
        expect(debuggee.frameStack(frame!)).toEqual([i32(9)]);
        debuggee.continue_(NORMAL);
      },
    ],
  ).then((prepared) => {
    const { module, debuggee } = prepared;
    debuggee.moduleAddBreakpoint(debuggee.allModules()[0]!, pcOf(module, 'nop'));
    return prepared;
  });
  expect(call('f')).toBe(9);
  expect(events).toEqual([{ kind: 'breakpoint' }, { kind: 'trap' }, 'execution-trap']);
});

test('results that the world cannot express are an error, the program being where it was', async () => {
  const { call, events } = await session(
    `(module
      (func (export "g") (result externref) (ref.null extern))
      (func (export "f") unreachable))`,
    [
      ({ debuggee, func }) =>
        debuggee.continue_({ kind: 'inject-call', callee: func('g'), args: [] }),
      ({ debuggee }) => {
        expect(debuggee.frameFuncAndPc(debuggee.exitFrames()[0]!).func).toBe(1);
        debuggee.continue_({ kind: 'early-return', values: [] });
      },
    ],
  );
  call('f');
  expect(events).toEqual([{ kind: 'trap' }, 'unsupported-type']);
});

test('a made exception is thrown with all bits, and its tag is its own', async () => {
  const types = ['i64', 'f32', 'f64', 'v128'] as const;
  const { call, events, debuggee } = await session(
    `(module
      (tag $tag (export "tag") (param i64 f32 f64 v128))
      (func (export "f")
        (block $caught (result exnref)
          (try_table (catch_all_ref $caught) unreachable)
          unreachable)
        throw_ref))`,
    [
      ({ debuggee: d }) => {
        const tag = d.instanceGetTag(d.allInstances()[0]!, 0);
        expect(d.tagParams(tag)).toEqual(types);
        expect(codeOf(() => d.exceptionNew(tag, []))).toBe('mismatched-type');
        expect(codeOf(() => d.exceptionNew(tag, VALUES.toReversed()))).toBe('mismatched-type');
        d.continue_({ kind: 'throw-exception', exception: d.exceptionNew(tag, [...VALUES]) });
      },
      run(NORMAL),
    ],
  );
  expect(() => call('f')).toThrow(WebAssembly.Exception);
  const [trap, thrown] = events as [DebugEvent, Extract<DebugEvent, { kind: 'exception' }>];
  expect([trap.kind, thrown.kind, events.length]).toEqual(['trap', 'exception', 2]);
  expect(debuggee.exceptionValues(thrown.exception)).toEqual(VALUES);
  const tag = debuggee.instanceGetTag(debuggee.allInstances()[0]!, 0);
  expect(debuggee.exceptionTag(thrown.exception)).toBe(tag);
  expect(debuggee.tagNew([...types])).not.toBe(debuggee.tagNew([...types]));
});

test('an exception of a tag that no module knows passes handlers for tags by', async () => {
  const { call, events } = await session(
    `(module
      (tag $tag (param i32))
      (func (export "f") (result i32)
        (block $any
          (block $caught (result i32)
            (try_table (catch $tag $caught) (catch_all $any) unreachable)
            unreachable)
          return)
        i32.const -1))`,
    [
      ({ debuggee }) => {
        const exception = debuggee.exceptionNew(debuggee.tagNew(['i32']), [i32(3)]);
        debuggee.continue_({ kind: 'throw-exception', exception });
      },
    ],
  );
  expect(call('f')).toBe(-1);
  expect(events).toEqual([{ kind: 'trap' }]);
});

test('exception references are returned, passed and given back', async () => {
  const made: unknown[] = [];
  const { call, events } = await session(
    `(module
      (tag $tag (param i32))
      (func (export "same") (param exnref) (result exnref) (local.get 0))
      (func $exn (result exnref) unreachable)
      (func (export "f") (result i32)
        (block $caught (result i32)
          (try_table (catch $tag $caught) (throw_ref (call $exn)))
          unreachable)))`,
    [
      ({ debuggee, func }) => {
        const tag = debuggee.instanceGetTag(debuggee.allInstances()[0]!, 0);
        const exception = debuggee.exceptionNew(tag, [i32(21)]);
        made.push(exception);
        const args: WasmValue[] = [{ type: 'exnref', exception }];
        debuggee.continue_({ kind: 'inject-call', callee: func('same'), args });
      },
      ({ debuggee }, event) => {
        const { values } = event as Extract<DebugEvent, { kind: 'injected-call-return' }>;
        debuggee.continue_({ kind: 'early-return', values });
      },
      run(NORMAL),
    ],
  );
  expect(call('f')).toBe(21);
  const [exception] = made;
  expect(events).toEqual([
    { kind: 'trap' },
    { kind: 'injected-call-return', values: [{ type: 'exnref', exception }] },
    { kind: 'exception', exception },
  ]);
});
