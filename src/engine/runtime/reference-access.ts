/**
 * The small module through which the engine makes and reads the arrays of references: JavaScript can
 * hold their holders but not look into them.
 */
import { EMPTY_BLOCK_TYPE } from '../../wasm/block-type.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType, writeValType } from '../../wasm/type-codec.ts';
import { EXNREF, EXTERNREF, I32, refType, type ValType } from '../../wasm/types.ts';
import type { CodeWriter } from '../instrument/code.ts';
import { STACK } from '../instrument/layout.ts';
import {
  pushReferences,
  referencePlace,
  writeReferencesGlobal,
} from '../instrument/reference-place.ts';
import { HIERARCHIES, type Hierarchy, REFERENCE_SIZE, TOP } from '../instrument/references.ts';
import { SmallModule } from '../instrument/small-module.ts';
import { WebAssembly } from './v8.ts';

/** The functions for one hierarchy. Its holder is the same for ever, and is given to each. */
export interface ReferenceAccess {
  readonly holder: () => unknown;
  /** Makes the array longer, with the elements that it has. */
  readonly grow: (length: number) => void;
  readonly isNull: (index: number) => number;
  readonly get: (index: number) => unknown;
  readonly set: (index: number, value: unknown) => void;
  /** A new array with some of the elements. */
  readonly slice: (index: number, length: number) => unknown;
  /** Puts all elements of an array that `slice` gave into this one. */
  readonly put: (index: number, from: unknown) => void;
  readonly clear: () => void;
}

export interface ReferencesModule {
  readonly of: Readonly<Record<Hierarchy, ReferenceAccess>>;
  /** What instrumented code calls: see {@link writeRenew}. */
  readonly renew: unknown;
}

/** What the accessors call to have an exception where only wasm can: it throws its argument. */
const IMPORT = { module: 'e', name: 'throw' } as const;

/** Clause of a `try_table`: any exception, by reference. */
const CATCH_ALL_REF = 3;

/**
 * Functions that may begin, for each place of the arrays, before they are renewed: enough for the
 * time that takes to be nothing, and few enough for V8 to collect garbage no more than once meanwhile.
 */
const CALLS_PER_PLACE = 2;

export function makeReferences(): ReferencesModule {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(accessModule()), {
    [IMPORT.module]: {
      [IMPORT.name]: (thrown: unknown) => {
        throw thrown;
      },
    },
  });
  const of = Object.fromEntries(
    HIERARCHIES.map((hierarchy) => [
      hierarchy,
      Object.fromEntries(
        ['holder', 'grow', 'isNull', 'get', 'set', 'slice', 'put', 'clear'].map((name) => [
          name,
          exports[`${name} ${hierarchy}`],
        ]),
      ),
    ]),
  );
  return { of: of as unknown as ReferencesModule['of'], renew: exports['renew'] };
}

