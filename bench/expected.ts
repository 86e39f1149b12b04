/** What `run` of each program in C returns: the same at every level of optimization. */
export const EXPECTED: Readonly<Record<string, number>> = {
  bytes: 4004232629,
  compress: 173966848,
  fib: 24157817,
  floyd: 480080122,
  gemm: 1592439,
  hashmap: 4089832081,
  interpreter: 1368083892,
  jacobi: 20392,
  json: 4067114368,
  lists: 312482465,
  mandelbrot: 4030131450,
  nbody: 3075865,
  queens: 73712,
  quicksort: 754551387,
  sha256: 4134006801,
  shapes: 194259968,
};
