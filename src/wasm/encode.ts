/**
 * Writing modules. What is not changed is copied byte for byte, padding of LEBs included, so that
 * offsets within an untouched section move by one amount.
 */

import { ByteWriter } from './byte-writer.ts';
import type { Module, Range, Section } from './structure.ts';

const PREAMBLE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** Bytes that are written behind their number. */
export interface Sized {
  readonly sized: Uint8Array;
}

/** An entry of a vector. */
export type Entry = Uint8Array | Sized | Range;

/** Builds a module section by section; keeping their order valid is up to the caller. */
export class ModuleWriter {
  readonly #out: ByteWriter;

  /** @param initialCapacity - expected size in bytes; the writer grows beyond it as needed */
  constructor(initialCapacity = 4096) {
    this.#out = new ByteWriter(initialCapacity);
    this.#out.bytes(PREAMBLE);
  }

  /** Byte offset in the output at which the next section starts. */
  get length(): number {
    return this.#out.length;
  }

  /** Copies a section of `module` unchanged, its header included. */
  copySection(module: Module, section: Section): void {
    this.#out.bytes(module.bytes, section.start, section.end);
  }

  /**
   * Writes a section that is a vector.
   *
   * @param entries - each the bytes of one entry, with their size ahead or not, or a range of `module`
   * @returns the byte offset in the output of the first entry
   */
  vectorSection(id: number, module: Module, entries: readonly Entry[]): number {
    let size = u32Size(entries.length);
    for (const entry of entries) size += entrySize(entry);
    this.#out.u8(id);
    this.#out.u32(size);
    this.#out.u32(entries.length);
    const first = this.#out.length;
    for (const entry of entries) this.#entry(module, entry);
    return first;
  }

  #entry({ bytes }: Module, entry: Entry): void {
    if (isBytes(entry)) {
      this.#out.bytes(entry);
    } else if ('sized' in entry) {
      this.#out.u32(entry.sized.length);
      this.#out.bytes(entry.sized);
    } else {
      this.#out.bytes(bytes, entry.start, entry.end);
    }
  }

  /** Writes a section with the given content. */
  rawSection(id: number, content: Uint8Array): void {
    this.#out.u8(id);
    this.#out.u32(content.length);
    this.#out.bytes(content);
  }

  customSection(name: string, content: Uint8Array): void {
    const named = new ByteWriter(name.length + content.length + 8);
    named.name(name);
    named.bytes(content);
    this.rawSection(0, named.take());
  }

  /** The module; the writer must not be used afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#out.take();
  }
}

/**
 * Assembles the module again from its sections and their entries. The result equals `module.bytes`:
 * bytes that no entry owns would be lost, so that the comparison proves the ranges.
 */
export function encodeModule(module: Module): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(module.bytes.length);
  out.bytes(module.bytes, 0, PREAMBLE.length);
  for (const section of module.sections) {
    if (section.entries === undefined) {
      out.bytes(module.bytes, section.start, section.end);
      continue;
    }
    // Header and count keep their encoding, which may be padded.
    out.bytes(module.bytes, section.start, section.entries[0]?.start ?? section.end);
    for (const entry of section.entries) out.bytes(module.bytes, entry.start, entry.end);
  }
  return out.take();
}

function isBytes(entry: Entry): entry is Uint8Array {
  return entry instanceof Uint8Array;
}

/** Bytes that it has in its section. */
export function entrySize(entry: Entry): number {
  if (isBytes(entry)) return entry.length;
  if (!('sized' in entry)) return entry.end - entry.start;
  return u32Size(entry.sized.length) + entry.sized.length;
}

function u32Size(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) size++;
  return size;
}
