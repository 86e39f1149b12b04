/**
 * The world's root import, which jco's generated guest types leave out.
 */
declare module 'print-debugger-info' {
  /** Shows the user a message of the debugger, apart from its output. */
  export default function printDebuggerInfo(message: string): void;
}
