// Something of everything that one looks at in a debugger. What it does is told by its argument.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct point {
  int x;
  int y;
  const char *name;
};

static int calls;
struct point origin = {3, 4, "origin"};
volatile int go_on = 1;
volatile unsigned spins;

__attribute__((noinline)) int inner(int a, int b) {
  int sum = a + b;  // inner's first line
  calls++;
  return sum * 2;  // inner's last line
}

__attribute__((noinline)) int outer(int n) {
  double half = n / 2.0;
  long long big = 5000000000LL + n;
  struct point here = {n, -n, "here"};
  spins = origin.x;
  int twice = inner(n, 1);  // outer calls
  int more = inner(here.x, 2);
  return twice + more + (int)half + (int)(big % 10);  // outer's last line
}

// A loop without calls, until a debugger lets it out.
__attribute__((noinline)) void spin(void) {
  while (go_on) spins++;  // the loop
  puts("spun");
}

// Millions of instructions.
__attribute__((noinline)) unsigned busy(unsigned rounds) {
  unsigned hash = 2166136261u;
  for (unsigned i = 0; i < rounds; i++) hash = (hash ^ (i & 0xff)) * 16777619u;
  return hash;
}

int divisor;
__attribute__((noinline)) int divide(int a) {
  return a / divisor;  // divides
}

__attribute__((noinline)) void grow(void) {
  char *room = malloc(1 << 20);
  room[0] = 1;
  printf("grown %d\n", room[0]);  // after malloc
  free(room);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "tour";
  if (strcmp(what, "spin") == 0) {
    spin();
  } else if (strcmp(what, "busy") == 0) {
    unsigned hash = busy(3000000);  // calls busy
    printf("%u\n", hash);           // after busy
  } else if (strcmp(what, "divide") == 0) {
    return divide(7);
  } else if (strcmp(what, "abort") == 0) {
    abort();
  } else if (strcmp(what, "grow") == 0) {
    grow();
  } else if (strcmp(what, "exit") == 0) {
    exit(42);
  } else {
    printf("%d\n", outer(5));  // main calls
  }
  return 7;
}
