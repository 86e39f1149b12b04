/* Floats in registers: a loop without memory. */
#include "common.h"

EXPORT u32 run(void) {
  u32 sum = 0;
  for (int y = 0; y < 200; y++)
    for (int x = 0; x < 300; x++) {
      double cr = x / 100.0 - 2, ci = y / 100.0 - 1, r = 0, i = 0;
      u32 n = 0;
      while (n < 500 && r * r + i * i < 4) {
        double t = r * r - i * i + cr;
        i = 2 * r * i + ci;
        r = t;
        n++;
      }
      sum = sum * 31 + n;
    }
  return sum;
}
