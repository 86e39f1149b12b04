/**
 * The one error of the binary format: everything under `src/wasm/` that meets bytes it cannot read
 * throws this, so that a caller can tell a bad module from a bug in Witness.
 */

/** A malformed module, or one that uses an encoding Witness does not know. */
export class WasmError extends Error {
  /** Byte offset in the module file at which reading failed. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at offset 0x${offset.toString(16)})`);
    this.name = 'WasmError';
    this.offset = offset;
  }
}
