import { expect, test } from 'vitest';
import { instrument } from '../../../src/engine/instrument/instrument.ts';
import { SmallModule } from '../../../src/engine/instrument/small-module.ts';
import { decodeModule } from '../../../src/wasm/module.ts';

// More than a call can have arguments: so many empty ones are added.
test('a module may have two hundred thousand functions', () => {
  const module = new SmallModule();
  const type = module.types.func([], []);
  for (let i = 0; i < 200_000; i++) module.func(type, [], () => {});
  const { bytes, frameSizes } = instrument(decodeModule(module.finish()), 0, true);
  expect(frameSizes).toHaveLength(200_000);
  // As many empty ones, and the function through which all are left.
  expect(decodeModule(bytes).bodies).toHaveLength(2 * 200_001);
});
