/** Cases of instances, modules, globals, tables, functions, tags and exceptions. */

import { BEGIN, type Case, resume, stopAt } from './cases.ts';

export const ENTITY_CASES: readonly Case[] = [
  {
    name: 'before it starts there is a module, with no instance and no frame',
    entry: 'calls',
    script: `
      modules = debuggee.all-modules d -> [module x1]
      debuggee.all-instances d -> [instance x0]
      debuggee.exit-frames d -> [frame x0]
      module.unique-id modules -> /^\\d+$/
      module.bytecode modules -> /^\\d+ bytes/
      copy = module.clone modules -> module
      drop modules
      module.bytecode copy -> /^\\d+ bytes/
      module.add-breakpoint copy d @add.1 -> ok
      ${resume('normal', 'breakpoint')}
    `,
  },
  {
    name: 'breakpoints are counted, slip forward, and are taken out under the pc asked for',
    entry: 'calls',
    script: `
      modules = debuggee.all-modules d
      module.add-breakpoint modules d @add.header -> ok
      module.remove-breakpoint modules d @add.0 -> error invalid-pc
      module.add-breakpoint modules d @add.header -> ok
      module.remove-breakpoint modules d @add.header -> ok
      ${resume('normal', 'breakpoint')}
      frames = debuggee.exit-frames d
      frame.get-func-index frames d -> @add
      frame.get-pc frames d -> @add.0
      module.remove-breakpoint modules d @add.header -> ok
      module.remove-breakpoint modules d @add.header -> error invalid-pc
      module.add-breakpoint modules d 0 -> error invalid-pc
      module.add-breakpoint modules d @size -> error invalid-pc
      module.add-breakpoint modules d 0x7fffffff -> error invalid-pc
      module.add-breakpoint modules d 0xffffffff -> error invalid-pc
      module.remove-breakpoint modules d 0 -> error invalid-pc
      ${resume('normal', 'complete')}
    `,
  },
  {
    name: 'entities are reached by their indices, imports first',
    entry: 'calls',
    script: `
      ${BEGIN}
      copy = instance.clone instance -> instance
      module = instance.get-module copy d -> module
      instance.get-memory copy d 2 -> memory
      instance.get-memory copy d 3 -> error invalid-entity
      instance.get-global copy d 9 -> global
      instance.get-global copy d 10 -> error invalid-entity
      instance.get-table copy d 4 -> table
      instance.get-table copy d 5 -> error invalid-entity
      instance.get-tag copy d 2 -> wasm-tag
      instance.get-tag copy d 3 -> error invalid-entity
      host = instance.get-func copy d 0 -> wasm-func
      wasm-func.params host d -> []
      add = instance.get-func copy d @add -> wasm-func
      wasm-func.params add d -> [i32,i32]
      wasm-func.results add d -> [i32]
      instance.get-func copy d 1000 -> error invalid-entity
      instance.get-func copy d 0x7fffffff -> error invalid-entity
      instance.get-func copy d 0xffffffff -> error invalid-entity
      instance.get-memory copy d 0x80000000 ~> error invalid-entity
      instance.unique-id copy -> /^\\d+$/
    `,
  },
  {
    name: 'globals keep all bits, and refuse what is not theirs',
    entry: 'calls',
    script: `
      ${BEGIN}
      i32 = instance.get-global instance d 0
      v = global.get i32 d -> wasm-value
      wasm-value.get-type v -> i32
      wasm-value.unwrap-i32 v -> 4294967294
      v = wasm-value.make-i32 0xffffffff
      wasm-value.unwrap-i32 v ~> 4294967295
      global.set i32 d v -> ok
      v = global.get i32 d
      wasm-value.unwrap-i32 v ~> 4294967295
      i64 = instance.get-global instance d 1
      v = global.get i64 d
      wasm-value.unwrap-i64 v -> 18446744073709551613
      v = wasm-value.make-i64 0xfedcba9876543210
      global.set i64 d v -> ok
      v = global.get i64 d
      wasm-value.unwrap-i64 v -> 18364758544493064720
      f32 = instance.get-global instance d 2
      v = global.get f32 d
      wasm-value.get-type v -> f32
      wasm-value.unwrap-f32 v -> 0x7fffabcd
      v = wasm-value.make-f32 0xffc12345
      global.set f32 d v -> ok
      v = global.get f32 d
      wasm-value.unwrap-f32 v ~> 0xffc12345
      f64 = instance.get-global instance d 3
      v = global.get f64 d
      wasm-value.unwrap-f64 v -> 0x8000000000000000
      v = wasm-value.make-f64 0x7ff8000000001234
      global.set f64 d v -> ok
      v = global.get f64 d
      wasm-value.unwrap-f64 v ~> 0x7ff8000000001234
      v128 = instance.get-global instance d 4
      v = global.get v128 d
      wasm-value.get-type v -> v128
      wasm-value.unwrap-v128 v -> 000102030405060708090a0b0c0d0eff
      v = wasm-value.make-v128 ff0102030405060708090a0b0c0d0e00
      global.set v128 d v -> ok
      v = global.get v128 d
      wasm-value.unwrap-v128 v -> ff0102030405060708090a0b0c0d0e00
      v = wasm-value.make-i32 1
      global.set i64 d v -> error mismatched-type
      constant = instance.get-global instance d 7
      v = wasm-value.make-i32 1
      global.set constant d v -> error read-only
      v = global.get constant d
      wasm-value.unwrap-i32 v -> 42
      extern = instance.get-global instance d 8
      global.get extern d -> error unsupported-type
      v = wasm-value.make-i32 1
      global.set extern d v -> error unsupported-type
      copy = global.clone constant -> global
      global.unique-id copy -> /^\\d+$/
    `,
  },
  {
    name: 'references go through globals and tables',
    entry: 'calls',
    script: `
      ${BEGIN}
      funcref = instance.get-global instance d 5
      v = global.get funcref d
      wasm-value.get-type v -> funcref
      f = wasm-value.unwrap-func v -> wasm-func
      wasm-func.params f d -> [i32,i32]
      table = instance.get-table instance d 0
      table.len table d -> 4
      v = table.get-element table d 3
      wasm-value.unwrap-func v -> none
      v = global.get funcref d
      table.set-element table d 3 v -> ok
      v = table.get-element table d 3
      copy = wasm-value.clone v -> wasm-value
      drop v
      f = wasm-value.unwrap-func copy -> wasm-func
      again = wasm-func.clone f -> wasm-func
      drop f
      wasm-func.results again d -> [i32]
      table.get-element table d 4 -> error out-of-bounds
      table.get-element table d 0xffffffffffffffff -> error out-of-bounds
      table.get-element table d 0x100000000 -> error out-of-bounds
      table.set-element table d 4 copy -> error out-of-bounds
      v = wasm-value.make-i32 1
      table.set-element table d 0 v -> error mismatched-type
      exnref = instance.get-global instance d 6
      v = global.get exnref d
      wasm-value.get-type v -> exnref
      wasm-value.unwrap-exception v -> none
      global.set funcref d v -> error mismatched-type
      externs = instance.get-table instance d 1
      table.get-element externs d 0 -> error unsupported-type
      v = wasm-value.make-i32 1
      table.set-element externs d 0 v -> error unsupported-type
      wide = instance.get-table instance d 3
      table.len wide d -> 3
      table.get-element wide d 2 -> wasm-value
      table.get-element wide d 3 -> error out-of-bounds
      table.get-element wide d 0x100000000 -> error out-of-bounds
      typed = instance.get-global instance d 9
      v = global.get funcref d
      global.set typed d v -> error mismatched-type
      v = table.get-element table d 2
      global.set typed d v -> error mismatched-type
      typed-table = instance.get-table instance d 4
      v = table.get-element table d 2
      table.set-element typed-table d 0 v -> error mismatched-type
      other = table.clone table -> table
      table.unique-id other -> /^\\d+$/
    `,
  },
  {
    name: 'functions and tags of types that the world cannot express',
    entry: 'calls',
    script: `
      ${BEGIN}
      echo = instance.get-func instance d @echo
      wasm-func.params echo d -> [i32,i64,f32,f64,v128,funcref,exnref]
      wasm-func.results echo d -> [i32,i64,f32,f64,v128,funcref,exnref]
      f = instance.get-func instance d @with-extern
      wasm-func.params f d -> error unsupported-type
      wasm-func.results f d -> error unsupported-type
      tag = instance.get-tag instance d 1
      wasm-tag.params tag d -> [i64,f32,f64,v128,funcref]
      extern = instance.get-tag instance d 2
      wasm-tag.params extern d -> error unsupported-type
      copy = wasm-tag.clone tag -> wasm-tag
      wasm-tag.unique-id copy -> /^\\d+$/
    `,
  },
  {
    name: 'tags and exceptions are made, and checked against each other',
    entry: 'calls',
    script: `
      ${BEGIN}
      tag = wasm-tag.make d i32,i64,f32,f64,v128,funcref,exnref -> wasm-tag
      wasm-tag.params tag d -> [i32,i64,f32,f64,v128,funcref,exnref]
      none = wasm-tag.make d - -> wasm-tag
      wasm-tag.params none d -> []
      wasm-exception.make d tag - -> error mismatched-type
      a = wasm-value.make-i32 1
      wasm-exception.make d none a -> error mismatched-type
      empty = wasm-exception.make d none - -> wasm-exception
      wasm-exception.get-values empty d -> [wasm-value x0]
      a = wasm-value.make-i32 1
      b = wasm-value.make-i64 2
      c = wasm-value.make-f32 0x7fc00001
      e = wasm-value.make-f64 0x7ff8000000000001
      f = wasm-value.make-v128 000102030405060708090a0b0c0d0eff
      table = instance.get-table instance d 0
      g = table.get-element table d 0
      exnref = instance.get-global instance d 6
      h = global.get exnref d
      exception = wasm-exception.make d tag a,b,c,e,f,g,h -> wasm-exception
      values = wasm-exception.get-values exception d -> [wasm-value x7]
      wasm-value.unwrap-i32 values.0 -> 1
      wasm-value.unwrap-i64 values.1 -> 2
      wasm-value.unwrap-f32 values.2 ~> 0x7fc00001
      wasm-value.unwrap-f64 values.3 ~> 0x7ff8000000000001
      wasm-value.unwrap-v128 values.4 -> 000102030405060708090a0b0c0d0eff
      wasm-value.unwrap-func values.5 -> wasm-func
      wasm-value.unwrap-exception values.6 -> none
      its = wasm-exception.get-tag exception d -> wasm-tag
      wasm-tag.params its d -> [i32,i64,f32,f64,v128,funcref,exnref]
      other = wasm-exception.clone exception d -> wasm-exception
      drop exception
      wasm-exception.get-values other d -> [wasm-value x7]
      extern = instance.get-tag instance d 2
      a = wasm-value.make-i32 1
      wasm-exception.make d extern a -> error mismatched-type
    `,
  },
  {
    name: 'thrown exceptions are seen with their values',
    entry: 'throws',
    script: `
      ${BEGIN}
      ${resume('normal', 'exception', 'thrown')}
      values = wasm-exception.get-values thrown d -> [wasm-value x1]
      wasm-value.unwrap-i32 values -> 5
      ${resume('normal', 'exception', 'second')}
      tag = wasm-exception.get-tag second d
      wasm-tag.params tag d -> [i64,f32,f64,v128,funcref]
      values = wasm-exception.get-values second d -> [wasm-value x5]
      wasm-value.unwrap-i64 values.0 -> 18446744073709551614
      wasm-value.unwrap-f32 values.1 -> 0x7fffabcd
      wasm-value.unwrap-f64 values.2 -> 0x8000000000000000
      wasm-value.unwrap-v128 values.3 -> 000102030405060708090a0b0c0d0eff
      wasm-value.unwrap-func values.4 -> wasm-func
      exnref = instance.get-global instance d 6
      table = instance.get-table instance d 2
      tag = wasm-tag.make d exnref
      ${resume('normal', 'complete')}
      wasm-exception.get-values second d -> [wasm-value x5]
    `,
  },
  {
    name: 'an exception with values that the world cannot express',
    entry: 'throws-extern',
    script: `
      ${resume('normal', 'exception', 'thrown')}
      wasm-exception.get-values thrown d -> error unsupported-type
      tag = wasm-exception.get-tag thrown d -> wasm-tag
      wasm-tag.params tag d -> error unsupported-type
    `,
  },
  {
    name: 'what cannot be expressed fails the whole list',
    entry: 'references',
    script: `
      ${stopAt('with-extern.1')}
      frame.get-locals frame d -> error unsupported-type
      frame.get-stack frame d -> error unsupported-type
      frame.get-func-index frame d -> @with-extern
    `,
  },
];
