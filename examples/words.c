// Counts the words of standard input: a program that reads.
//
//     witness run -D repl --stdin README.md examples/out/words.wasm

#include <ctype.h>
#include <stdio.h>

struct counts {
  int lines, words, bytes;
};

static void count_byte(struct counts *counts, int byte, int *in_word) {
  counts->bytes++;
  if (byte == '\n') counts->lines++;
  if (isspace(byte)) {
    *in_word = 0;
  } else if (!*in_word) {
    *in_word = 1;
    counts->words++;
  }
}

int main(void) {
  struct counts counts = {0, 0, 0};
  int in_word = 0;
  for (int byte; (byte = getchar()) != EOF;) count_byte(&counts, byte, &in_word);
  printf("%d lines, %d words, %d bytes\n", counts.lines, counts.words, counts.bytes);
  return counts.words == 0;
}
