/* Bytes with a table of places: an LZ compressor, and back. */
#include "common.h"
#define SIZE 100000
static u8 input[SIZE], packed[SIZE * 2], output[SIZE];
static u32 places[1 << 13];

static u32 pack(void) {
  u32 in = 0, out = 0;
  for (u32 i = 0; i < sizeof places / sizeof *places; i++) places[i] = 0;
  while (in < SIZE) {
    u32 length = 0, from = 0;
    if (in + 4 < SIZE) {
      u32 hash = (input[in] | (u32)input[in + 1] << 8 | (u32)input[in + 2] << 16) * 2654435761u >> 19;
      from = places[hash];
      places[hash] = in;
      if (from < in && in - from < 65536)
        while (length < 255 && in + length < SIZE && input[from + length] == input[in + length]) length++;
    }
    if (length >= 4) {
      packed[out++] = 1;
      packed[out++] = (u8)length;
      packed[out++] = (u8)(in - from);
      packed[out++] = (u8)((in - from) >> 8);
      in += length;
    } else {
      packed[out++] = 0;
      packed[out++] = input[in++];
    }
  }
  return out;
}

static void unpack(u32 size) {
  u32 in = 0, out = 0;
  while (in < size) {
    if (packed[in++] == 0) {
      output[out++] = packed[in++];
    } else {
      u32 length = packed[in], back = packed[in + 1] | (u32)packed[in + 2] << 8;
      in += 3;
      for (; length > 0; length--, out++) output[out] = output[out - back];
    }
  }
}

EXPORT u32 run(void) {
  seed = 17;
  for (u32 i = 0; i < SIZE; i++) input[i] = (u8)(i % 61 < 40 ? "the quick brown fox jumps over the lazy "[i % 61 % 40] : next_random() % 7);
  u32 sum = 0;
  for (int round = 0; round < 200; round++) {
    u32 size = pack();
    unpack(size);
    for (u32 i = 0; i < SIZE; i += 97) sum = sum * 31 + output[i] + size;
  }
  return sum;
}
