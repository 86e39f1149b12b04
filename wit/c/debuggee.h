/*
 * The debugger world in C: the functions that a debugger component imports and exports, as the
 * canonical ABI of the component model has them, one to one.
 *
 * Resources are handles. A handle that a function returns is owned: drop it with `NAME_drop`, or
 * hand it over to a function whose parameter owns it. Lists that a function returns are in memory
 * that came from `cabi_realloc`; the caller frees them. Parameters never change hands, except owned
 * handles.
 *
 * A function whose result does not fit one core value writes it to its last parameter.
 */
#ifndef WITNESS_DEBUGGEE_H
#define WITNESS_DEBUGGEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t debuggee_t;
typedef uint32_t event_future_t;
typedef uint32_t instance_t;
typedef uint32_t module_t;
typedef uint32_t memory_t;
typedef uint32_t global_t;
typedef uint32_t table_t;
typedef uint32_t wasm_func_t;
typedef uint32_t wasm_exception_t;
typedef uint32_t wasm_tag_t;
typedef uint32_t wasm_value_t;
typedef uint32_t frame_t;
typedef uint32_t pollable_t;

/* enum error */
enum {
  ERROR_INVALID_ENTITY,
  ERROR_INVALID_PC,
  ERROR_INVALID_FRAME,
  ERROR_UNSUPPORTED_TYPE,
  ERROR_MISMATCHED_TYPE,
  ERROR_NON_WASM_FRAME,
  ERROR_ALLOC_FAILURE,
  ERROR_BREAKPOINT_UPDATE,
  ERROR_READ_ONLY,
  ERROR_OUT_OF_BOUNDS,
  ERROR_MEMORY_GROW_FAILURE,
  ERROR_EXECUTION_TRAP,
};

/* variant wasm-type */
enum {
  WASM_TYPE_I32,
  WASM_TYPE_I64,
  WASM_TYPE_F32,
  WASM_TYPE_F64,
  WASM_TYPE_V128,
  WASM_TYPE_FUNCREF,
  WASM_TYPE_EXNREF,
};

/* variant event */
enum {
  EVENT_COMPLETE,
  EVENT_TRAP,
  EVENT_BREAKPOINT,
  EVENT_INTERRUPTED,
  EVENT_EXCEPTION,
  EVENT_INJECTED_CALL_RETURN,
};

/* variant resumption-value, as `debuggee_continue` and `debuggee_single_step` take it: this, then
 *   normal            0, 0, 0
 *   inject-call       callee (owned), arguments (owned wasm_value_t *, as a number), their count
 *   throw-exception   exception (owned), 0, 0
 *   early-return      values (owned wasm_value_t *, as a number), their count, 0
 */
enum {
  RESUMPTION_NORMAL,
  RESUMPTION_INJECT_CALL,
  RESUMPTION_THROW_EXCEPTION,
  RESUMPTION_EARLY_RETURN,
};

/* list<u8>, list<wasm-type> */
typedef struct { uint8_t *ptr; size_t len; } bytes_t;
/* list of owned handles */
typedef struct { uint32_t *ptr; size_t len; } handles_t;
/* string */
typedef struct { const char *ptr; size_t len; } string_t;
/* option<list<u8>> */
typedef struct { bool some; bytes_t val; } option_bytes_t;
/* option of an owned handle */
typedef struct { bool some; uint32_t val; } option_handle_t;

/* result<T, error>: `val.ok` unless `is_err` */
typedef struct { bool is_err; uint8_t err; } result_t;
typedef struct { bool is_err; union { uint8_t ok; uint8_t err; } val; } result_u8_t;
typedef struct { bool is_err; union { uint16_t ok; uint8_t err; } val; } result_u16_t;
typedef struct { bool is_err; union { uint32_t ok; uint8_t err; } val; } result_u32_t;
typedef struct { bool is_err; union { uint64_t ok; uint8_t err; } val; } result_u64_t;
typedef struct { bool is_err; union { uint32_t ok; uint8_t err; } val; } result_handle_t;
typedef struct { bool is_err; union { handles_t ok; uint8_t err; } val; } result_handles_t;
typedef struct { bool is_err; union { bytes_t ok; uint8_t err; } val; } result_bytes_t;
typedef struct { bool is_err; union { option_handle_t ok; uint8_t err; } val; } result_option_handle_t;
typedef struct {
  uint8_t tag;
  union { wasm_exception_t exception; handles_t values; } val;
} event_t;
typedef struct { bool is_err; union { event_t ok; uint8_t err; } val; } result_event_t;

