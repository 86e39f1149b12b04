/** Numbers and names of a program as text for people. */

/** The shortest decimal that reads back as the same 64-bit float; `nan`, `inf`, `-inf`, `-0`. */
export function f64Text(value: number): string {
  return floatText(value, String);
}

/** The same for a 32-bit float, of which String would give all of the double's digits. */
export function f32Text(value: number): string {
  return floatText(value, shortestF32);
}

function floatText(value: number, finite: (value: number) => string): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return Object.is(value, -0) ? '-0' : finite(value);
}

function shortestF32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}

/**
 * A name of the program with control characters and line breaks as `\u{...}`: one with a line break
 * must not look like another line. By code point, because an engine that this is bundled for may
 * have no Unicode classes in its regular expressions.
 */
export function printable(name: string): string {
  let text = '';
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0;
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const separator = code === 0x2028 || code === 0x2029;
    text += control || separator ? `\\u{${code.toString(16)}}` : char;
  }
  return text;
}
