/** SHA-256 in AssemblyScript, from npm (@chainsafe/as-sha256). */
import { digest, digest64, SHA256 } from '@chainsafe/as-sha256';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
console.log(hex(digest(Buffer.from('hello, world'))));
console.log(hex(digest64(new Uint8Array(64).fill(7))));
const sha = new SHA256().init();
for (let i = 0; i < 100; i++) sha.update(Buffer.from(`line ${i}\n`));
console.log(hex(sha.final()));
