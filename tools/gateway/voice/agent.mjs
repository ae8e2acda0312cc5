// The call agent: who speaks when. It has two halves with a state table each, because both can be busy at once:
//
//     hearing  quiet -> hearing -> recognising -> quiet      (hearing.mjs; `kept` while parked; `deaf` without a recogniser)
//     mouth    silent -> preparing -> speaking -> silent     (mouth.mjs)
//
// This file joins them. Words that were recognised stop what is being said or prepared and ask the assistant; its answer is spoken as it
// is written. Nothing begins to sound while the shopper speaks. The page decides about interruption, since it knows what it plays and
// has taken the echo out; words that arrive while the agent speaks count as one too, for a page that missed it. A spoken reply that
// was cut keeps only the text that was heard, so that shopper and assistant remember the same conversation.
// The answer to a typed message is spoken too; its row is read, so an interruption leaves its text whole.
// Nothing here ends a call: what fails is said or written in plain words, and the agent listens on.
import { randomUUID } from 'node:crypto';
import { Hearing } from './hearing.mjs';
import { Mouth } from './mouth.mjs';
import { Utterance } from './utterance.mjs';
import { cutMark, notices } from './words.mjs';

/** What is used up is said again when it is asked for again, but not all the time. */
const usedUpAgainMs = 60_000;
/** So many turns without words in a row are noise; then it is said once. */
const emptyTurnsMax = 2;

const newId = () => `v${randomUUID().replaceAll('-', '')}`;

export class CallAgent {
  #streams = 0;
  #emptyTurns = 0;
  #shown = null;
  #parked = false;
  #closed = false;
  #mouthFailed = false;
  /** By notice: when it was said last. */
  #usedUpSaidMs = new Map();

