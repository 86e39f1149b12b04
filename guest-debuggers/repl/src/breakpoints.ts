/** The user's breakpoints: where they are set in the debuggee, and whether one of them is hit. */

import { type Location, parseLocation } from '../../../src/wasm/location.ts';
import { CommandError, explaining } from './errors.ts';
import { compileExpression, type Evaluate, isTrue, type Where } from './expression.ts';
import { functionsAt, type Place, placesAt } from './places.ts';
import type { Program, ProgramModule } from './program.ts';
import { scopeOf } from './scope.ts';

interface SetPlace extends Place {
  /** The condition, with the names of the function that this place is in. */
  readonly condition: Evaluate | undefined;
}

export interface Breakpoint {
  /** Counted from 1, never used again. */
  readonly id: number;
  /** As the user wrote it. */
  readonly word: string;
  readonly location: Location;
  /** Deleted when it is hit. */
  readonly temporary: boolean;
  enabled: boolean;
  condition: string | undefined;
  /** How many hits are passed over. */
  ignore: number;
  hits: number;
  /** Empty while no loaded module has the location. */
  places: SetPlace[];
  /** Why it has no places. */
  readonly failure: string | undefined;
}

export interface Hit {
  readonly breakpoint: Breakpoint;
  /** Why the condition could not be evaluated: it then counts as true. */
  readonly failure?: string;
}

export class Breakpoints {
  readonly #program: Program;
  readonly #all = new Map<number, Breakpoint>();
  /** By pc, all modules together: one look-up for each stop. */
  readonly #byPc = new Map<number, { breakpoint: Breakpoint; place: SetPlace }[]>();
  /** Found when that changes: it is asked for at each stop. */
  #onlyPlace: Place | undefined;
  #lastId = 0;

  constructor(program: Program) {
    this.#program = program;
  }

