/** Running a debugger component over a debuggee, in a Worker or in this thread. */

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Capabilities } from '../host/capabilities.ts';
import type { Pollable } from '../host/generated/interfaces/wasi-io-poll.js';
import type { OutputSink } from '../host/output.ts';
import { spawnDebugger } from '../host/spawn.ts';
import type { EventSubscription } from '../host/subscription.ts';
import type { OpaqueDebugger } from '../opaque-debugger/opaque-debugger.ts';
import type { Debuggee } from './debuggee.ts';

/** A debugger component: the path or `file:` URL of its file, or its bytes. */
export type Component = string | URL | Uint8Array;

export interface RunDebuggerOptions {
  /** `args[0]` of the component, and its name in messages. Default: from its path. */
  readonly name?: string;
  /** `args[1..]` of the component. */
  readonly args?: readonly string[];
  /** Default: standard output, unmarked. */
  readonly stdout?: OutputSink;
  /** Also for `print-debugger-info`. Default: standard error, unmarked. */
  readonly stderr?: OutputSink;
  /** What it can reach beyond the debuggee. Default: nothing. */
  readonly capabilities?: Capabilities;
  /** Where transpiled components are kept. Default: the user's cache directory. */
  readonly cacheDir?: string;
}

/**
 * `done`: it returned, and the program runs on to its end. `exited`: it called `wasi:cli/exit` with
 * success, and wants the program ended: it is left where it is.
 */
export type DebuggerEnd = 'done' | 'exited';

/** The component trapped, exited with a failure, or cannot be used. The message says why. */
export class DebuggerFailed extends Error {
  override name = 'DebuggerFailed';
}

/**
 * Runs the component in a Worker of its own, until its `debug` returns or it exits. This thread stays
 * free.
 *
 * @throws DebuggerFailed; the program is then left where it is, and can be ended with `terminate`
 */
export async function runDebugger(
  component: Component,
  debuggee: Pick<Debuggee, 'connection'>,
  options: RunDebuggerOptions & { readonly signal?: AbortSignal } = {},
): Promise<DebuggerEnd> {
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const { source, name, args, stdout, stderr } = withDefaults(component, rest);
  const { ended, terminate } = spawnDebugger({
    component: source,
    name,
    args,
    stdout,
    stderr,
    capabilities: options.capabilities,
    cacheDir: options.cacheDir,
    channel: debuggee.connection.channel,
    memory: debuggee.connection.memory as WebAssembly.Memory,
  });
  const abort = () => void terminate();
  signal?.addEventListener('abort', abort);
  try {
    const report = await ended;
    signal?.throwIfAborted();
    if (report.kind === 'failed') throw new DebuggerFailed(report.message);
    return report.kind;
  } finally {
    signal?.removeEventListener('abort', abort);
    await terminate();
  }
}

/**
 * Runs the component in this thread, over any OpaqueDebugger: one of your own, for example. Blocks
 * the thread, once the component is loaded, until its `debug` returns or it exits.
 *
 * @throws DebuggerFailed
 */
export async function runDebuggerHere(
  component: Component,
  debuggee: OpaqueDebugger,
  options: RunDebuggerOptions & {
    /**
     * Makes the pollable of an event. Default: one that is ready at once, so that a component that
     * polls for the event before it takes it does not wait until then.
     */
    readonly subscribe?: () => EventSubscription;
  } = {},
): Promise<DebuggerEnd> {
  const { source, name, args, stdout, stderr } = withDefaults(component, options);
  // Loaded only here: who runs components in a Worker does not need the host in this thread.
  const [{ loadComponent, loadComponentFile }, { LineWriter }, host, { clocks }] =
    await Promise.all([
      import('../host/load.ts'),
      import('../host/output.ts'),
      import('../host/run.ts'),
      import('@bytecodealliance/preview2-shim'),
    ]);
  const readyAtOnce = (): EventSubscription => {
    const pollable = clocks.monotonicClock.subscribeDuration(0n) as Pollable & Disposable;
    return { pollable, dispose: () => pollable[Symbol.dispose]() };
  };
  try {
    const loaded =
      typeof source === 'string'
        ? await loadComponentFile(source, options.cacheDir)
        : await loadComponent(source, name, options.cacheDir);
    return host.runDebugger(loaded, {
      debuggee,
      subscribe: options.subscribe ?? readyAtOnce,
      args: [name, ...args],
      stdout: new LineWriter(stdout),
      stderr: new LineWriter(stderr),
      capabilities: options.capabilities,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error);
    throw new DebuggerFailed(message, { cause: error });
  }
}

function withDefaults(component: Component, options: RunDebuggerOptions) {
  const source = component instanceof URL ? fileURLToPath(component) : component;
  const fromPath = typeof source === 'string' ? basename(source).replace(/\.wasm$/, '') : '';
  return {
    source,
    name: options.name ?? (fromPath || 'debugger'),
    args: options.args ?? [],
    stdout: options.stdout ?? { fd: 1, prefix: '' },
    stderr: options.stderr ?? { fd: 2, prefix: '' },
  };
}
