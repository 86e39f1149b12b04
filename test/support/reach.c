/*
 * A debugger that tries to get at what is beyond its debuggee, and says for each try what came of it:
 * one line each, "NAME: RESULT". Its arguments are the port of a TCP server, then paths of files to
 * open in the first directory that it has.
 */
#include "debuggee.h"

#define IMPORT(interface, name) WIT_IMPORT("wasi:" interface "@0.2.12", name)

typedef struct { uint8_t is_err; uint8_t pad[3]; union { uint32_t handle; uint8_t code; struct { uint8_t *ptr; size_t len; } list; } val; } outcome_t;

IMPORT("cli/environment", "get-environment") void get_environment(handles_t *);
IMPORT("cli/environment", "get-arguments") void get_arguments(handles_t *);
IMPORT("cli/environment", "initial-cwd") void initial_cwd(uint32_t result[3]);
IMPORT("cli/stdin", "get-stdin") uint32_t get_stdin(void);
IMPORT("io/streams", "[method]input-stream.blocking-read") void blocking_read(uint32_t, uint64_t, outcome_t *);
IMPORT("io/streams", "[method]output-stream.blocking-write-and-flush") void blocking_write(uint32_t, const char *, size_t, uint32_t result[3]);
IMPORT("filesystem/preopens", "get-directories") void get_directories(handles_t *);
IMPORT("filesystem/types", "[method]descriptor.open-at")
void open_at(uint32_t, uint32_t path_flags, const char *, size_t, uint32_t open_flags, uint32_t flags, outcome_t *);
IMPORT("filesystem/types", "[method]descriptor.read") void read_file(uint32_t, uint64_t len, uint64_t at, outcome_t *);
IMPORT("sockets/instance-network", "instance-network") uint32_t instance_network(void);
IMPORT("sockets/tcp-create-socket", "create-tcp-socket") void create_tcp_socket(uint32_t family, outcome_t *);
IMPORT("sockets/udp-create-socket", "create-udp-socket") void create_udp_socket(uint32_t family, outcome_t *);
IMPORT("sockets/ip-name-lookup", "resolve-addresses") void resolve_addresses(uint32_t network, const char *, size_t, outcome_t *);
IMPORT("sockets/ip-name-lookup", "[method]resolve-address-stream.subscribe") pollable_t resolve_subscribe(uint32_t);
IMPORT("sockets/ip-name-lookup", "[method]resolve-address-stream.resolve-next-address") void resolve_next(uint32_t, uint8_t result[32]);
IMPORT("sockets/tcp", "[method]tcp-socket.start-connect")
void start_connect(uint32_t, uint32_t network, uint32_t tag, uint32_t port, uint32_t a, uint32_t b, uint32_t c, uint32_t d,
                   uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, outcome_t *);
IMPORT("sockets/tcp", "[method]tcp-socket.subscribe") pollable_t tcp_subscribe(uint32_t);
IMPORT("sockets/tcp", "[method]tcp-socket.finish-connect") void finish_connect(uint32_t, uint32_t result[3]);
IMPORT("http/types", "[constructor]fields") uint32_t fields_new(void);
IMPORT("http/types", "[constructor]outgoing-request") uint32_t outgoing_request_new(uint32_t headers);
IMPORT("http/outgoing-handler", "handle") void http_handle(uint32_t request, uint32_t some, uint32_t options, uint64_t result[32]);

static uint8_t heap[1 << 20];
static size_t used;
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  used = (used + 15) & ~(size_t)15;
  void *result = heap + used;
  used += size;
  return result;
}

static char line[4096];
static size_t length;
static void put(const char *text, size_t len) { for (size_t i = 0; i < len && length < sizeof line; i++) line[length++] = text[i]; }
static void word(const char *text) { size_t len = 0; while (text[len]) len++; put(text, len); }
static void number(uint32_t n) { if (n > 9) number(n / 10); char digit = '0' + n % 10; put(&digit, 1); }
static void end(void) { print_debugger_info(line, length); length = 0; }
static void code(outcome_t *outcome) {
  if (outcome->is_err) { word("error "); number(outcome->val.code); } else word("ok");
}

static void files(uint32_t directory, const string_t *path) {
  outcome_t file, bytes;
  word("file "); put(path->ptr, path->len); word(": ");
  open_at(directory, 1 /* follow symbolic links */, path->ptr, path->len, 0, 1 /* read */, &file);
  if (file.is_err) code(&file);
  else { read_file(file.val.handle, 100, 0, &bytes); put((char *)bytes.val.list.ptr, bytes.val.list.len); }
  end();
}

static void tcp(uint32_t port) {
  outcome_t made, done;
  uint32_t streams[3], result[3];
  word("tcp: ");
  create_tcp_socket(0, &made);
  if (made.is_err) { code(&made); end(); return; }
  uint32_t network = instance_network();
  start_connect(made.val.handle, network, 0, port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, &done);
  if (done.is_err) { code(&done); end(); return; }
  pollable_t ready = tcp_subscribe(made.val.handle);
  pollable_block(ready);
  pollable_drop(ready);
  finish_connect(made.val.handle, streams);
  if (streams[0] & 1) word("refused"); else { blocking_write(streams[2], "hello", 5, result); word("connected"); }
  end();
}

static void names(void) {
  outcome_t found;
  uint8_t address[32];
  word("name: ");
  resolve_addresses(instance_network(), "localhost", 9, &found);
  if (found.is_err) { code(&found); end(); return; }
  pollable_t ready = resolve_subscribe(found.val.handle);
  pollable_block(ready);
  pollable_drop(ready);
  resolve_next(found.val.handle, address);
  word(address[0] == 0 && address[2] == 1 ? "found" : "not found");
  end();
}

void debugger_debug(debuggee_t d, string_t *args, size_t args_len) {
  handles_t list;
  uint32_t cwd[3];
  outcome_t outcome;
  uint32_t port = 0;
  for (size_t i = 0; args_len > 1 && i < args[1].len; i++) port = port * 10 + args[1].ptr[i] - '0';

  get_environment(&list);
  word("environment: "); number(list.len);
  for (size_t i = 0; i < list.len; i++) {
    string_t *pair = (string_t *)list.ptr + 2 * i;
    if (pair[0].len == 5 && pair[0].ptr[0] == 'R' && pair[0].ptr[4] == 'H') { word(" REACH="); put(pair[1].ptr, pair[1].len); }
  }
  end();
  initial_cwd(cwd);
  word("cwd: "); number(cwd[0] & 1); end();
  blocking_read(get_stdin(), 100, &outcome);
  word("stdin: ");
  if (outcome.is_err) word("closed"); else put((char *)outcome.val.list.ptr, outcome.val.list.len);
  end();
  tcp(port);
  create_udp_socket(0, &outcome);
  word("udp: "); code(&outcome); end();
  names();
  uint64_t result[32];
  http_handle(outgoing_request_new(fields_new()), 0, 0, result);
  word("http: ");
  if (result[0] & 1) { word("error "); number(result[1] & 0xff); } else word("ok");
  end();
  get_directories(&list);
  word("directories: "); number(list.len);
  if (list.len > 0) { word(" "); put((char *)list.ptr[1], list.ptr[2]); }
  end();
  for (size_t i = 2; i < args_len; i++) {
    // Without a directory there is no handle to open from: try one that is not there.
    files(list.len > 0 ? list.ptr[0] : 1, &args[i]);
  }
  debuggee_drop(d);
}
