/**
 * The options of `witness run`: one table that the parser, its messages and the tests share, and
 * the parsed form that the rest of the command works with.
 */

import type { Traps } from '../program/debuggee-messages.ts';
import type { ListenAddress } from './listen-address.ts';

export interface OptionSpec {
  readonly short?: string;
  /** What the value looks like, in messages and in the help; undefined: takes no value. */
  readonly value?: string;
  readonly multiple?: true;
}

export const RUN_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  commands: { value: 'FILE|-' },
  debugger: { short: 'D', value: 'NAME|PATH' },
  'debugger-arg': { value: 'ARG', multiple: true },
  'debugger-dir': { value: 'HOST[::GUEST]', multiple: true },
  'debugger-inherit': { value: 'stdin,network,env', multiple: true },
  'debugger-output': { value: 'FILE|-' },
  dir: { value: 'HOST[::GUEST]', multiple: true },
  env: { value: 'K=V', multiple: true },
  gdb: { short: 'g', value: '[ADDR:]PORT' },
  import: { value: 'NAME=FILE.mjs', multiple: true },
  invoke: { value: 'EXPORT' },
  stdin: { value: 'FILE' },
  network: {},
  traps: { value: 'exact|native' },
  verbose: { short: 'v' },
  help: { short: 'h' },
};

/** Which debugger component, before anyone has looked at the disk. */
export type DebuggerChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'built-in'; readonly name: string }
  | { readonly kind: 'path'; readonly path: string };

export const TRAPS = ['exact', 'native'] as const satisfies readonly Traps[];

/** What of the process a debugger component can be given. */
export const INHERITABLE = ['stdin', 'network', 'env'] as const;
export type Inheritable = (typeof INHERITABLE)[number];

export interface RunOptions {
  readonly debugger: DebuggerChoice;
  /** args[1..] of the component. */
  readonly debuggerArgs: readonly string[];
  readonly debuggerInherit: ReadonlySet<Inheritable>;
  /** Directories of the component: guest path to host path. */
  readonly debuggerDirs: ReadonlyMap<string, string>;
  /** Where the component's stdout goes, unmarked; undefined: to stderr, marked. */
  readonly debuggerOutput: string | undefined;
  /** Say what is happening and how long it takes. */
  readonly verbose: boolean;
  /** Where the debugger's input comes from: a file, or `-` for standard input. */
  readonly commands: string | undefined;
  /** Where clients of the debugger connect, to have its standard streams; undefined: nowhere. */
  readonly listen: ListenAddress | undefined;
  /** Guest path to host path. */
  readonly dirs: ReadonlyMap<string, string>;
  readonly env: ReadonlyMap<string, string>;
  /** Import module name to the path of a JavaScript module. */
  readonly imports: ReadonlyMap<string, string>;
  /** The file that is the program's standard input. */
  readonly stdin: string | undefined;
  /** A component may use the network. */
  readonly network: boolean;
  /** The export to call instead of `_start`. */
  readonly invoke: string | undefined;
  /** Stop before a trap happens, or learn of it afterwards, at more speed. */
  readonly traps: Traps;
  /** As it was given: also the program's args[0]. */
  readonly program: string;
  /** args[1..] of the program, or the arguments of the invoked export. */
  readonly args: readonly string[];
}