  /**
   * @param {{call: object, speech: object, pool: object, clock: object, config: object, counters: object, log: object,
   *  interruptsItself: boolean}} parts interruptsItself: what it hears interrupts it, since no page says so
   */
  constructor(parts) {
    const { call, speech, pool, clock, config, counters, log, interruptsItself } = parts;
    Object.assign(this, { call, counters, log, interruptsItself });
    const onChange = () => this.#changed();
    this.codec = pool.open((news) => this.#news(news));
    this.hearing = new Hearing({
      ear: speech.ear,
      places: speech.places,
      meter: call.meter,
      counters,
      onChange,
      onWords: (text) => this.#words(text),
      onNothing: () => this.#nothingHeard(),
      onFailed: (error) => this.#notRecognised(error),
    });
    this.mouth = new Mouth({
      call,
      meter: call.meter,
      voice: speech.voice,
      codec: this.codec,
      clock,
      aheadMs: config.voiceAheadMs,
      counters,
      onChange,
      onSpoken: ({ rowId }) => rowId && call.spoken(rowId),
      onFailed: (error) => this.#notSpoken(error),
    });
    this.hasVoice = Boolean(speech.voice?.present);
    counters.calls_opened += 1;
    counters.calls_open += 1;
    speech.ear?.prepare?.();
    if (config.voiceGreeting !== '-') this.#notice(config.voiceGreeting);
    if (this.hearing.state === 'deaf') this.#notice(notices.deaf);
    if (!this.hasVoice) this.#row(notices.mute);
    this.#changed();
  }

  // From the page.

  audio({ timestamp_48k, flags, payload }) {
    this.counters.audio_in_s += 0.02;
    if (this.hearing.state === 'deaf') return;
    this.codec.tell('packet', { timestamp: timestamp_48k, flags, payload });
  }

  speech(on, timestamp_48k) {
    if (this.hearing.state !== 'deaf')
      this.codec.tell('speech', { on: Boolean(on), timestamp: timestamp_48k });
  }

  interrupted(stream, heard_timestamp_48k) {
    const utterance = this.mouth.current;
    if (utterance?.stream !== stream || this.mouth.state !== 'speaking') return;
    this.counters.interruptions += 1;
    this.#cut(this.mouth.stop(heard_timestamp_48k));
  }

  playout(stream, heard_timestamp_48k) {
    this.mouth.played(stream, heard_timestamp_48k);
  }

  muted(on) {
    if (on) this.codec.tell('muted');
  }

  /** @param {{id: string, text: string, reply: AsyncIterable<string>}} turn */
  async typed({ reply }) {
    if (this.#closed || !this.hasVoice) return;
    const utterance = this.#replyTo(null);
    try {
      for await (const piece of reply) {
        if (utterance.isStopped) return;
        utterance.write(piece);
      }
    } catch (error) {
      this.log.warn({ call: this.call.id, err: error }, 'typed reply not spoken to its end');
    }
    utterance.finish();
  }

  park() {
    if (this.#parked || this.#closed) return;
    this.#parked = true;
    this.counters.calls_parked += 1;
    this.hearing.park();
    this.mouth.park();
  }

  resume() {
    if (!this.#parked || this.#closed) return;
    this.#parked = false;
    this.counters.calls_parked -= 1;
    this.#shown = null; // the page may be another one: it is told again
    this.codec.tell('resumed');
    this.hearing.resume();
    this.mouth.resume();
    this.#changed();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    // An answer that is being written is finished in writing: whoever hangs up may still read it.
    this.mouth.close();
    this.hearing.close();
    if (this.#parked) this.counters.calls_parked -= 1;
    this.counters.calls_open -= 1;
    this.codec.close();
  }

  // From the codec worker.

  #news(news) {
    if (this.#closed) return;
    if (news.kind === 'bad') this.counters.packets_bad += 1;
    else if (news.kind === 'lost') this.counters.packets_lost += news.packets;
    else if (news.kind === 'failed')
      this.log.error({ call: this.call.id, err: news.message }, 'codec failed');
    else if (news.kind === 'unavailable') this.#notSpoken({ code: 'codec_unavailable' });
    else {
      this.hearing.news(news);
      this.mouth.news(news);
      if (news.kind === 'begin' && this.interruptsItself) this.interrupted(this.mouth.current?.stream);
    }
  }

  // From the halves.

  #words(text) {
    this.#emptyTurns = 0;
    if (this.mouth.state === 'speaking') this.counters.interruptions += 1;
    const id = newId();
    this.call.caption({ id, who: 'self', text });
    void this.#answer(id, text);
  }

  async #answer(id, text) {
    const utterance = this.#replyTo(`${id}.reply`);
    this.counters.answers += 1;
    const asked = this.#ask(text, id, utterance);
    // A row that is cut must be cut after its answer has been stored.
    utterance.stored = asked;
    const answer = await asked;
    // What was not streamed (or nothing was) is said too.
    if (answer?.text.startsWith(utterance.text)) utterance.write(answer.text.slice(utterance.text.length));
    utterance.finish();
    if (!this.hasVoice) this.call.spoken(utterance.rowId);
  }

  /** @returns {Promise<{text: string}|null>} null when no answer came, which has been said then */
  async #ask(text, id, utterance) {
    try {
      return await this.call.answer(text, {
        id,
        signal: utterance.unwanted.signal,
        on_delta: (piece) => utterance.write(piece),
        on_products: () => {},
      });
    } catch (error) {
      if (!utterance.isStopped && !this.#closed) this.#notAnswered(error);
      return null;
    }
  }

  /** A new reply takes the place of all that is being said. */
  #replyTo(rowId) {
    this.#cut(this.mouth.stop());
    const utterance = new Utterance(this.#nextStream(), { rowId, cutsRow: rowId !== null });
    if (this.hasVoice) this.mouth.say(utterance);
    return utterance;
  }

  #nothingHeard() {
    this.#emptyTurns += 1;
    if (this.#emptyTurns !== emptyTurnsMax || this.mouth.state !== 'silent') return;
    this.#notice(notices.nothing_heard);
  }

  #notRecognised(error) {
    if (error?.code === 'recognition_used_up') return this.#usedUp(notices.hearing_used_up);
    this.log.warn({ call: this.call.id, err: error }, 'recognition failed');
    this.#notice(this.hearing.state === 'deaf' ? notices.deaf : notices.recognition_failed);
  }

  #notAnswered(error) {
    this.counters.answers_failed += 1;
    this.log.warn({ call: this.call.id, err: error }, 'answer failed');
    this.#notice(error?.code === 'too_fast' ? notices.too_fast : notices.answer_failed);
  }

  /** By caption, since the voice is what failed; once until it works again would be too often, so once a call. */
  #notSpoken(error) {
    if (error?.code === 'speech_used_up') return this.#usedUp(notices.speech_used_up);
    this.log.warn({ call: this.call.id, err: error }, 'voice failed');
    if (this.#mouthFailed) return;
    this.#mouthFailed = true;
    this.#row(notices.mute);
  }

  /** A bound of what may be spent was met: the call goes on with what is left, and its shopper knows. */
  #usedUp(notice) {
    const nowMs = performance.now();
    if (nowMs - (this.#usedUpSaidMs.get(notice) ?? -Infinity) < usedUpAgainMs) return;
    this.#usedUpSaidMs.set(notice, nowMs);
    this.log.info(
      { call: this.call.id, what: notice === notices.hearing_used_up ? 'recognition' : 'speech' },
      'used up',
    );
    this.#notice(notice);
  }

  /** Says something of the agent's own, after what it is saying; in writing too. */
  #notice(text) {
    const rowId = this.#row(text);
    if (!this.hasVoice) return;
    const utterance = new Utterance(this.#nextStream(), { rowId, cutsRow: true });
    utterance.write(text);
    utterance.finish();
    this.mouth.say(utterance);
  }

  #row(text) {
    const id = newId();
    this.call.row({ id, who: 'agent', text });
    return id;
  }

  /** The row of an utterance that was cut says what was heard. */
  #cut(utterance) {
    if (!utterance?.cutsRow) return;
    utterance.unwanted.abort();
    const heard = utterance.heardText();
    const cut = () =>
      !this.#closed &&
      this.call.row({ id: utterance.rowId, who: 'agent', text: `${heard}${cutMark}`, state: 'stopped' });
    if (utterance.stored) void utterance.stored.then(cut);
    else cut();
  }

  #nextStream() {
    const stream = this.#streams % 256;
    this.#streams += 1;
    return stream;
  }

  /** Tells the page what the agent does, when that has changed. */
  #changed() {
    if (this.#closed || !this.mouth) return;
    this.mouth.yield(this.hearing.state === 'hearing');
    if (this.#parked) return;
    const state =
      this.mouth.state === 'speaking'
        ? 'speaking'
        : this.mouth.state === 'preparing' || this.hearing.state === 'recognising'
          ? 'thinking'
          : 'listening';
    if (state === this.#shown) return;
    this.#shown = state;
    this.call.send_agent(state);
  }
}
