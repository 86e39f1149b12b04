/**
 * Random modules of Binaryen's own fuzzer (`wasm-opt -ttf`): wide rather than deep, with references,
 * garbage collected types, exceptions, vectors, atomics and bulk instructions. NaNs are made
 * canonical (`--denan`), because their bits are the engine's choice, and V8's tiers choose differently.
 */
import { decodeModule } from '../../../src/wasm/module.ts';
import { Random } from '../random.ts';
import { mixesExceptionHandling } from './exception-handling.ts';
import { exposed } from './exposed.ts';
import type { WasmOpt } from './wasm-opt.ts';

const FEATURES = [
  'sign-ext',
  'mutable-globals',
  'nontrapping-float-to-int',
  'bulk-memory',
  'bulk-memory-opt',
  'extended-const',
  'multivalue',
  'reference-types',
  'simd',
  'tail-call',
  'exception-handling',
  'gc',
  'multimemory',
];

/** Each is on in some modules. */
const OPTIONAL = ['threads', 'memory64', 'relaxed-simd'];

/** Bytes that the module is made from; it has about as many itself. */
const LEAST = 150;
const MOST = 2500;

export interface MadeModule {
  /** Undefined if the fuzzer's module mixes exception handling and could not be translated. */
  readonly bytes: Uint8Array | undefined;
  /** Modules that V8 refuses, on the way to that one. */
  readonly refused: readonly Uint8Array[];
}

/** The module of a seed; the same for the same version of Binaryen. */
export function binaryenModule(tool: WasmOpt, seed: number): MadeModule {
  const random = new Random(seed);
  const input = Uint8Array.from({ length: LEAST + random.below(MOST - LEAST) }, () =>
    random.below(256),
  );
  const features = [...FEATURES, ...OPTIONAL.filter(() => random.below(4) === 0)];
  const options = [
    '--quiet',
    '--translate-to-fuzz',
    '--denan',
    '--mvp-features',
    ...features.map((name) => `--enable-${name}`),
    ...(random.below(4) === 0 ? ['--no-fuzz-oob'] : []),
  ];
  const made = tool.run(input, options);
  if (!mixesExceptionHandling(decodeModule(made))) {
    return { bytes: exposed(made), refused: [] };
  }
  const bytes = tool.run(input, [...options, '--translate-to-exnref']);
  // The translation forgets now and then that a local may be read before it is written.
  if (!WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)) {
    return { bytes: undefined, refused: [made, bytes] };
  }
  return { bytes: exposed(bytes), refused: [made] };
}
