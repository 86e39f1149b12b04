import { expect, test } from 'vitest';
import { canonicalTypes } from '../../src/wasm/canonical-types.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { assemble } from '../engine/debuggee.ts';

const CASES: readonly [name: string, types: string, canonical: readonly number[]][] = [
  ['none', '', []],
  [
    'functions by parameters and results',
    `(type (func)) (type (func (param i32))) (type (func (result i32))) (type (func (param i32)))
     (type (func (param i32 i32))) (type (func))`,
    [0, 1, 2, 1, 4, 0],
  ],
  [
    'references by what they are to',
    `(type (func (param (ref 0)))) (type (func (param (ref null 1)))) (type (func (param (ref 2))))
     (type (func (param funcref))) (type (func (param (ref func)))) (type (func (param externref)))`,
    [0, 1, 0, 3, 4, 5],
  ],
  [
    'through equal types',
    `(type $a (func)) (type $b (func)) (type (struct (field (ref $a)))) (type (struct (field (ref $b))))
     (type (array (ref $a))) (type (array (mut (ref $b)))) (type (array (ref $b)))`,
    [0, 0, 2, 2, 4, 5, 4],
  ],
  [
    'packed fields',
    '(type (struct (field i8))) (type (struct (field i16))) (type (struct (field (mut i8)))) (type (array i8))',
    [0, 1, 2, 3],
  ],
  [
    'finality and supertypes',
    `(type (func)) (type $open (sub (func))) (type (sub final (func))) (type (sub $open (func)))
     (type (sub final $open (func))) (type (sub (func)))`,
    [0, 1, 0, 3, 4, 1],
  ],
  [
    'recursion groups as a whole',
    `(rec (type (func)) (type (struct (field (ref 0)))))
     (type (func))
     (rec (type (func)) (type (struct (field (ref 3)))))
     (rec (type (func)) (type (struct (field (ref 2)))))
     (rec (type (struct (field (ref 8)))) (type (func)))`,
    [0, 1, 2, 0, 1, 5, 6, 7, 8],
  ],
  [
    'the same index from within and from without',
    '(rec (type $s (struct (field (ref null $s)))) (type (func))) (type (struct (field (ref null 0))))',
    [0, 1, 2],
  ],
];

test.each(CASES)('%s', async (_, types, canonical) => {
  expect(canonicalTypes(decodeModule(await assemble(`(module ${types})`)))).toEqual(canonical);
});
