/** Prints all that a program can ask about WebAssembly itself. Run with and without Witness. */
import { inspect } from 'node:util';

const show = (name, value) => console.log(name, inspect(value, { showHidden: false }));

for (const name of Object.getOwnPropertyNames(WebAssembly)) {
  const { value, ...attributes } = Object.getOwnPropertyDescriptor(WebAssembly, name);
  show(name, [typeof value, attributes, value?.name, value?.length]);
  if (typeof value !== 'function') continue;
  show(`${name} text`, [String(value), Function.prototype.toString.call(value)]);
  show(`${name} own`, Object.getOwnPropertyDescriptors(value));
  const { prototype } = value;
  if (prototype === undefined) continue;
  show(`${name} constructor`, prototype.constructor === value);
  show(`${name} prototype`, Object.getOwnPropertyDescriptors(prototype));
  show(`${name} tag`, prototype[Symbol.toStringTag]);
}
for (const f of [Function.prototype.toString, structuredClone, process.emit]) {
  show('function', [f, String(f), f.name, f.length]);
}
show(
  'getter',
  String(Object.getOwnPropertyDescriptor(WebAssembly.Instance.prototype, 'exports').get),
);
show(
  'not a function',
  (() => {
    try {
      Function.prototype.toString.call({});
    } catch (e) {
      return String(e);
    }
  })(),
);

const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const module = new WebAssembly.Module(bytes);
const instance = new WebAssembly.Instance(module);
show('module', [
  module,
  String(module),
  module instanceof WebAssembly.Module,
  module.constructor === WebAssembly.Module,
]);
show('instance', [
  instance,
  String(instance),
  instance instanceof WebAssembly.Instance,
  Reflect.ownKeys(instance),
]);
show('exports', [
  instance.exports,
  Object.isFrozen(instance.exports),
  Object.getPrototypeOf(instance.exports),
  [instance.exports].includes(instance.exports),
]);

class SubModule extends WebAssembly.Module {
  extra = 1;
}
class SubInstance extends WebAssembly.Instance {
  get two() {
    return 2;
  }
}
const subModule = new SubModule(bytes);
const subInstance = new SubInstance(subModule, {});
show('subclasses', [
  subModule instanceof SubModule,
  subModule.extra,
  subInstance instanceof SubInstance,
  subInstance.two,
  subInstance.exports,
  subInstance.constructor === SubInstance,
]);
const reflected = Reflect.construct(WebAssembly.Instance, [module], Array);
show('reflected', [Object.getPrototypeOf(reflected) === Array.prototype]);

show('clone', [structuredClone(module), new WebAssembly.Instance(structuredClone(module)).exports]);
const { port1, port2 } = new MessageChannel();
port2.postMessage(module);
show(
  'posted',
  await new Promise((resolve) => {
    port1.onmessage = ({ data }) => {
      port1.close();
      resolve(data);
    };
  }),
);

const attempts = {
  'Module()': () => WebAssembly.Module(bytes),
  'Instance()': () => WebAssembly.Instance(module),
  'new Module': () => new WebAssembly.Module(),
  'new Module(5)': () => new WebAssembly.Module(5),
  'new Module empty': () => new WebAssembly.Module(new Uint8Array()),
  'new Module bad': () =>
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99)),
  'new Module detached': () => {
    const b = new ArrayBuffer(8);
    structuredClone(b, { transfer: [b] });
    return new WebAssembly.Module(b);
  },
  'new Module views': () =>
    [bytes.buffer, new DataView(bytes.buffer), bytes.subarray(), Buffer.from(bytes)].map(
      (b) => new WebAssembly.Module(b),
    ),
  'new Module shared': () => {
    const s = new Uint8Array(new SharedArrayBuffer(8));
    s.set(bytes);
    return [new WebAssembly.Module(s), new WebAssembly.Module(s.buffer)];
  },
  'new Instance': () => new WebAssembly.Instance(),
  'new Instance(bytes)': () => new WebAssembly.Instance(bytes),
  'new Instance imports': () => new WebAssembly.Instance(module, 5),
  'new Instance null': () => new WebAssembly.Instance(module, null),
  'exports of another': () =>
    Object.getOwnPropertyDescriptor(WebAssembly.Instance.prototype, 'exports').get.call({}),
  'exports of prototype': () => WebAssembly.Instance.prototype.exports,
  'set exports': () => {
    instance.exports = 5;
  },
  compile: () => WebAssembly.compile(),
  'compile bad': () => WebAssembly.compile(Uint8Array.of(1, 2, 3, 4)),
  'compile good': () => WebAssembly.compile(bytes),
  'compile options': () => WebAssembly.compile(bytes, { builtins: ['js-string'] }),
  'compile wrong options': () => WebAssembly.compile(bytes, { builtins: 5 }),
  'new Module wrong options': () =>
    new WebAssembly.Module(bytes, { builtins: ['nothing'], importedStringConstants: 5 }),
  instantiate: () => WebAssembly.instantiate(),
  'instantiate 5': () => WebAssembly.instantiate(bytes, 5),
  'instantiate module 5': () => WebAssembly.instantiate(module, 5),
  'instantiate bad': () => WebAssembly.instantiate(Uint8Array.of(1, 2, 3, 4)),
  'instantiate bytes': () => WebAssembly.instantiate(bytes),
  'instantiate module': () => WebAssembly.instantiate(module, {}),
  compileStreaming: () => WebAssembly.compileStreaming(5),
  'compileStreaming mime': () => WebAssembly.compileStreaming(new Response(bytes)),
  'compileStreaming good': () => WebAssembly.compileStreaming(Promise.resolve(response(bytes))),
  'compileStreaming bad': () => WebAssembly.compileStreaming(response(Uint8Array.of(1, 2, 3, 4))),
  'compileStreaming used': async () => {
    const r = response(bytes);
    await r.text();
    return WebAssembly.compileStreaming(r);
  },
  'compileStreaming rejected': () =>
    WebAssembly.compileStreaming(Promise.reject(new Error('no network'))),
  'compileStreaming uses': async () => {
    const r = response(bytes);
    await WebAssembly.compileStreaming(r);
    return r.bodyUsed;
  },
  instantiateStreaming: () => WebAssembly.instantiateStreaming(response(bytes)),
  'instantiateStreaming 5': () => WebAssembly.instantiateStreaming(response(bytes), 5),
  validate: () => [WebAssembly.validate(bytes), WebAssembly.validate(Uint8Array.of(1))],
};

function response(body) {
  return new Response(body, { headers: { 'content-type': 'application/wasm' } });
}

for (const [name, attempt] of Object.entries(attempts)) {
  try {
    let result = attempt();
    const isPromise = result instanceof Promise;
    if (isPromise) result = await result;
    show(name, [isPromise, result]);
  } catch (error) {
    show(name, [
      error.constructor === globalThis[error.name] || error.constructor === WebAssembly[error.name],
      String(error),
      error.stack.split('\n')[0],
    ]);
    // Where the program called: no frames of anything in between.
    show(
      `${name} stack`,
      error.stack
        .split('\n')
        .filter((line) => line.includes('src/cli') || line.includes('dist/cli')),
    );
  }
}
