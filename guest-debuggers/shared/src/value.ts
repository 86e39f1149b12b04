/** Values of the debuggee as plain data. */

/** A value with what can be said of it. Floats come through the component interface, where all
 * NaNs are one. */
export type Value =
  /** Unsigned, as it crosses the interface. */
  | { readonly type: 'i32'; readonly value: number }
  | { readonly type: 'i64'; readonly value: bigint }
  | { readonly type: 'f32' | 'f64'; readonly value: number }
  /** 16 bytes, little-endian lanes. */
  | { readonly type: 'v128'; readonly bytes: Uint8Array }
  /** The signature, since nothing in the world names the function behind a reference. */
  | { readonly type: 'funcref'; readonly signature: string | undefined }
  /** The values that the exception carries. */
  | { readonly type: 'exnref'; readonly values: Values | undefined };

/** Values, or the debuggee's reason for not giving them (the world's error code). */
export type Values = readonly Value[] | { readonly error: string };
