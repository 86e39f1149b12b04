/** What is shown of an error that left the program's outermost frame. */
import type { Activation, Frame } from '../engine/runtime/frames.ts';
import { decodeNames } from '../wasm/names.ts';
import { messageOf } from './errors.ts';

/** How many frames are shown: enough for where it was, not all of a stack overflow. */
const MOST_FRAMES = 20;

/**
 * @param frames where the program was, as the engine knows it; undefined if it saw nothing of the
 *   error
 */
export function describeTrap(error: unknown, frames: readonly Activation[] | undefined): string {
  const lines = frames === undefined ? linesOfStack(error) : linesOfFrames(frames);
  const shown = lines.slice(0, MOST_FRAMES);
  if (lines.length > MOST_FRAMES) shown.push(`    ... and ${lines.length - MOST_FRAMES} more`);
  return [title(error), ...shown].join('\n');
}

function title(error: unknown): string {
  if (error instanceof WebAssembly.RuntimeError) return `the program trapped: ${error.message}`;
  if (error instanceof WebAssembly.Exception) {
    return 'the program ended with an uncaught wasm exception';
  }
  // V8 has no class of its own for it.
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return `the program ran out of stack: ${error.message}`;
  }
  return `the program ended with an uncaught JavaScript error: ${messageOf(error)}`;
}

function linesOfFrames(activations: readonly Activation[]): string[] {
  return activations.flatMap((frames, i) => [
    ...(i === 0 ? [] : ['    (host)']),
    ...frames.map(line),
  ]);
}

/** Offsets are those of the original module. */
function line({ fn, pc }: Frame): string {
  const { index, module } = fn;
  const name = decodeNames(module.original).functions.get(index);
  const at = `${module.name}:func[${index}] 0x${pc.toString(16)}`;
  return name === undefined ? `    at ${at}` : `    at ${name} (${at})`;
}

/** Witness's own files, in development and built; an `--import` file elsewhere stays. */
const OWN = new URL('../', import.meta.url).href;

/**
 * V8's text, without the frames of Witness and Node. Its wasm positions are those of instrumented
 * code, which would mislead: only the names are kept.
 */
function linesOfStack(error: unknown): string[] {
  const stack: unknown = error instanceof Error ? error.stack : undefined;
  // The engine may have had V8 make the stack as data, and V8 keeps the form that it made first.
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .filter((text) => /^\s+at /.test(text) && !text.includes('node:') && !text.includes(OWN))
    .map((text) => text.replace(/wasm:\/\/wasm\/[^\s)]*/, 'wasm'));
}
