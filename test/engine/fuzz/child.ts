/** A process that checks the seeds that it is sent (`children.ts`). */
import type { Answer, Request } from './children.ts';
import { checkSeed } from './seeds.ts';

process.on('message', async ({ source, seed }: Request) => {
  let answer: Answer;
  try {
    answer = { tally: await checkSeed(source, seed) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : `${error}` };
  }
  process.send!(answer);
});
