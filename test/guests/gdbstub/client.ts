/** A client of the remote serial protocol over a socket, for what LLDB would never say. */

import { connect, type Socket } from 'node:net';
import {
  type Input,
  PacketReader,
  packet,
} from '../../../guest-debuggers/gdbstub/src/protocol/framing.ts';
import { ascii, fromHex, latin1 } from '../../../guest-debuggers/gdbstub/src/protocol/hex.ts';

export class Client {
  readonly socket: Socket;
  readonly #reader = new PacketReader(1 << 24);
  readonly #replies: string[] = [];
  #wake = () => {};
  #closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    const take = (input: Input) => {
      if (input.kind === 'packet') this.#replies.push(latin1(input.payload));
    };
    socket.on('data', (bytes: Buffer) => {
      this.#reader.push(bytes, take);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** @param address `HOST:PORT` */
  static async connect(address: string): Promise<Client> {
    const [host, port] = address.split(':');
    const socket = connect(Number(port), host);
    await new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject));
    const client = new Client(socket);
    client.send('+');
    return client;
  }

  /** Sends bytes as they are. */
  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next reply; undefined when the connection has been closed. */
  async reply(): Promise<string | undefined> {
    while (this.#replies.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#replies.shift();
  }

  async ask(payload: string): Promise<string | undefined> {
    this.send(packet(ascii(payload)));
    return this.reply();
  }

  /** Lets the program go on to its next stop, and gives that stop's description. */
  async continueTo(): Promise<string | undefined> {
    const stop = await this.ask('c');
    const hex = /description:([0-9a-f]+)/.exec(stop ?? '')?.[1];
    return hex === undefined ? stop : new TextDecoder().decode(fromHex(hex));
  }
}
