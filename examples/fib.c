// Prints Fibonacci numbers the slow way: enough calls to have something to look at.
//
//     fib [n]        n: which number, 6 if not given

#include <stdio.h>
#include <stdlib.h>

static int calls;

int fib(int n) {
  calls++;
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

void report(int n) {
  int result = fib(n);
  printf("fib(%d) = %d, after %d calls\n", n, result, calls);
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 6;
  if (n < 0 || n > 40) {
    fprintf(stderr, "fib: n must be from 0 to 40\n");
    return 2;
  }
  report(n);
  return 0;
}
