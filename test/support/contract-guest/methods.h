/* One line for each method of the world: its arguments, and how its result is shown. */

static void call(const char *name) {
#define METHOD(method, action) if (strcmp(name, method) == 0) { action; return; }
  METHOD("drop", drop())
  METHOD("poll", poll())
  METHOD("pollable.ready", text(pollable_ready(h(0)) ? "true" : "false"))
  METHOD("pollable.block", (pollable_block(h(0)), text("ok")))
  METHOD("timer", handle("pollable", subscribe_duration(n(0))))
  METHOD("tcp", handle("pollable", tcp_pollable(n(0))))
  METHOD("stdin", handle("pollable", stdin_pollable()))

  METHOD("debuggee.all-modules",
         (debuggee_all_modules(h(0), &out.list), handles("module", out.list)))
  METHOD("debuggee.all-instances",
         (debuggee_all_instances(h(0), &out.list), handles("instance", out.list)))
  METHOD("debuggee.interrupt", (debuggee_interrupt(h(0)), text("ok")))
  METHOD("debuggee.single-step", handle("event-future", resume(by_step)))
  METHOD("debuggee.continue", handle("event-future", resume(by_continue)))
  METHOD("debuggee.exit-frames", (debuggee_exit_frames(h(0), &out.list), handles("frame", out.list)))

  METHOD("event-future.subscribe", handle("pollable", event_future_subscribe(h(0))))
  METHOD("event-future.finish",
         event_future_finish(h(0), h(1), &out.event); OK_OR_ERROR(event, event(out.event.val.ok)))

  METHOD("instance.get-module", handle("module", instance_get_module(h(0), h(1))))
  METHOD("instance.get-memory",
         (instance_get_memory(h(0), h(1), n(2), &out.handle), entity("memory")))
  METHOD("instance.get-global",
         (instance_get_global(h(0), h(1), n(2), &out.handle), entity("global")))
  METHOD("instance.get-table",
         (instance_get_table(h(0), h(1), n(2), &out.handle), entity("table")))
  METHOD("instance.get-func",
         (instance_get_func(h(0), h(1), n(2), &out.handle), entity("wasm-func")))
  METHOD("instance.get-tag",
         (instance_get_tag(h(0), h(1), n(2), &out.handle), entity("wasm-tag")))
  METHOD("instance.clone", handle("instance", instance_clone(h(0))))
  METHOD("instance.unique-id", number(instance_unique_id(h(0))))

  METHOD("module.bytecode", module_bytecode(h(0), &out.option_bytes);
         if (out.option_bytes.some) bytes(out.option_bytes.val); else text("none"))
  METHOD("module.add-breakpoint", (module_add_breakpoint(h(0), h(1), n(2), &out.none), done()))
  METHOD("module.remove-breakpoint",
         (module_remove_breakpoint(h(0), h(1), n(2), &out.none), done()))
  METHOD("module.clone", handle("module", module_clone(h(0))))
  METHOD("module.unique-id", number(module_unique_id(h(0))))

  METHOD("memory.size-bytes", number(memory_size_bytes(h(0), h(1))))
  METHOD("memory.page-size-bytes", number(memory_page_size_bytes(h(0), h(1))))
  METHOD("memory.grow-to-bytes", (memory_grow_to_bytes(h(0), h(1), n(2), &out.u64), u64()))
  METHOD("memory.get-bytes", memory_get_bytes(h(0), h(1), n(2), n(3), &out.bytes);
         OK_OR_ERROR(bytes, bytes(out.bytes.val.ok)))
  METHOD("memory.set-bytes", bytes_t given = bytes_of(3);
         memory_set_bytes(h(0), h(1), n(2), given.ptr, given.len, &out.none); free(given.ptr);
         done())
  METHOD("memory.get-u8", (memory_get_u8(h(0), h(1), n(2), &out.u8), u8()))
  METHOD("memory.get-u16", (memory_get_u16(h(0), h(1), n(2), &out.u16), u16()))
  METHOD("memory.get-u32", (memory_get_u32(h(0), h(1), n(2), &out.u32), u32()))
  METHOD("memory.get-u64", (memory_get_u64(h(0), h(1), n(2), &out.u64), u64()))
  METHOD("memory.set-u8", (memory_set_u8(h(0), h(1), n(2), n(3), &out.none), done()))
  METHOD("memory.set-u16", (memory_set_u16(h(0), h(1), n(2), n(3), &out.none), done()))
  METHOD("memory.set-u32", (memory_set_u32(h(0), h(1), n(2), n(3), &out.none), done()))
  METHOD("memory.set-u64", (memory_set_u64(h(0), h(1), n(2), n(3), &out.none), done()))
  METHOD("memory.clone", handle("memory", memory_clone(h(0))))
  METHOD("memory.unique-id", number(memory_unique_id(h(0))))

  METHOD("global.get", (global_get(h(0), h(1), &out.handle), entity("wasm-value")))
  METHOD("global.set", (global_set(h(0), h(1), h(2), &out.none), done()))
  METHOD("global.clone", handle("global", global_clone(h(0))))
  METHOD("global.unique-id", number(global_unique_id(h(0))))

  METHOD("table.len", number(table_len(h(0), h(1))))
  METHOD("table.get-element",
         (table_get_element(h(0), h(1), n(2), &out.handle), entity("wasm-value")))
  METHOD("table.set-element", (table_set_element(h(0), h(1), n(2), h(3), &out.none), done()))
  METHOD("table.clone", handle("table", table_clone(h(0))))
  METHOD("table.unique-id", number(table_unique_id(h(0))))

  METHOD("wasm-func.params", (wasm_func_params(h(0), h(1), &out.bytes), type_list()))
  METHOD("wasm-func.results", (wasm_func_results(h(0), h(1), &out.bytes), type_list()))
  METHOD("wasm-func.clone", handle("wasm-func", wasm_func_clone(h(0))))

  METHOD("wasm-exception.get-tag", handle("wasm-tag", wasm_exception_get_tag(h(0), h(1))))
  METHOD("wasm-exception.get-values",
         (wasm_exception_get_values(h(0), h(1), &out.handles), values()))
  METHOD("wasm-exception.clone", handle("wasm-exception", wasm_exception_clone(h(0), h(1))))
  METHOD("wasm-exception.make", handles_t given = list_of(2);
         wasm_exception_make(h(0), h(1), given.ptr, given.len, &out.handle);
         entity("wasm-exception"))

  METHOD("wasm-tag.params", (wasm_tag_params(h(0), h(1), &out.bytes), type_list()))
  METHOD("wasm-tag.unique-id", number(wasm_tag_unique_id(h(0))))
  METHOD("wasm-tag.clone", handle("wasm-tag", wasm_tag_clone(h(0))))
  METHOD("wasm-tag.make", bytes_t given = types_of(1);
         handle("wasm-tag", wasm_tag_make(h(0), given.ptr, given.len)); free(given.ptr))

  METHOD("frame.get-instance", (frame_get_instance(h(0), h(1), &out.handle), entity("instance")))
  METHOD("frame.get-func-index", (frame_get_func_index(h(0), h(1), &out.u32), u32()))
  METHOD("frame.get-pc", (frame_get_pc(h(0), h(1), &out.u32), u32()))
  METHOD("frame.get-locals", (frame_get_locals(h(0), h(1), &out.handles), values()))
  METHOD("frame.get-stack", (frame_get_stack(h(0), h(1), &out.handles), values()))
  METHOD("frame.parent-frame", frame_parent_frame(h(0), h(1), &out.option_handle);
         OK_OR_ERROR(option_handle, option("frame", out.option_handle.val.ok)))

  METHOD("wasm-value.get-type", text(TYPES[wasm_value_get_type(h(0))]))
  METHOD("wasm-value.unwrap-i32", number(wasm_value_unwrap_i32(h(0))))
  METHOD("wasm-value.unwrap-i64", number(wasm_value_unwrap_i64(h(0))))
  METHOD("wasm-value.unwrap-f32", union { float f; uint32_t u; } value;
         value.f = wasm_value_unwrap_f32(h(0)); bits(value.u))
  METHOD("wasm-value.unwrap-f64", union { double f; uint64_t u; } value;
         value.f = wasm_value_unwrap_f64(h(0)); bits(value.u))
  METHOD("wasm-value.unwrap-v128",
         (wasm_value_unwrap_v128(h(0), &out.plain_bytes), bytes(out.plain_bytes)))
  METHOD("wasm-value.unwrap-func",
         (wasm_value_unwrap_func(h(0), &out.option), option("wasm-func", out.option)))
  METHOD("wasm-value.unwrap-exception",
         (wasm_value_unwrap_exception(h(0), &out.option), option("wasm-exception", out.option)))
  METHOD("wasm-value.make-i32", handle("wasm-value", wasm_value_make_i32(n(0))))
  METHOD("wasm-value.make-i64", handle("wasm-value", wasm_value_make_i64(n(0))))
  METHOD("wasm-value.make-f32", union { uint32_t u; float f; } given; given.u = n(0);
         handle("wasm-value", wasm_value_make_f32(given.f)))
  METHOD("wasm-value.make-f64", union { uint64_t u; double f; } given; given.u = n(0);
         handle("wasm-value", wasm_value_make_f64(given.f)))
  METHOD("wasm-value.make-v128", bytes_t given = bytes_of(0);
         handle("wasm-value", wasm_value_make_v128(given.ptr, given.len)); free(given.ptr))
  METHOD("wasm-value.clone", handle("wasm-value", wasm_value_clone(h(0))))

  text("no method "), text(name);
}
