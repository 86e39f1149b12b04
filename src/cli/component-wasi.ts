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

const STDOUT = 1;
const STDERR = 2;

type Class = new () => object;

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
      // Without a mark they pass everything through, and at once.
      stdout: new LineWriter({ fd: STDOUT, prefix: '' }),
      stderr: new LineWriter({ fd: STDERR, prefix: '' }),
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
