/* Floats in records: planets that attract each other. */
#include "common.h"

struct body {
  double x, y, z, vx, vy, vz, mass;
};
static struct body bodies[5];

static double square_root(double x) { return __builtin_sqrt(x); }

static void advance(double dt) {
  for (int i = 0; i < 5; i++) {
    struct body *a = &bodies[i];
    for (int j = i + 1; j < 5; j++) {
      struct body *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      double distance = dx * dx + dy * dy + dz * dz + 0.01;
      double force = dt / (distance * square_root(distance));
      a->vx -= dx * b->mass * force;
      a->vy -= dy * b->mass * force;
      a->vz -= dz * b->mass * force;
      b->vx += dx * a->mass * force;
      b->vy += dy * a->mass * force;
      b->vz += dz * a->mass * force;
    }
  }
  for (int i = 0; i < 5; i++) {
    bodies[i].x += dt * bodies[i].vx;
    bodies[i].y += dt * bodies[i].vy;
    bodies[i].z += dt * bodies[i].vz;
  }
}

EXPORT u32 run(void) {
  for (int i = 0; i < 5; i++) {
    struct body start = {i * 2.5, i * i * 0.75, i * 0.3, 0.1 * i, 0.2 - 0.05 * i, 0.01 * i, 1.0 / (i + 1)};
    bodies[i] = start;
  }
  for (int i = 0; i < 500000; i++) advance(0.001);
  double sum = 0;
  for (int i = 0; i < 5; i++) sum += bodies[i].x * 3 + bodies[i].y * 5 + bodies[i].z * 7;
  return (u32)(int)(sum * 1000);
}