  get all(): readonly Breakpoint[] {
    return [...this.#all.values()];
  }

  /**
   * What no module has is waited for where a later one may have it: a name, `m1!` of a module that is
   * not there yet, and `m*!`.
   * @throws CommandError
   */
  add(word: string, condition: string | undefined, temporary: boolean): Breakpoint {
    const location = parseLocation(word);
    let places: Place[] = [];
    let failure: string | undefined;
    try {
      places = placesAt(this.#program, location, word);
    } catch (error) {
      if (!(error instanceof CommandError) || !this.#mayCome(location, word)) throw error;
      failure = error.message;
    }
    const breakpoint: Breakpoint = {
      id: this.#lastId + 1,
      word,
      location,
      temporary,
      enabled: true,
      condition,
      ignore: 0,
      hits: 0,
      places: this.#compiled(places, condition),
      failure,
    };
    this.#set(breakpoint);
    this.#lastId++;
    this.#all.set(breakpoint.id, breakpoint);
    return breakpoint;
  }

  /** Whether a module that is loaded later can have it. */
  #mayCome(location: Location, word: string): boolean {
    const loaded = this.#program.modules.length;
    if (loaded === 0 || (location.module ?? 0) >= loaded || word.startsWith('m*!')) return true;
    return location.kind === 'name' && functionsAt(this.#program, location).length === 0;
  }

  /** @throws CommandError */
  get(id: number): Breakpoint {
    const breakpoint = this.#all.get(id);
    if (breakpoint === undefined) {
      throw new CommandError(`no breakpoint ${id}; "info breakpoints" lists them`);
    }
    return breakpoint;
  }

  delete(breakpoint: Breakpoint): void {
    if (breakpoint.enabled) this.#unset(breakpoint);
    this.#all.delete(breakpoint.id);
  }

  setEnabled(breakpoint: Breakpoint, enabled: boolean): void {
    if (breakpoint.enabled === enabled) return;
    if (enabled) this.#set(breakpoint);
    else this.#unset(breakpoint);
    breakpoint.enabled = enabled;
  }

  /** @throws CommandError */
  setCondition(breakpoint: Breakpoint, condition: string | undefined): void {
    const places = this.#compiled(breakpoint.places, condition);
    if (breakpoint.enabled) this.#unset(breakpoint);
    breakpoint.condition = condition;
    breakpoint.places = places;
    if (breakpoint.enabled) this.#set(breakpoint);
  }

  /** Sets those that wait for their module, if it has been loaded. Gives those that were set. */
  resolvePending(): Breakpoint[] {
    const resolved: Breakpoint[] = [];
    for (const breakpoint of this.#all.values()) {
      if (breakpoint.places.length > 0) continue;
      try {
        const places = placesAt(this.#program, breakpoint.location, breakpoint.word);
        breakpoint.places = this.#compiled(places, breakpoint.condition);
      } catch (error) {
        if (error instanceof CommandError) continue;
        throw error;
      }
      if (breakpoint.enabled) this.#set(breakpoint);
      resolved.push(breakpoint);
    }
    return resolved;
  }

  /** The place of all breakpoints together, if it is one. */
  get onlyPlace(): Place | undefined {
    return this.#onlyPlace;
  }

  /** Whether a breakpoint is at this place, hit or not. */
  isAt(module: ProgramModule, pc: number): boolean {
    return this.#byPc.get(pc)?.some(({ place }) => place.module === module) ?? false;
  }

  /**
   * Those that say stop here, counted as hit. Temporary ones are deleted.
   * @param module the module of the stop, asked for only where several modules have such a pc
   */
  hitsAt(pc: number, module: () => ProgramModule, where: Where): Hit[] {
    const candidates = this.#byPc.get(pc);
    if (candidates === undefined) return [];
    const hits: Hit[] = [];
    const severalModules = this.#program.modules.length > 1;
    // Deleting one leaves this array as it is.
    for (const candidate of candidates) {
      const { breakpoint, place } = candidate;
      if (severalModules && place.module !== module()) continue;
      const hit = isHit(breakpoint, place, where);
      if (hit === undefined) continue;
      breakpoint.hits++;
      if (breakpoint.ignore > 0) {
        breakpoint.ignore--;
        continue;
      }
      hits.push(hit);
      if (breakpoint.temporary) this.delete(breakpoint);
    }
    return hits;
  }

  #compiled(places: readonly Place[], condition: string | undefined): SetPlace[] {
    return places.map(({ module, pc }) => {
      if (condition === undefined) return { module, pc, condition: undefined };
      const { code } = module;
      const scope = scopeOf(this.#program, code, code.bodyAt(pc)?.funcIndex);
      return { module, pc, condition: compileExpression(condition, scope) };
    });
  }

  #set(breakpoint: Breakpoint): void {
    for (const place of breakpoint.places) {
      explaining(`no breakpoint at 0x${place.pc.toString(16)}`, () =>
        place.module.handle.addBreakpoint(this.#program.d, place.pc),
      );
      const here = this.#byPc.get(place.pc);
      if (here === undefined) this.#byPc.set(place.pc, [{ breakpoint, place }]);
      else here.push({ breakpoint, place });
    }
    this.#findOnlyPlace();
  }

  #unset(breakpoint: Breakpoint): void {
    for (const place of breakpoint.places) {
      place.module.handle.removeBreakpoint(this.#program.d, place.pc);
      const rest = this.#byPc.get(place.pc)?.filter((entry) => entry.place !== place) ?? [];
      if (rest.length > 0) this.#byPc.set(place.pc, rest);
      else this.#byPc.delete(place.pc);
    }
    this.#findOnlyPlace();
  }

  #findOnlyPlace(): void {
    const [[first, ...others] = []] = this.#byPc.size === 1 ? this.#byPc.values() : [];
    const isOne = others.every(({ place }) => place.module === first?.place.module);
    this.#onlyPlace = isOne ? first?.place : undefined;
  }
}

function isHit(breakpoint: Breakpoint, place: SetPlace, where: Where): Hit | undefined {
  if (place.condition === undefined) return { breakpoint };
  try {
    return isTrue(place.condition(where)) ? { breakpoint } : undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { breakpoint, failure: error.message };
  }
}
