/* A debugger that steps a few times and prints the pcs: little, but through WASI and the event's pollable. */
#include "debuggee.h"

#define STREAMS(name) WIT_IMPORT("wasi:io/streams@0.2.12", name)
WIT_IMPORT("wasi:cli/stdout@0.2.12", "get-stdout") uint32_t get_stdout(void);
STREAMS("[method]output-stream.blocking-write-and-flush")
void write_and_flush(uint32_t stream, const char *, size_t, void *result);
STREAMS("[resource-drop]output-stream") void stream_drop(uint32_t stream);

static uint8_t heap[65536];
static size_t used;

void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  used = (used + 15) & ~(size_t)15;
  void *result = heap + used;
  used += size;
  return result;
}

static void print(uint32_t out, const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  uint32_t result[3];
  write_and_flush(out, text, length, result);
}

static void print_number(uint32_t out, uint32_t number) {
  char text[12], *at = text + 11;
  *at = 0;
  do *--at = '0' + number % 10; while (number /= 10);
  print(out, at);
}

void debugger_debug(debuggee_t d, string_t *args, size_t args_len) {
  uint32_t out = get_stdout();
  for (int i = 0; i < 3; i++) {
    event_future_t future = debuggee_single_step(d, RESUMPTION_NORMAL, 0, 0, 0);
    pollable_t ready = event_future_subscribe(future);
    handles_t indices;
    poll_list(&ready, 1, &indices);
    pollable_drop(ready);
    result_event_t event;
    event_future_finish(future, d, &event);
    if (event.is_err || event.val.ok.tag != EVENT_BREAKPOINT) break;
    handles_t frames;
    debuggee_exit_frames(d, &frames);
    result_u32_t pc;
    frame_get_pc(frames.ptr[0], d, &pc);
    frame_drop(frames.ptr[0]);
    print(out, "pc ");
    print_number(out, pc.val.ok);
    print(out, "\n");
  }
  stream_drop(out);
  debuggee_drop(d);
}
