/* Bytes: base64 there and back, a checksum with a table. */
#include "common.h"
static u8 data[48 * 1024], text[64 * 1024], back[48 * 1024], value_of[256];
static u32 table[256];
static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode(void) {
  u8 *out = text;
  for (u32 i = 0; i < sizeof data; i += 3) {
    u32 bits = (u32)data[i] << 16 | (u32)data[i + 1] << 8 | data[i + 2];
    *out++ = digits[bits >> 18];
    *out++ = digits[bits >> 12 & 63];
    *out++ = digits[bits >> 6 & 63];
    *out++ = digits[bits & 63];
  }
}

static void decode(void) {
  u8 *out = back;
  for (u32 i = 0; i < sizeof text; i += 4) {
    u32 bits = (u32)value_of[text[i]] << 18 | (u32)value_of[text[i + 1]] << 12 |
               (u32)value_of[text[i + 2]] << 6 | value_of[text[i + 3]];
    *out++ = (u8)(bits >> 16);
    *out++ = (u8)(bits >> 8);
    *out++ = (u8)bits;
  }
}

static u32 checksum(const u8 *p, u32 length) {
  u32 crc = ~0u;
  for (u32 i = 0; i < length; i++) crc = table[(crc ^ p[i]) & 255] ^ crc >> 8;
  return ~crc;
}

EXPORT u32 run(void) {
  seed = 7;
  for (u32 i = 0; i < 256; i++) {
    u32 c = i;
    for (int bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
    table[i] = c;
  }
  for (u32 i = 0; i < 64; i++) value_of[(u8)digits[i]] = (u8)i;
  for (u32 i = 0; i < sizeof data; i++) data[i] = (u8)next_random();
  u32 sum = 0;
  for (int round = 0; round < 150; round++) {
    data[round] ^= (u8)sum;
    encode();
    decode();
    sum = sum * 31 + checksum(back, sizeof back);
  }
  return sum;
}
