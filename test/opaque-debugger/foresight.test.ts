/** What comes along with an event: the same answers as to questions, and only to what was asked. */
import { expect, test } from 'vitest';
import { Foresight, foresee } from '../../src/opaque-debugger/foresight.ts';
import type {
  FrameHandle,
  OpaqueDebugger,
  Shortcuts,
} from '../../src/opaque-debugger/opaque-debugger.ts';
import { ScriptedDebugger } from '../support/scripted-debugger.ts';

const unasked = (): never => {
  throw new Error('asked');
};

function stopped(): ScriptedDebugger {
  const debuggee = new ScriptedDebugger();
  debuggee.singleStep({ kind: 'normal' });
  debuggee.wait();
  return debuggee;
}

/** Asks for all that may come along. */
function ask(foresight: Foresight, debuggee: OpaqueDebugger) {
  const [frame] = foresight.exitFrames(() => debuggee.exitFrames());
  return {
    place: foresight.place(frame!, () => debuggee.frameFuncAndPc(frame!)),
    locals: foresight.locals(frame!, () => debuggee.frameLocals(frame!)),
  };
}

test('what was asked for at one stop is there at the next', () => {
  const debuggee: OpaqueDebugger & Pick<Shortcuts, 'plainLocals'> = Object.assign(stopped(), {
    plainLocals: (frame: FrameHandle) => debuggee.frameLocals(frame),
  });
  const foresight = new Foresight();
  const answers = ask(foresight, debuggee);
  const asked = foresight.end();
  expect(foresee(debuggee, 0)).toBeUndefined();
  foresight.begin(foresee(debuggee, asked));
  const [frame] = foresight.exitFrames(unasked);
  expect(foresight.place(frame!, unasked)).toEqual(answers.place);
  expect(foresight.place(frame!, unasked)).toEqual(answers.place);
  expect(foresight.locals(frame!, unasked)).toEqual(answers.locals);
});

test('nothing is foreseen twice, of other frames, of released ones, or after the pause', () => {
  const debuggee = stopped();
  const foresight = new Foresight();
  ask(foresight, debuggee);
  foresight.begin(foresee(debuggee, foresight.end()));
  const [frame] = foresight.exitFrames(unasked);
  expect(() => foresight.exitFrames(unasked)).toThrow('asked');
  // This debuggee does not tell which locals hold no handles.
  expect(() => foresight.locals(frame!, unasked)).toThrow('asked');
  expect(() => foresight.place((frame! + 1) as FrameHandle, unasked)).toThrow('asked');
  foresight.release(frame!);
  expect(() => foresight.place(frame!, unasked)).toThrow('asked');
  foresight.end();
  expect(() => foresight.exitFrames(unasked)).toThrow('asked');
});

test('what a stop does not have is asked for, and refused, as ever', () => {
  const debuggee = new ScriptedDebugger();
  expect(foresee(debuggee, 7)).toEqual([[], undefined, undefined]);
  const failing = { state: 'paused', exitFrames: unasked } as Partial<OpaqueDebugger>;
  expect(foresee(failing as OpaqueDebugger, 7)).toBeUndefined();
  expect(foresee({ ...failing, state: 'complete' } as OpaqueDebugger, 7)).toBeUndefined();
});