#define WIT_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define WIT_EXPORT(name) __attribute__((export_name(name)))
#define DEBUGGEE(name) WIT_IMPORT("bytecodealliance:wasmtime/debuggee@44.0.0", name)
#define POLL(name) WIT_IMPORT("wasi:io/poll@0.2.12", name)

/* ---- what a debugger exports: define these two ---- */

/* Drop `d` (it is a borrowed handle) before returning. `args` is the callee's to free. */
WIT_EXPORT("bytecodealliance:wasmtime/debugger@44.0.0#debug")
void debugger_debug(debuggee_t d, string_t *args, size_t args_len);

/* Where the host puts lists and strings: as realloc; may not fail. */
WIT_EXPORT("cabi_realloc")
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size);

/* ---- what it may import ---- */

WIT_IMPORT("$root", "print-debugger-info")
void print_debugger_info(const char *message, size_t len);

DEBUGGEE("[method]debuggee.all-modules") void debuggee_all_modules(debuggee_t, handles_t *);
DEBUGGEE("[method]debuggee.all-instances") void debuggee_all_instances(debuggee_t, handles_t *);
DEBUGGEE("[method]debuggee.interrupt") void debuggee_interrupt(debuggee_t);
DEBUGGEE("[method]debuggee.single-step")
event_future_t debuggee_single_step(debuggee_t, int tag, uint32_t, uint32_t, uint32_t);
DEBUGGEE("[method]debuggee.continue")
event_future_t debuggee_continue(debuggee_t, int tag, uint32_t, uint32_t, uint32_t);
DEBUGGEE("[method]debuggee.exit-frames") void debuggee_exit_frames(debuggee_t, handles_t *);
DEBUGGEE("[resource-drop]debuggee") void debuggee_drop(debuggee_t);

DEBUGGEE("[method]event-future.subscribe") pollable_t event_future_subscribe(event_future_t);
DEBUGGEE("[static]event-future.finish")
void event_future_finish(event_future_t owned, debuggee_t, result_event_t *);
DEBUGGEE("[resource-drop]event-future") void event_future_drop(event_future_t);

DEBUGGEE("[method]instance.get-module") module_t instance_get_module(instance_t, debuggee_t);
DEBUGGEE("[method]instance.get-memory")
void instance_get_memory(instance_t, debuggee_t, uint32_t index, result_handle_t *);
DEBUGGEE("[method]instance.get-global")
void instance_get_global(instance_t, debuggee_t, uint32_t index, result_handle_t *);
DEBUGGEE("[method]instance.get-table")
void instance_get_table(instance_t, debuggee_t, uint32_t index, result_handle_t *);
DEBUGGEE("[method]instance.get-func")
void instance_get_func(instance_t, debuggee_t, uint32_t index, result_handle_t *);
DEBUGGEE("[method]instance.get-tag")
void instance_get_tag(instance_t, debuggee_t, uint32_t index, result_handle_t *);
DEBUGGEE("[method]instance.clone") instance_t instance_clone(instance_t);
DEBUGGEE("[method]instance.unique-id") uint64_t instance_unique_id(instance_t);
DEBUGGEE("[resource-drop]instance") void instance_drop(instance_t);

DEBUGGEE("[method]module.bytecode") void module_bytecode(module_t, option_bytes_t *);
DEBUGGEE("[method]module.add-breakpoint")
void module_add_breakpoint(module_t, debuggee_t, uint32_t pc, result_t *);
DEBUGGEE("[method]module.remove-breakpoint")
void module_remove_breakpoint(module_t, debuggee_t, uint32_t pc, result_t *);
DEBUGGEE("[method]module.clone") module_t module_clone(module_t);
DEBUGGEE("[method]module.unique-id") uint64_t module_unique_id(module_t);
DEBUGGEE("[resource-drop]module") void module_drop(module_t);

