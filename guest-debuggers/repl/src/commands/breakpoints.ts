/** Commands that say where to stop. */

import { count, words } from '../arguments.ts';
import type { Breakpoint } from '../breakpoints.ts';
import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import { hex } from '../view.ts';
import type { Command } from './command.ts';

function addBreakpoint(session: Session, args: string, temporary: boolean): void {
  const { word, condition } = splitCondition(args);
  const { breakpoints, frame } = session;
  const here = word ?? (frame && `m${frame.instance.module.position}!${hex(frame.pc)}`);
  if (here === undefined) {
    throw new CommandError('a location is missing: a function, an index or a 0xPC');
  }
  const breakpoint = breakpoints.add(here, condition, temporary);
  session.print(describe(session, breakpoint));
}

/** `fib if n == 3` */
function splitCondition(args: string): { word: string | undefined; condition: string | undefined } {
  const at = /(?:^|\s)if(?=[\s(]|$)/.exec(args);
  const [word, extra] = words(at === null ? args : args.slice(0, at.index));
  if (extra !== undefined) {
    throw new CommandError(
      `unexpected "${extra}" after the location; a condition begins with "if"`,
    );
  }
  if (at === null) return { word, condition: undefined };
  const condition = args.slice(at.index + at[0].length).trim();
  if (condition === '') throw new CommandError('the condition after "if" is missing');
  return { word, condition };
}

function describe(session: Session, breakpoint: Breakpoint): string {
  const kind = breakpoint.temporary ? 'Temporary breakpoint' : 'Breakpoint';
  return `${kind} ${breakpoint.id}: ${where(session, breakpoint)}`;
}

function where({ program, style }: Session, { places, word, failure }: Breakpoint): string {
  if (places.length === 0) return `${word}, which may come later (${failure})`;
  return places
    .map(({ module, pc }) => {
      const body = module.code.bodyAt(pc);
      const name = body === undefined ? '?' : module.code.label('func', body.funcIndex);
      return `${style.name(program.qualified(module, name))} ${style.address(hex(pc))}`;
    })
    .join(', ');
}

/** Those with these numbers, or all. */
function chosen({ breakpoints }: Session, args: string): readonly Breakpoint[] {
  const numbers = words(args);
  if (numbers.length === 0) return breakpoints.all;
  return numbers.map((word) => breakpoints.get(count(word, 1, 'a breakpoint number')));
}

export function listBreakpoints(session: Session): void {
  const { all } = session.breakpoints;
  if (all.length === 0) session.print('No breakpoints.');
  session.printAll(
    all.flatMap((breakpoint) => {
      const { id, temporary, enabled, condition, ignore, hits } = breakpoint;
      const notes = [
        ...(temporary ? ['temporary'] : []),
        ...(enabled ? [] : ['disabled']),
        ...(condition === undefined ? [] : [`if ${condition}`]),
        ...(ignore === 0 ? [] : [`ignores the next ${ignore}`]),
        ...(hits === 0 ? [] : [`hit ${hits} time${hits === 1 ? '' : 's'}`]),
      ];
      const rest = notes.length === 0 ? '' : `  (${notes.join(', ')})`;
      return [`${String(id).padEnd(3)} ${where(session, breakpoint)}${rest}`];
    }),
  );
}

function setEnabled(session: Session, args: string, enabled: boolean): void {
  for (const breakpoint of chosen(session, args)) {
    session.breakpoints.setEnabled(breakpoint, enabled);
  }
}

export const breakpointCommands: readonly Command[] = [
  {
    name: 'break',
    aliases: ['b'],
    usage: '[LOCATION] [if CONDITION]',
    group: 'breakpoints',
    summary: 'stop at a function, an index, a 0xPC, or here',
    details:
      'LOCATION is a function by name or index (break fib, break 9: at its first instruction), or a byte\noffset in the module (break 0x236), with m1! in front for one module among several, or m*! for any\nthat has it, now or when it is loaded. CONDITION is an expression, as in print: break fib if n < 3 && u8[n + 16] != 0',
    completes: 'function',
    run: (session, args) => addBreakpoint(session, args, false),
  },
  {
    name: 'tbreak',
    aliases: ['tb'],
    usage: '[LOCATION] [if CONDITION]',
    group: 'breakpoints',
    summary: 'the same, deleted when it is hit',
    completes: 'function',
    run: (session, args) => addBreakpoint(session, args, true),
  },
  {
    name: 'delete',
    aliases: ['d'],
    usage: '[N...]',
    group: 'breakpoints',
    summary: 'delete breakpoints, or all',
    run(session, args) {
      for (const breakpoint of chosen(session, args)) session.breakpoints.delete(breakpoint);
    },
  },
  {
    name: 'enable',
    usage: '[N...]',
    group: 'breakpoints',
    summary: 'let breakpoints stop the program again',
    run: (session, args) => setEnabled(session, args, true),
  },
  {
    name: 'disable',
    usage: '[N...]',
    group: 'breakpoints',
    summary: 'keep breakpoints, but do not stop at them',
    run: (session, args) => setEnabled(session, args, false),
  },
  {
    name: 'condition',
    usage: 'N [CONDITION]',
    group: 'breakpoints',
    summary: "change a breakpoint's condition, or take it away",
    run(session, args) {
      const [word, ...rest] = words(args);
      if (word === undefined) throw new CommandError('the number of a breakpoint is missing');
      const breakpoint = session.breakpoints.get(count(word, 1, 'a breakpoint number'));
      const condition = rest.join(' ').replace(/^if\b\s*/, '');
      session.breakpoints.setCondition(breakpoint, condition === '' ? undefined : condition);
    },
  },
  {
    name: 'ignore',
    usage: 'N COUNT',
    group: 'breakpoints',
    summary: 'pass over the next COUNT hits of a breakpoint',
    run(session, args) {
      const [word, times, extra] = words(args);
      if (word === undefined || times === undefined || extra !== undefined) {
        throw new CommandError('give the number of a breakpoint and a count: ignore 1 10');
      }
      const breakpoint = session.breakpoints.get(count(word, 1, 'a breakpoint number'));
      breakpoint.ignore = count(times, 0, 'the count');
    },
  },
];
