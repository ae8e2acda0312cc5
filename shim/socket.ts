// socket_open, socket_send and socket_close by WebSocket: opened, frames as they come, closed.
import type { Concern, Dispatch } from './core';

// Kept before the page can replace it later.
const PageSocket = globalThis.WebSocket;
const to_utf8 = new TextEncoder();
const from_utf8 = new TextDecoder();
// RFC 6455, section 7.4.1: the connection ended without a word, or never was.
const code_without_a_word = 1006;

export function sockets(dispatch: Dispatch): Concern<'socket_open' | 'socket_send' | 'socket_close'> {
  const open = new Map<number, WebSocket>();

  const close = (attempt: number, code?: number): void => {
    const socket = open.get(attempt);
    open.delete(attempt);
    socket?.close(code);
  };

  const begin = (attempt: number, url: string, protocols: string[]): void => {
    const closed = (code: number, reason: string): void => {
      open.delete(attempt);
      dispatch({ type: 'socket_closed', attempt, code, reason });
    };
    let socket: WebSocket;
    try {
      socket = new PageSocket(url, protocols);
    } catch (error) {
      closed(code_without_a_word, String(error));
      return;
    }
    open.set(attempt, socket);
    // After a close of ours the core has moved on: nothing more is told about this attempt.
    const heard = (): boolean => open.get(attempt) === socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      if (heard()) dispatch({ type: 'socket_opened', attempt });
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      const binary = typeof data !== 'string';
      const bytes = binary ? new Uint8Array(data) : to_utf8.encode(data);
      if (heard()) dispatch({ type: 'socket_frame', attempt, bytes, binary });
    };
    socket.onclose = ({ code, reason }) => {
      if (heard()) closed(code, reason);
    };
  };

  return {
    handlers: {
      socket_open({ attempt, url, protocols }) {
        begin(attempt, url, protocols);
      },
      socket_send({ attempt, bytes, binary }) {
        const socket = open.get(attempt);
        // What is sent into a closing socket is lost either way; its end is told by `socket_closed`.
        if (socket?.readyState === PageSocket.OPEN)
          socket.send(binary ? (bytes as BufferSource) : from_utf8.decode(bytes));
      },
      socket_close({ attempt, code }) {
        close(attempt, code);
      },
    },
    reset() {
      for (const attempt of [...open.keys()]) close(attempt);
    },
  };
}
