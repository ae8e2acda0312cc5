// The session's WebSocket, by attempt: in the worker, or on the page where the session runs in a worklet.
import type { SocketNews } from './messages';

const abnormal_closure = 1006;

export interface Sockets {
  open(socket: number, url: string): void;
  send(socket: number, bytes: ArrayBuffer | Uint8Array): void;
  close(socket: number, code: number): void;
  buffered_bytes(): number;
  /** Without a word to anyone. */
  end(): void;
}

export function make_sockets(tell: (news: SocketNews) => void): Sockets {
  let current: WebSocket | undefined;
  let number = 0;

  const drop = (code: number): void => {
    const old = current;
    current = undefined;
    old?.close(code);
  };

  return {
    open(socket, url) {
      drop(1000);
      number = socket;
      let made: WebSocket;
      try {
        made = new WebSocket(url);
      } catch {
        // Refused by the page's policy. The session is still busy with what made it ask.
        setTimeout(() => tell({ is: 'closed', socket, code: abnormal_closure }));
        return;
      }
      current = made;
      made.binaryType = 'arraybuffer';
      const live = (): boolean => current === made;
      made.onopen = () => live() && tell({ is: 'opened', socket });
      made.onmessage = ({ data }) =>
        live() && data instanceof ArrayBuffer && tell({ is: 'heard', socket, bytes: data });
      made.onclose = ({ code }) => {
        if (!live()) return;
        current = undefined;
        tell({ is: 'closed', socket, code });
      };
    },
    send(socket, bytes) {
      if (socket === number && current?.readyState === 1) current.send(bytes as BufferSource);
    },
    close(socket, code) {
      if (socket === number) drop(code);
    },
    buffered_bytes: () => current?.bufferedAmount ?? 0,
    end: () => drop(1000),
  };
}
