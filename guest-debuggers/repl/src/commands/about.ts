/** Commands about the session itself. */

import { noArguments, words } from '../arguments.ts';
import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import { listBreakpoints } from './breakpoints.ts';
import { type Command, groups } from './command.ts';

const headings = {
  breakpoints: 'Where to stop',
  running: 'Running',
  frames: 'Frames',
  data: 'Data',
  code: 'Code',
  session: 'Session',
} as const;

/** `disassemble, dis, disas [FUNCTION|0xPC|all]` */
function usage({ name, aliases = [], usage = '' }: Command): string {
  return [[name, ...aliases].join(', '), usage].filter((part) => part !== '').join(' ');
}

function list(commands: readonly Command[]): string[] {
  return groups.flatMap((group) => {
    const names = commands.filter((command) => command.group === group).map(({ name }) => name);
    return [`${`${headings[group]}:`.padEnd(15)} ${names.join(', ')}`];
  });
}

/** @param find resolves a word to a command, as the prompt does */
export function aboutCommands(
  all: () => readonly Command[],
  find: (word: string) => Command,
): readonly Command[] {
  const delegate = (session: Session, word: string, args: string) => find(word).run(session, args);
  return [
    {
      name: 'info',
      aliases: ['i'],
      usage: 'breakpoints|program|frame|locals|stack|globals|memory|modules|instances|functions',
      group: 'session',
      summary: 'show one of these',
      completes: [
        ...['breakpoints', 'program', 'frame', 'locals', 'stack', 'globals', 'memory'],
        ...['modules', 'instances', 'functions'],
      ],
      run(session, args) {
        const [topic, ...rest] = words(args);
        if (topic === undefined) {
          throw new CommandError(`info about what? ${usage(find('info'))}`);
        }
        if ('breakpoints'.startsWith(topic)) listBreakpoints(session);
        else if ('program'.startsWith(topic)) showProgram(session);
        else delegate(session, topic, rest.join(' '));
      },
    },
    {
      name: 'help',
      aliases: ['h', '?'],
      usage: '[COMMAND]',
      group: 'session',
      summary: 'list the commands, or explain one',
      completes: 'command',
      run(session, args) {
        const [word] = words(args);
        if (word === undefined) {
          session.printAll([
            ...list(all()),
            '"help COMMAND" explains one. What is unambiguous can be abbreviated; an empty line repeats',
            'steps and continues lists.',
          ]);
          return;
        }
        const command = find(word);
        session.print(usage(command));
        session.print(`  ${command.summary}`);
        for (const line of command.details?.split('\n') ?? []) session.print(`  ${line}`);
      },
    },
    {
      name: 'detach',
      group: 'session',
      summary: 'leave the debugger; the program runs on',
      run(session, args) {
        noArguments(args);
        session.ending = 'detach';
      },
    },
    {
      name: 'quit',
      aliases: ['q', 'exit'],
      group: 'session',
      summary: 'end the program and leave',
      run(session, args) {
        noArguments(args);
        session.ending = 'quit';
      },
    },
  ];
}

function showProgram(session: Session): void {
  const { program } = session;
  const state = {
    before: 'it has not begun',
    stopped: 'it is stopped',
    ended: 'it has ended',
  }[session.state];
  const many = (total: number, what: string) => `${total} ${what}${total === 1 ? '' : 's'}`;
  session.print(
    `The program: ${state}; ${many(program.modules.length, 'module')}, ${many(program.instances.length, 'instance')}.`,
  );
}
