/**
 * What the programs of one seed have exercised, by name and how often: so that a run of the fuzzer can
 * tell what it has proven, and what it is blind to. One collection for a process, which checks one
 * seed at a time.
 */
export type Exercised = Record<string, number>;

let current: Exercised = {};

export function exercise(what: string, times = 1): void {
  current[what] = (current[what] ?? 0) + times;
}

/** What has been exercised since the last time. */
export function takeExercised(): Exercised {
  const taken = current;
  current = {};
  return taken;
}

export function addExercised(total: Exercised, more: Readonly<Exercised>): void {
  for (const [what, times] of Object.entries(more)) total[what] = (total[what] ?? 0) + times;
}
