/*
 * The contract's interpreter as a component in C: one command in each argument, each answered by a
 * line.
 */
#include "calls.h"

static void once(char *name, char *destination, bool keep) {
  memset(&out, 0, sizeof out);
  length = 0;
  result = (register_t){ "", { NULL, 0 } };
  call(name);
  if (keep) {
    if (*destination != '-') registers[strtoul(destination, NULL, 10)] = result;
    return;
  }
  for (size_t i = 0; i < result.list.len; i++) drop_one(result.kind, result.list.ptr[i]);
  release(result.list.ptr, result.list.len);
}

void debugger_debug(debuggee_t d, string_t *args, size_t args_len) {
  registers[0] = (register_t){ "debuggee", { &d, 1 } };
  for (size_t i = 1; i < args_len; i++) {
    char *command = malloc(args[i].len + 1);
    memcpy(command, args[i].ptr, args[i].len);
    command[args[i].len] = 0;
    char *rest = NULL;
    char *word = strtok_r(command, " ", &rest);
    bool keep = *word != '*';
    unsigned long times = keep ? 1 : strtoul(word + 1, NULL, 10);
    char *name = keep ? word : strtok_r(NULL, " ", &rest);
    char *destination = strtok_r(NULL, " ", &rest);
    strtok_r(NULL, " ", &rest); /* The type of the result, which we know. */
    for (int at = 0; at < MAX_ARGS; at++) words[at] = strtok_r(NULL, " ", &rest);
    while (times-- > 0) once(name, destination, keep);
    print_debugger_info(line, length);
    free(command);
  }
  debuggee_drop(d);
}
