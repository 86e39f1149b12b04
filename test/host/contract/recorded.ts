/**
 * The host's classes over a recording: what an OpaqueDebugger was asked and said, as plain data, and
 * nothing else. It shows that the host needs no engine behind the interface.
 */

import { isDeepStrictEqual } from 'node:util';
import { Debuggee } from '../../../src/host/resources/debuggee.ts';
import { debuggeeInterface } from '../../../src/host/resources/index.ts';
import { Session } from '../../../src/host/session.ts';
import {
  DebuggeeError,
  type DebuggeeState,
  DebuggeeTrap,
  type ErrorCode,
  type OpaqueDebugger,
} from '../../../src/opaque-debugger/opaque-debugger.ts';
import { Interpreter } from './interpreter.ts';
import { ends, type Layer, type Outcome, type Scenario } from './layer.ts';
import type { Program } from './program.ts';
import { attempt, runInThisThread } from './same-thread.ts';

interface Entry {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly state: DebuggeeState;
  readonly result?: unknown;
  readonly error?: { readonly code?: ErrorCode; readonly message: string };
}

function record(debuggee: OpaqueDebugger, tape: Entry[]): OpaqueDebugger {
  return new Proxy(debuggee, {
    get(target, method: string) {
      const member = Reflect.get(target, method, target) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const add = (how: Partial<Entry>) =>
          tape.push(structuredClone({ method, args, state: target.state, ...how }));
        try {
          const result = Reflect.apply(member, target, args) as unknown;
          add({ result });
          return result;
        } catch (thrown) {
          const { message } = thrown as Error;
          add({
            error: thrown instanceof DebuggeeError ? { code: thrown.code, message } : { message },
          });
          throw thrown;
        }
      };
    },
  });
}

function replay(tape: readonly Entry[]): OpaqueDebugger {
  let at = 0;
  let state: DebuggeeState = 'paused';
  return new Proxy({} as OpaqueDebugger, {
    get(_, method: string) {
      if (method === 'state') return state;
      return (...args: unknown[]) => {
        const entry = tape[at++];
        if (entry?.method !== method || !isDeepStrictEqual(entry.args, args)) {
          throw new Error(`the recording has ${entry?.method} where ${method} is called`);
        }
        state = entry.state;
        if (entry.error === undefined) return entry.result;
        const { code, message } = entry.error;
        throw code === undefined ? new DebuggeeTrap(message) : new DebuggeeError(code, message);
      };
    },
  });
}

function run(program: Program, scenario: Scenario): Outcome {
  const tape: Entry[] = [];
  const { held } = runInThisThread(program, scenario, (debuggee) => record(debuggee, tape));
  const session = new Session(replay(tape), () => {
    throw new Error('a recording cannot be polled');
  });
  const interpreter = new Interpreter({ classes: debuggeeInterface }, new Debuggee(session));
  const results: string[] = [];
  for (const { wire } of scenario.commands) {
    results.push(attempt(() => interpreter.run(wire)));
    if (ends(scenario, results.at(-1))) break;
  }
  return { results, held };
}

export function recordedLayer(program: Program): Layer {
  return {
    name: 'host, a recording',
    exact: true,
    component: false,
    polls: false,
    run: async (scenario) => run(program, scenario),
    async [Symbol.asyncDispose]() {},
  };
}
