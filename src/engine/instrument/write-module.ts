/** The bytes of an instrumented module: its own sections with what is added behind what they have. */
import { type Entry, ModuleWriter } from '../../wasm/encode.ts';
import { type Module, SectionId } from '../../wasm/module.ts';
import { copyVector } from './additions.ts';
import { BRANCH_HINTS, branchHintSection } from './branch-hints.ts';
import type { ModuleCode } from './module-code.ts';

/** Those that hold what is added, and so are not copied. */
type WrittenSection =
  | typeof SectionId.type
  | typeof SectionId.import
  | typeof SectionId.function
  | typeof SectionId.table
  | typeof SectionId.global
  | typeof SectionId.export
  | typeof SectionId.element
  | typeof SectionId.code;

/**
 * @param entries of sections; of the code section those behind the bodies
 * @returns the bytes, and in them where the bodies are: by defined function, behind the size
 */
export function writeModule(
  module: Module,
  code: ModuleCode,
  entries: Readonly<Record<WrittenSection, readonly Entry[]>>,
): { bytes: Uint8Array; bodyOffsets: Uint32Array } {
  const out = new ModuleWriter(module.bytes.length + code.bytes);
  const write = (id: WrittenSection): void => void out.vectorSection(id, module, entries[id]);
  write(SectionId.type);
  write(SectionId.import);
  if (entries[SectionId.function].length > 0) write(SectionId.function);
  write(SectionId.table);
  copyVector(out, module, SectionId.tag);
  write(SectionId.global);
  write(SectionId.export);
  write(SectionId.element);
  const dataCount = module.sections.find((s) => s.id === SectionId.dataCount);
  if (dataCount !== undefined) out.copySection(module, dataCount);
  const { hints } = code;
  if (hints.some(({ count }) => count > 0))
    out.customSection(BRANCH_HINTS, branchHintSection(hints));
  let bodyOffsets: Uint32Array = new Uint32Array();
  if (module.bodies.length > 0) {
    const all = [...code.entries, ...entries[SectionId.code]];
    bodyOffsets = code.offsets(out.vectorSection(SectionId.code, module, all));
  }
  copyVector(out, module, SectionId.data);
  // Function indices are the same, so names still fit. Other custom sections hold offsets.
  for (const section of module.sections) {
    if (section.id === SectionId.custom && section.name === 'name') {
      out.copySection(module, section);
    }
  }
  return { bytes: out.finish(), bodyOffsets };
}
