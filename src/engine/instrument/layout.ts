/**
 * The layout of the debug memory: the one shared memory that every instrumented module imports
 * behind its own memories. Both sides of the engine need it, the code that is emitted and the
 * runtime that reads frames and sets limits.
 *
 *     0        control words (below)
 *     64       limit words, i32 each: the highest frame base at which the code that owns the word
 *              may go on. LEAVES makes that code leave at its next check; otherwise it is the frame
 *              stack's end less the frame's size, so the same comparison finds an overflow. Its lowest
 *              byte is 0 then, and is all that is looked at where an overflow has been ruled out
 *     SIGNATURES  bytes that say which elements of tables have which signature, see
 *              `signature-tables.ts`
 *     STACK    frames, growing upward; a callee's frame begins where its caller's ends
 *
 * One comparison for two purposes is the reason for a limit instead of a flag: every frame must be
 * checked against the end of the stack anyway.
 */

/** Byte address of the frame pointer of the next callee (i32). Written before calls of functions that take it. */
export const FRAME_POINTER = 8;
/** Byte address of the word that is 1 while an interrupt is asked for and not yet reported. */
export const INTERRUPT = 16;
/** Byte address of the number of limit words in use, so that another thread can clear them all. */
export const LIMIT_COUNT = 20;
/** Byte address of how many functions may yet begin before the arrays of references are renewed (i32). */
export const UNTIL_RENEWAL = 24;
/** Byte address of 16 bytes through which helper modules pass one value of any numeric type. */
export const SCRATCH = 32;
/** Byte address of the first limit word. */
export const LIMITS = 64;
/** Number of limit words there is room for: functions of all modules, and versions of functions. */
export const MAX_LIMITS = 3 * (1 << 20) - LIMITS / 4;
/** A limit word of code that is to leave: below every frame, and its lowest byte is not 0. */
export const LEAVES = 1;
/** All other limits are multiples of this. */
export const LIMIT_STEP = 256;
/** Byte address of the first row of signatures, behind all limit words. */
export const SIGNATURES = 3 * (1 << 22);
/** Byte address behind the last row there is room for. */
export const SIGNATURES_END = 1 << 24;
/** Byte address of the first frame. */
export const STACK = 1 << 24;

export const PAGE = 65536;
/**
 * What a debug memory begins with, in pages: the limits and 64 KiB of frames. Few programs call
 * deeper, and arrays of references for that many are small enough for V8 to let them be young.
 */
export const INITIAL_PAGES = (STACK >> 16) + 1;
/**
 * The most it may grow to, in pages (1 GiB). V8's own stack is exhausted long before, unless
 * frames are thousands of locals wide.
 */
export const MAXIMUM_PAGES = 16384;

/** Module name of everything that instrumented modules import from the engine. */
export const IMPORT_MODULE = 'witness:engine';

/** Slot of the continuation table that holds `leave`. */
export const LEAVE_SLOT = 0;
/** Slot of the continuation table that holds what renews the arrays of references. */
export const RENEW_SLOT = 1;
/** The first slot of the continuation table for a continuation. */
export const FIRST_FREE_SLOT = 2;

/** The pc with which a continuation asks its hook to throw the exception that it was entered for. */
export const THROW = -1;

/** Set in the pc that `leave` gets when the instruction there is about to trap. */
export const TRAP = -0x8000_0000;

/** Set in the pc that `leave` gets when only a version's length was the reason. */
export const CAPPED = 0x4000_0000;

/**
 * Set in the pc that `leave` gets when what comes may trap: the next rounds of a counted loop, or one
 * of several accesses that follow, may leave their memory, or the function that is called may not have
 * the signature.
 */
export const BEYOND = TRAP | CAPPED;