function accessModule(): Uint8Array<ArrayBuffer> {
  const small = new SmallModule();
  const { types } = small;
  small.import(IMPORT.module, IMPORT.name, {
    kind: 'func',
    typeIndex: types.func([EXTERNREF], []),
  });
  const places = HIERARCHIES.map((hierarchy, global) => {
    const place = referencePlace(types, hierarchy, global);
    small.global((out) => writeReferencesGlobal(out, place));
    return place;
  });
  const add = (
    name: string,
    params: readonly ValType[],
    results: readonly ValType[],
    locals: readonly ValType[],
    write: (out: CodeWriter) => void,
  ): void => small.export(name, 'func', small.func(types.func(params, results), locals, write));
  HIERARCHIES.forEach((hierarchy, i) => {
    const place = places[i]!;
    const { array: type, holder, global } = place;
    const array = refType(true, type);
    // A function with an exnref in its type cannot be called from JavaScript at all.
    const given = hierarchy === 'exn' ? EXTERNREF : TOP[hierarchy];
    add(`holder ${hierarchy}`, [], [refType(false, holder)], [], (out) => {
      out.op(Op.globalGet);
      out.u32(global);
    });
    add(`isNull ${hierarchy}`, [I32], [I32], [], (out) => {
      pushReferences(out, place);
      out.localGet(0);
      out.op(Op.arrayGet);
      out.u32(type);
      out.op(Op.refIsNull);
    });
    add(`get ${hierarchy}`, [I32], [given], [], (out) => {
      pushReferences(out, place);
      out.localGet(0);
      out.op(Op.arrayGet);
      out.u32(type);
      if (hierarchy === 'exn') out.op(Op.throwRef);
    });
    add(`set ${hierarchy}`, [I32, given], [], [], (out) => {
      pushReferences(out, place);
      out.localGet(0);
      if (hierarchy === 'exn') writeExceptionOf(out, 1);
      else out.localGet(1);
      out.op(Op.arraySet);
      out.u32(type);
    });
    // slice(index, length): local 2 is the new array.
    add(`slice ${hierarchy}`, [I32, I32], [array], [array], (out) => {
      out.localGet(1);
      out.op(Op.arrayNewDefault);
      out.u32(type);
      out.localTee(2);
      out.i32Const(0);
      pushReferences(out, place);
      out.localGet(0);
      out.localGet(1);
      out.op(Op.arrayCopy);
      out.u32(type);
      out.u32(type);
      out.localGet(2);
    });
    add(`put ${hierarchy}`, [I32, array], [], [], (out) => {
      pushReferences(out, place);
      out.localGet(0);
      out.localGet(1);
      out.i32Const(0);
      out.localGet(1);
      out.op(Op.arrayLen);
      out.op(Op.arrayCopy);
      out.u32(type);
      out.u32(type);
    });
    add(`clear ${hierarchy}`, [], [], [], (out) => {
      pushReferences(out, place);
      out.i32Const(0);
      out.op(Op.refNull);
      writeHeapType(out, TOP[hierarchy].heap);
      pushReferences(out, place);
      out.op(Op.arrayLen);
      out.op(Op.arrayFill);
      out.u32(type);
    });
    // grow(length): local 1 is the new array.
    add(`grow ${hierarchy}`, [I32], [], [array], (out) => {
      out.localGet(0);
      out.op(Op.arrayNewDefault);
      out.u32(type);
      out.localTee(1);
      out.i32Const(0);
      pushReferences(out, place);
      out.i32Const(0);
      pushReferences(out, place);
      out.op(Op.arrayLen);
      out.op(Op.arrayCopy);
      out.u32(type);
      out.u32(type);
      writeHold(out, place, 1);
    });
  });
  const arrays = places.map((place) => refType(true, place.array));
  add('renew', [I32, I32, I32], [I32], [I32, ...arrays], (out) => writeRenew(out, places));
  return small.finish();
}

type Place = ReturnType<typeof referencePlace>;

/** Has the holder hold the array in a local. */
function writeHold(out: CodeWriter, { holder, global }: Place, local: number): void {
  out.op(Op.globalGet);
  out.u32(global);
  out.localGet(local);
  out.op(Op.refAsNonNull);
  out.op(Op.structSet);
  out.u32(holder);
  out.u32(0);
}

/**
 * `renew`: replaces each array by a new one. A store of a young object to an old one costs V8 ten
 * times as much as one to a young object, and an array that survives two collections is old.
 *
 * Local 0 is the address where a frame begins: what is behind it belongs to nobody, and is not
 * copied. The type is that of `leave`, so that modules need no type more; the other parameters mean
 * nothing. The result is how many functions may begin until the next time.
 */
function writeRenew(out: CodeWriter, places: readonly Place[]): void {
  const calls = 3;
  places.forEach((place, i) => {
    const fresh = calls + 1 + i;
    const { array } = place;
    pushReferences(out, place);
    out.op(Op.arrayLen);
    out.if();
    pushReferences(out, place);
    out.op(Op.arrayLen);
    out.op(Op.arrayNewDefault);
    out.u32(array);
    out.localTee(fresh);
    out.i32Const(0);
    pushReferences(out, place);
    out.i32Const(0);
    out.localGet(0);
    out.i32Const(STACK);
    out.op(Op.i32Sub);
    out.i32Const(REFERENCE_SIZE);
    out.op(Op.i32DivU);
    out.op(Op.arrayCopy);
    out.u32(array);
    out.u32(array);
    writeHold(out, place, fresh);
    out.localGet(fresh);
    out.op(Op.arrayLen);
    out.i32Const(CALLS_PER_PLACE);
    out.op(Op.i32Mul);
    out.localSet(calls);
    out.end();
  });
  out.localGet(calls);
}

/**
 * Pushes the reference to the exception that throwing a local throws; null stays null. Function 0
 * must be one that throws its argument.
 */
export function writeExceptionOf(out: CodeWriter, local: number): void {
  out.u8(Op.block);
  writeValType(out, EXNREF);
  out.op(Op.refNull);
  writeHeapType(out, 'exn');
  out.localGet(local);
  out.op(Op.refIsNull);
  out.u8(Op.brIf);
  out.u32(0);
  out.op(Op.drop);
  out.op(Op.tryTable);
  out.u8(EMPTY_BLOCK_TYPE);
  out.u32(1);
  out.u8(CATCH_ALL_REF);
  out.u32(0);
  out.localGet(local);
  out.op(Op.call);
  out.u32(0);
  out.end();
  out.op(Op.unreachable);
  out.end();
}
