/**
 * The bridge of `witness run -g`: a listening TCP socket on one side, a debugger component's
 * standard streams on the other (see host/client-messages.ts). Runs on main.
 *
 *     idle --component asks--> ready --client there--> serving --client gone--> idle
 *
 * One client is served at a time. One more may wait, because a client that comes back at once can
 * be here before its own earlier connection is seen to end; if that takes long, it is sent away. A
 * connection is a client's when it has said something.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type ChannelBuffers, controlWords, ringWake } from '../channel/buffers.ts';
import type { FromDebugger, ToDebugger } from '../host/client-messages.ts';
import { messageOf, StartError } from '../program/errors.ts';
import type { ListenAddress } from './listen-address.ts';

/** Input that the component has not read, in bytes, above which the client has to wait. */
const HIGH_WATER = 1 << 20;
/** How long a client may wait for the one before it to go, in milliseconds. */
const PATIENCE_MS = 1000;
/** How long a connection may say nothing at its beginning, in milliseconds. */
const SILENCE_MS = 10_000;
/** How long the last output may take to reach the client, in milliseconds. */
const LINGER_MS = 1000;

export interface ClientServer {
  /** Host and port that clients can connect to. */
  readonly address: string;
  /** Settles when the component can serve clients: before, they would wait and perhaps give up. */
  readonly ready: Promise<void>;
  /** The component's end, to be handed over. */
  readonly port: MessagePort;
  /** Sends what the component has written, and closes everything. */
  close(): Promise<void>;
}

/** @throws StartError if nobody can listen there */
export async function listenForClients(
  where: ListenAddress,
  channel: ChannelBuffers,
): Promise<ClientServer> {
  const { port1, port2 } = new MessageChannel();
  const bridge = new Bridge(port1, channel);
  const server = createServer({ noDelay: true }, (socket) => bridge.connected(socket));
  const address = await listen(server, where);
  return {
    address,
    ready: bridge.ready,
    port: port2,
    async close() {
      server.close();
      await bridge.close();
    },
  };
}

function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new StartError(`cannot listen on ${withPort(host, port)}: ${refusal(error)}`));
    });
    server.listen({ host, port }, () => {
      const bound = server.address();
      resolve(withPort(host, typeof bound === 'object' && bound !== null ? bound.port : port));
    });
  });
}

function refusal(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return 'the port is in use; 0 picks a free one';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address';
    case 'EACCES':
      return 'permission denied; ports from 1024 need none';
    default:
      return messageOf(error);
  }
}

function withPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

interface Client {
  readonly socket: Socket;
  /** What it has sent before it was its turn. */
  readonly early: Buffer;
  /** Sends it away. */
  patience: NodeJS.Timeout | undefined;
}

class Bridge {
  readonly #port: MessagePort;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly ready: Promise<void>;
  #becomeReady = () => {};
  /** The component waits for a client. */
  #asked = false;
  readonly #sockets = new Set<Socket>();
  #present: Client | undefined;
  #waiting: Client | undefined;
  #unread = 0;

  constructor(port: MessagePort, channel: ChannelBuffers) {
    this.#port = port;
    this.#words = controlWords(channel);
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    port.on('message', (message: FromDebugger) => this.#received(message));
  }

  connected(socket: Socket): void {
    // How it ends does not matter: 'close' follows.
    socket.on('error', () => {});
    // Whoever only looks whether there is somebody is none of the component's business.
    const patience = setTimeout(() => socket.destroy(), SILENCE_MS);
    this.#sockets.add(socket);
    socket.on('close', () => {
      clearTimeout(patience);
      this.#sockets.delete(socket);
    });
    socket.once('data', (bytes: Buffer) => {
      clearTimeout(patience);
      socket.pause();
      this.#spoken(socket, bytes);
    });
  }

  #spoken(socket: Socket, early: Buffer): void {
    // The one that waits may be gone already, without a word of it here yet: the last one counts.
    this.#waiting?.socket.destroy();
    const client: Client = { socket, early, patience: undefined };
    if (this.#present !== undefined) {
      client.patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
    }
    this.#waiting = client;
    socket.on('close', () => {
      clearTimeout(client.patience);
      if (this.#waiting === client) this.#waiting = undefined;
      if (this.#present === client) this.#gone();
    });
    this.#admit();
  }

  async close(): Promise<void> {
    for (;;) {
      const left = receiveMessageOnPort(this.#port) as { message: FromDebugger } | undefined;
      if (left === undefined) break;
      this.#received(left.message);
    }
    this.#port.close();
    const socket = this.#present?.socket;
    for (const other of this.#sockets) if (other !== socket) other.destroy();
    if (socket === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LINGER_MS);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
      // The client's last bytes are of no use, but unread they would turn the end into a reset.
      socket.resume();
      socket.end();
    });
    socket.destroy();
  }

  #admit(): void {
    const client = this.#waiting;
    if (client === undefined || !this.#asked || this.#present !== undefined) return;
    clearTimeout(client.patience);
    this.#waiting = undefined;
    this.#asked = false;
    this.#present = client;
    this.#unread = 0;
    this.#input(client, client.early);
    client.socket.on('data', (bytes: Buffer) => this.#input(client, bytes)).resume();
  }

  #input({ socket }: Client, bytes: Buffer): void {
    this.#unread += bytes.length;
    if (this.#unread > HIGH_WATER) socket.pause();
    // A copy: the bytes are part of a pool of Node's.
    this.#send({ kind: 'input', bytes: new Uint8Array(bytes) });
  }

  #gone(): void {
    this.#present = undefined;
    // It is next, however long the component takes to leave the program to itself.
    clearTimeout(this.#waiting?.patience);
    this.#send({ kind: 'end' });
  }

  #received(message: FromDebugger): void {
    switch (message.kind) {
      case 'next':
        this.#asked = true;
        this.#becomeReady();
        this.#admit();
        break;
      case 'output':
        this.#present?.socket.write(message.bytes);
        break;
      case 'consumed':
        this.#unread -= message.length;
        if (this.#unread <= HIGH_WATER) this.#present?.socket.resume();
        break;
    }
  }

  #send(message: ToDebugger): void {
    this.#port.postMessage(message);
    ringWake(this.#words);
  }
}
