/**
 * The `WebAssembly` that a JavaScript program sees, with the engine under it: what makes modules and
 * instances is replaced, all else is V8's own, memories, tables, globals, tags and exceptions among
 * it. Instances are V8's own too, of the engine's form of the module; only what their `exports` shows
 * is the original's. Runs in the debuggee Worker.
 *
 * The program must not be able to tell: V8 itself judges arguments and bytes, and the engine is asked
 * only for what V8 has accepted.
 */
import { types } from 'node:util';
import type { Engine } from '../../engine/runtime/engine.ts';
import type { CompileOptions } from '../../engine/runtime/module.ts';
import { asIfFrom, cutStack } from './errors.ts';
import { ProgramModules } from './modules.ts';
import { type AnyFunction, replace, replaceMethod, standIn } from './stand-in.ts';

type AsyncCall = (...args: unknown[]) => Promise<unknown>;
type Class = new (...args: unknown[]) => object;

const { Module, Instance } = WebAssembly;

/** @param modulesAppeared called when the engine has new modules, before any of their code runs */
export function instrumentWebAssembly(engine: Engine, modulesAppeared: () => void): void {
  const modules = new ProgramModules(engine, modulesAppeared);
  const exportsOf = new WeakMap<object, WebAssembly.Exports>();

  /** Undefined: it has to be V8's own, undebugged. */
  const instantiate = (module: unknown, imports: unknown): WebAssembly.Instance | undefined => {
    const loaded = module instanceof Module ? modules.load(module) : undefined;
    if (loaded === undefined) return undefined;
    const instance = engine.instantiate(loaded, imports as WebAssembly.Imports | undefined);
    exportsOf.set(instance.wasm, instance.exports);
    return instance.wasm;
  };

  replaceClass('Module', (target, args, newTarget) => {
    const [bytes, given, ...rest] = args;
    const options = snapshot(given);
    const module = Reflect.construct(
      target,
      [bytes, options, ...rest].slice(0, args.length),
      newTarget,
    );
    // V8 has taken them, so they are bytes.
    modules.compiled(module as WebAssembly.Module, copyOf(bytes)!, options);
    return module;
  });
  replaceClass('Instance', (target, args, newTarget) => {
    const instance = instantiate(args[0], args[1]) ?? Reflect.construct(target, args, newTarget);
    const prototype: unknown = newTarget.prototype;
    // Of a subclass.
    if (Object.getPrototypeOf(instance) !== prototype && isObject(prototype)) {
      Object.setPrototypeOf(instance, prototype);
    }
    return instance;
  });
  replaceGetter(Instance.prototype, 'exports', (instance) => exportsOf.get(instance));

  /** `WebAssembly.compile`: registers what V8 makes of bytes. */
  const compile = async (compiler: AsyncCall, bytes: unknown, given: unknown) => {
    const options = snapshot(given);
    // As V8 does: the program may write to its own before it is done.
    const copy = copyOf(bytes);
    const module = (await compiler(copy ?? bytes, options)) as WebAssembly.Module;
    if (copy !== undefined) modules.compiled(module, copy, options);
    return module;
  };
  /** The same of a response, or a promise of one. */
  const compileResponse = async (compiler: AsyncCall, source: unknown, given: unknown) => {
    const response = await source;
    // What it is that is no usable response, is V8's to say.
    if (!isUsable(response)) return compiler(response, given);
    const options = snapshot(given);
    const reading = response.clone().arrayBuffer();
    // Compiling the same response fails as well then.
    reading.catch(() => {});
    const module = (await compiler(response, options)) as WebAssembly.Module;
    modules.compiled(module, new Uint8Array(await reading), options);
    return module;
  };
  const instantiateCompiled = async (compiling: Promise<unknown>, imports: unknown) => {
    const module = (await compiling) as WebAssembly.Module;
    const given = imports as WebAssembly.Imports | undefined;
    return { module, instance: instantiate(module, given) ?? new Instance(module, given) };
  };

  const v8 = WebAssembly as unknown as Record<string, AsyncCall>;
  const [compileBytes, compileStreaming] = [v8['compile']!, v8['compileStreaming']];
  replaceFunction('compile', (target, args) => compile(target, args[0], args[1]));
  replaceFunction('instantiate', (target, args) => {
    const [source, imports, options] = args;
    if (source instanceof Module && isImports(imports)) {
      return instantiate(source, imports) ?? target(...args);
    }
    if (!isImports(imports) || copyOf(source) === undefined) return target(...args);
    return instantiateCompiled(compile(compileBytes, source, options), imports);
  });
  if (compileStreaming !== undefined) {
    replaceFunction('compileStreaming', (target, args) =>
      compileResponse(target, args[0], args[1]),
    );
    replaceFunction('instantiateStreaming', (target, args) => {
      const [source, imports, options] = args;
      if (!isImports(imports)) return target(...args);
      const compiling = compileResponse(compileStreaming, source, options);
      return instantiateCompiled(compiling, imports);
    });
  }

  replaceMethod(globalThis, 'structuredClone', (clone, self, args) => {
    const copy: unknown = Reflect.apply(clone, self, args);
    if (args[0] instanceof Module) modules.copied(copy as WebAssembly.Module, args[0]);
    return copy;
  });
}

