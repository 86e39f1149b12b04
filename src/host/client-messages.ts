/**
 * A debugger component that serves clients, one after the other, gets them as its standard streams:
 *
 * - Its standard input is one client's bytes, and ends when that client has gone. `get-stdin` then
 *   gives the input of the next client, whether or not there is one already: until it comes and
 *   sends something, there is nothing to read.
 * - What it writes to its standard output goes to the client whose input it has asked for last, and
 *   nowhere once that client has gone.
 *
 * So a component needs nothing but standard streams, and one that reads them to their end serves one
 * client on any host. These are the messages behind that, between the thread that holds the
 * connections and the debugger's Worker. After each message to the Worker the channel's wake word has
 * to be rung, because the Worker sleeps on that.
 */

/** To the debugger's Worker. */
export type ToDebugger =
  | { readonly kind: 'input'; readonly bytes: Uint8Array }
  /** The present client has gone. Nothing follows until the Worker asks for the next one. */
  | { readonly kind: 'end' };

/** From the debugger's Worker. */
export type FromDebugger =
  /** The component is ready for a client. At the beginning and after each `end`. */
  | { readonly kind: 'next' }
  | { readonly kind: 'output'; readonly bytes: Uint8Array }
  /** The component has read this many bytes of the input. */
  | { readonly kind: 'consumed'; readonly length: number };
