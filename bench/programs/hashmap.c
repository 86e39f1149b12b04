/* A hash table with open addressing: put, find, take out. */
#include "common.h"
#define SLOTS (1 << 16)
static u32 keys[SLOTS], values[SLOTS];

static u32 slot_of(u32 key) {
  u32 slot = key * 2654435761u >> 16;
  while (keys[slot] != 0 && keys[slot] != key) slot = (slot + 1) & (SLOTS - 1);
  return slot;
}
static void put(u32 key, u32 value) {
  u32 slot = slot_of(key);
  keys[slot] = key;
  values[slot] = value;
}
static void take_out(u32 key) {
  u32 hole = slot_of(key);
  if (keys[hole] == 0) return;
  for (u32 next = (hole + 1) & (SLOTS - 1); keys[next] != 0; next = (next + 1) & (SLOTS - 1)) {
    u32 home = keys[next] * 2654435761u >> 16;
    if (((next - home) & (SLOTS - 1)) >= ((next - hole) & (SLOTS - 1))) {
      keys[hole] = keys[next];
      values[hole] = values[next];
      hole = next;
    }
  }
  keys[hole] = 0;
}

EXPORT u32 run(void) {
  seed = 19;
  u32 sum = 0;
  for (u32 i = 0; i < SLOTS; i++) keys[i] = values[i] = 0;
  for (u32 i = 0; i < 6000000; i++) {
    u32 key = next_random() % 50000 + 1;
    switch (i % 4) {
      case 0: put(key, i); break;
      case 3: take_out(key); break;
      default: {
        u32 slot = slot_of(key);
        sum = sum * 31 + (keys[slot] == key ? values[slot] : 1);
      }
    }
  }
  return sum;
}
