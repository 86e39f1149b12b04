/* A stencil over integers: shortest ways between all places. */
#include "common.h"
#define N 360
static int way[N][N];

EXPORT u32 run(void) {
  seed = 3;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) way[i][j] = i == j ? 0 : (int)(next_random() % 1000) + 1;
  for (int k = 0; k < N; k++)
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        int through = way[i][k] + way[k][j];
        if (through < way[i][j]) way[i][j] = through;
      }
  u32 sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) sum = sum * 31 + (u32)way[i][j];
  return sum;
}
