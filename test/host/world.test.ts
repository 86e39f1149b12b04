/** Components that do not fit: another world, other types, imports that nobody has. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComponentError } from '../../src/host/component-error.ts';
import { loadComponent } from '../../src/host/load.ts';
import { importsOf, missingImports, worldDifferences } from '../../src/host/world.ts';
import { readComponent } from '../../src/wasm/component/component.ts';
import { dummyComponent, versions } from '../support/worlds.ts';

const WORLD = 'include bytecodealliance:wasmtime/debug-main@44.0.0;';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'witness-world-'));
});
afterAll(() => rm(cache, { recursive: true }));

async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await loadComponent(bytes, 'x.wasm', cache).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ComponentError);
  return (error as Error).message;
}

function change(from: string | RegExp, to: string) {
  return (text: string) => text.replace(from, to);
}

describe('a component of another version of the world', () => {
  it('fits if nothing that it uses is different', async () => {
    const bytes = await dummyComponent('', versions('0.2.4', '51.0.3'));
    expect(worldDifferences(readComponent(bytes))).toEqual([]);
  });

  it('may know more cases, in any order', async () => {
    const edit = (text: string) =>
      text
        .replace(
          '  variant event {',
          'record hit { address: u64 } variant event { watchpoint(hit),',
        )
        .replace('    invalid-pc,', '    not-recorded, invalid-pc,');
    expect(worldDifferences(readComponent(await dummyComponent('', edit)))).toEqual([]);
  });

  it('may name parameters as it likes', async () => {
    const bytes = await dummyComponent('', change('addr: u64, len: u64', 'address: u64, n: u64'));
    expect(worldDifferences(readComponent(bytes))).toEqual([]);
  });

  it.each<[string, string | RegExp, string, string]>([
    [
      'a parameter less',
      'single-step: func(resumption: resumption-value)',
      'single-step: func()',
      'debuggee.single-step: expected func(self: borrow<debuggee>, resumption: resumption-value) -> ' +
        'event-future, found func(self: borrow<debuggee>) -> event-future',
    ],
    [
      'an integer of another width',
      'get-pc: func(d: borrow<debuggee>) -> result<u32, error>',
      'get-pc: func(d: borrow<debuggee>) -> result<u64, error>',
      'frame.get-pc: expected func(self: borrow<frame>, d: borrow<debuggee>) -> result<u32, error>, ' +
        'found func(self: borrow<frame>, d: borrow<debuggee>) -> result<u64, error>',
    ],
    [
      'a function that is not there',
      'interrupt: func();',
      'interrupt: func(); watch: func(addr: u64);',
      'debuggee.watch: there is no such function in bytecodealliance:wasmtime/debuggee@44.0.0',
    ],
    [
      'a method that is static here',
      'finish: static func(self: event-future, ',
      'finish: func(',
      'event-future.finish: there is no such function in bytecodealliance:wasmtime/debuggee@44.0.0',
    ],
    [
      'a case less',
      '    exception(wasm-exception),',
      '',
      'event: expected a case exception(wasm-exception), found variant { complete, trap, breakpoint, ' +
        'interrupted, injected-call-return(list<wasm-value>) }',
    ],
    [
      'a case with another type',
      'injected-call-return(list<wasm-value>),',
      'injected-call-return(wasm-value),',
      'event: expected a case injected-call-return(list<wasm-value>), found variant { complete, trap, ' +
        'breakpoint, interrupted, exception(wasm-exception), injected-call-return(wasm-value) }',
    ],
    [
      'an error less',
      '    read-only,',
      '',
      'error: expected a case read-only, found enum { invalid-entity, invalid-pc, invalid-frame, ' +
        'unsupported-type, mismatched-type, non-wasm-frame, alloc-failure, breakpoint-update, ' +
        'out-of-bounds, memory-grow-failure, execution-trap }',
    ],
    [
      'a record with other fields',
      'callee: wasm-func,',
      'func-index: u32,',
      'inject-call: expected record { callee: wasm-func, arguments: list<wasm-value> }, found record ' +
        '{ func-index: u32, arguments: list<wasm-value> }',
    ],
    [
      'a debug that takes nothing',
      'debug: func(d: borrow<debuggee>, args: list<string>);',
      'debug: func(d: borrow<debuggee>);',
      'debug: expected func(d: borrow<debuggee>, args: list<string>), found func(d: borrow<debuggee>)',
    ],
  ])('is refused for %s', async (_what, from, to, difference) => {
    expect(await refusal(await dummyComponent('', change(from, to)))).toBe(
      `x.wasm: it was built for another version of the world debug-main. ${difference}`,
    );
  });

  it('is refused with the number of differences', async () => {
    const edit = (text: string) =>
      text.replace('interrupt: func();', 'a: func(); b: func(); c: func();');
    expect(await refusal(await dummyComponent('', edit))).toMatch(
      /debuggee\.a: .* \(and 2 more\)$/,
    );
  });
});

it('a component of the world wasi:cli/command is no debugger', async () => {
  const bytes = await dummyComponent('', change(WORLD, 'include wasi:cli/command@0.2.12;'));
  expect(await refusal(bytes)).toBe(
    'x.wasm: not a debugger: it exports wasi:cli/run@0.2.12, and not ' +
      'bytecodealliance:wasmtime/debugger (world debug-main)',
  );
});

describe('what nobody provides', () => {
  const named = (imported: string) =>
    parse(`(component ${imported})`).then((bytes) => importsOf(readComponent(bytes)));
  const provided = {
    'wasi:cli/exit': { exit() {} },
    'wasi:io/poll': {
      poll() {},
      Pollable: class {
        ready() {}
      },
    },
    hello: { default() {} },
  };

  it.each<[string, string[]]>([
    ['(import "hello" (func))', []],
    ['(import "wasi:cli/exit@0.2.3" (instance (export "exit" (func))))', []],
    ['(import "a:b/c@1.0.0" (instance (export "f" (func))))', ['a:b/c@1.0.0']],
    ['(import "wasi:cli/exit@0.3.0" (instance (export "exit" (func))))', ['wasi:cli/exit@0.3.0']],
    // An interface of types alone needs nobody.
    ['(import "a:b/c" (instance (type $t (enum "x")) (export "t" (type (eq $t)))))', []],
    ['(import "a:b/c" (instance (export "t" (type (sub resource)))))', ['a:b/c']],
    [
      '(import "wasi:cli/exit@0.2.0-rc-2023-11-10" (instance (export "exit" (func))))',
      ['wasi:cli/exit@0.2.0-rc-2023-11-10'],
    ],
    [
      '(import "wasi:cli/exit@0.2.3" (instance (export "exit-with-code" (func))))',
      ['exit-with-code of wasi:cli/exit@0.2.3'],
    ],
    [
      `(import "wasi:io/poll@0.2.0" (instance
        (export "pollable" (type $p (sub resource)))
        (export "[method]pollable.ready" (func (param "self" (borrow $p)) (result bool)))
        (export "[method]pollable.block" (func (param "self" (borrow $p))))))`,
      ['pollable.block of wasi:io/poll@0.2.0'],
    ],
  ])('is named: %s', async (imported, missing) => {
    expect(missingImports(await named(imported), provided)).toEqual(missing);
  });
});
