/*
 * A debugger that calls every method with random arguments in random order. It keeps to what the
 * contract allows, so that it must never trap, and prints how often each method gave what. Then, if
 * asked to, it does one thing that the contract forbids, after saying which method has to trap.
 *
 *   args: name, seed, number of calls, `legal` or `forbid`, then the methods: NAME TYPE...
 */
#include "calls.h"

enum { METHODS = 96, KINDS = 13, POOL = 24, OUTCOMES = 13 };

typedef struct { char *name; char *types[MAX_ARGS]; int count; uint32_t seen[OUTCOMES]; } method_t;
static method_t methods[METHODS];
static int method_count;

/* The handles held, in registers[kind]. */
static const char *const KIND_NAMES[KINDS] = {
  "debuggee", "event-future", "instance", "module", "memory", "global", "table", "wasm-func",
  "wasm-exception", "wasm-tag", "wasm-value", "frame", "pollable",
};
enum { FUTURE = 1, VALUE = 10, FRAME = 11, POLLABLE = 12 };

static bool running, complete, stepping;

static uint64_t state;
static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}
static uint32_t below(uint32_t limit) { return (next() >> 11) % limit; }

static int kind_named(const char *name, size_t length) {
  for (int kind = 0; kind < KINDS; kind++) {
    if (strlen(KIND_NAMES[kind]) == length && memcmp(KIND_NAMES[kind], name, length) == 0) return kind;
  }
  __builtin_trap();
}

static void take_out(int kind, size_t position) {
  handles_t *pool = &registers[kind].list;
  pool->ptr[position] = pool->ptr[--pool->len];
}
static void drop_at(int kind, size_t position) {
  uint32_t value = registers[kind].list.ptr[position];
  take_out(kind, position);
  drop_one(KIND_NAMES[kind], value);
}
static void drop_all(int kind) {
  while (registers[kind].list.len > 0) drop_at(kind, 0);
}
static void keep(void) {
  if (result.list.len == 0) return;
  int kind = kind_named(result.kind, strlen(result.kind));
  for (size_t i = 0; i < result.list.len; i++) {
    handles_t *pool = &registers[kind].list;
    if (pool->len == POOL) drop_at(kind, below(POOL));
    pool->ptr[pool->len++] = result.list.ptr[i];
  }
  release(result.list.ptr, result.list.len);
}

/* ---- words for the arguments ---- */

static char buffer[4096];
static size_t used;
/* Handles that a call takes over: taken out of the pool once it has been made. */
static struct { int kind; uint32_t value; } owned[16];
static int owned_count;

static void put(const char *s) {
  while (*s != 0) buffer[used++] = *s++;
}
static void put_number(uint64_t value) {
  if (value >= 10) put_number(value / 10);
  buffer[used++] = '0' + value % 10;
}

static bool put_handle(int kind, bool own) {
  handles_t pool = registers[kind].list;
  if (pool.len == 0) return false;
  size_t position = below(pool.len);
  for (int i = 0; own && i < owned_count; i++) {
    if (owned[i].kind == kind && owned[i].value == pool.ptr[position]) return false;
  }
  if (own) owned[owned_count].kind = kind, owned[owned_count++].value = pool.ptr[position];
  put_number(kind), put("."), put_number(position);
  return true;
}

static void put_values(uint32_t most) {
  bool any = false;
  for (uint32_t count = below(most + 1); count > 0; count--) {
    size_t before = used;
    if (any) put(",");
    if (put_handle(VALUE, true)) any = true;
    else used = before;
  }
  if (!any) put("-");
}

static uint64_t some_number(const char *type) {
  static const uint64_t EDGES[] = {
    0, 1, 2, 3, 4, 7, 8, 65528, 65535, 65536, 65537, 131072, 0x7fffffff, 0x80000000, 0xffffffff,
    0x100000000, 0x100000001, 0x10000fff8, 0x100010000, 0x7fffffffffffffff, 0x8000000000000000,
    0xffffffffffff0000, 0xfffffffffffffff8, 0xffffffffffffffff,
  };
  uint64_t number;
  switch (below(4)) {
    case 0: number = EDGES[below(sizeof EDGES / sizeof *EDGES)]; break;
    case 1: number = below(1500); break;
    case 2: number = below(12); break;
    default: number = next(); break;
  }
  if (strcmp(type, "u8") == 0) return number & 0xff;
  if (strcmp(type, "u16") == 0) return number & 0xffff;
  if (strcmp(type, "u32") == 0 || strcmp(type, "f32") == 0) return number & 0xffffffff;
  return number;
}

