/** Work that takes time before the program runs. Told by the threads that do it, shown by main. */

export interface Stage {
  /** What is done: `transpiling repl.wasm`. The same at its beginning and its end. */
  readonly what: string;
  /** `happens`: it takes no time. */
  readonly state: 'begins' | 'ends' | 'happens';
  /** What came of it, at the end. */
  readonly detail?: string | undefined;
}

export type OnStage = (stage: Stage) => void;
