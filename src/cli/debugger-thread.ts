/** The debugger Worker as main sees it: started, watched, ended. */
import { resolve } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import type { ChannelBuffers } from '../channel/buffers.ts';
import type { Capabilities } from '../host/capabilities.ts';
import { spawnDebugger } from '../host/spawn.ts';
import type { OnStage } from '../host/stage.ts';
import type { ResolvedDebugger } from './files.ts';
import type { RunOptions } from './run-options.ts';

const STDERR = 2;

export type DebuggerEnd =
  | { readonly kind: 'done' | 'exited' }
  | { readonly kind: 'failed'; readonly message: string };

export interface DebuggerThread {
  /** Settles once, never rejects. */
  readonly ended: Promise<DebuggerEnd>;
  terminate(): Promise<void>;
}

/** @param options.output where its stdout goes unmarked; undefined: to stderr, marked */
export function startDebugger(options: {
  readonly component: ResolvedDebugger;
  readonly args: readonly string[];
  readonly capabilities: Capabilities;
  readonly output: number | undefined;
  readonly memory: WebAssembly.Memory;
  readonly channel: ChannelBuffers;
  /** What its standard streams are instead. */
  readonly clients: MessagePort | undefined;
  /** The line editor that its standard input is instead. */
  readonly editor: MessagePort | undefined;
  readonly onStage: OnStage;
}): DebuggerThread {
  const { component, args, capabilities, output, memory, channel, clients, editor, onStage } =
    options;
  const marked = { fd: STDERR, prefix: `[${component.name}] ` };
  return spawnDebugger({
    component: component.path,
    name: component.name,
    args,
    capabilities,
    stdout:
      output === undefined ? marked : { fd: output, prefix: '', wholeLines: editor !== undefined },
    stderr: marked,
    memory,
    channel,
    clients,
    editor,
    onStage,
  });
}

/**
 * What the command line gives the component.
 * @param stdin a file descriptor to read from
 */
export function capabilitiesOf(
  { debuggerInherit, debuggerDirs }: RunOptions,
  stdin: number | undefined,
): Capabilities {
  return {
    stdin: stdin === undefined ? false : stdin === 0 ? true : { fd: stdin },
    network: debuggerInherit.has('network'),
    env: debuggerInherit.has('env') ? ({ ...process.env } as Record<string, string>) : {},
    dirs: Object.fromEntries([...debuggerDirs].map(([guest, host]) => [guest, resolve(host)])),
  };
}