static void put_bytes(const char *name) {
  bool exact = strcmp(name, "wasm-value.make-v128") == 0;
  uint32_t count = exact ? 16 : below(20);
  if (!exact && below(8) == 0) {
    put("zero*"), put_number(1 + below(70000));
    return;
  }
  if (count == 0) put("-");
  for (uint32_t i = 0; i < 2 * count; i++) buffer[used++] = "0123456789abcdef"[below(16)];
}

static bool put_resumption(void) {
  /* While it runs, without a future: only the event can be asked for. */
  switch (running ? 0 : below(6)) {
    case 3:
      put("return:"), put_values(2);
      return true;
    case 4:
      put("throw:");
      return put_handle(8, true);
    case 5:
      put("inject:");
      if (!put_handle(7, true)) return false;
      put(":"), put_values(3);
      return true;
    default:
      put("normal");
      return true;
  }
}

static bool put_argument(method_t *method, int at) {
  const char *type = method->types[at];
  if (strncmp(type, "borrow<", 7) == 0) return put_handle(kind_named(type + 7, strlen(type) - 8), false);
  if (strcmp(type, "resumption-value") == 0) return put_resumption();
  if (strcmp(type, "list<u8>") == 0) return put_bytes(method->name), true;
  if (strcmp(type, "list<wasm-value>") == 0) return put_values(3), true;
  if (strcmp(type, "list<wasm-type>") == 0) {
    for (uint32_t i = 0, count = below(4); i < count; i++) put(TYPES[below(7)]), put(",");
    put("-");
    return true;
  }
  if (type[0] == 'u' || type[0] == 'f') {
    uint64_t number = some_number(type);
    bool length = strcmp(method->name, "memory.get-bytes") == 0 && at == 3;
    /* Nobody has room for it. */
    if (length && number > 1 << 20 && number <= 1 << 30) number = 1 << 20;
    put_number(number);
    return true;
  }
  return put_handle(kind_named(type, strlen(type)), true);
}

/* ---- what may be called ---- */

static bool starts(const char *s, const char *with) { return strncmp(s, with, strlen(with)) == 0; }

static bool asks(method_t *method) {
  if (strcmp(method->name, "module.bytecode") == 0) return true;
  if (starts(method->name, "event-future.") || strcmp(method->name, "debuggee.interrupt") == 0) return false;
  for (int at = 0; at < method->count; at++) {
    if (strcmp(method->types[at], "borrow<debuggee>") == 0) return true;
  }
  return false;
}

static bool resumes(method_t *method) {
  return starts(method->name, "debuggee.continue") || starts(method->name, "debuggee.single");
}

static bool allowed(method_t *method) {
  bool awaited = registers[FUTURE].list.len > 0;
  if (resumes(method)) return !complete && !awaited;
  if (starts(method->name, "event-future.")) return awaited;
  return !running || !asks(method);
}

/* With its words made. */
static bool fits(method_t *method) {
  if (!starts(method->name, "wasm-value.unwrap-")) return true;
  const char *type = TYPES[wasm_value_get_type(h(0))];
  const char *wanted = method->name + 18;
  if (strcmp(wanted, "func") == 0) wanted = "funcref";
  if (strcmp(wanted, "exception") == 0) wanted = "exnref";
  return strcmp(type, wanted) == 0;
}

static bool make_words(method_t *method) {
  used = 0;
  owned_count = 0;
  for (int at = 0; at < method->count; at++) {
    words[at] = &buffer[used];
    if (!put_argument(method, at)) return false;
    buffer[used++] = 0;
  }
  return true;
}

static int outcome(void) {
  if (length < 6 || memcmp(line, "error ", 6) != 0) return 0;
  for (int code = 0; code < 12; code++) {
    if (strlen(ERRORS[code]) == length - 6 && memcmp(line + 6, ERRORS[code], length - 6) == 0) return code + 1;
  }
  __builtin_trap();
}

