/**
 * Calls of exported functions that keep all bits. JavaScript may change the payload of a NaN and
 * cannot pass a v128 at all, so a call goes through a small module for the function's type: it loads
 * numbers from a memory, calls, and stores the results there. References are passed as they are.
 *
 * To the engine such a module is part of the host, like any instance that it did not make.
 */
import { ByteWriter } from '../../src/wasm/byte-writer.ts';
import { ModuleWriter } from '../../src/wasm/encode.ts';
import { SectionId } from '../../src/wasm/module.ts';
import { writeGlobalType, writeResultType, writeValType } from '../../src/wasm/type-codec.ts';
import {
  type FuncType,
  type GlobalType,
  I32,
  type ValType,
  valTypeName,
} from '../../src/wasm/types.ts';
import { type NumberType, SIZES, type Value } from './values.ts';

type Callable = (...args: unknown[]) => unknown;

/** Bytes of the memory that each parameter and each result has; results use the parameters' place. */
const CELL = 16;

export class Caller {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: 16 });
  readonly #modules = new Map<string, WebAssembly.Module>();
  readonly #wrappers = new WeakMap<Callable, Callable | null>();

  /**
   * Calls an exported function.
   *
   * @throws what the function throws; TypeError as JavaScript has it for arguments that do not fit
   */
  call(callee: Callable, type: FuncType, args: readonly Value[]): Value[] {
    const wrapper = this.#wrapper(callee, type);
    if (wrapper === null || !suits(args, type.params)) return callDirectly(callee, type, args);
    const bytes = new Uint8Array(this.#memory.buffer);
    args.forEach((arg, i) => {
      if (arg.type !== 'ref') bytes.set(arg.bytes, i * CELL);
    });
    const references = listOf(
      wrapper(...args.flatMap((arg) => (arg.type === 'ref' ? [arg.value] : []))),
      type.results.filter(isReference).length,
    );
    const after = new Uint8Array(this.#memory.buffer);
    return type.results.map((result, i) =>
      result.kind === 'ref'
        ? { type: 'ref', value: isException(result) ? nullness(references) : references.shift() }
        : { type: result.kind, bytes: after.slice(i * CELL, i * CELL + SIZES[result.kind]) },
    );
  }

  /** Reads an exported global. */
  read(global: WebAssembly.Global, type: GlobalType): Value {
    if (type.value.kind === 'ref') return { type: 'ref', value: global.value };
    const key = `global ${type.mutable} ${type.value.kind}`;
    const reader = this.#compile(key, () => globalReader(type));
    const { exports } = new WebAssembly.Instance(reader, { '': { g: global } });
    const get = exports['f'] as Callable;
    return this.call(get, { kind: 'func', params: [], results: [type.value] }, [])[0]!;
  }

  /** Null for a function whose type is not one that a module of its own can name. */
  #wrapper(callee: Callable, type: FuncType): Callable | null {
    let wrapper = this.#wrappers.get(callee);
    if (wrapper === undefined) {
      wrapper = this.#makeWrapper(callee, type);
      this.#wrappers.set(callee, wrapper);
    }
    return wrapper;
  }

  #makeWrapper(callee: Callable, type: FuncType): Callable | null {
    const all = [...type.params, ...type.results];
    if (all.some((part) => part.kind === 'ref' && typeof part.heap === 'number')) return null;
    // JavaScript cannot hold these; what it says then is the outcome.
    if (type.params.some(isException)) return null;
    const key = `${type.params.map(valTypeName)} -> ${type.results.map(valTypeName)}`;
    const module = this.#compile(key, () => wrapperModule(type));
    try {
      const entities = { f: callee, m: this.#memory };
      return new WebAssembly.Instance(module, { '': entities }).exports['f'] as Callable;
    } catch (error) {
      // The function's type is a subtype, or one of a larger recursive group.
      if (error instanceof WebAssembly.LinkError) return null;
      throw error;
    }
  }

  #compile(key: string, make: () => Uint8Array<ArrayBuffer>): WebAssembly.Module {
    let module = this.#modules.get(key);
    if (module === undefined) {
      module = new WebAssembly.Module(make());
      this.#modules.set(key, module);
    }
    return module;
  }
}

function isReference(type: ValType): boolean {
  return type.kind === 'ref';
}

/** JavaScript cannot hold references to exceptions: a wrapper gives whether they are null. */
function isException(type: ValType): boolean {
  return type.kind === 'ref' && (type.heap === 'exn' || type.heap === 'noexn');
}

const SOME_EXCEPTION = Symbol('exnref');

function nullness(references: unknown[]): unknown {
  return references.shift() === 1 ? null : SOME_EXCEPTION;
}

function suits(args: readonly Value[], params: readonly ValType[]): boolean {
  return args.length === params.length && args.every(({ type }, i) => type === params[i]!.kind);
}

function listOf(result: unknown, count: number): unknown[] {
  if (count === 0) return [];
  return count === 1 ? [result] : [...(result as Iterable<unknown>)];
}

function callDirectly(callee: Callable, type: FuncType, args: readonly Value[]): Value[] {
  const results = listOf(callee(...args.map(toJs)), type.results.length);
  return type.results.map((result, i) => fromJs(results[i], result));
}

