/**
 * What a component gets of WASI 0.2: as a core module on preview 1, its arguments, the variables and
 * the directories that are given, the three standard streams, clocks and random numbers; the network
 * if that is given.
 */
import { isatty } from 'node:tty';
import * as shim from '@bytecodealliance/preview2-shim';
import { LineWriter } from '../host/output.ts';
import { wasiImports } from '../host/wasi.ts';
import type { ComponentImports } from '../host/world.ts';
import type { DebuggeeStart } from './debuggee-messages.ts';
import { ProgramExit } from './program-exit.ts';
import { writeBlocking } from './terminal.ts';

const STDOUT = 1;
const STDERR = 2;

type Class = new () => object;

/** Passes everything through, and at once. */
class ProgramOutput extends LineWriter {
  readonly #fd: number;

  constructor(fd: number) {
    super({ fd, prefix: '' });
    this.#fd = fd;
  }

  /** A reader that is gone is an error for the program, or it might write for ever. */
  override write(bytes: Uint8Array): void {
    try {
      writeBlocking(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
      // The bindings give the payload to the component, as its `stream-error`.
      throw Object.assign(new Error('nobody reads this stream'), { payload: { tag: 'closed' } });
    }
  }
}

export function programWasi(start: DebuggeeStart): ComponentImports {
  const { program, args, env, dirs, invoke, stdin, network } = start;
  const { cli } = shim as unknown as {
    readonly cli: Record<'terminalInput' | 'terminalOutput', Record<string, Class>>;
  };
  const input = cli.terminalInput['TerminalInput']!;
  const output = cli.terminalOutput['TerminalOutput']!;
  const terminal = (fd: number, Terminal: Class) => (isatty(fd) ? new Terminal() : undefined);
  return {
    ...wasiImports({
      args: invoke === undefined ? [program, ...args] : [program],
      stdout: new ProgramOutput(STDOUT),
      stderr: new ProgramOutput(STDERR),
      capabilities: {
        stdin: { fd: stdin },
        env: Object.fromEntries(env),
        dirs: Object.fromEntries(dirs),
        network,
      },
    }),
    'wasi:cli/exit': {
      exit: (status: { tag: 'ok' | 'err' }): never => {
        throw new ProgramExit(status.tag === 'ok' ? 0 : 1);
      },
      exitWithCode: (status: number): never => {
        throw new ProgramExit(status);
      },
    },
    'wasi:cli/terminal-stdin': { getTerminalStdin: () => terminal(stdin, input) },
    'wasi:cli/terminal-stdout': { getTerminalStdout: () => terminal(STDOUT, output) },
    'wasi:cli/terminal-stderr': { getTerminalStderr: () => terminal(STDERR, output) },
  };
}