static void perform(method_t *method) {
  memset(&out, 0, sizeof out);
  length = 0;
  result = (register_t){ "", { NULL, 0 } };
  call(method->name);
  for (int i = 0; i < owned_count; i++) {
    handles_t *pool = &registers[owned[i].kind].list;
    for (size_t at = 0; at < pool->len; at++) {
      if (pool->ptr[at] == owned[i].value) take_out(owned[i].kind, at);
    }
  }
  keep();
}

static void step(method_t *method) {
  bool finishing = strcmp(method->name, "event-future.finish") == 0;
  if (!allowed(method) || !make_words(method) || !fits(method)) return;
  if (finishing) {
    /* A program, or a call, that never ends. */
    if (!stepping) debuggee_interrupt(registers[0].list.ptr[0]);
    drop_all(POLLABLE);
  }
  perform(method);
  method->seen[outcome()]++;
  if (resumes(method)) {
    if (!running) stepping = starts(method->name, "debuggee.single");
    running = true;
  }
  if (finishing) {
    running = false;
    complete = length == 8 && memcmp(line, "complete", 8) == 0;
    drop_all(FRAME);
  }
}

static void any(void) {
  if (below(16) == 0) {
    int kind = 1 + below(KINDS - 1);
    size_t count = registers[kind].list.len;
    if (count > 0) drop_at(kind, below(count));
  }
  step(&methods[below(method_count)]);
}

/* ---- what is forbidden ---- */

static void say(const char *what, const char *name) {
  length = 0;
  text(what), text(" "), text(name);
  print_debugger_info(line, length);
}


/* Any other method than this will do if there is nothing to call it with. */
static void forbid(void) {
  for (;;) {
    method_t *method = &methods[below(method_count)];
    if (!make_words(method)) {
      any();
      continue;
    }
    if ((running && asks(method) && !resumes(method)) || (resumes(method) && complete) ||
        !fits(method)) {
      say("expect", method->name);
      perform(method);
      say("survived", method->name);
      return;
    }
    /* With a handle that is nobody's, for the receiver: 0 is never one. */
    if (below(64) == 0 && method->count > 0 && starts(method->types[0], "borrow<") &&
        !starts(method->types[0], "borrow<debuggee>")) {
      static uint32_t nobodys[] = { 0, 123456, 0x3fffffff };
      registers[KINDS] = (register_t){ "", { &nobodys[below(3)], 1 } };
      words[0] = "13.0";
      say("expect", method->name);
      perform(method);
      say("survived", method->name);
      return;
    }
    any();
  }
}

void debugger_debug(debuggee_t d, string_t *args, size_t args_len) {
  for (int kind = 0; kind < KINDS; kind++) {
    registers[kind] = (register_t){ KIND_NAMES[kind], { malloc(POOL * sizeof(uint32_t)), 0 } };
  }
  registers[0].list.ptr[registers[0].list.len++] = d;
  char *texts[METHODS];
  for (size_t i = 0; i < args_len; i++) {
    texts[i] = malloc(args[i].len + 1);
    memcpy(texts[i], args[i].ptr, args[i].len);
    texts[i][args[i].len] = 0;
  }
  state = strtoull(texts[1], NULL, 10) * 0x9e3779b97f4a7c15 + 1;
  for (size_t i = 4; i < args_len; i++) {
    method_t *method = &methods[method_count++];
    char *rest = NULL;
    method->name = strtok_r(texts[i], " ", &rest);
    while ((method->types[method->count] = strtok_r(NULL, " ", &rest)) != NULL) method->count++;
  }
  for (unsigned long calls = strtoul(texts[2], NULL, 10); calls > 0; calls--) any();
  if (strcmp(texts[3], "forbid") == 0) forbid();
  for (int i = 0; i < method_count; i++) {
    for (int code = 0; code < OUTCOMES; code++) {
      if (methods[i].seen[code] == 0) continue;
      length = 0;
      text(methods[i].name), text(" "), text(code == 0 ? "result" : ERRORS[code - 1]);
      text(" "), number(methods[i].seen[code]);
      print_debugger_info(line, length);
    }
  }
  if (running && registers[FUTURE].list.len > 0) drop_all(POLLABLE);
  debuggee_drop(d);
}
