/** Prints what a program sees of its instances. Run with and without Witness. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';

const bytes = readFileSync(new URL(process.argv[2], `file://${process.cwd()}/`));
const show = (name, value) => console.log(name, inspect(value, { depth: 4 }));
const attempt = (name, f) => {
  try {
    show(name, f());
  } catch (error) {
    show(name, [typeof error, error?.constructor?.name, String(error)]);
  }
};

const logged = [];
const log = (n) => void logged.push(n);
const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
const table = new WebAssembly.Table({ element: 'anyfunc', initial: 4, maximum: 10 });
const global = new WebAssembly.Global({ value: 'i32', mutable: true }, 9);
const tag = new WebAssembly.Tag({ parameters: ['i32'] });
const callback = (f) => (typeof f === 'function' ? f() : f);
const env = { log, memory, table, global, constant: 5n, tag, callback };

const module = new WebAssembly.Module(bytes);
show('imports', WebAssembly.Module.imports(module));
show('exports', WebAssembly.Module.exports(module));
show('names', WebAssembly.Module.customSections(module, 'name').length);

const { exports } = new WebAssembly.Instance(module, { env });
show('instance exports', exports);
show('descriptors', Object.getOwnPropertyDescriptors(exports));
show('keys', Reflect.ownKeys(exports));
show('logged', logged);
show('same', [
  exports.memory === memory,
  exports.table === table,
  exports.global === global,
  exports.tag === tag,
  exports.add === exports.plus,
  exports.log === log,
  exports.log === table.get(2),
  exports.add === table.get(1),
  exports.add.name,
  exports.add.length,
  String(exports.add),
  exports.own.buffer.byteLength,
  Buffer.from(exports.own.buffer, 0, 8).toString(),
]);
show('add', exports.add(2, 3));
show('many', exports.many(1, 2n, 1.5, Number.NaN));
show('count', exports.count(100000));
show('counter', exports.counter.value);
exports.counter.value = 1;
show('counter', exports.counter.valueOf());
attempt('fixed', () => {
  exports.fixed.value = 1n;
});
attempt('assign', () => {
  exports.add = 1;
});
attempt('add()', () => exports.add());
attempt('add objects', () => exports.add({ valueOf: () => 4 }, '5'));
attempt('many numbers', () => exports.many(1, 2, 3, 4));
attempt('divide', () => exports.divide(7, 2));
attempt('divide by zero', () => exports.divide(7, 0));
attempt('divide overflow', () => exports.divide(-2147483648, -1));
attempt('load', () => exports.load(0));
attempt('load outside', () => exports.load(65533));
attempt('indirect', () => exports.indirect(1));
attempt('indirect null', () => exports.indirect(0));
attempt('indirect type', () => exports.indirect(2));
attempt('indirect outside', () => exports.indirect(10));
attempt('unreachable', () => exports.unreachable());
attempt('deep', () => exports.deep(5000));
attempt('forever', () => exports.forever());
attempt('deep again', () => exports.deep(5000));
attempt('grow', () => [
  exports.grow(1),
  exports.own.buffer.byteLength,
  exports.own.grow(1),
  exports.grow(1),
]);
attempt('ref', () => [
  exports.ref(),
  new Set([exports.ref(), exports.ref()]).size,
  exports.ref()(),
]);
attempt('table', () => {
  table.set(0, exports.add);
  exports.functions.set(1, exports.ref());
  exports.refs.set(0, logged);
  return [
    exports.indirect(0),
    exports.functions.get(1),
    exports.refs.get(0) === logged,
    exports.refs.grow(1, 'x'),
    exports.refs.get(2),
  ];
});
attempt('table of no function', () => table.set(0, () => {}));

attempt('throw', () => exports.throw(3));
try {
  exports.throw(4);
} catch (error) {
  show('thrown', [
    error instanceof WebAssembly.Exception,
    error.is(exports.thrown),
    error.is(tag),
    error.getArg(exports.thrown, 1),
  ]);
}
attempt('catch', () => exports.catch(() => exports['throw given'](42)));
attempt('catch from JavaScript', () =>
  exports.catch(() => {
    throw new WebAssembly.Exception(tag, [43]);
  }),
);
attempt('catch nothing', () => exports.catch(1));
attempt('catch other', () =>
  exports.catch(() => {
    throw new RangeError('mine');
  }),
);
attempt('call back', () => exports['call back'](() => exports.add(exports['call back'](20), 22)));
attempt('trap in callback', () => exports['call back'](() => exports.divide(1, 0)));
attempt('catch trap in callback', () =>
  exports['call back'](() => {
    try {
      exports.divide(1, 0);
    } catch (e) {
      return e.message;
    }
  }),
);

const bad = {
  'no imports': undefined,
  'no env': {},
  'env undefined': { env: undefined },
  'env number': { env: 5 },
  'no log': { env: { ...env, log: undefined } },
  'small memory': { env: { ...env, memory: new WebAssembly.Memory({ initial: 0 }) } },
  'unbounded memory': { env: { ...env, memory: new WebAssembly.Memory({ initial: 1 }) } },
  'no memory': { env: { ...env, memory: {} } },
  'small table': {
    env: { ...env, table: new WebAssembly.Table({ element: 'anyfunc', initial: 1 }) },
  },
  'wrong global': { env: { ...env, global: 1 } },
  'wrong constant': { env: { ...env, constant: 1 } },
  'wrong tag': { env: { ...env, tag: exports.thrown } },
  'throwing getter': {
    get env() {
      throw new Error('no env today');
    },
  },
  'throwing start': {
    env: {
      ...env,
      log() {
        throw new Error('no log today');
      },
    },
  },
};
for (const [name, imports] of Object.entries(bad)) {
  attempt(name, () => new WebAssembly.Instance(module, imports));
  for (const source of [module, bytes]) {
    try {
      show(`${name} async`, await WebAssembly.instantiate(source, imports));
    } catch (error) {
      show(`${name} async`, [error?.constructor?.name, String(error), error.stack.split('\n')[0]]);
    }
  }
}

const asked = [];
const spy = (object, path) =>
  new Proxy(object, {
    get(target, name) {
      asked.push(`${path}${String(name)}`);
      const value = target[name];
      return name === 'env' ? spy(value, 'env.') : value;
    },
  });
const { instance, ...rest } = await WebAssembly.instantiate(bytes, spy({ env }, ''));
show('asked', asked);
show('result', [Object.keys({ instance, ...rest }), rest.module, instance.exports.add(1, 1)]);
const other = await WebAssembly.instantiate(rest.module, {
  env: { ...env, log: exports.add, callback: exports['call back'] },
}).catch(String);
show('other', other);
const second = new WebAssembly.Instance(module, {
  env: { ...env, callback: exports['call back'] },
});
show(
  'chained',
  second.exports['call back'](() => exports.add(1, 2)),
);
show('logged', logged);

// Calls from outside must not use up anything.
let sum = 0;
for (let i = 0; i < 100_000; i++) sum += exports.deep(20);
show('sum', sum);
for (let i = 0; i < 100; i++) {
  try {
    exports['call back'](() => exports.divide(1, 0));
  } catch {
    sum++;
  }
}
show('sum', sum);
queueMicrotask(() => show('microtask', exports.count(1)));
setTimeout(() => show('timeout', exports.count(1)), 1);
process.on('exit', (code) => show('exit', [code, exports.count(1)]));
