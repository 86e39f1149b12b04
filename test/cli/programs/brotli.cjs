/** Brotli by wasm-bindgen (Rust), from npm (brotli-wasm). */
const brotli = require('brotli-wasm');

const text = Buffer.from('to be or not to be, that is the question. '.repeat(50));
const packed = brotli.compress(text, { quality: 5 });
console.log(text.length, packed.length, Buffer.from(brotli.decompress(packed)).equals(text));
try {
  brotli.decompress(Uint8Array.of(255, 255, 255));
} catch (error) {
  console.log(String(error));
}
