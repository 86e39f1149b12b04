/** The host's classes over a scripted debuggee, and the two ways in which they fail. */

import { expect } from 'vitest';
import { Debuggee } from '../../src/host/resources/debuggee.ts';
import { EventFuture } from '../../src/host/resources/event-future.ts';
import { Session } from '../../src/host/session.ts';
import type { ErrorCode } from '../../src/opaque-debugger/opaque-debugger.ts';
import { ScriptedDebugger } from '../support/scripted-debugger.ts';

export function start() {
  const script = new ScriptedDebugger();
  const session = new Session(script, () => {
    throw new Error('a scripted debuggee cannot be polled');
  });
  const d = new Debuggee(session);
  const step = () => EventFuture.finish(d.singleStep({ tag: 'normal' }), d);
  return { script, session, d, step, instance: d.allInstances()[0]! };
}

export function payload(action: () => unknown): ErrorCode {
  try {
    action();
  } catch (error) {
    // jco looks for an own property.
    expect(Object.hasOwn(error as object, 'payload')).toBe(true);
    return (error as { payload: ErrorCode }).payload;
  }
  throw new Error('it did not fail');
}

export function expectTrap(action: () => unknown, message: RegExp): void {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(WebAssembly.RuntimeError);
  expect(Object.hasOwn(thrown as object, 'payload')).toBe(false);
  expect((thrown as Error).message).toMatch(message);
}
