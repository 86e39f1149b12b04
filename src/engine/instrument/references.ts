/**
 * Where references go that a frame must hold: memory cannot. For each hierarchy of reference types
 * there is one array of the garbage-collected heap, the same for all instances, which each module
 * reaches through a hidden global. The place in the array follows from the place in the frame, one
 * element for 8 bytes of frame stack, so that nothing but the frame pointer has to be kept.
 *
 * Arrays rather than tables: a store into a table of functions is a call into V8, one into an array
 * is a store.
 */
import type { Module } from '../../wasm/module.ts';
import {
  ANYREF,
  EXNREF,
  EXTERNREF,
  FUNCREF,
  type RefType,
  refType,
  type ValType,
} from '../../wasm/types.ts';

/** The hierarchies of reference types (core spec 3.0, section 3.3.3), by their top types. */
export type Hierarchy = 'func' | 'extern' | 'any' | 'exn';

export const HIERARCHIES: readonly Hierarchy[] = ['func', 'extern', 'any', 'exn'];

/** The element types of the arrays. */
export const TOP: Readonly<Record<Hierarchy, RefType>> = {
  func: FUNCREF,
  extern: EXTERNREF,
  any: ANYREF,
  exn: EXNREF,
};

/** Bytes of a reference's place in a frame. */
export const REFERENCE_SIZE = 8;

export function hierarchyOf(module: Module, type: RefType): Hierarchy {
  const { heap } = type;
  if (typeof heap === 'number') {
    return module.types[heap]!.composite.kind === 'func' ? 'func' : 'any';
  }
  switch (heap) {
    case 'func':
    case 'nofunc':
      return 'func';
    case 'extern':
    case 'noextern':
      return 'extern';
    case 'exn':
    case 'noexn':
      return 'exn';
    default:
      return 'any';
  }
}

/**
 * Whether a debugger can be shown values of a type. The world has none for references but functions
 * and exceptions, and shows no locals at all of a frame with others among them, no operands where
 * there are others (`unsupported-type`). To keep references of those frames while they are in a call
 * would cost much and serve nobody.
 */
export function isShown(module: Module, type: ValType): boolean {
  if (type.kind !== 'ref') return true;
  const hierarchy = hierarchyOf(module, type);
  return hierarchy === 'func' || hierarchy === 'exn';
}

/** The top of its hierarchy: what an array holds needs no cast. */
export function isTop({ heap }: RefType): boolean {
  return heap === 'func' || heap === 'extern' || heap === 'any' || heap === 'exn';
}

/** Types whose only value is null. */
export function isBottom(type: RefType): boolean {
  const { heap } = type;
  return heap === 'none' || heap === 'nofunc' || heap === 'noextern' || heap === 'noexn';
}

/** The type of a local that can hold values of `type` and nothing yet: non-nullable becomes nullable. */
export function storageType(type: ValType): ValType {
  return type.kind === 'ref' && !type.nullable ? refType(true, type.heap) : type;
}
