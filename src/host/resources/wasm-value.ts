import {
  type WasmValue as Contents,
  DebuggeeTrap,
  type Handle,
} from '../../opaque-debugger/opaque-debugger.ts';
import { DROPPED } from '../entity.ts';
import { trap } from '../errors.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import type { Session } from '../session.ts';
import { f32FromBits, f32ToBits, f64FromBits, f64ToBits, toWitType } from '../values.ts';
import { WasmException } from './wasm-exception.ts';
import { WasmFunc } from './wasm-func.ts';

const V128_BYTES = 16;

/** `wasm-value`: a value, with all its bits, and a hold on the entity that it refers to. */
export class WasmValue implements Wit.WasmValue {
  /** Undefined for a value that the component made: that cannot be a reference. */
  readonly session: Session | undefined;
  readonly #contents: Contents;
  #holds: Handle<string> | undefined;
  #held = true;

  constructor(contents: Contents, session: Session | undefined) {
    this.#contents = contents;
    this.session = session;
    if (contents.type === 'funcref') this.#holds = contents.func;
    else if (contents.type === 'exnref') this.#holds = contents.exception;
    if (this.#holds !== undefined) session?.retain(this.#holds);
  }

  /**
   * Not private: the classes that pass values to the debuggee read it.
   * @throws DebuggeeTrap once dropped
   */
  get contents(): Contents {
    if (!this.#held) throw new DebuggeeTrap(DROPPED);
    return this.#contents;
  }

  getType(): Wit.WasmType {
    return toWitType(this.#use('get-type').type);
  }

  unwrapI32(): number {
    return this.#expect('i32').value;
  }

  unwrapI64(): bigint {
    return this.#expect('i64').value;
  }

  unwrapF32(): number {
    return f32FromBits(this.#expect('f32').bits);
  }

  unwrapF64(): number {
    return f64FromBits(this.#expect('f64').bits);
  }

  unwrapV128(): Uint8Array {
    return this.#expect('v128').bytes;
  }

  unwrapFunc(): WasmFunc | undefined {
    const { func } = this.#expect('funcref');
    if (func === undefined || this.session === undefined) return undefined;
    return new WasmFunc(this.session, func);
  }

  unwrapException(): WasmException | undefined {
    const { exception } = this.#expect('exnref');
    if (exception === undefined || this.session === undefined) return undefined;
    return new WasmException(this.session, exception);
  }

  static makeI32(value: number): WasmValue {
    return new WasmValue({ type: 'i32', value }, undefined);
  }

  static makeI64(value: bigint): WasmValue {
    return new WasmValue({ type: 'i64', value }, undefined);
  }

  static makeF32(value: number): WasmValue {
    return new WasmValue({ type: 'f32', bits: f32ToBits(value) }, undefined);
  }

  static makeF64(value: number): WasmValue {
    return new WasmValue({ type: 'f64', bits: f64ToBits(value) }, undefined);
  }

  static makeV128(value: Uint8Array): WasmValue {
    if (value.length !== V128_BYTES) {
      throw trap('wasm-value.make-v128', `a v128 has 16 bytes, not ${value.length}`);
    }
    return new WasmValue({ type: 'v128', bytes: new Uint8Array(value) }, undefined);
  }

  clone(): WasmValue {
    return new WasmValue(this.#use('clone'), this.session);
  }

  [Symbol.dispose](): void {
    const held = this.#holds;
    this.#held = false;
    this.#holds = undefined;
    if (held !== undefined) this.session?.release(held);
  }

  #use(method: string): Contents {
    if (!this.#held) throw trap(`wasm-value.${method}`, DROPPED);
    return this.#contents;
  }

  #expect<T extends Contents['type']>(type: T): Extract<Contents, { type: T }> {
    const method = `unwrap-${{ funcref: 'func', exnref: 'exception' }[type as string] ?? type}`;
    const contents = this.#use(method);
    if (contents.type !== type) {
      throw trap(
        `wasm-value.${method}`,
        `the value is a ${contents.type}. Look at wasm-value.get-type first`,
      );
    }
    return contents as Extract<Contents, { type: T }>;
  }
}
