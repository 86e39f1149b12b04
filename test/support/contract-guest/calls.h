/*
 * Calls of the world's methods by name, with arguments and results as text, for the components in C
 * of the contract's tests. What the texts are is said in test/host/contract/script.ts.
 */
#include "debuggee.h"

#include <stdlib.h>
#include <string.h>

#define MONOTONIC(name) WIT_IMPORT("wasi:clocks/monotonic-clock@0.2.12", name)
#define STDIN(name) WIT_IMPORT("wasi:cli/stdin@0.2.12", name)
#define STREAMS(name) WIT_IMPORT("wasi:io/streams@0.2.12", name)
MONOTONIC("subscribe-duration") pollable_t subscribe_duration(uint64_t nanoseconds);
STDIN("get-stdin") uint32_t get_stdin(void);
STREAMS("[method]input-stream.subscribe") pollable_t input_stream_subscribe(uint32_t);

#define SOCKETS(interface, name) WIT_IMPORT("wasi:sockets/" interface "@0.2.12", name)
SOCKETS("instance-network", "instance-network") uint32_t instance_network(void);
SOCKETS("tcp-create-socket", "create-tcp-socket")
void create_tcp_socket(uint32_t family, result_handle_t *);
/* The address: a variant of which IPv4 uses the first words, port and four bytes. */
SOCKETS("tcp", "[method]tcp-socket.start-connect")
void tcp_socket_start_connect(uint32_t socket, uint32_t network, int tag, uint32_t port, uint32_t,
                              uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t,
                              uint32_t, uint32_t, result_t *);
SOCKETS("tcp", "[method]tcp-socket.subscribe") pollable_t tcp_socket_subscribe(uint32_t);
typedef struct { bool is_err; union { uint32_t streams[2]; uint8_t err; } val; } result_streams_t;
SOCKETS("tcp", "[method]tcp-socket.finish-connect")
void tcp_socket_finish_connect(uint32_t, result_streams_t *);

enum { MAX_ARGS = 8, MAX_REGISTERS = 256, SHOWN_BYTES = 64 };

typedef struct { const char *kind; handles_t list; } register_t;
static register_t registers[MAX_REGISTERS];
static char *words[MAX_ARGS];
static uint32_t handed_over[64];

void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  if (size == 0) return (void *)align;
  void *memory = realloc(old, size);
  if (memory == NULL) __builtin_trap();
  return memory;
}

static void release(void *list, size_t bytes) {
  if (bytes != 0) free(list);
}

/* ---- arguments: by position, the method's own handle first ---- */

static uint32_t handle_at(const char **text) {
  char *end;
  unsigned long index = strtoul(*text, &end, 10), position = strtoul(end + 1, &end, 10);
  *text = end;
  if (index >= MAX_REGISTERS || position >= registers[index].list.len) __builtin_trap();
  return registers[index].list.ptr[position];
}
static uint32_t h(int at) {
  const char *text = words[at];
  return handle_at(&text);
}
static uint64_t n(int at) { return strtoull(words[at], NULL, 0); }

/* A list of handles. */
static handles_t handles_from(const char *text) {
  handles_t list = { handed_over, 0 };
  if (*text == '-') return list;
  for (;;) {
    list.ptr[list.len++] = handle_at(&text);
    if (*text != ',') return list;
    text++;
  }
}
static handles_t list_of(int at) { return handles_from(words[at]); }

/* In new memory. */
static bytes_t bytes_of(int at) {
  const char *text = words[at];
  bytes_t bytes = { NULL, 0 };
  if (*text == '-') return bytes;
  if (strncmp(text, "zero*", 5) == 0) {
    bytes.len = strtoul(text + 5, NULL, 10);
    bytes.ptr = calloc(bytes.len, 1);
    return bytes;
  }
  bytes.len = strlen(text) / 2;
  bytes.ptr = malloc(bytes.len);
  for (size_t i = 0; i < bytes.len; i++) {
    char digits[3] = { text[2 * i], text[2 * i + 1], 0 };
    bytes.ptr[i] = strtoul(digits, NULL, 16);
  }
  return bytes;
}

