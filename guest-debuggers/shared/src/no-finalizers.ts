/**
 * Imported for what it does, by debuggers that dispose of every handle.
 *
 * The bindings enter each handle into a FinalizationRegistry and take it out again, for good, when it
 * is first used; they go on trying with each call. That is a tenth of what a call costs.
 */

/** Does nothing, and is not interpreted. */
const nothing = Number.isNaN;

Object.assign(FinalizationRegistry.prototype, { register: nothing, unregister: nothing });
