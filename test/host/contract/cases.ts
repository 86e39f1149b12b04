/** The contract's cases, written once for all layers. In the language of script.ts. */

import type { Entry } from './program.ts';

export interface Case {
  readonly name: string;
  readonly entry: Entry;
  readonly script: string;
  /** Waits among pollables, which only a program in another thread can be part of. */
  readonly polls?: true;
  /** The errors that it sees are not the engine's own (faults.ts). */
  readonly fault?: true;
  /** A trap does not end it: for layers without a component. */
  readonly trapsGoOn?: true;
}

/** To the first instruction of the entry. */
export const BEGIN = `
  modules = debuggee.all-modules d -> [module x1]
  future = debuggee.single-step d normal
  event-future.finish future d -> breakpoint
  instance = debuggee.all-instances d -> [instance x1]
`;

/** To a breakpoint at a symbol; the innermost frame is `frame`. */
export function stopAt(pc: string): string {
  return `
    modules = debuggee.all-modules d
    module.add-breakpoint modules d @${pc} -> ok
    future = debuggee.continue d normal
    event-future.finish future d -> breakpoint
    instance = debuggee.all-instances d
    frame = debuggee.exit-frames d
    frame.get-pc frame d -> /^\\d+$/
  `;
}

/** Goes on to the event. */
export function resume(how: string, event: string, name = 'event'): string {
  return `
    future = debuggee.continue d ${how} -> event-future
    ${name} = event-future.finish future d -> ${event}
  `;
}
