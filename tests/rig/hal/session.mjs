// One connection: a session begins with it and ends with it, and nothing of it is known to the next one.
//
// What a page sends is read one frame after another: while a typed turn is answered nothing else is read, so answers keep the order of
// the questions. Utterances end by a timer beside that, so a spoken turn may be answered between two typed ones.
import { randomUUID } from 'node:crypto';
import { Conversation } from './answers.mjs';
import { answered, faults } from './faults.mjs';
import { listeners, samples_of } from './listening.mjs';
import { Outgoing } from './outgoing.mjs';
import { pause, within } from './time.mjs';

export class Session {
  session_id = randomUUID();
  #reading = Promise.resolve();
  #speaking = Promise.resolve();

  /** @param {{connection: import('ws').WebSocket, tcp: import('node:net').Socket, world: object, path: string}} parts */
  constructor({ connection, tcp, world, path }) {
    Object.assign(this, { connection, tcp, world });
    const { dialect, options, gate } = world;
    const log = (what, more) => world.log(what, { session_id: this.session_id, ...more });
    this.gone = new Promise((resolve) => connection.once('close', resolve));
    this.out = new Outgoing({ connection, tcp, gate, log, gone: this.gone });
    this.conversation = new Conversation(dialect, options);
    this.listener = new listeners[options.variant](options, {
      woken: () => this.out.put(dialect.wake_word_detected()),
      utterance: (samples) => (this.#speaking = this.#speaking.then(() => this.#take_speech(samples))),
    });
    log('opened', { path });
    connection.on('message', (bytes, is_binary) => this.#take(String(bytes), is_binary, log));
    connection.on('error', () => {}); // what breaks is closed, and the log has the code
    connection.once('close', (code) => {
      this.listener.close();
      log('closed', { code });
    });
    this.#keep_alive(options);
  }

  greet() {
    const wake_word_detection = Boolean(this.world.options.wake);
    return this.out.put(this.world.dialect.connected({ session_id: this.session_id, wake_word_detection }));
  }

  #take(text, is_binary, log) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      frame = undefined;
    }
    log('in', { type: frame?.type, frame: frame ?? text, bytes: Buffer.byteLength(text), is_binary });
    this.#reading = this.#reading.then(() => this.#read(frame));
  }

  #read(frame) {
    const { dialect, options } = this.world;
    if (frame === undefined) return this.out.put({ type: 'error', message: 'Invalid JSON' });
    const type = frame?.type;
    if (type === 'text_input') return this.#take_text(frame.text);
    if (type === 'audio_stream') return this.#take_sound(frame.audio);
    if (type === 'stop_listening' && options.variant === 'web2') return this.listener.stop();
    const said = dialect.unknown_type(type);
    return said && this.out.put(said);
  }

  #take_sound(audio) {
    const samples = samples_of(audio);
    if (samples) this.listener.take(samples);
  }

  #take_text(text) {
    if (typeof text !== 'string' || text.trim() === '') return undefined;
    return this.#play(text, async () => {
      await this.out.put(this.world.dialect.processing('text'));
      return true;
    });
  }

  #take_speech(samples) {
    const { dialect, options } = this.world;
    const turn = { text: undefined };
    return this.#play(turn, async () => {
      const tell = async (stage) => {
        const frame = dialect.processing(stage);
        if (frame) await this.out.put(frame);
      };
      await tell('sound');
      let broken;
      try {
        turn.text = await within(options.call_limit_ms, options.hear(samples));
      } catch (error) {
        broken = error;
      }
      if (!turn.text) {
        await this.out.put({ type: 'error', message: dialect.not_heard(broken) });
        return false;
      }
      await this.out.put({ type: 'transcription', text: turn.text });
      await tell('heard');
      return true;
    });
  }

  /** @param {string | {text: string}} said  a spoken turn has its text once it is heard */
  async #play(said, prelude) {
    const fault = this.world.next_fault();
    const play = fault ? faults[fault.kind] : (_, turn) => answered(turn);
    await play(fault, {
      prelude,
      answer: () => this.conversation.respond(said.text ?? said),
      put: (frame, manner) => this.out.put(frame, manner),
      end: (code, reason) => this.out.end(code, reason),
      wait: (ms) => pause(ms, this.gone),
    });
  }

  /** The library's own pings: a page that lets one unanswered for too long is let go. */
  #keep_alive({ ping_every_ms, ping_timeout_ms }) {
    let limit = null;
    this.connection.on('pong', () => {
      clearTimeout(limit);
      limit = null;
    });
    const timer = setInterval(() => {
      if (this.world.gate.is_closed()) return;
      // A later ping is no excuse for the one that is unanswered.
      limit ??= setTimeout(() => this.out.end(1011, 'keepalive ping timeout'), ping_timeout_ms);
      this.out.ping();
    }, ping_every_ms);
    this.connection.once('close', () => (clearInterval(timer), clearTimeout(limit)));
  }
}
