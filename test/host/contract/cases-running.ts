/** Cases of frames, events, resumptions and states. */

import { BEGIN, type Case, resume, stopAt } from './cases.ts';

export const RUNNING_CASES: readonly Case[] = [
  {
    name: 'frames have their function, pc, locals and operands',
    entry: 'calls',
    script: `
      ${stopAt('add.1')}
      debuggee.exit-frames d -> [frame x1]
      its = frame.get-instance frame d -> instance
      frame.get-func-index frame d -> @add
      frame.get-pc frame d -> @add.1
      locals = frame.get-locals frame d -> [wasm-value x2]
      wasm-value.unwrap-i32 locals.0 -> 40
      stack = frame.get-stack frame d -> [wasm-value x1]
      wasm-value.unwrap-i32 stack -> 40
      parent = frame.parent-frame frame d -> frame
      frame.get-func-index parent d -> @calls
      # After the call, with its arguments.
      frame.get-pc parent d -> @calls.4
      stack = frame.get-stack parent d -> [wasm-value x3]
      wasm-value.unwrap-i32 stack.2 -> 2
      locals = frame.get-locals parent d -> [wasm-value x1]
      frame.parent-frame parent d -> none
      future = debuggee.single-step d normal
      event-future.finish future d -> breakpoint
      frame.get-instance frame d -> error invalid-frame
      frame.get-func-index frame d -> error invalid-frame
      frame.get-pc frame d -> error invalid-frame
      frame.get-locals frame d -> error invalid-frame
      frame.get-stack frame d -> error invalid-frame
      frame.parent-frame frame d -> error invalid-frame
      frame.get-pc parent d -> error invalid-frame
    `,
  },
  {
    name: 'each activation has an exit frame',
    entry: 'calls',
    script: `
      ${stopAt('called.0')}
      frames = debuggee.exit-frames d -> [frame x2]
      frame.get-func-index frames.0 d -> @called
      frame.parent-frame frames.0 d -> none
      frame.get-func-index frames.1 d -> @calls
      frame.parent-frame frames.1 d -> none
      drop frames.0
      drop frames.1
      again = debuggee.exit-frames d
      frame.get-pc again d -> @called.0
      ${resume('normal', 'complete')}
      debuggee.exit-frames d -> [frame x0]
      frame.get-pc again d -> error invalid-frame
    `,
  },
  {
    name: 'values of all types in a frame',
    entry: 'references',
    script: `
      ${stopAt('echo.7')}
      locals = frame.get-locals frame d -> [wasm-value x7]
      wasm-value.get-type locals.0 -> i32
      wasm-value.unwrap-i32 locals.0 -> 4294967295
      wasm-value.get-type locals.1 -> i64
      wasm-value.unwrap-i64 locals.1 -> 18446744073709551614
      wasm-value.get-type locals.2 -> f32
      wasm-value.unwrap-f32 locals.2 -> 0x7fffabcd
      wasm-value.get-type locals.3 -> f64
      wasm-value.unwrap-f64 locals.3 -> 0x8000000000000000
      wasm-value.get-type locals.4 -> v128
      wasm-value.unwrap-v128 locals.4 -> 000102030405060708090a0b0c0d0eff
      wasm-value.get-type locals.5 -> funcref
      wasm-value.unwrap-func locals.5 -> wasm-func
      wasm-value.get-type locals.6 -> exnref
      wasm-value.unwrap-exception locals.6 -> none
      frame.get-stack frame d -> [wasm-value x7]
    `,
  },
  {
    name: 'a trap is announced before it happens, and happens',
    entry: 'traps',
    script: `
      ${resume('normal', 'trap')}
      frames = debuggee.exit-frames d -> [frame x1]
      frame.get-pc frames d -> @divide.2
      frame.get-stack frames d -> [wasm-value x2]
      ${resume('normal', 'complete')}
    `,
  },
  {
    name: 'a trap is replaced by an early return',
    entry: 'traps',
    script: `
      ${resume('normal', 'trap')}
      v = wasm-value.make-i32 9
      ${resume('return:v', 'complete')}
    `,
  },
  {
    name: 'an error of a host function is a trap in the frame that called it',
    entry: 'fails',
    script: `
      ${resume('normal', 'trap')}
      frames = debuggee.exit-frames d -> [frame x1]
      frame.get-func-index frames d -> @fails
      ${resume('normal', 'complete')}
    `,
  },
  {
    name: 'a step and a breakpoint at one place are one event',
    entry: 'calls',
    script: `
      ${stopAt('add.1')}
      module.add-breakpoint modules d @add.2 -> ok
      future = debuggee.single-step d normal
      event-future.finish future d -> breakpoint
      frames = debuggee.exit-frames d
      frame.get-pc frames d -> @add.2
      ${resume('normal', 'complete')}
    `,
  },
  {
    name: 'an interrupt while paused comes before any instruction',
    entry: 'calls',
    script: `
      ${stopAt('add.1')}
      debuggee.interrupt d -> ok
      ${resume('normal', 'interrupted')}
      frames = debuggee.exit-frames d
      frame.get-pc frames d -> @add.1
      ${resume('normal', 'complete')}
      debuggee.interrupt d -> ok
    `,
  },
  {
    name: 'early returns are checked, and refused in-band with nothing changed',
    entry: 'calls',
    script: `
      ${stopAt('add.1')}
      ${resume('return:', 'error mismatched-type')}
      frames = debuggee.exit-frames d
      frame.get-pc frames d -> @add.1
      v = wasm-value.make-i64 1
      ${resume('return:v', 'error mismatched-type')}
      v = wasm-value.make-i32 1
      w = wasm-value.make-i32 1
      ${resume('return:v,w', 'error mismatched-type')}
      v = wasm-value.make-i32 99
      future = debuggee.single-step d return:v
      event-future.finish future d -> breakpoint
      frames = debuggee.exit-frames d
      frame.get-func-index frames d -> @calls
      stack = frame.get-stack frames d
      wasm-value.unwrap-i32 stack.1 -> 99
    `,
  },
  {
    name: 'there is nothing to return from, throw in or call from before the start',
    entry: 'calls',
    script: `
      ${resume('return:', 'error invalid-frame')}
      tag = wasm-tag.make d -
      e = wasm-exception.make d tag -
      ${resume('throw:e', 'error invalid-frame')}
      debuggee.all-modules d -> [module x1]
    `,
  },
  {
    name: 'exceptions are thrown into the program and caught by it',
    entry: 'throws',
    script: `
      ${stopAt('throw.0')}
      tag = instance.get-tag instance d 0
      v = wasm-value.make-i32 70
      e = wasm-exception.make d tag v
      module.add-breakpoint modules d @throws.7 -> ok
      ${resume('throw:e', 'breakpoint')}
      frames = debuggee.exit-frames d
      frame.get-func-index frames d -> @throws
      stack = frame.get-stack frames d -> [wasm-value x1]
      wasm-value.unwrap-i32 stack -> 70
    `,
  },
  {
    name: 'calls are injected, and give their values',
    entry: 'calls',
    script: `
      ${stopAt('add.1')}
      module.remove-breakpoint modules d @add.1 -> ok
      add = instance.get-func instance d @add
      a = wasm-value.make-i32 1000
      b = wasm-value.make-i32 24
      ${resume('inject:add:a,b', 'injected-call-return x1', 'values')}
      wasm-value.unwrap-i32 values -> 1024
      frames = debuggee.exit-frames d
      frame.get-pc frames d -> @add.1
      add = instance.get-func instance d @add
      ${resume('inject:add:', 'error mismatched-type')}
      echo = instance.get-func instance d @echo
      a = wasm-value.make-i32 1
      b = wasm-value.make-i64 2
      c = wasm-value.make-f32 0x7fc00001
      e = wasm-value.make-f64 0x8000000000000000
      f = wasm-value.make-v128 000102030405060708090a0b0c0d0eff
      table = instance.get-table instance d 0
      g = table.get-element table d 0
      exnref = instance.get-global instance d 6
      h = global.get exnref d
      ${resume('inject:echo:a,b,c,e,f,g,h', 'injected-call-return x7', 'values')}
      wasm-value.unwrap-f32 values.2 ~> 0x7fc00001
      wasm-value.unwrap-v128 values.4 -> 000102030405060708090a0b0c0d0eff
      wasm-value.unwrap-func values.5 -> wasm-func
      wasm-value.unwrap-exception values.6 -> none
      ${resume('normal', 'complete')}
    `,
  },
  {
    name: 'an injected call that traps, or throws, fails after its own event',
    entry: 'calls',
    script: `
      ${stopAt('add.1')}
      divide = instance.get-func instance d @divide
      a = wasm-value.make-i32 1
      b = wasm-value.make-i32 0
      ${resume('inject:divide:a,b', 'trap')}
      debuggee.exit-frames d -> [frame x2]
      ${resume('normal', 'error execution-trap')}
      frames = debuggee.exit-frames d -> [frame x1]
      frame.get-pc frames d -> @add.1
      throw = instance.get-func instance d @throw
      a = wasm-value.make-i32 1
      ${resume('inject:throw:a', 'exception')}
      ${resume('normal', 'error execution-trap')}
      extern = instance.get-func instance d @with-extern
      a = wasm-value.make-i32 1
      ${resume('inject:extern:a', 'error mismatched-type')}
      extern = instance.get-func instance d @make-extern
      ${resume('inject:extern:', 'error unsupported-type')}
      ${resume('normal', 'complete')}
    `,
  },
  {
    name: 'what has ended can be read',
    entry: 'calls',
    script: `
      ${BEGIN}
      table = instance.get-table instance d 0
      ${resume('normal', 'complete')}
      debuggee.all-modules d -> [module x1]
      debuggee.all-instances d -> [instance x1]
      debuggee.exit-frames d -> [frame x0]
      memory = instance.get-memory instance d 0
      memory.get-u8 memory d 4 -> 5
      memory.set-u8 memory d 4 6 -> ok
      memory.get-u8 memory d 4 -> 6
      global = instance.get-global instance d 0
      v = global.get global d
      table.len table d -> 4
      module.add-breakpoint modules d @add.0 -> ok
      tag = wasm-tag.make d i32 -> wasm-tag
      debuggee.interrupt d -> ok
    `,
  },
];
