// Calls: the registry's word for each to its agent (voice/), and the agent's words to the registry.
//
// An agent numbers its streams and their timestamps; frames and their sequences are the registry's. A spoken turn takes
// the way of a typed one: stored, answered once, and told to the page through the session's log.

import { CallMeter } from '../costs/call_meter.mjs';
import { callBounds } from '../settings/cost_settings.mjs';

const noticeLines = {
  session_joined: 'session joined',
  session_replaced: 'Replacing existing bridge session',
  session_left: 'session left',
  call_joined: 'call joined',
  call_parked: 'call parked',
  call_resumed: 'call resumed',
  call_left: 'call left',
  track_muted: 'track muted',
  track_unmuted: 'track unmuted',
};
const historyMax = 10_000;

/** Why a call's turn was not answered; `code` as in the protocol's `refused`. */
class TurnRefused extends Error {
  constructor(code) {
    super(`the turn was refused: ${code}`);
    this.code = code;
  }
}

export class Calls {
  #agents = new Map();
  /** By call: false once it is over; what its agent says after that reaches no other call of this number. */
  #going = new Map();
  #waiting = new Map();
  /** What happened to calls, for tests: {at_ms, what, call, identity}. */
  history = [];

  /**
   * @param {{sockets: import('./sockets.mjs').Sockets, conversation: import('./conversation.mjs').Conversation,
   *   agents: {available: boolean, open: (call: object) => object}|null, room: import('../running/room.mjs').Room,
   *   metrics: import('../running/metrics.mjs').Metrics, spending: import('../costs/spending.mjs').Spending, config: object,
   *   log: object, now: () => number}} parts
   */
  constructor(parts) {
    Object.assign(this, parts);
    const { sockets, conversation } = parts;
    const toAgent = (type, tell) =>
      sockets.carry(type, (command, bytes) => {
        const agent = this.#agents.get(command.call);
        if (agent) tell(agent, command, bytes);
      });
    sockets.voiceOffered = () => Boolean(this.agents?.available) && this.room.forCalls;
    sockets.carry('log', (command) => this.#log(command));
    sockets.carry('call_open', (command) => this.#open(command));
    sockets.carry('call_refused', ({ call, id, code }) => this.#refused(call, id, code));
    sockets.carry('call_close', (command) => this.#close(command));
    toAgent('call_heard', (agent, { stream, sequence, timestamp_48k, flags }, payload) =>
      agent.audio({ stream, sequence, timestamp_48k, flags, payload }),
    );
    toAgent('call_speech', (agent, { on, timestamp_48k }) => agent.speech(on, timestamp_48k));
    toAgent('call_interrupted', (agent, { stream, heard_timestamp_48k }) =>
      agent.interrupted(stream, heard_timestamp_48k),
    );
    toAgent('call_playout', (agent, { stream, heard_timestamp_48k }) =>
      agent.playout(stream, heard_timestamp_48k),
    );
    toAgent('call_muted', (agent, { on }) => agent.muted(on));
    toAgent('call_park', (agent) => agent.park());
    toAgent('call_resume', (agent) => agent.resume());
    conversation.onTyped = (call, id, text, run) => this.#typed(call, id, text, run);
  }

  /** The calls of a lost registry: their pages come back to new ones. */
  forget() {
    for (const call of [...this.#agents.keys()]) this.#close({ call });
    for (const { fail } of this.#waiting.values()) fail('failed');
    this.#waiting.clear();
  }

  #log({ notice, user, call, reason }) {
    const line = noticeLines[notice];
    if (call === 0) {
      this.log.info({ user, ...(reason ? { reason } : {}) }, line);
      return;
    }
    this.log.info({ call, identity: user, ...(reason ? { reason } : {}) }, line);
    if (this.history.length < historyMax)
      this.history.push({
        at_ms: this.now(),
        what: line,
        call,
        identity: user,
        ...(reason ? { reason } : {}),
      });
  }

  #open({ call: number, session, address, client, muted }) {
    this.metrics.versions.count(client, 'calls');
    const going = { on: true };
    this.#going.set(number, going);
    const tell = (type, more, payload) => {
      if (going.on) this.sockets.tell({ type, call: number, ...more }, payload);
    };
    const call = {
      id: number,
      session_id: session,
      muted,
      meter: new CallMeter({ spending: this.spending, address, bounds: callBounds(this.config) }),
      send_audio: ({ stream, flags, timestamp_48k, payload }) =>
        tell('call_audio', { stream: stream & 0xff, flags, timestamp_48k: timestamp_48k >>> 0 }, payload),
      send_end: (stream, end_timestamp_48k) =>
        tell('call_end', { stream: stream & 0xff, timestamp_48k: end_timestamp_48k >>> 0 }),
      send_flush: (stream) => tell('call_flush', { stream: stream & 0xff }),
      send_agent: (state) => tell('call_agent', { state }),
      caption: ({ id, who, text }) => tell('call_caption', { id, who, text }),
      // A page reads what it hears, and need not be told that it has.
      spoken() {},
      // What was heard of a reply is known when its call is over, too.
      row: ({ id, who, text, state = 'done' }) =>
        going.on
          ? tell('call_row', { id, who, text, state })
          : this.conversation.lateRow(session, { id, who, text, state }),
      answer: (text, options) => this.#answered(number, session, text, options),
      hang_up: (reason) => {
        this.log.info({ call: number, reason }, 'the agent hangs up');
        tell('call_hang_up', {});
      },
    };
    this.#agents.set(number, this.agents.open(call));
  }

  /** @returns {Promise<{text: string}>} when the turn is answered and stored; rejects with `code` when it is not */
  #answered(call, session, text, { id, signal, on_delta = () => {}, on_products = () => {} }) {
    return new Promise((resolve, reject) => {
      const fail = (code) => reject(new TurnRefused(code));
      if (!this.#going.get(call)?.on) return fail('failed');
      const forget = this.conversation.onAnswer(session, id, (run) => {
        this.#waiting.delete(`${call} ${id}`);
        if (signal?.aborted) run.stop();
        signal?.addEventListener('abort', () => run.stop(), { once: true });
        run.subscribe(null, ({ event, data }) => {
          if (event === 'delta') on_delta(data.text);
          else if (event === 'products') on_products(data.products);
          else if (event === 'done') resolve({ text: data.response });
          else fail('failed');
        });
      });
      this.#waiting.set(`${call} ${id}`, { fail, forget });
      this.sockets.tell({ type: 'call_said', call, id, text });
    });
  }

  #refused(call, id, code) {
    const key = `${call} ${id}`;
    const { fail, forget } = this.#waiting.get(key) ?? {};
    this.#waiting.delete(key);
    forget?.();
    fail?.(code);
  }

  #typed(call, id, text, run) {
    void this.#agents.get(call)?.typed({ id, text, reply: piecesOf(run) });
  }

  #close({ call }) {
    const agent = this.#agents.get(call);
    this.#agents.delete(call);
    const going = this.#going.get(call);
    if (going) going.on = false;
    this.#going.delete(call);
    agent?.close();
  }
}

/** A run's words as they come; ends with the run, and by throwing when it failed. */
async function* piecesOf(run) {
  const pieces = [];
  let wake = () => {};
  let outcome = null;
  const stop = run.subscribe(null, (entry) => {
    if (entry.event === 'delta') pieces.push(entry.data.text);
    else if (entry.event !== 'products') outcome = entry;
    wake();
  });
  try {
    for (;;) {
      while (pieces.length > 0) yield pieces.shift();
      if (outcome?.event === 'error') throw new TurnRefused('failed');
      if (outcome) return;
      await new Promise((resolve) => (wake = resolve));
    }
  } finally {
    stop();
  }
}