static const char *const TYPES[] = { "i32", "i64", "f32", "f64", "v128", "funcref", "exnref" };

static bytes_t types_of(int at) {
  bytes_t types = { malloc(64), 0 };
  const char *text = words[at];
  while (*text != '-' && *text != 0) {
    size_t length = strcspn(text, ",");
    for (uint8_t i = 0; i < 7; i++) {
      if (strlen(TYPES[i]) == length && memcmp(text, TYPES[i], length) == 0) {
        types.ptr[types.len++] = i;
      }
    }
    text += length + (text[length] == ',');
  }
  return types;
}

static event_future_t resume(event_future_t (*how)(debuggee_t, int, uint32_t, uint32_t, uint32_t)) {
  const char *text = words[1];
  if (strncmp(text, "return:", 7) == 0) {
    handles_t values = handles_from(text + 7);
    return how(h(0), RESUMPTION_EARLY_RETURN, (uint32_t)values.ptr, values.len, 0);
  }
  if (strncmp(text, "throw:", 6) == 0) {
    text += 6;
    return how(h(0), RESUMPTION_THROW_EXCEPTION, handle_at(&text), 0, 0);
  }
  if (strncmp(text, "inject:", 7) == 0) {
    text += 7;
    uint32_t callee = handle_at(&text);
    handles_t values = handles_from(text + 1);
    return how(h(0), RESUMPTION_INJECT_CALL, callee, (uint32_t)values.ptr, values.len);
  }
  return how(h(0), RESUMPTION_NORMAL, 0, 0, 0);
}

/* Not the imports themselves: their addresses cannot be taken before they are linked. */
static event_future_t by_step(debuggee_t d, int tag, uint32_t a, uint32_t b, uint32_t c) {
  return debuggee_single_step(d, tag, a, b, c);
}
static event_future_t by_continue(debuggee_t d, int tag, uint32_t a, uint32_t b, uint32_t c) {
  return debuggee_continue(d, tag, a, b, c);
}

/* ---- results ---- */

/* No printf: that would import a file system. */
static char line[512];
static size_t length;
static register_t result;

static void text(const char *s) {
  while (*s != 0 && length < sizeof line) line[length++] = *s++;
}
static void digits(uint64_t value, unsigned base) {
  if (value >= base) digits(value / base, base);
  line[length++] = "0123456789abcdef"[value % base];
}

static const char *const ERRORS[] = {
  "invalid-entity", "invalid-pc", "invalid-frame", "unsupported-type", "mismatched-type",
  "non-wasm-frame", "alloc-failure", "breakpoint-update", "read-only", "out-of-bounds",
  "memory-grow-failure", "execution-trap",
};
static const char *const EVENTS[] = {
  "complete", "trap", "breakpoint", "interrupted", "exception", "injected-call-return",
};

static void number(uint64_t value) { digits(value, 10); }
static void bits(uint64_t value) { text("0x"), digits(value, 16); }
static void error(uint8_t code) { text("error "), text(ERRORS[code]); }
static void count(size_t n) { text(" x"), number(n); }

static void handle(const char *kind, uint32_t value) {
  result.kind = kind;
  result.list.ptr = malloc(sizeof value);
  result.list.ptr[0] = value;
  result.list.len = 1;
  text(kind);
}
static void handles(const char *kind, handles_t list) {
  result.kind = kind;
  result.list = list;
  text("["), text(kind), count(list.len), text("]");
}
static void bytes(bytes_t list) {
  if (list.len == 0) {
    text("-");
  } else if (list.len <= SHOWN_BYTES) {
    for (size_t i = 0; i < list.len; i++) digits(list.ptr[i] >> 4, 16), digits(list.ptr[i] & 15, 16);
  } else {
    uint32_t hash = 0x811c9dc5;
    for (size_t i = 0; i < list.len; i++) hash = (hash ^ list.ptr[i]) * 0x01000193;
    number(list.len), text(" bytes "), digits(hash, 16);
  }
  release(list.ptr, list.len);
}
static void types(bytes_t list) {
  text("[");
  for (size_t i = 0; i < list.len; i++) text(i == 0 ? "" : ","), text(TYPES[list.ptr[i]]);
  text("]");
  release(list.ptr, list.len);
}
static void option(const char *kind, option_handle_t value) {
  if (value.some) handle(kind, value.val);
  else text("none");
}
static void event(event_t value) {
  if (value.tag == EVENT_EXCEPTION) handle("wasm-exception", value.val.exception);
  if (value.tag == EVENT_INJECTED_CALL_RETURN) handles("wasm-value", value.val.values);
  length = 0;
  text(EVENTS[value.tag]);
  if (value.tag == EVENT_INJECTED_CALL_RETURN) count(value.val.values.len);
}

