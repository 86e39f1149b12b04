/**
 * The host's classes over a LocalDebugger in this very thread. Nothing can block here: whenever a
 * script is about to wait for its event, the program is set going, on top of which the next stop
 * then carries on with the script.
 */

import { createDebugMemory } from '../../../src/engine/runtime/debug-memory.ts';
import { Engine } from '../../../src/engine/runtime/engine.ts';
import { Debuggee } from '../../../src/host/resources/debuggee.ts';
import { debuggeeInterface } from '../../../src/host/resources/index.ts';
import { Session } from '../../../src/host/session.ts';
import { LocalDebugger } from '../../../src/opaque-debugger/local.ts';
import {
  type DebugEvent,
  DebuggeeError,
  type DebuggeeState,
  DebuggeeTrap,
  type OpaqueDebugger,
  type Resumption,
} from '../../../src/opaque-debugger/opaque-debugger.ts';
import { withFaults } from './faults.ts';
import { Interpreter } from './interpreter.ts';
import { ends, type Layer, type Outcome, type Scenario } from './layer.ts';
import { hostImports, type Program } from './program.ts';

/** The debugger's view of a program in this thread: it runs until its event has been taken. */
class SameThreadDebugger {
  readonly #local: LocalDebugger;
  #state: DebuggeeState = 'paused';
  #outcome: DebugEvent | DebuggeeError | undefined;

  constructor(local: LocalDebugger) {
    this.#local = local;
  }

  get state(): DebuggeeState {
    return this.#state;
  }

  /** Whether `wait` would have something to give. */
  get ready(): boolean {
    return this.#outcome !== undefined;
  }

  deliver(outcome: DebugEvent | DebuggeeError): void {
    this.#outcome = outcome;
  }

  singleStep(resumption: Resumption): void {
    this.#resume(() => this.#local.singleStep(resumption));
  }

  continue_(resumption: Resumption): void {
    this.#resume(() => this.#local.continue_(resumption));
  }

  wait(): DebugEvent {
    const outcome = this.#outcome;
    if (outcome === undefined) throw new DebuggeeTrap('nothing to wait for');
    this.#outcome = undefined;
    this.#state = 'paused';
    if (outcome instanceof DebuggeeError) throw outcome;
    if (outcome.kind === 'complete') this.#state = 'complete';
    return outcome;
  }

  #resume(go: () => void): void {
    try {
      go();
    } catch (error) {
      if (!(error instanceof DebuggeeError)) throw error;
      this.#outcome = error;
    }
    this.#state = 'running';
  }
}

/** Its own methods first, the local debuggee's for the rest. */
function combine(own: SameThreadDebugger, local: LocalDebugger): OpaqueDebugger {
  return new Proxy(local, {
    get(_, name) {
      const owner = name in own ? own : local;
      const member = Reflect.get(owner, name, owner) as unknown;
      return typeof member === 'function' ? member.bind(owner) : member;
    },
  });
}

export type Wrap = (debuggee: OpaqueDebugger) => OpaqueDebugger;

/** @param wrap around the debuggee that the host gets */
export function runInThisThread(
  { bytes }: Program,
  scenario: Scenario,
  wrap: Wrap = (debuggee) => debuggee,
): Outcome {
  const { entry, commands } = scenario;
  const engine: Engine = new Engine({
    memory: createDebugMemory(),
    onStop: (event) => {
      own.deliver(local.stopped(event));
      proceed();
    },
  });
  const local = withFaults(new LocalDebugger(engine));
  const own = new SameThreadDebugger(local);
  const debuggee = wrap(combine(own, local));
  const session = new Session(debuggee, () => {
    throw new Error('a debuggee in the same thread cannot be polled');
  });
  const d = new Debuggee(session);
  const interpreter = new Interpreter({ classes: debuggeeInterface }, d);
  const results: string[] = [];

  function proceed(): void {
    while (results.length < commands.length && !ends(scenario, results.at(-1))) {
      const { method, wire } = commands[results.length]!;
      if (method === 'event-future.finish' && own.state === 'running' && !own.ready) return;
      results.push(attempt(() => interpreter.run(wire)));
    }
    session.sweep();
    debuggee.finish();
  }

  const module = engine.loadModule(bytes);
  proceed();
  try {
    const { exports } = engine.instantiate(
      module,
      hostImports(() => exports),
    );
    engine.enter(() => (exports[entry] as () => void)());
  } catch {
    // How the program ends is not what is tested.
  }
  own.deliver(local.completed());
  proceed();
  return { results, held: local.held };
}

/** A trap of the host, as a result; any other error is the test's. */
export function attempt(run: () => string): string {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    return `trap ${error.message}`;
  }
}

export function sameThreadLayer(program: Program): Layer {
  return {
    name: 'host, same thread',
    exact: true,
    component: false,
    polls: false,
    run: async (scenario) => runInThisThread(program, scenario),
    async [Symbol.asyncDispose]() {},
  };
}
