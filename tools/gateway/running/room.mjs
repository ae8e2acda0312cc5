// How many connections there is room for. A process may have so many files open and no more; where there are none left, nothing can be
// begun: no model asked, no voice started, no file sent. So connections are counted before that happens, each with one descriptor more for
// what it may ask for, and those past the room are closed as soon as they come. Calls, which need the most, are offered no more well before.
import fs from 'node:fs';

// For the store, the codec threads, speech programs and node itself.
const reserved = 64;
const callsShare = 3 / 4;

/** @returns {number} files that this process may have open; Infinity where the system does not say */
export function descriptorsMax() {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'));
    return limit ? Number(limit[1]) : Infinity;
  } catch {
    return Infinity;
  }
}

export class Room {
  /** Open now. */
  connections = 0;
  /** Closed because there was no room. */
  refused = 0;

  /** @param {number} wanted connections at a time */
  constructor(wanted, descriptors = descriptorsMax()) {
    this.max = Math.max(1, Math.min(wanted, Math.floor((descriptors - reserved) / 2)));
  }

  /** @param {import('node:http').Server} server */
  watch(server) {
    server.maxConnections = this.max;
    server.on('connection', (socket) => {
      this.connections += 1;
      socket.once('close', () => (this.connections -= 1));
    });
    server.on('drop', () => (this.refused += 1));
  }

  get forCalls() {
    return this.connections < this.max * callsShare;
  }
}
