/*
 * A debugger in C: steps through a program from its first instruction, and shows where it is and the
 * integers among its locals. The argument is the number of steps, 10 without one.
 */

#include <stdlib.h>

#include "debuggee.h"

/* Where the host puts lists and strings. They are ours to free. */
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  void *result = realloc(old, size);
  if (result == NULL && size > 0) __builtin_trap();
  return result;
}

/*
 * Text for the user, a line at a time. Not printf: all of stdio would come with it, and that imports
 * WASI preview 1, which a component does not have.
 */
static char line[256];
static size_t used;

static void word(const char *text) {
  for (; *text && used < sizeof line; text++) line[used++] = *text;
}

static void number(uint64_t value, unsigned base) {
  char digits[24], *at = digits + sizeof digits - 1;
  *at = 0;
  do *--at = "0123456789abcdef"[value % base]; while (value /= base);
  word(at);
}

static void integer(int64_t value) {
  if (value < 0) word("-");
  number(value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
}

static void end_line(void) {
  print_debugger_info(line, used);
  used = 0;
}

static void say(const char *text) {
  word(text);
  end_line();
}

/* Resumes, waits for the event, and takes it. Its tag, or -1 if the resumption was refused. */
static int resume(debuggee_t d, bool step) {
  event_future_t future = step ? debuggee_single_step(d, RESUMPTION_NORMAL, 0, 0, 0)
                               : debuggee_continue(d, RESUMPTION_NORMAL, 0, 0, 0);
  result_event_t result;
  event_future_finish(future, d, &result); /* takes the future: nothing to drop */
  if (result.is_err) return -1;
  event_t event = result.val.ok;
  /* What the event owns. */
  if (event.tag == EVENT_EXCEPTION) wasm_exception_drop(event.val.exception);
  return event.tag;
}

/* The integers among the frame's locals, on the present line. */
static void locals(debuggee_t d, frame_t frame) {
  result_handles_t result;
  frame_get_locals(frame, d, &result);
  if (result.is_err) return;
  /* The list is ours, and so is each value in it. */
  handles_t values = result.val.ok;
  for (size_t i = 0; i < values.len; i++) {
    wasm_value_t value = values.ptr[i];
    uint32_t type = wasm_value_get_type(value);
    if (type == WASM_TYPE_I32 || type == WASM_TYPE_I64) {
      word(" ");
      integer(type == WASM_TYPE_I32 ? (int32_t)wasm_value_unwrap_i32(value)
                                    : (int64_t)wasm_value_unwrap_i64(value));
    }
    wasm_value_drop(value);
  }
  free(values.ptr);
}

/* Shows the innermost frame. */
static void where(debuggee_t d) {
  handles_t frames;
  debuggee_exit_frames(d, &frames);
  for (size_t i = 0; i < frames.len; i++) {
    frame_t frame = frames.ptr[i];
    result_u32_t func, pc;
    if (i == 0) {
      frame_get_func_index(frame, d, &func);
      frame_get_pc(frame, d, &pc);
      if (!func.is_err && !pc.is_err) {
        word("func ");
        number(func.val.ok, 10);
        word(", pc 0x");
        number(pc.val.ok, 16);
        word(", locals");
        locals(d, frame);
        end_line();
      }
    }
    frame_drop(frame);
  }
  free(frames.ptr);
}

/* The component's export. `args[0]` is the debugger's name. */
void debugger_debug(debuggee_t d, string_t *args, size_t args_len) {
  int steps = 10;
  if (args_len > 1) {
    steps = 0;
    for (size_t i = 0; i < args[1].len; i++) {
      if (args[1].ptr[i] < '0' || args[1].ptr[i] > '9') {
        say("the argument is the number of steps");
        __builtin_trap();
      }
      steps = steps * 10 + args[1].ptr[i] - '0';
    }
  }
  int event = EVENT_BREAKPOINT;
  for (int i = 0; i < steps && event != EVENT_COMPLETE; i++) {
    event = resume(d, true);
    if (event != EVENT_COMPLETE) where(d);
  }
  while (event != EVENT_COMPLETE) {
    event = resume(d, false);
    if (event == EVENT_TRAP) {
      say("the program is about to trap:");
      where(d);
    }
  }
  say("the program has ended");
  debuggee_drop(d);
}
