/**
 * Finds out that V8 has collected garbage. A frame leaves its references in the arrays when it ends:
 * to take them out would cost every function that has any. They are taken out when a collection
 * shows that V8 looks for what nobody holds, so that the next one finds it.
 */
export class AfterCollections {
  readonly #registry: FinalizationRegistry<undefined>;

  /** @param collected called from the event loop, on top of no other code, some time after each */
  constructor(collected: () => void) {
    this.#registry = new FinalizationRegistry(() => {
      this.watch();
      collected();
    });
  }

  /** From now on, for as long as this object is there. */
  watch(): void {
    this.#registry.register({}, undefined);
  }
}