DEBUGGEE("[method]memory.size-bytes") uint64_t memory_size_bytes(memory_t, debuggee_t);
DEBUGGEE("[method]memory.page-size-bytes") uint64_t memory_page_size_bytes(memory_t, debuggee_t);
DEBUGGEE("[method]memory.grow-to-bytes")
void memory_grow_to_bytes(memory_t, debuggee_t, uint64_t delta, result_u64_t *);
DEBUGGEE("[method]memory.get-bytes")
void memory_get_bytes(memory_t, debuggee_t, uint64_t addr, uint64_t len, result_bytes_t *);
DEBUGGEE("[method]memory.set-bytes")
void memory_set_bytes(memory_t, debuggee_t, uint64_t addr, const uint8_t *, size_t, result_t *);
DEBUGGEE("[method]memory.get-u8")
void memory_get_u8(memory_t, debuggee_t, uint64_t addr, result_u8_t *);
DEBUGGEE("[method]memory.get-u16")
void memory_get_u16(memory_t, debuggee_t, uint64_t addr, result_u16_t *);
DEBUGGEE("[method]memory.get-u32")
void memory_get_u32(memory_t, debuggee_t, uint64_t addr, result_u32_t *);
DEBUGGEE("[method]memory.get-u64")
void memory_get_u64(memory_t, debuggee_t, uint64_t addr, result_u64_t *);
DEBUGGEE("[method]memory.set-u8")
void memory_set_u8(memory_t, debuggee_t, uint64_t addr, uint32_t value, result_t *);
DEBUGGEE("[method]memory.set-u16")
void memory_set_u16(memory_t, debuggee_t, uint64_t addr, uint32_t value, result_t *);
DEBUGGEE("[method]memory.set-u32")
void memory_set_u32(memory_t, debuggee_t, uint64_t addr, uint32_t value, result_t *);
DEBUGGEE("[method]memory.set-u64")
void memory_set_u64(memory_t, debuggee_t, uint64_t addr, uint64_t value, result_t *);
DEBUGGEE("[method]memory.clone") memory_t memory_clone(memory_t);
DEBUGGEE("[method]memory.unique-id") uint64_t memory_unique_id(memory_t);
DEBUGGEE("[resource-drop]memory") void memory_drop(memory_t);

DEBUGGEE("[method]global.get") void global_get(global_t, debuggee_t, result_handle_t *);
DEBUGGEE("[method]global.set")
void global_set(global_t, debuggee_t, wasm_value_t owned, result_t *);
DEBUGGEE("[method]global.clone") global_t global_clone(global_t);
DEBUGGEE("[method]global.unique-id") uint64_t global_unique_id(global_t);
DEBUGGEE("[resource-drop]global") void global_drop(global_t);

DEBUGGEE("[method]table.len") uint64_t table_len(table_t, debuggee_t);
DEBUGGEE("[method]table.get-element")
void table_get_element(table_t, debuggee_t, uint64_t index, result_handle_t *);
DEBUGGEE("[method]table.set-element")
void table_set_element(table_t, debuggee_t, uint64_t index, wasm_value_t owned, result_t *);
DEBUGGEE("[method]table.clone") table_t table_clone(table_t);
DEBUGGEE("[method]table.unique-id") uint64_t table_unique_id(table_t);
DEBUGGEE("[resource-drop]table") void table_drop(table_t);

DEBUGGEE("[method]wasm-func.params") void wasm_func_params(wasm_func_t, debuggee_t, result_bytes_t *);
DEBUGGEE("[method]wasm-func.results")
void wasm_func_results(wasm_func_t, debuggee_t, result_bytes_t *);
DEBUGGEE("[method]wasm-func.clone") wasm_func_t wasm_func_clone(wasm_func_t);
DEBUGGEE("[resource-drop]wasm-func") void wasm_func_drop(wasm_func_t);

DEBUGGEE("[method]wasm-exception.get-tag")
wasm_tag_t wasm_exception_get_tag(wasm_exception_t, debuggee_t);
DEBUGGEE("[method]wasm-exception.get-values")
void wasm_exception_get_values(wasm_exception_t, debuggee_t, result_handles_t *);
DEBUGGEE("[method]wasm-exception.clone")
wasm_exception_t wasm_exception_clone(wasm_exception_t, debuggee_t);
DEBUGGEE("[static]wasm-exception.make")
void wasm_exception_make(debuggee_t, wasm_tag_t, const wasm_value_t *owned, size_t,
                         result_handle_t *);
