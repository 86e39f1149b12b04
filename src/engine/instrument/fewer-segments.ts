/**
 * An instrumented module that stops short in its instantiation. When an active segment is out of
 * bounds, V8 makes no instance; but the segments before it have been copied, and functions that
 * they have put into an imported table live on (core spec 3.0, section 4.7.3). The engine
 * needs an instance to set such functions up, so it instantiates once more, with fewer segments.
 */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import { ModuleWriter } from '../../wasm/encode.ts';
import { decodeModule, type ElementSegment, type Module, SectionId } from '../../wasm/module.ts';
import { writeValType } from '../../wasm/type-codec.ts';
import type { InstrumentedModule } from './instrument.ts';

/** Flags of a passive segment, the same for data and for elements. */
const PASSIVE = 1;
/** Flag of an element segment that lists expressions. */
const EXPRESSIONS = 4;

/** Segments in the order in which they are copied: elements, then data. */
export function segmentCount({ original }: InstrumentedModule): number {
  return original.elements.length + original.data.length;
}

/**
 * The module's bytes with its active segments from the `kept`th on made passive. Passive and not
 * left out: no index changes, and a segment that was not copied was not dropped either. Code stays
 * at its offsets, so that the maps from them still hold.
 */
export function keepSegments(instrumented: InstrumentedModule, kept: number): Uint8Array {
  const module = decodeModule(instrumented.bytes);
  const { elements, data } = instrumented.original;
  const out = new ModuleWriter(module.bytes.length);
  for (const section of module.sections) {
    if (section.id === SectionId.element) {
      const entries = module.elements.map((segment, i) =>
        // The engine's own come last and always fit.
        i >= kept && i < elements.length && segment.mode === 'active'
          ? passiveElements(module, segment)
          : segment.range,
      );
      out.vectorSection(section.id, module, entries);
      fill(out, section.end - out.length);
    } else if (section.id === SectionId.data) {
      const entries = module.data.map((segment, i) =>
        i + elements.length >= kept && i < data.length && segment.mode === 'active'
          ? passiveData(module.bytes.subarray(segment.init.start, segment.init.end))
          : segment.range,
      );
      out.vectorSection(section.id, module, entries);
    } else {
      out.copySection(module, section);
    }
  }
  return out.finish();
}

function passiveElements(module: Module, { items, range, type }: ElementSegment): Uint8Array {
  const head = new ByteWriter();
  const rest = new ByteWriter();
  let count: number;
  if ('functions' in items) {
    head.u8(PASSIVE);
    head.u8(0); // elemkind: functions
    count = items.functions.length;
    for (const index of items.functions) rest.u32(index);
  } else {
    head.u8(PASSIVE | EXPRESSIONS);
    writeValType(head, type);
    count = items.expressions.length;
    for (const { start, end } of items.expressions) rest.bytes(module.bytes, start, end);
  }
  writePadded(head, count, range.end - range.start - head.length - rest.length);
  head.bytes(rest.take());
  return head.take();
}

/** The least that `fill` can add: id, size and length of the name of a custom section. */
const MIN_FILL = 3;

/** Writes a LEB of at most `room` bytes that leaves none of them, or enough for a custom section. */
function writePadded(out: ByteWriter, value: number, room: number): void {
  let size = Math.min(room, 5);
  while (size < room && room - size < MIN_FILL) size--;
  let left = value;
  for (let i = 1; i < size; i++) {
    out.u8((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  out.u8(left);
}

/** Adds custom sections without a name, of `size` bytes together. */
function fill(out: ModuleWriter, size: number): void {
  // Small ones: with more than 127 bytes of content the header grows, and not every size comes out.
  let left = size;
  for (; left > 100; left -= 64) out.rawSection(0, new Uint8Array(62));
  if (left > 0) out.rawSection(0, new Uint8Array(left - 2));
}

function passiveData(init: Uint8Array): Uint8Array {
  const out = new ByteWriter(init.length + 8);
  out.u8(PASSIVE);
  out.u32(init.length);
  out.bytes(init);
  return out.take();
}
