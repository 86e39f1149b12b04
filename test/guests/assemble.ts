/** WebAssembly text to bytes, with a name section. */

import wabt from 'wabt';

const tools = wabt();

export async function assemble(wat: string): Promise<Uint8Array> {
  const { parseWat } = await tools;
  const features = {
    exceptions: true,
    multi_memory: true,
    reference_types: true,
    simd: true,
    tail_call: true,
  };
  const module = parseWat('test.wat', wat, features);
  try {
    return module.toBinary({ write_debug_names: true }).buffer;
  } finally {
    module.destroy();
  }
}