static union {
  result_t none;
  result_u8_t u8;
  result_u16_t u16;
  result_u32_t u32;
  result_u64_t u64;
  result_handle_t handle;
  result_handles_t handles;
  result_bytes_t bytes;
  result_option_handle_t option_handle;
  result_event_t event;
  handles_t list;
  bytes_t plain_bytes;
  option_bytes_t option_bytes;
  option_handle_t option;
} out;

static void done(void) { if (out.none.is_err) error(out.none.err); else text("ok"); }
#define OK_OR_ERROR(member, show) if (out.member.is_err) error(out.member.val.err); else show
static void u8(void) { OK_OR_ERROR(u8, number(out.u8.val.ok)); }
static void u16(void) { OK_OR_ERROR(u16, number(out.u16.val.ok)); }
static void u32(void) { OK_OR_ERROR(u32, number(out.u32.val.ok)); }
static void u64(void) { OK_OR_ERROR(u64, number(out.u64.val.ok)); }
static void entity(const char *kind) { OK_OR_ERROR(handle, handle(kind, out.handle.val.ok)); }
static void values(void) { OK_OR_ERROR(handles, handles("wasm-value", out.handles.val.ok)); }
static void type_list(void) { OK_OR_ERROR(bytes, types(out.bytes.val.ok)); }

static void drop_one(const char *kind, uint32_t value) {
#define DROP(name, function) if (strcmp(kind, name) == 0) { function(value); return; }
  DROP("debuggee", debuggee_drop) DROP("event-future", event_future_drop)
  DROP("instance", instance_drop) DROP("module", module_drop) DROP("memory", memory_drop)
  DROP("global", global_drop) DROP("table", table_drop) DROP("wasm-func", wasm_func_drop)
  DROP("wasm-exception", wasm_exception_drop) DROP("wasm-tag", wasm_tag_drop)
  DROP("wasm-value", wasm_value_drop) DROP("frame", frame_drop) DROP("pollable", pollable_drop)
  __builtin_trap();
}

static void drop(void) {
  drop_one(registers[strtoul(words[0], NULL, 10)].kind, h(0));
  text("ok");
}

static void poll(void) {
  handles_t list = list_of(0);
  poll_list(list.ptr, list.len, &out.list);
  text("[");
  for (size_t i = 0; i < out.list.len; i++) text(i == 0 ? "" : ","), number(out.list.ptr[i]);
  text("]");
  release(out.list.ptr, out.list.len);
}

static pollable_t stdin_pollable(void) {
  static uint32_t stream;
  static bool open;
  /* The stream has to outlive its pollables. */
  if (!open) stream = get_stdin();
  open = true;
  return input_stream_subscribe(stream);
}

/* Input of a connection to a port of this machine. */
static pollable_t tcp_pollable(uint32_t port) {
  result_handle_t socket;
  result_t started;
  result_streams_t connected;
  create_tcp_socket(0, &socket);
  if (socket.is_err) __builtin_trap();
  tcp_socket_start_connect(socket.val.ok, instance_network(), 0, port, 127, 0, 0, 1, 0, 0, 0, 0, 0,
                           0, &started);
  if (started.is_err) __builtin_trap();
  pollable_t ready = tcp_socket_subscribe(socket.val.ok);
  pollable_block(ready);
  pollable_drop(ready);
  tcp_socket_finish_connect(socket.val.ok, &connected);
  if (connected.is_err) __builtin_trap();
  return input_stream_subscribe(connected.val.streams[0]);
}

#include "methods.h"
