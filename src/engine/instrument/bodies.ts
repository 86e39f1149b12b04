/**
 * Where the code of a module's functions is, and of what type. The code of a function may be a *body*:
 * its last parameter, on top of the original's, is the frame pointer, and code that names the function
 * calls the body.
 *
 * Nobody sees that of a function that is private. The body of one that is exported lies behind all the
 * module's own functions, and at the function's index is a *forwarder* of the original type: it takes
 * the frame pointer from the debug memory, where whoever calls a function without knowing it has
 * stored it, and tail-calls the body. (Names and indices of functions can be seen in JavaScript.)
 *
 * A function that code calls by reference has no body: to forward such a call takes longer than to
 * load the frame pointer.
 */
import { functionType, type Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { type FuncType, I32 } from '../../wasm/types.ts';
import { CodeWriter } from './code.ts';
import { type CodeLimits, MAX_FUNCTIONS, MAX_PARAMETERS } from './code-limits.ts';
import { entriesOf, referencedIn } from './entries.ts';
import { FRAME_POINTER } from './layout.ts';
import type { TypeRegistry } from './type-registry.ts';

/** Of the functions that V8 allows, how many are left for others than bodies and forwarders. */
const OTHERS = 100_000;

export class Bodies {
  readonly #module: Module;
  /** Those behind the module's own functions: the original function indices. */
  readonly #moved: number[] = [];
  /** By defined function: the index of its body, plus one; 0 if it has none. */
  readonly #indices: Uint32Array;

  constructor(module: Module, limits: CodeLimits) {
    const { bodies } = module;
    this.#module = module;
    this.#indices = new Uint32Array(bodies.length);
    if (!limits.frameParameter || 2 * bodies.length > MAX_FUNCTIONS - OTHERS) return;
    const entries = entriesOf(module);
    const referenced = referencedIn(module);
    bodies.forEach(({ funcIndex }, i) => {
      if (referenced.has(funcIndex) || this.#typeOf(funcIndex).params.length >= MAX_PARAMETERS)
        return;
      this.#indices[i] = 1 + (entries.has(funcIndex) ? this.end : funcIndex);
      if (entries.has(funcIndex)) this.#moved.push(funcIndex);
    });
  }

  /** By body behind the module's own functions: the original function index. */
  get moved(): readonly number[] {
    return this.#moved;
  }

  /** The function index behind all bodies. */
  get end(): number {
    return this.#module.functions.length + this.#moved.length;
  }

  /** The function index of the body of one of the original's functions; undefined: it has none. */
  of(index: number): number | undefined {
    const body = this.#indices[index - this.#module.importedFunctions];
    return body === undefined || body === 0 ? undefined : body - 1;
  }

  /** Whether there is a forwarder at a function's own index. */
  isMoved(index: number): boolean {
    return (this.of(index) ?? index) !== index;
  }

  /**
   * Which function of the original's the code at a function index is of; undefined: none, as of
   * forwarders and of what is behind the bodies.
   */
  functionAt(index: number): number | undefined {
    const { functions } = this.#module;
    if (index < functions.length) return this.isMoved(index) ? undefined : index;
    return this.#moved[index - functions.length];
  }

  /** The type index of the body of a function. */
  type(index: number, types: TypeRegistry): number {
    const { params, results } = this.#typeOf(index);
    return types.func([...params, I32], results);
  }

  /** The code of a forwarder, without its size. */
  forwarder(index: number, debugMemory: number): Uint8Array {
    const { params } = this.#typeOf(index);
    const out = new CodeWriter(debugMemory, 2 * params.length + 16);
    out.u32(0); // no locals
    pushBodyArguments(out, params.length);
    out.op(Op.returnCall);
    out.u32(this.of(index)!);
    out.end();
    return out.view();
  }

  #typeOf(index: number): FuncType {
    return functionType(this.#module, this.#module.functions[index]!.typeIndex);
  }
}

/** In a function of the type that a body is for: pushes what the body is called with. */
export function pushBodyArguments(out: CodeWriter, parameters: number): void {
  for (let i = 0; i < parameters; i++) out.localGet(i);
  out.i32Const(0);
  out.load(I32, FRAME_POINTER);
}
