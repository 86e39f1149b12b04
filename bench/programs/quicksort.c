/* Sorting in place, with the comparison behind a pointer and without. */
#include "common.h"
#define N 60000
static int data[N];

static int ascending(int a, int b) { return a < b; }
static int by_low_bits(int a, int b) { return (a & 0xffff) < (b & 0xffff); }
static int (*volatile orders[2])(int, int) = {ascending, by_low_bits};

static void plain_sort(int *a, int low, int high) {
  while (low < high) {
    int pivot = a[(low + high) / 2], i = low, j = high;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (pivot < a[j]) j--;
      if (i <= j) {
        int t = a[i];
        a[i++] = a[j];
        a[j--] = t;
      }
    }
    plain_sort(a, low, j);
    low = i;
  }
}

static void sort_by(int *a, int low, int high, int (*less)(int, int)) {
  while (low < high) {
    int pivot = a[(low + high) / 2], i = low, j = high;
    while (i <= j) {
      while (less(a[i], pivot)) i++;
      while (less(pivot, a[j])) j--;
      if (i <= j) {
        int t = a[i];
        a[i++] = a[j];
        a[j--] = t;
      }
    }
    sort_by(a, low, j, less);
    low = i;
  }
}

EXPORT u32 run(void) {
  seed = 9;
  u32 sum = 0;
  for (int round = 0; round < 6; round++) {
    for (int i = 0; i < N; i++) data[i] = (int)next_random();
    if (round % 3 == 2) sort_by(data, 0, N - 1, orders[round / 3]);
    else plain_sort(data, 0, N - 1);
    for (int i = 0; i < N; i += 7) sum = sum * 31 + (u32)(data[i] & 0xffff);
  }
  return sum;
}
