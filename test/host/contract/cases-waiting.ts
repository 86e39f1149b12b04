/** Cases of waiting: events among other pollables, and what happens meanwhile. */

import { BEGIN, type Case } from './cases.ts';

const SECOND = 1_000_000_000n;

export const WAITING_CASES: readonly Case[] = [
  {
    name: 'an event is polled together with timers and stdin',
    entry: 'spins',
    script: `
      ${BEGIN}
      future = debuggee.continue d normal
      event = event-future.subscribe future -> pollable
      pollable.ready event -> false
      soon = timer ${SECOND / 100n}
      late = timer ${60n * SECOND}
      poll late,event,soon -> [2]
      pollable.ready event -> false
      input = stdin
      # At its end, which is to be ready.
      poll late,event,input -> [2]
      debuggee.interrupt d -> ok
      poll late,event -> [1]
      pollable.block event -> ok
      pollable.ready event -> true
      drop event
      event-future.finish future d -> interrupted
      frames = debuggee.exit-frames d
      frame.get-func-index frames d -> @spin
      instance = debuggee.all-instances d
      memory = instance.get-memory instance d 0
      memory.set-u32 memory d 0 1 -> ok
      # A pollable that is still there when its future is used up.
      future = debuggee.continue d normal
      event = event-future.subscribe future
      pollable.block event -> ok
      event-future.finish future d -> complete
      drop late
      drop soon
      drop input
    `,
  },
  {
    name: 'two pollables of one event are ready both',
    entry: 'calls',
    script: `
      future = debuggee.single-step d normal
      one = event-future.subscribe future
      two = event-future.subscribe future
      pollable.block one -> ok
      poll one,two -> [0,1]
      drop one
      drop two
      event-future.finish future d -> breakpoint
    `,
  },
  {
    name: 'the event of a dropped future is seen by the next one',
    entry: 'calls',
    script: `
      future = debuggee.single-step d normal
      drop future
      future = debuggee.continue d normal -> event-future
      event = event-future.subscribe future
      pollable.block event -> ok
      drop event
      event-future.finish future d -> breakpoint
      frames = debuggee.exit-frames d
      frame.get-pc frames d -> @calls.0
      future = debuggee.continue d normal
      event = event-future.subscribe future
      pollable.block event -> ok
      # The event is there already when the future goes.
      drop event
      drop future
      future = debuggee.single-step d normal
      event-future.finish future d -> complete
    `,
  },
  {
    name: 'interrupts while a future is pending, again and again',
    entry: 'spins',
    script: `
      ${BEGIN}
      future = debuggee.continue d normal
      debuggee.interrupt d -> ok
      debuggee.interrupt d -> ok
      event-future.finish future d -> interrupted
      future = debuggee.continue d normal
      debuggee.interrupt d -> ok
      drop future
      future = debuggee.continue d normal
      debuggee.interrupt d -> ok
      event-future.finish future d -> interrupted
      memory = instance.get-memory instance d 0
      memory.set-u32 memory d 0 1 -> ok
    `,
  },
];
