/**
 * Cases that follow from the list of methods alone: each is used while the program runs, with a
 * handle that was dropped, and over a debuggee that answers with each error of the world.
 */

import { type Case, stopAt } from './cases.ts';
import { FAULTS, NO_FAULT } from './faults.ts';
import { ERRORS, METHODS, type Method } from './wit.ts';

/** One handle of every resource, by the name of the resource. */
const SETUP = `
  ${stopAt('add.1')}
  module = instance.get-module instance d
  memory = instance.get-memory instance d 0
  global = instance.get-global instance d 0
  table = instance.get-table instance d 0
  wasm-func = instance.get-func instance d @add
  wasm-tag = wasm-tag.make d -
  wasm-exception = wasm-exception.make d wasm-tag -
  wasm-value = wasm-value.make-i32 1
`;

const ARGUMENTS: Readonly<Record<string, string>> = {
  'borrow<debuggee>': 'd',
  'event-future': 'future',
  'borrow<event-future>': 'future',
  'resumption-value': 'normal',
  'list<u8>': '00',
  'list<wasm-type>': 'i32',
  'list<wasm-value>': '-',
};

function call({ name, params }: Method): string {
  const args = params.map((type) => ARGUMENTS[type] ?? /^(?:borrow<)?([\w-]+)/.exec(type)![1]!);
  return [name, ...args.map((arg) => (/^[uf]\d+$/.test(arg) ? '0' : arg))].join(' ');
}

/** Calls can take a value over, so each has a new one. */
const VALUE = 'wasm-value = wasm-value.make-i32 1';

/** Methods that ask the debuggee, so that they cannot be used while it runs. */
const ASKING = [...METHODS.values()].filter(
  ({ name, params }) =>
    name === 'module.bytecode' ||
    (params.includes('borrow<debuggee>') &&
      !/^(debuggee\.interrupt|event-future\.finish)$/.test(name)),
);
/** What resumes comes last: it makes the frame invalid. */
const resumes = ({ resource }: Method): number => (resource === 'event-future' ? 1 : 0);
/** Methods of a handle that a debugger can drop. */
const HELD = [...METHODS.values()]
  .filter(({ static: s, resource }) => !s && resource !== 'debuggee')
  .sort((a, b) => resumes(a) - resumes(b));

const runningCall = (method: Method): string =>
  `${VALUE}\n${call(method)} -> /^trap ${method.name}: the program is running/`;
const START = 'future = debuggee.continue d normal';

export const RUNNING_TRAPS: readonly Case[] = ASKING.map((method) => ({
  name: `${method.name} while the program runs`,
  entry: 'calls',
  script: [SETUP, START, runningCall(method)].join('\n'),
}));

export const DROPPED_TRAPS: readonly Case[] = HELD.map((method) => {
  const handle = method.resource === 'event-future' ? 'future' : method.resource;
  const setup = handle === 'future' ? [SETUP, START] : [SETUP];
  return {
    name: `${method.name} of a dropped handle`,
    entry: 'calls',
    script: [...setup, `drop ${handle}`, `${call(method)} -> /^trap /`].join('\n'),
  };
});

/** The same for layers where a trap ends nothing. */
export const ALL_TRAPS: readonly Case[] = [
  {
    name: 'everything traps while the program runs',
    entry: 'calls',
    script: [SETUP, START, ...ASKING.map(runningCall)].join('\n'),
    trapsGoOn: true,
  },
  {
    name: 'everything traps on a dropped handle',
    entry: 'calls',
    script: [
      SETUP,
      ...[...new Set(HELD.map(({ resource }) => resource))].flatMap((resource) => [
        ...(resource === 'event-future' ? [START, 'drop future'] : [`drop ${resource}`]),
        ...HELD.filter((method) => method.resource === resource).map(
          (method) => `${call(method)} -> /^trap ${method.name}: the (handle|future) was /`,
        ),
      ]),
    ].join('\n'),
    trapsGoOn: true,
  },
];

const FALLIBLE = [...METHODS.values()]
  .filter(({ result }) => result.startsWith('result<'))
  .sort((a, b) => resumes(a) - resumes(b));

export const FAULT_CASES: readonly Case[] = ERRORS.map((error, code) => ({
  name: `everything fails with ${error}`,
  entry: 'calls',
  fault: true,
  script: [
    SETUP,
    // How the failing is begun and ended, which is itself such an error.
    `memory.get-u8 memory d ${FAULTS + BigInt(code)} -> error out-of-bounds`,
    ...FALLIBLE.flatMap((method) => [
      VALUE,
      ...(method.name === 'event-future.finish' ? [START] : []),
      `${call(method)} -> error ${error}`,
    ]),
    `memory.get-u8 memory d ${FAULTS + BigInt(NO_FAULT)} -> error out-of-bounds`,
    'memory.get-u8 memory d 4 -> 5',
  ].join('\n'),
}));

export const VALUE_TRAPS: readonly Case[] = [
  ...['i64', 'f32', 'f64', 'v128', 'func', 'exception'].map((type) => ({
    name: `an i32 is no ${type}`,
    entry: 'calls' as const,
    script: `
      ${VALUE}
      wasm-value.unwrap-${type} wasm-value -> /^trap wasm-value.unwrap-${type}: the value is a i32/
    `,
  })),
  {
    name: 'an i64 is no i32',
    entry: 'calls',
    script: `
      v = wasm-value.make-i64 1
      wasm-value.unwrap-i32 v -> /^trap wasm-value.unwrap-i32: the value is a i64/
    `,
  },
  ...['-', '00', 'zero*17', 'zero*1000000'].map((bytes) => ({
    name: `a v128 is not made of ${bytes}`,
    entry: 'calls' as const,
    script: `
      wasm-value.make-v128 ${bytes} -> /^trap wasm-value.make-v128: a v128 has 16 bytes, not \\d+$/
    `,
  })),
  ...['continue', 'single-step'].map((method) => ({
    name: `debuggee.${method} after the end`,
    entry: 'calls' as const,
    script: `
      future = debuggee.continue d normal
      event-future.finish future d -> complete
      debuggee.${method} d normal -> /^trap debuggee.${method}: the program has ended/
    `,
  })),
];
