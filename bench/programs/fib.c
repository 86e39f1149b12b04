/* Recursion: nothing but calls. */
#include "common.h"

static __attribute__((noinline)) u32 fib(u32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

EXPORT u32 run(void) { return fib(37); }