function replaceClass(
  name: 'Module' | 'Instance',
  construct: (original: Class, args: unknown[], newTarget: AnyFunction) => object,
): void {
  const original = WebAssembly[name] as Class;
  const stand = standIn(original, (self, args, newTarget) => {
    try {
      if (newTarget !== undefined) return construct(original, args, newTarget);
      return Reflect.apply(original, self, args);
    } catch (error) {
      throw asIfFrom(name, error);
    }
  });
  replace(original.prototype as object, 'constructor', stand);
  replace(WebAssembly, name, stand);
}

/** @param call gets the original, bound to the namespace it was called on */
function replaceFunction(
  name: string,
  call: (target: AsyncCall, args: unknown[]) => unknown,
): void {
  replaceMethod(WebAssembly, name, async (original, self, args) => {
    try {
      return await call((...given) => Reflect.apply(original, self, given), args);
    } catch (error) {
      throw asIfFrom(name, error);
    }
  });
}

/** @param read undefined: the object has what V8 says */
function replaceGetter(object: object, name: string, read: (self: object) => unknown): void {
  const descriptor = Object.getOwnPropertyDescriptor(object, name)!;
  const original = descriptor.get!;
  const get = standIn(original, (self, args) => {
    const known = read(self as object);
    if (known !== undefined) return known;
    try {
      return Reflect.apply(original, self, args);
    } catch (error) {
      throw cutStack(error);
    }
  });
  Object.defineProperty(object, name, { ...descriptor, get: get as () => unknown });
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isImports(value: unknown): boolean {
  return value === undefined || isObject(value);
}

function isUsable(value: unknown): value is Response {
  return value instanceof Response && !value.bodyUsed && !(value.body?.locked ?? false);
}

/** Undefined for what is no buffer, or one that is detached. */
function copyOf(source: unknown): Uint8Array<ArrayBuffer> | undefined {
  try {
    if (types.isAnyArrayBuffer(source)) return new Uint8Array(source).slice();
    if (!ArrayBuffer.isView(source)) return undefined;
    const { buffer, byteOffset, byteLength } = source;
    return new Uint8Array(buffer, byteOffset, byteLength).slice() as Uint8Array<ArrayBuffer>;
  } catch {
    return undefined;
  }
}

/** Read once, since reading may be seen; what V8 does not take for options is left to it. */
function snapshot(given: unknown): CompileOptions | undefined {
  if (!isObject(given)) return given as undefined;
  const { builtins, importedStringConstants } = given as CompileOptions;
  return {
    ...(builtins === undefined
      ? {}
      : { builtins: Array.isArray(builtins) ? [...builtins] : builtins }),
    ...(importedStringConstants === undefined ? {} : { importedStringConstants }),
  };
}
