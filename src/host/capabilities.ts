/**
 * What a debugger component can reach beyond its debuggee. It always has its two outputs, clocks and
 * random numbers. The rest is given by name, and what is not given is refused by the functions of
 * WASI themselves: a component that only imports them still runs.
 */

import * as shim from '@bytecodealliance/preview2-shim';
import { emptyInputStream, fileInputStream } from './io-worker.ts';

/** An interface of the component model: functions and classes by name. */
export type Interface = Record<string, unknown>;

/** Plain data: it crosses to the debugger's Worker. */
export interface Capabilities {
  /**
   * The standard input of the process, or a file that is open in it. Without it, the component's input
   * is at its end.
   */
  readonly stdin?: boolean | { readonly fd: number } | undefined;
  /** Sockets, name lookup and outgoing HTTP. */
  readonly network?: boolean | undefined;
  /** The component's environment, by name of the variable. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Directories, with all below them, for reading and writing: path in the component to path here. */
  readonly dirs?: Readonly<Record<string, string>> | undefined;
}

/** The interfaces of WASI that `capabilities` decide about, by unversioned name. */
export function capableImports(capabilities: Capabilities): Record<string, Interface> {
  const { stdin, network, env = {}, dirs = {} } = capabilities;
  const filesystem = (shim.filesystem as unknown as Filesystem).createFilesystem({
    preopens: dirs,
  });
  return {
    'wasi:cli/environment': {
      getEnvironment: () => Object.entries(env),
      initialCwd: () => undefined,
    },
    'wasi:cli/stdin': standardInput(stdin),
    'wasi:filesystem/preopens': filesystem.preopens,
    'wasi:filesystem/types': filesystem.types,
    ...(network === true ? {} : refusedNetwork()),
  };
}

function standardInput(stdin: Capabilities['stdin']): Interface {
  if (stdin === true) return { ...shim.cli.stdin };
  if (stdin === undefined || stdin === false) return { getStdin: emptyInputStream };
  return { getStdin: () => fileInputStream(stdin.fd) };
}

/** As in the shim for Node; the package's types are those of its browser build. */
interface Filesystem {
  createFilesystem(options: { preopens: Readonly<Record<string, string>> }): {
    readonly preopens: Interface;
    readonly types: Interface;
  };
}

/**
 * Refused where a socket or a request is made, not where it is used: the shim's own refusal hangs on
 * the network handle, and a socket that was never given one counts as allowed there.
 */
function refusedNetwork(): Record<string, Interface> {
  const refuse = (code: unknown) => (): never => {
    // The bindings give what is thrown to the component as its error.
    throw Object.assign(new Error('the debugger has no network'), { payload: code });
  };
  const { sockets, http } = shim as unknown as Record<string, Record<string, Interface>>;
  return {
    'wasi:sockets/tcp-create-socket': { createTcpSocket: refuse('access-denied') },
    'wasi:sockets/udp-create-socket': { createUdpSocket: refuse('access-denied') },
    'wasi:sockets/ip-name-lookup': {
      ...sockets!['ipNameLookup'],
      resolveAddresses: refuse('access-denied'),
    },
    'wasi:http/outgoing-handler': {
      ...http!['outgoingHandler'],
      handle: refuse({ tag: 'HTTP-request-denied' }),
    },
  };
}
