/** How programs end from inside: what host functions throw for it, which is no error. */

/** Thrown by Witness's own functions through the program's frames. */
export class ProgramExit {
  /** Unsigned, 0 to 2^32-1. */
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

/** Nobody needs to stop at these, as they would at an error. */
export function isProgramExit(error: unknown): boolean {
  switch (typeof error) {
    case 'object':
      // Emscripten's; and preview2-shim's, where a component is part of a JavaScript program.
      return (
        error instanceof ProgramExit ||
        (error !== null &&
          (('name' in error && error.name === 'ExitStatus') ||
            ('exitError' in error && error.exitError === true)))
      );
    case 'symbol':
      // Of node:wasi.
      return error.description === 'kExitCode';
    case 'string':
      // Emscripten's, when a main loop goes on without its caller.
      return error === 'unwind';
    default:
      return false;
  }
}
