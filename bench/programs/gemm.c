/* Floats in three nested loops: a product of matrices. */
#include "common.h"
#define N 160
static double a[N][N], b[N][N], c[N][N];

EXPORT u32 run(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      a[i][j] = (double)((i * j + 1) % N) / N;
      b[i][j] = (double)(i * (j + 2) % N) / N;
      c[i][j] = 0;
    }
  for (int round = 0; round < 36; round++)
    for (int i = 0; i < N; i++)
      for (int k = 0; k < N; k++)
        for (int j = 0; j < N; j++) c[i][j] += 1.5 * a[i][k] * b[k][j];
  double sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) sum += c[i][j] * (i - j + 1);
  return (u32)(int)(sum / 64);
}
