/* A recursive parser of bytes: JSON made, read, and summed. */
#include "common.h"
static char text[200000];
static u32 length, place;

static void put(const char *s) {
  while (*s) text[length++] = *s++;
}
static void put_number(u32 n) {
  char digits[10];
  int count = 0;
  do digits[count++] = (char)('0' + n % 10);
  while ((n /= 10) != 0);
  while (count > 0) text[length++] = digits[--count];
}
static void make(int depth) {
  u32 kind = depth == 0 ? 2 : next_random() % 4;
  if (kind == 0) {
    put("[ ");
    for (u32 i = 0, n = 2 + next_random() % 6; i < n; i++) {
      if (i > 0) put(", ");
      make(depth - 1);
    }
    put(" ]");
  } else if (kind == 1) {
    put("{ ");
    for (u32 i = 0, n = 2 + next_random() % 5; i < n; i++) {
      if (i > 0) put(", ");
      put("\"key");
      put_number(i);
      put("\": ");
      make(depth - 1);
    }
    put(" }");
  } else if (kind == 2) {
    put_number(next_random());
  } else {
    put("\"some \\\"quoted\\\" text\"");
  }
}

static void skip_space(void) {
  while (text[place] == ' ') place++;
}
static u32 read_string(void) {
  u32 hash = 0;
  place++;
  while (text[place] != '"') {
    if (text[place] == '\\') place++;
    hash = hash * 33 + (u8)text[place++];
  }
  place++;
  return hash;
}
static u32 read_value(void) {
  u32 sum = 0;
  skip_space();
  char c = text[place];
  if (c == '[' || c == '{') {
    do {
      place++;
      skip_space();
      if (c == '{') {
        sum = sum * 31 + read_string();
        skip_space();
        place++;
      }
      sum = sum * 31 + read_value();
      skip_space();
    } while (text[place] == ',');
    place++;
  } else if (c == '"') {
    sum = read_string();
  } else {
    while (text[place] >= '0' && text[place] <= '9') sum = sum * 10 + (u32)(text[place++] - '0');
  }
  return sum;
}

EXPORT u32 run(void) {
  seed = 13;
  length = 0;
  text[length++] = '[';
  while (length < 150000) {
    make(6);
    put(", ");
  }
  put("0]");
  u32 sum = 0;
  for (int round = 0; round < 360; round++) {
    place = 0;
    sum = sum * 31 + read_value();
  }
  return sum;
}
