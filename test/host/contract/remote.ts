/** The host's classes over a RemoteDebugger, with the program in another thread. */

import * as shim from '@bytecodealliance/preview2-shim';
import { requestInterrupt } from '../../../src/engine/runtime/interrupt.ts';
import { emptyInputStream } from '../../../src/host/io-worker.ts';
import { Poller } from '../../../src/host/poll.ts';
import { Debuggee } from '../../../src/host/resources/debuggee.ts';
import { debuggeeInterface } from '../../../src/host/resources/index.ts';
import { Session } from '../../../src/host/session.ts';
import { RemoteDebugger } from '../../../src/opaque-debugger/remote.ts';
import { DebuggeeThread } from './debuggee-thread.ts';
import { Interpreter } from './interpreter.ts';
import { ends, type Layer, type Outcome, type Scenario } from './layer.ts';
import type { Program } from './program.ts';
import { attempt } from './same-thread.ts';

export function remoteLayer(program: Program): Layer {
  const thread = new DebuggeeThread(program);
  return {
    name: 'host, over the channel',
    exact: true,
    component: false,
    polls: true,
    run: (scenario) => run(thread, scenario),
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  };
}

async function run(thread: DebuggeeThread, scenario: Scenario): Promise<Outcome> {
  const { entry, commands } = scenario;
  const { channel, memory, ended } = thread.start(entry);
  const debuggee = new RemoteDebugger(channel, () => requestInterrupt(memory));
  const poller = new Poller(channel);
  const session = new Session(debuggee, () => poller.subscribe(debuggee.watch()));
  const stdin = emptyInputStream() as { subscribe(): unknown };
  const world = {
    classes: debuggeeInterface,
    poll: poller.interface['poll'] as (list: unknown[]) => Uint32Array,
    timer: shim.clocks.monotonicClock.subscribeDuration,
    stdin: () => stdin.subscribe(),
  };
  const interpreter = new Interpreter(world, new Debuggee(session));
  const results: string[] = [];
  for (const { wire } of commands) {
    results.push(attempt(() => interpreter.run(wire)));
    if (ends(scenario, results.at(-1))) break;
  }
  session.sweep();
  debuggee.finish();
  const { held } = await ended;
  return { results, held };
}
