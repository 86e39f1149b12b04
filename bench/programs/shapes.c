/* Indirect calls: shapes that know their area and how to move. */
#include "common.h"
struct shape {
  const struct kind *kind;
  int x, y, w, h;
};
struct kind {
  int (*area)(const struct shape *);
  void (*move)(struct shape *, int, int);
};

static int box_area(const struct shape *s) { return s->w * s->h; }
static int ellipse_area(const struct shape *s) { return s->w * s->h * 355 / 452; }
static int triangle_area(const struct shape *s) { return s->w * s->h / 2; }
static int line_area(const struct shape *s) { return s->w + s->h; }
static void move_freely(struct shape *s, int dx, int dy) {
  s->x += dx;
  s->y += dy;
}
static void move_within(struct shape *s, int dx, int dy) {
  s->x = (s->x + dx) & 1023;
  s->y = (s->y + dy) & 1023;
}
static void move_and_grow(struct shape *s, int dx, int dy) {
  s->x -= dx;
  s->w = (s->w + dy) & 127;
}

static const struct kind kinds[] = {{box_area, move_freely}, {ellipse_area, move_within},
                                    {triangle_area, move_and_grow}, {line_area, move_within}};
static struct shape shapes[1000];

EXPORT u32 run(void) {
  seed = 11;
  for (int i = 0; i < 1000; i++) {
    struct shape s = {&kinds[next_random() & 3], i, i, (int)(next_random() & 127), (int)(next_random() & 127)};
    shapes[i] = s;
  }
  u32 sum = 0;
  for (int round = 0; round < 16000; round++)
    for (int i = 0; i < 1000; i++) {
      struct shape *s = &shapes[i];
      s->kind->move(s, round & 7, i & 3);
      sum += (u32)s->kind->area(s) + (u32)s->x;
    }
  return sum;
}
