/** From asking a running program to stop, in a loop without calls, to the debugger being told. */
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { startDebuggee } from '../../src/index.ts';
import { percentile } from '../statistics.ts';
import { type Figure, inProcess } from './figure.ts';

const TIMES = 500;
const PROGRAM = `(module (func (export "run") (local i64)
  loop $again
    local.get 0
    i64.const 1
    i64.add
    local.set 0
    br $again
  end))`;

export function interruptLatency(): Figure[] {
  const samples = inProcess<number[]>(import.meta.filename);
  const figure = (share: number) => ({
    name: `interrupt of a loop without calls to the stop, p${share * 100}`,
    value: percentile(samples, share) * 1000,
    unit: 'us',
  });
  return [figure(0.5), figure(0.99)];
}

async function latencies(): Promise<number[]> {
  const debuggee = await startDebuggee(await parse(PROGRAM), { invoke: 'run' });
  const program = debuggee.debugger;
  const samples = Array.from({ length: TIMES }, () => {
    program.continue_({ kind: 'normal' });
    for (const at = performance.now(); performance.now() - at < 1; );
    const begin = performance.now();
    program.interrupt();
    const event = program.wait();
    if (event?.kind !== 'interrupted') throw new Error(`the event was ${event?.kind}`);
    return performance.now() - begin;
  });
  await debuggee.terminate();
  return samples;
}

if (import.meta.main) console.log(JSON.stringify(await latencies()));
