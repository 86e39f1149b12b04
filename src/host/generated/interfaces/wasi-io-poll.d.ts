/** @module Interface wasi:io/poll@0.2.12 **/
/**
 * Waits until at least one of the pollables is ready, and gives the positions in the list of
 * all that are. An empty list traps.
 */
export function poll(in_: Array<Pollable>): Uint32Array;

export class Pollable {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Whether waiting would return at once. Does not wait.
  */
  ready(): boolean;
  /**
  * Waits until ready.
  */
  block(): void;
}
