/* Recursion with work in each call: ways to place queens. */
#include "common.h"

static __attribute__((noinline)) u32 place(u32 all, u32 columns, u32 left, u32 right) {
  if (columns == all) return 1;
  u32 ways = 0;
  u32 free_places = all & ~(columns | left | right);
  while (free_places != 0) {
    u32 bit = free_places & -free_places;
    free_places -= bit;
    ways += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return ways;
}

EXPORT u32 run(void) { return place((1u << 13) - 1, 0, 0, 0); }
