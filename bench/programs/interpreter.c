/* An interpreter's loop: a stack machine that counts primes. */
#include "common.h"
enum { PUSH, LOAD, STORE, ADD, SUB, MUL, REM, LESS, JUMP, JUMP_IF_ZERO, STOP };

#define COUNT 0
#define NUMBER 1
#define DIVISOR 2

static const int program[] = {
    PUSH, 0, STORE, COUNT,
    PUSH, 2, STORE, NUMBER,
    /* 8: for each number */
    LOAD, NUMBER, PUSH, 14000, LESS, JUMP_IF_ZERO, 67,
    PUSH, 2, STORE, DIVISOR,
    /* 19: for each divisor */
    LOAD, DIVISOR, LOAD, DIVISOR, MUL, LOAD, NUMBER, PUSH, 1, ADD, LESS, JUMP_IF_ZERO, 51,
    LOAD, NUMBER, LOAD, DIVISOR, REM, JUMP_IF_ZERO, 58,
    LOAD, DIVISOR, PUSH, 1, ADD, STORE, DIVISOR, JUMP, 19,
    0, 0, 0,
    /* 51: a prime */
    LOAD, COUNT, PUSH, 1, ADD, STORE, COUNT,
    /* 58: the next number */
    LOAD, NUMBER, PUSH, 1, ADD, STORE, NUMBER, JUMP, 8,
    /* 67 */
    STOP};

static int variables[4], stack[16];

static __attribute__((noinline)) int interpret(const int *code) {
  int pc = 0, sp = 0;
  for (;;) {
    switch (code[pc++]) {
      case PUSH: stack[sp++] = code[pc++]; break;
      case LOAD: stack[sp++] = variables[code[pc++]]; break;
      case STORE: variables[code[pc++]] = stack[--sp]; break;
      case ADD: sp--; stack[sp - 1] += stack[sp]; break;
      case SUB: sp--; stack[sp - 1] -= stack[sp]; break;
      case MUL: sp--; stack[sp - 1] *= stack[sp]; break;
      case REM: sp--; stack[sp - 1] %= stack[sp]; break;
      case LESS: sp--; stack[sp - 1] = stack[sp - 1] < stack[sp]; break;
      case JUMP: pc = code[pc]; break;
      case JUMP_IF_ZERO: pc = stack[--sp] == 0 ? code[pc] : pc + 1; break;
      default: return variables[COUNT];
    }
  }
}

EXPORT u32 run(void) {
  u32 sum = 0;
  for (int round = 0; round < 10; round++) sum = sum * 10000 + (u32)interpret(program);
  return sum;
}
