/** Sets of locals against sets of JavaScript: the first 32 locals, later ones and copies alike. */
import { expect, test } from 'vitest';
import { LocalSet } from '../../../src/engine/instrument/local-set.ts';
import { Random } from '../random.ts';

const ROUNDS = 400;
const KEPT = { has: (local: number) => local % 3 === 0, hasWord: () => false };

/** A set and what must be in it, in ascending order. */
class Pair {
  readonly set: LocalSet;
  model: Set<number>;

  constructor(set: LocalSet, model: Set<number> = new Set()) {
    this.set = set;
    this.model = model;
  }

  get expected(): number[] {
    return [...this.model].sort((a, b) => a - b);
  }

  get members(): number[] {
    const members: number[] = [];
    this.set.forEach((local) => {
      members.push(local);
    });
    return members;
  }
}

function change(pair: Pair, other: Pair, random: Random): void {
  const { set, model } = pair;
  const local = random.below(set.size + 2);
  switch (random.below(6)) {
    case 0:
      set.delete(local);
      model.delete(local);
      return;
    case 1:
      set.addFrom(other.set);
      for (const each of other.model) if (each < set.size) model.add(each);
      return;
    case 2:
      set.deleteFrom(other.set);
      for (const each of other.model) model.delete(each);
      return;
    case 3: {
      const taken: number[] = [];
      set.take(KEPT, (each) => taken.push(each));
      expect(taken).toEqual(pair.expected.filter((each) => !KEPT.has(each)));
      pair.model = new Set(pair.expected.filter(KEPT.has));
      return;
    }
    default:
      set.add(local);
      if (local < set.size) model.add(local);
  }
}

test.each([1, 31, 32, 33, 64, 100, 1024, 1025, 3000])('of %d locals', (size) => {
  const random = new Random(size);
  const pairs = [size, size, size + 1].map((locals) => new Pair(new LocalSet(locals)));
  for (let round = 0; round < ROUNDS; round++) {
    const at = random.below(pairs.length);
    const pair = pairs[at]!;
    if (random.below(8) === 0) pairs[at] = new Pair(pair.set.clone(), new Set(pair.model));
    change(pairs[at]!, pairs[random.below(pairs.length)]!, random);
    for (const each of [...pairs, pair]) expect(each.members).toEqual(each.expected);
    const [one, two] = [pairs[0]!, pairs[1]!];
    const beyond = one.expected.filter((local) => !two.model.has(local) && !KEPT.has(local));
    expect(one.set.beyond(two.set, KEPT, beyond.length)).toEqual(beyond);
    if (beyond.length > 0) {
      expect(one.set.beyond(two.set, KEPT, beyond.length - 1)).toBeUndefined();
    }
  }
});

test.each([0, 5, 32, 40, 2000])('of 2000 locals, the first %d at once', (count) => {
  const pair = new Pair(new LocalSet(2000));
  pair.set.addAll(count);
  expect(pair.members).toEqual(Array.from({ length: count }, (_, local) => local));
  pair.set.clear();
  expect(pair.members).toEqual([]);
});
