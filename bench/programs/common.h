/* What all programs share: a random generator, and the export. Each exports `run`, which does the
   same work at every call and returns a checksum of its results. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define EXPORT __attribute__((export_name("run")))

static u32 seed;
static inline u32 next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed;
}
