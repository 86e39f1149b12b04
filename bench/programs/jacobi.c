/* A stencil over floats: each place becomes the mean of its neighbours. */
#include "common.h"
#define N 300
static double a[N][N], b[N][N];

static void smooth(double from[N][N], double to[N][N]) {
  for (int i = 1; i < N - 1; i++)
    for (int j = 1; j < N - 1; j++)
      to[i][j] = 0.2 * (from[i][j] + from[i][j - 1] + from[i][j + 1] + from[i + 1][j] + from[i - 1][j]);
}

EXPORT u32 run(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) a[i][j] = b[i][j] = ((double)i * (j + 2) + 10) / N;
  for (int t = 0; t < 350; t++) {
    smooth(a, b);
    smooth(b, a);
  }
  double sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) sum += a[i][j] * ((i + j) % 7);
  return (u32)(int)(sum / 1000);
}
