// A function under a name as rustc makes them.

#include <stdio.h>

int greet(int times) __asm__("_ZN4demo5greet17h0123456789abcdefE");

__attribute__((noinline)) int greet(int times) {
  printf("hello %d\n", times);
  return times + 1;
}

int main(void) { return greet(2); }
