/*
 * Measures, seen from a component, what the functions of its host cost. args: name, what to measure,
 * how often. Prints one duration in nanoseconds a line.
 */
#include "debuggee.h"

#include <stdlib.h>
#include <string.h>

WIT_IMPORT("wasi:clocks/monotonic-clock@0.2.12", "now") uint64_t now(void);

/* A reading of the clock is a host call itself: this many calls go between two. */
enum { BATCH = 100, MIB = 1 << 20 };

void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  if (size == 0) return (void *)align;
  void *memory = realloc(old, size);
  if (memory == NULL) __builtin_trap();
  return memory;
}

static void print_number(uint64_t value) {
  char text[20];
  size_t at = sizeof text;
  do text[--at] = '0' + value % 10;
  while ((value /= 10) != 0);
  print_debugger_info(text + at, sizeof text - at);
}

static uint8_t finish(debuggee_t d, event_future_t future) {
  result_event_t result;
  event_future_finish(future, d, &result);
  if (result.is_err) __builtin_trap();
  return result.val.ok.tag;
}
static uint8_t step(debuggee_t d) { return finish(d, debuggee_single_step(d, 0, 0, 0, 0)); }
static uint8_t go_on(debuggee_t d) { return finish(d, debuggee_continue(d, 0, 0, 0, 0)); }

static instance_t only_instance(debuggee_t d) {
  handles_t list;
  debuggee_all_instances(d, &list);
  return list.ptr[0];
}

static memory_t only_memory(debuggee_t d) {
  result_handle_t memory;
  instance_get_memory(only_instance(d), d, 0, &memory);
  return memory.val.ok;
}

static void measure_calls(debuggee_t d, long times) {
  instance_t instance = only_instance(d);
  for (; times > 0; times--) {
    uint64_t begin = now();
    for (int i = 0; i < BATCH; i++) instance_unique_id(instance);
    print_number((now() - begin) / BATCH);
  }
}

static void measure_handles(debuggee_t d, long times) {
  instance_t instance = only_instance(d);
  for (; times > 0; times--) {
    uint64_t begin = now();
    for (int i = 0; i < BATCH; i++) instance_drop(instance_clone(instance));
    print_number((now() - begin) / BATCH);
  }
}

static void measure_queries(debuggee_t d, long times) {
  memory_t memory = only_memory(d);
  result_u32_t word;
  for (; times > 0; times--) {
    uint64_t begin = now();
    for (int i = 0; i < BATCH; i++) memory_get_u32(memory, d, 8, &word);
    print_number((now() - begin) / BATCH);
  }
}

static void measure_reads(debuggee_t d, long times, uint64_t length) {
  memory_t memory = only_memory(d);
  for (; times > 0; times--) {
    result_bytes_t bytes;
    uint64_t begin = now();
    memory_get_bytes(memory, d, 0, length, &bytes);
    print_number(now() - begin);
    if (bytes.is_err) __builtin_trap();
    free(bytes.val.ok.ptr);
  }
}

static void measure_steps(debuggee_t d, long times) {
  for (; times > 0; times--) {
    uint64_t begin = now();
    for (int i = 0; i < BATCH; i++) step(d);
    print_number((now() - begin) / BATCH);
  }
}

/* The program stores the time right before it stops at the breakpoint that it is told of. */
static void measure_stops(debuggee_t d, long times) {
  memory_t memory = only_memory(d);
  for (; times > 0; times--) {
    go_on(d);
    uint64_t here = now();
    result_u64_t there;
    memory_get_u64(memory, d, 0, &there);
    print_number(here - there.val.ok);
  }
}

void debugger_debug(debuggee_t d, string_t *args, size_t count) {
  char what = count > 1 ? args[1].ptr[0] : 0;
  long times = count > 2 ? strtol(args[2].ptr, NULL, 10) : 0;
  uint32_t pc = count > 3 ? strtoul(args[3].ptr, NULL, 10) : 0;
  if (what != 0) {
    handles_t modules;
    result_t added;
    debuggee_all_modules(d, &modules);
    if (what == 's') module_add_breakpoint(modules.ptr[0], d, pc, &added);
    step(d);
  }
  switch (what) {
    case 'c': measure_calls(d, times); break;
    case 'h': measure_handles(d, times); break;
    case 'q': measure_queries(d, times); break;
    case '1': measure_reads(d, times, MIB); break;
    case '6': measure_reads(d, times, 64 * MIB); break;
    case 't': measure_steps(d, times); break;
    case 's': measure_stops(d, times); break;
  }
  debuggee_drop(d);
}
