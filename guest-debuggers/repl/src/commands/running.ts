/** Commands that resume the program. */

import { parseLocation } from '../../../../src/wasm/location.ts';
import { noArguments, optionalCount, words } from '../arguments.ts';
import { CommandError } from '../errors.ts';
import { placesAt } from '../places.ts';
import type { Plan, Stop } from '../runner.ts';
import type { Session } from '../session.ts';
import { planFinish, planNext, planReach, planUntil } from '../stepping.ts';
import { bare, showPlace, showStop } from '../view.ts';
import type { Command } from './command.ts';

/** Does the same plan `times` times, or until something else stops the program. */
function repeatedly(session: Session, times: number, plan: () => Plan): void {
  const before = session.frame;
  const within = before && { func: before.func, depth: 0 };
  let stop: Stop | undefined;
  for (let i = 0; i < times; i++) {
    stop = session.run(plan());
    if (stop.kind !== 'step') break;
  }
  if (stop !== undefined) showStop(session, stop, { within });
}

/** Values that the innermost call of the caller has just left on its operand stack. */
function returnedValues(session: Session, types: readonly unknown[]): string | undefined {
  const stack = session.frame?.stack;
  if (types.length === 0 || stack === undefined || 'error' in stack) return undefined;
  return stack
    .slice(-types.length)
    .map((value) => `${value.type}:${bare(value)}`)
    .join(' ');
}

export const runningCommands: readonly Command[] = [
  {
    name: 'run',
    aliases: ['r'],
    group: 'running',
    summary: 'start the program, up to the first breakpoint',
    details:
      'The program has its arguments from the command line of witness. It can be run once: to run it\nagain, quit and start witness again.',
    run(session, args) {
      noArguments(args);
      if (session.state !== 'before') {
        session.needProgram();
        throw new CommandError('the program has begun already; "continue" goes on');
      }
      showStop(session, session.run({}));
    },
  },
  {
    name: 'continue',
    aliases: ['c', 'cont'],
    usage: '[N]',
    group: 'running',
    summary: 'go on to the next breakpoint; pass over it N-1 times',
    repeat: 'bare',
    run(session, args) {
      const times = optionalCount(args, 1, 1, 'count');
      const last = session.stop;
      if (times > 1) {
        if (last?.kind !== 'breakpoint') {
          throw new CommandError('a count needs the program to be at a breakpoint');
        }
        for (const { breakpoint } of last.hits) breakpoint.ignore = times - 1;
      }
      showStop(session, session.run({}));
    },
  },
  {
    name: 'step',
    aliases: ['s', 'si', 'stepi'],
    usage: '[N]',
    group: 'running',
    summary: 'run one instruction (or N), into calls',
    repeat: 'same',
    run(session, args) {
      const times = optionalCount(args, 1, 1, 'count');
      repeatedly(session, times, () => ({ step: true }));
    },
  },
  {
    name: 'next',
    aliases: ['n', 'ni', 'nexti'],
    usage: '[N]',
    group: 'running',
    summary: 'run one instruction (or N), over calls',
    repeat: 'same',
    run(session, args) {
      const times = optionalCount(args, 1, 1, 'count');
      repeatedly(session, times, () => {
        const frame = session.trace.at(0);
        return frame === undefined ? { step: true } : planNext(session.trace, frame);
      });
    },
  },
  {
    name: 'finish',
    aliases: ['fin'],
    group: 'running',
    summary: 'run until the selected frame returns, and show what it returned',
    repeat: 'same',
    run(session, args) {
      noArguments(args);
      const frame = session.needFrame();
      const results = frame.code.resultTypes(frame.func);
      const stop = session.run(planFinish(session.trace, session.selected));
      showStop(session, stop);
      const values = stop.kind === 'step' ? returnedValues(session, results) : undefined;
      if (values !== undefined) session.print(`Returned ${values}`);
    },
  },
  {
    name: 'until',
    aliases: ['u', 'advance'],
    usage: '[LOCATION]',
    group: 'running',
    summary: 'run past the present instruction, out of loops; or up to LOCATION',
    details:
      'Without LOCATION, branches back are followed until control is at an instruction that is written\nbehind this one, or the frame has returned. With LOCATION (a function, an index, a 0xPC) it also\nstops when the frame returns.',
    completes: 'function',
    repeat: 'same',
    run(session, args) {
      const [word, extra] = words(args);
      if (extra !== undefined) throw new CommandError(`unexpected "${extra}" after the location`);
      const { trace } = session;
      if (word === undefined) {
        session.needFrame();
        const frame = trace.at(0)!;
        const within = { func: frame.func, depth: 0 };
        showStop(session, session.run(planUntil(trace, frame)), { within });
        return;
      }
      const places = placesAt(session.program, parseLocation(word), word);
      showStop(session, session.run(planReach(trace, places)));
    },
  },
  {
    name: 'where',
    aliases: ['w'],
    group: 'running',
    summary: 'show where the program is',
    run(session, args) {
      noArguments(args);
      session.needFrame();
      showPlace(session);
    },
  },
];
