// Runs inside the component. Output is by print-debugger-info, one line per fact.
import { EventFuture, WasmException, WasmValue } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { getArguments, getEnvironment } from 'wasi:cli/environment@0.2.12';
import { exit } from 'wasi:cli/exit@0.2.12';
import { getStdin } from 'wasi:cli/stdin@0.2.12';
import { getStdout } from 'wasi:cli/stdout@0.2.12';
import { now, subscribeDuration } from 'wasi:clocks/monotonic-clock@0.2.12';
import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';
import { poll } from 'wasi:io/poll@0.2.12';
import print from 'print-debugger-info';

const NORMAL = { tag: 'normal' };

function step(d) {
  return EventFuture.finish(d.singleStep(NORMAL), d).tag;
}

function error(action) {
  try {
    action();
    return 'no error';
  } catch (e) {
    return e.payload ?? String(e);
  }
}

const ACTIONS = {
  steps(d) {
    for (;;) {
      const event = step(d);
      print(event);
      if (event === 'complete') return;
      print(`pc ${d.exitFrames()[0].getPc(d)}`);
    }
  },
  // The event among other pollables, then a pollable that nothing is announced for.
  poll(d) {
    for (let i = 0; i < 20; i++) {
      const future = i % 2 === 0 ? d.singleStep(NORMAL) : injected(d);
      const event = future.subscribe();
      const clock = subscribeDuration(60_000_000_000n);
      const ready = [...poll([clock, event])];
      if (ready.join() !== '1' || !event.ready()) print(`ready: ${ready}`);
      event[Symbol.dispose]();
      clock[Symbol.dispose]();
      print(EventFuture.finish(future, d).tag);
      if (i === 3) break;
    }
    // Dropped by finish, because the guest does not.
    const future = d.singleStep(NORMAL);
    future.subscribe().block();
    print(EventFuture.finish(future, d).tag);
  },
  // The event comes only after the interrupt: until then the pollable has to wait.
  late(d) {
    const future = d.continue(NORMAL);
    const event = future.subscribe();
    print(event.ready() ? 'too early' : 'not yet');
    d.interrupt();
    event.block();
    print(event.ready() ? 'ready' : 'not ready');
    event[Symbol.dispose]();
    print(EventFuture.finish(future, d).tag);
  },
  errors(d) {
    const [instance] = d.allInstances();
    print(error(() => instance.getMemory(d, 5)));
    const memory = instance.getMemory(d, 0);
    print(error(() => memory.getU8(d, 65536n)));
    print(error(() => EventFuture.finish(d.continue({ tag: 'early-return', val: [] }), d)));
    print(step(d));
  },
  // A loop without calls: stopped and sent on again, three times, then let out through its memory.
  interrupts(d) {
    let before = 0n;
    for (let i = 0; i < 3; ) {
      const future = d.continue(NORMAL);
      // By the pollable, so that the program is known to run for a while before it is interrupted.
      const event = future.subscribe();
      const clock = subscribeDuration(20_000_000n);
      const ready = [...poll([event, clock])];
      clock[Symbol.dispose]();
      d.interrupt();
      event.block();
      event[Symbol.dispose]();
      const { tag } = EventFuture.finish(future, d);
      const [frame] = d.exitFrames();
      const turns = frame.getLocals(d)[0].unwrapI64();
      // On a slow machine the program's thread has not come to run in that while.
      if (turns === before) continue;
      print(`ready: ${ready}`);
      print(`${tag} at ${frame.getPc(d)}, ${turns > before ? 'running' : 'running backwards'}`);
      before = turns;
      i++;
    }
    d.allInstances()[0].getMemory(d, 0).setU32(d, 0n, 1);
    print(EventFuture.finish(d.continue(NORMAL), d).tag);
  },
  // Stopped at a trap: a call that returns, calls that fail, refusals, an exception, an early return.
  resumptions(d) {
    const resume = (tag, val) => EventFuture.finish(d.continue({ tag, val }), d);
    const inject = (name, ...args) => {
      const callee = d.allInstances()[0].getFunc(d, name);
      return resume('inject-call', { callee, arguments: args });
    };
    const where = () => d.exitFrames().map((frame) => frame.getFuncIndex(d));
    print(`refused ${error(() => resume('early-return', []))}`);
    print(`${resume('normal').tag} in ${where()}`);
    const event = inject(0, WasmValue.makeI64(40n), WasmValue.makeI64(2n));
    print(`${event.tag} ${event.val.map((value) => value.unwrapI64())} in ${where()}`);
    print(`refused ${error(() => inject(0))}`);
    print(`${inject(1).tag} in ${where()}`);
    print(`failed ${error(() => resume('normal'))} in ${where()}`);
    print(`refused ${error(() => resume('early-return', [WasmValue.makeI64(1n)]))} in ${where()}`);
    const tag = d.allInstances()[0].getTag(d, 0);
    print(`refused ${error(() => WasmException.make(d, tag, []))}`);
    const exception = WasmException.make(d, tag, [WasmValue.makeI32(5)]);
    print(`${resume('throw-exception', exception).tag} in ${where()}`);
    print(resume('early-return', [WasmValue.makeI32(70)]).tag);
  },
  // One line: percentiles in microseconds of a step, and of one query at each stop.
  latency(d, [, , count]) {
    const steps = [];
    const queries = [];
    for (let i = 0; i < Number(count); i++) {
      const begin = now();
      step(d);
      const stopped = now();
      const [frame] = d.exitFrames();
      const asked = now();
      frame.getPc(d);
      queries.push(Number(now() - asked) / 1000);
      steps.push(Number(stopped - begin) / 1000);
    }
    const at = (times, share) => times.sort((a, b) => a - b)[Math.floor(times.length * share)];
    const line = (times) => `p50 ${at(times, 0.5).toFixed(1)} p99 ${at(times, 0.99).toFixed(1)}`;
    print(`step ${line(steps)}; query ${line(queries)}`);
  },
  values(d) {
    step(d);
    const locals = d.exitFrames()[0].getLocals(d);
    print(locals.map((value) => value.getType().tag).join(' '));
    print(`${locals[0].unwrapI32()} ${locals[1].unwrapI64()} ${locals[4].unwrapV128()}`);
    print(`${Object.is(locals[2].unwrapF32(), -0)} ${locals[5].unwrapFunc()}`);
    const [instance] = d.allInstances();
    const global = instance.getGlobal(d, 0);
    global.set(d, WasmValue.makeI32(41));
    print(`${global.get(d).unwrapI32()}`);
  },
  running(d) {
    d.continue(NORMAL);
    d.allModules();
  },
  early() {},
  half(d) {
    step(d);
  },
  dropped(d) {
    d.continue(NORMAL);
  },
  'exit-0'() {
    exit({ tag: 'ok' });
  },
  'exit-1'() {
    exit({ tag: 'err' });
  },
  throw() {
    throw new Error('not caught');
  },
  world(_d, args) {
    print(`args ${JSON.stringify(args)} ${JSON.stringify(getArguments())}`);
    print(`env ${JSON.stringify(getEnvironment())}`);
    print(`preopens ${getDirectories().length}`);
    print(`stdin ${error(() => getStdin().blockingRead(10n))?.tag}`);
    print(`clock ${now() > 0n}`);
  },
  output(_d, [, , lines]) {
    const stdout = getStdout();
    const line = new TextEncoder().encode(`${'x'.repeat(99)}\n`);
    for (let i = 0; i < Number(lines); i++) stdout.blockingWriteAndFlush(line);
    stdout.blockingWriteAndFlush(new TextEncoder().encode('unfinished'));
  },
  leak(d, [, , count]) {
    const [instance] = d.allInstances();
    for (let i = 0; i < Number(count); i++) instance.getMemory(d, 0);
  },
};

function injected(d) {
  const callee = d.allInstances()[0].getFunc(d, 1);
  return d.continue({ tag: 'inject-call', val: { callee, arguments: [] } });
}

export const dbg = {
  debug(d, args) {
    ACTIONS[args[1]](d, args);
  },
};
export { dbg as debugger };
