/**
 * The exit statuses of the command `witness` that are not the program's own. 125 and 134 follow
 * what shells' users know: `env` and `timeout` give 125 for a failure of their own, and 134 is
 * what a shell reports of a process that aborted.
 */

/** The command line is wrong; nothing was started. */
export const USAGE = 2;
/** The debugger failed, or Witness could not start the program. */
export const FAILED = 125;
/** Ctrl-C: 128 + SIGINT. */
export const INTERRUPTED = 130;
/** The program trapped, or its thread died. */
export const TRAPPED = 134;
/** 128 + SIGTERM. */
export const TERMINATED = 143;
