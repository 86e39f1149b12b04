/** Numbers, text and bytes as the protocol writes them. */

const encoder = new TextEncoder();

/** The engine that runs this has these; the types of the language do not yet. */
interface HexBytes {
  toHex(): string;
}
interface HexBytesConstructor {
  fromHex(text: string): Uint8Array;
}

/** Two digits a byte, in the order of the bytes. */
export function toHex(bytes: Uint8Array): string {
  return (bytes as unknown as HexBytes).toHex();
}

/** Undefined unless `text` is an even number of hexadecimal digits. */
export function fromHex(text: string): Uint8Array | undefined {
  try {
    return (Uint8Array as unknown as HexBytesConstructor).fromHex(text);
  } catch {
    return undefined;
  }
}

/** UTF-8 text as hexadecimal digits. */
export function textToHex(text: string): string {
  return toHex(encoder.encode(text));
}

/** The value of an ASCII digit, or undefined. */
export function fromHexDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  if (lower >= 0x61 && lower <= 0x66) return lower - 0x61 + 10;
  return undefined;
}

/** A number of at most 32 bits, or undefined. */
export function hexNumber(text: string): number | undefined {
  return /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

/** A decimal number of at most 32 bits, or undefined. */
export function decimalNumber(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 0xffff_ffff ? value : undefined;
}

/** 64 bits as 16 digits, least significant byte first: how the protocol writes registers. */
export function littleEndian(value: bigint): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return toHex(bytes);
}

/** ASCII text to bytes. */
export function ascii(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Characters that one call may take as arguments. */
const CHUNK = 4096;

/** Bytes to text, one character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return text;
}
