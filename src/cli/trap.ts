/** What is shown of an error that left the program's outermost frame. */
import { messageOf } from './errors.ts';

/** How many frames are shown: enough for where it was, not all of a stack overflow. */
const FRAMES = 20;

/** The message, then the frames of wasm and of imported JavaScript, without Witness's and Node's. */
export function describeTrap(error: unknown): string {
  const title =
    error instanceof WebAssembly.RuntimeError
      ? `the program trapped: ${error.message}`
      : error instanceof WebAssembly.Exception
        ? 'the program ended with an uncaught wasm exception'
        : `the program ended with an uncaught JavaScript error: ${messageOf(error)}`;
  const frames = error instanceof Error ? programFrames(error.stack ?? '') : [];
  const shown = frames.slice(0, FRAMES);
  if (frames.length > FRAMES) shown.push(`    ... and ${frames.length - FRAMES} more`);
  return [title, ...shown].join('\n');
}

/** Witness's own files, in development and built; an `--import` file elsewhere stays. */
const OWN = new URL('../', import.meta.url).href;

function programFrames(stack: string): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .filter((line) => !line.includes('node:') && !line.includes(OWN));
}
