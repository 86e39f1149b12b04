/** What the oracle runs, described so that plain V8 and the engine can both run it. */

/** Where a scenario's modules live: plain V8, or the engine. */
export interface World {
  /** Instantiates the scenario's module with this number, runs its start function, gives its exports. */
  instantiate(module: number, imports?: WebAssembly.Imports): WebAssembly.Exports;
  /**
   * Calls into the program as an embedder of its own: what comes out of the call is reported if it was
   * not before. Without it, that is so of the whole scenario.
   */
  readonly enter?: <T>(call: () => T) => T;
}

/** Calls into the program so that nothing which comes out of it escapes the engine's notice. */
export function enter<T>(world: World, call: () => T): T {
  return world.enter === undefined ? call() : world.enter(call);
}

export interface Scenario {
  readonly name: string;
  /** WebAssembly text, or the path of a binary from the repository's root. */
  readonly modules: readonly (string | { readonly file: string })[];
  /** How many of V8's stops to compare, unless all are asked for: long programs take V8 long. */
  readonly stops?: number;
  /** The embedder. Deterministic: it runs many times. Its result is compared too. */
  run(world: World): unknown;
}

/** `npm run oracle` compares every stop. */
export function stopsToCompare({ stops }: Scenario): number {
  return process.env['WITNESS_ORACLE'] === 'full' ? Number.POSITIVE_INFINITY : (stops ?? 1e9);
}

export type Callable = (...args: unknown[]) => unknown;

/** The exported function; what is exported under the name is not checked. */
export function exported(exports: WebAssembly.Exports, name: string): Callable {
  return exports[name] as Callable;
}

/** A scenario of one module without imports: calls an export once for each list of arguments. */
export function calls(name: string, wat: string, ...argumentLists: unknown[][]): Scenario {
  return {
    name,
    modules: [wat],
    run(world) {
      const f = exported(world.instantiate(0), 'f');
      return argumentLists.map((args) => outcome(() => f(...args)));
    },
  };
}

/** What a call gave, its traps included, in a form that can be compared. */
export function outcome(call: () => unknown): string {
  try {
    return show(call());
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** A number with its sign of zero, several results one by one. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(' ')}]`;
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'bigint' ? `${value}n` : String(value);
}