DEBUGGEE("[resource-drop]wasm-exception") void wasm_exception_drop(wasm_exception_t);

DEBUGGEE("[method]wasm-tag.params") void wasm_tag_params(wasm_tag_t, debuggee_t, result_bytes_t *);
DEBUGGEE("[method]wasm-tag.unique-id") uint64_t wasm_tag_unique_id(wasm_tag_t);
DEBUGGEE("[method]wasm-tag.clone") wasm_tag_t wasm_tag_clone(wasm_tag_t);
DEBUGGEE("[static]wasm-tag.make")
wasm_tag_t wasm_tag_make(debuggee_t, const uint8_t *types, size_t);
DEBUGGEE("[resource-drop]wasm-tag") void wasm_tag_drop(wasm_tag_t);

DEBUGGEE("[method]frame.get-instance") void frame_get_instance(frame_t, debuggee_t, result_handle_t *);
DEBUGGEE("[method]frame.get-func-index")
void frame_get_func_index(frame_t, debuggee_t, result_u32_t *);
DEBUGGEE("[method]frame.get-pc") void frame_get_pc(frame_t, debuggee_t, result_u32_t *);
DEBUGGEE("[method]frame.get-locals") void frame_get_locals(frame_t, debuggee_t, result_handles_t *);
DEBUGGEE("[method]frame.get-stack") void frame_get_stack(frame_t, debuggee_t, result_handles_t *);
DEBUGGEE("[method]frame.parent-frame")
void frame_parent_frame(frame_t, debuggee_t, result_option_handle_t *);
DEBUGGEE("[resource-drop]frame") void frame_drop(frame_t);

DEBUGGEE("[method]wasm-value.get-type") uint32_t wasm_value_get_type(wasm_value_t);
DEBUGGEE("[method]wasm-value.unwrap-i32") uint32_t wasm_value_unwrap_i32(wasm_value_t);
DEBUGGEE("[method]wasm-value.unwrap-i64") uint64_t wasm_value_unwrap_i64(wasm_value_t);
DEBUGGEE("[method]wasm-value.unwrap-f32") float wasm_value_unwrap_f32(wasm_value_t);
DEBUGGEE("[method]wasm-value.unwrap-f64") double wasm_value_unwrap_f64(wasm_value_t);
DEBUGGEE("[method]wasm-value.unwrap-v128") void wasm_value_unwrap_v128(wasm_value_t, bytes_t *);
DEBUGGEE("[method]wasm-value.unwrap-func")
void wasm_value_unwrap_func(wasm_value_t, option_handle_t *);
DEBUGGEE("[method]wasm-value.unwrap-exception")
void wasm_value_unwrap_exception(wasm_value_t, option_handle_t *);
DEBUGGEE("[static]wasm-value.make-i32") wasm_value_t wasm_value_make_i32(uint32_t);
DEBUGGEE("[static]wasm-value.make-i64") wasm_value_t wasm_value_make_i64(uint64_t);
DEBUGGEE("[static]wasm-value.make-f32") wasm_value_t wasm_value_make_f32(float);
DEBUGGEE("[static]wasm-value.make-f64") wasm_value_t wasm_value_make_f64(double);
DEBUGGEE("[static]wasm-value.make-v128") wasm_value_t wasm_value_make_v128(const uint8_t *, size_t);
DEBUGGEE("[method]wasm-value.clone") wasm_value_t wasm_value_clone(wasm_value_t);
DEBUGGEE("[resource-drop]wasm-value") void wasm_value_drop(wasm_value_t);

POLL("[method]pollable.ready") bool pollable_ready(pollable_t);
POLL("[method]pollable.block") void pollable_block(pollable_t);
/* Indices of those that are ready, as numbers: a list<u32>. */
POLL("poll") void poll_list(const pollable_t *, size_t, handles_t *);
POLL("[resource-drop]pollable") void pollable_drop(pollable_t);

#endif