function toJs(value: Value): unknown {
  if (value.type === 'ref') return value.value;
  const view = new DataView(value.bytes.buffer, value.bytes.byteOffset);
  switch (value.type) {
    case 'i32':
      return view.getInt32(0, true);
    case 'i64':
      return view.getBigInt64(0, true);
    case 'f32':
      return view.getFloat32(0, true);
    case 'f64':
      return view.getFloat64(0, true);
    case 'v128':
      return undefined;
  }
}

function fromJs(value: unknown, type: ValType): Value {
  if (type.kind === 'ref') return { type: 'ref', value };
  const bytes = new Uint8Array(SIZES[type.kind]);
  const view = new DataView(bytes.buffer);
  if (type.kind === 'i32') view.setInt32(0, value as number, true);
  else if (type.kind === 'i64') view.setBigInt64(0, value as bigint, true);
  else if (type.kind === 'f32') view.setFloat32(0, value as number, true);
  else view.setFloat64(0, value as number, true);
  return { type: type.kind, bytes };
}

const LOAD: Readonly<Record<NumberType, readonly number[]>> = {
  i32: [0x28],
  i64: [0x29],
  f32: [0x2a],
  f64: [0x2b],
  v128: [0xfd, 0x00],
};
const STORE: Readonly<Record<NumberType, readonly number[]>> = {
  i32: [0x36],
  i64: [0x37],
  f32: [0x38],
  f64: [0x39],
  v128: [0xfd, 0x0b],
};
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const CALL = 0x10;
const GLOBAL_GET = 0x23;
const REF_IS_NULL = 0xd1;
const END = 0x0b;
const FUNC_TYPE = 0x60;
const I32_CONST_0 = [0x41, 0x00];

function section(out: ModuleWriter, id: number, write: (content: ByteWriter) => void): void {
  const content = new ByteWriter();
  write(content);
  out.rawSection(id, content.take());
}

/** Imports `f` of the given type and the memory `m`; exports `f`, which has only the references. */
function wrapperModule({ params, results }: FuncType): Uint8Array<ArrayBuffer> {
  const out = new ModuleWriter();
  section(out, SectionId.type, (types) => {
    types.u32(2);
    types.u8(FUNC_TYPE);
    writeResultType(types, params);
    writeResultType(types, results);
    types.u8(FUNC_TYPE);
    writeResultType(types, params.filter(isReference));
    const references = results.filter(isReference);
    writeResultType(
      types,
      references.map((type) => (isException(type) ? I32 : type)),
    );
  });
  section(out, SectionId.import, (imports) => {
    imports.u32(2);
    imports.name('');
    imports.name('f');
    imports.bytes(Uint8Array.of(0x00, 0x00));
    imports.name('');
    imports.name('m');
    imports.bytes(Uint8Array.of(0x02, 0x00, 0x01));
  });
  section(out, SectionId.function, (functions) => functions.bytes(Uint8Array.of(1, 1)));
  section(out, SectionId.export, (exports) => {
    exports.u32(1);
    exports.name('f');
    exports.bytes(Uint8Array.of(0x00, 0x01));
  });
  section(out, SectionId.code, (code) => {
    const body = wrapperBody(params, results);
    code.u32(1);
    code.u32(body.length);
    code.bytes(body);
  });
  return out.finish();
}

function wrapperBody(params: readonly ValType[], results: readonly ValType[]): Uint8Array {
  const body = new ByteWriter();
  body.u32(results.length);
  for (const result of results) {
    body.u32(1);
    writeValType(body, result);
  }
  let references = 0;
  params.forEach((param, i) => {
    if (param.kind === 'ref') {
      body.u8(LOCAL_GET);
      body.u32(references++);
    } else {
      body.bytes(Uint8Array.from([...I32_CONST_0, ...LOAD[param.kind], 0]));
      body.u32(i * CELL);
    }
  });
  body.bytes(Uint8Array.of(CALL, 0));
  for (let i = results.length - 1; i >= 0; i--) {
    body.u8(LOCAL_SET);
    body.u32(references + i);
  }
  results.forEach((result, i) => {
    if (result.kind !== 'ref') body.bytes(Uint8Array.from(I32_CONST_0));
    body.u8(LOCAL_GET);
    body.u32(references + i);
    if (isException(result)) body.u8(REF_IS_NULL);
    if (result.kind !== 'ref') {
      body.bytes(Uint8Array.from([...STORE[result.kind], 0]));
      body.u32(i * CELL);
    }
  });
  body.u8(END);
  return body.take();
}

/** Imports the global `g`; exports `f`, which gives its value. */
function globalReader(type: GlobalType): Uint8Array<ArrayBuffer> {
  const out = new ModuleWriter();
  section(out, SectionId.type, (types) => {
    types.bytes(Uint8Array.of(1, FUNC_TYPE));
    writeResultType(types, []);
    writeResultType(types, [type.value]);
  });
  section(out, SectionId.import, (imports) => {
    imports.u32(1);
    imports.name('');
    imports.name('g');
    imports.u8(0x03);
    writeGlobalType(imports, type);
  });
  section(out, SectionId.function, (functions) => functions.bytes(Uint8Array.of(1, 0)));
  section(out, SectionId.export, (exports) => {
    exports.u32(1);
    exports.name('f');
    exports.bytes(Uint8Array.of(0x00, 0x00));
  });
  section(out, SectionId.code, (code) => code.bytes(Uint8Array.of(1, 4, 0, GLOBAL_GET, 0, END)));
  return out.finish();
}
