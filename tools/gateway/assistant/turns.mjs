// Turns: an accepted message and the answer that is being made for it.
//
// A Run is the making of one answer. It belongs to no connection: pages subscribe to it and leave, the run ends by
// itself and is stored. A retried idempotency key therefore joins the run, or gets a finished one made from the store.
// Event ids are `<attempt>-<number>`. When an answer had to be produced again, the attempt differs from the one in
// Last-Event-ID, and the page gets the new answer from its first event.
// Runs of one session follow one another, since each continues from the dialogue state that the one before it stored.
// A run that the shopper stops ends as answered, with what was said so far.
import { createHash } from 'node:crypto';

export class Run {
  /** @type {{id: string, event: string, data: object}[]} */
  events = [];
  /** The shopper wants no more of it. */
  stopped = false;
  /** Told of tools by name and state; not part of the events that are kept. */
  onTool = () => {};
  #listeners = new Set();
  #resolve;

  constructor(turnId, attempt) {
    this.turnId = turnId;
    this.attempt = attempt;
    this.abort = new AbortController();
    /** Resolves with the `done` or `error` event. */
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
  }

  static finished(row) {
    const run = new Run(row.id, row.attempt);
    for (const { event, data } of JSON.parse(row.events)) run.emit(event, data);
    return run;
  }

  /** The last event, when there is one: `done` or `error`. */
  get outcome() {
    const last = this.events.at(-1);
    return last && (last.event === 'done' || last.event === 'error') ? last : null;
  }

  /** What was said so far. */
  get text() {
    return this.events.map(({ event, data }) => (event === 'delta' ? data.text : '')).join('');
  }

  stop() {
    if (this.outcome) return;
    this.stopped = true;
    this.abort.abort();
  }

  emit(event, data) {
    const entry = { id: `${this.attempt}-${this.events.length + 1}`, event, data };
    this.events.push(entry);
    for (const listener of this.#listeners) listener(entry);
    if (this.outcome) {
      this.#listeners.clear();
      this.#resolve(this.outcome);
    }
  }

  /** @returns {() => void} stops listening */
  subscribe(lastEventId, listener) {
    const [, attempt, number] = /^(\d{1,9})-(\d{1,9})$/.exec(lastEventId ?? '') ?? [];
    const skip = Number(attempt) === this.attempt ? Math.min(Number(number), this.events.length) : 0;
    for (const entry of this.events.slice(skip)) listener(entry);
    // Everything was seen but the page asks again: the end is repeated, or it would wait for ever.
    if (this.outcome && skip === this.events.length) listener(this.outcome);
    if (!this.outcome) this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What makes two bodies the same message. History is left out: it is context, and a page may rebuild it between tries. */
export function fingerprintOf({ message, image, mode }) {
  return createHash('sha256')
    .update(JSON.stringify([message, image, mode]))
    .digest('hex');
}

/** What an answer's events take in the store, the answer itself being the last of them. */
const bytesOf = (events) =>
  Buffer.byteLength(JSON.stringify(events)) + Buffer.byteLength(JSON.stringify(events.at(-1)));

export class Turns {
  #running = new Map();
  #sessionTails = new Map();

  constructor({ store, spending, assistant, metrics, log, now }) {
    Object.assign(this, { store, spending, assistant, metrics, log, now });
  }

  get runningCount() {
    return this.#running.size;
  }

  /**
   * The turn that this key already stands for.
   * @returns {{run: Run}|{conflict: true}|{again: {turnId: number, attempt: number}}|null} `again`: it has no answer, and the next
   *  attempt would be this one
   */
  existing(request) {
    if (request.key === null) return null;
    const row = this.store.turns.findByKey(request.scope, request.sessionId, request.key, this.now());
    if (!row) return null;
    if (row.fingerprint !== fingerprintOf(request)) return { conflict: true };
    this.metrics.repeatedKeys += 1;
    const running = this.#running.get(row.id);
    if (running) return { run: running };
    if (row.state === 'answered') return { run: Run.finished(row) };
    return { again: { turnId: row.id, attempt: row.attempt + 1 } };
  }

  /**
   * Stores a turn that `begin` is to answer. @param {{id: string, voice: boolean, atMs: number}} [row] its place
   * among the rows of a conversation on sockets @returns {number} the turn's id
   */
  keep(request, row) {
    const { scope, sessionId, clientSource } = request;
    const begins = !this.store.turns.hasAny(scope, sessionId);
    const turnId = this.store.turns.accept(
      { ...request, fingerprint: fingerprintOf(request), row },
      this.now(),
    );
    this.metrics.turnsAccepted += 1;
    this.metrics.versions.count(clientSource, 'messages');
    if (begins) this.metrics.versions.count(clientSource, 'conversations');
    return turnId;
  }

  /** @param {import('../costs/bill.mjs').Bill} bill who pays @returns {Run} */
  begin(request, turnId, bill) {
    return this.#start(request, turnId, 1, bill);
  }

  /** Answers a turn again whose answer failed or was cut. @returns {Run} */
  restart(request, turnId, bill) {
    try {
      return this.#start(request, turnId, this.store.turns.restart(turnId), bill);
    } catch (error) {
      bill.end();
      throw error;
    }
  }

  /**
   * Of a spoken answer that was interrupted only so much was heard; no more of it is made.
   * @param {{scope: string, sessionId: string, key: string}} turn
   * @returns {Promise<boolean>} whether there is such a turn
   */
  async heard({ scope, sessionId, key }, text) {
    const row = this.store.turns.findByKey(scope, sessionId, key, this.now());
    if (!row) return false;
    const run = this.#running.get(row.id);
    run?.stop();
    await run?.ended;
    this.store.turns.heard(row.id, text);
    return true;
  }

  /** @returns {Run|undefined} */
  runningTurn(turnId) {
    return this.#running.get(turnId);
  }

  #start(request, turnId, attempt, bill) {
    const run = new Run(turnId, attempt);
    this.#running.set(turnId, run);
    this.spending.pays(turnId, bill.address);
    const session = `${request.scope} ${request.sessionId}`;
    const before = this.#sessionTails.get(session) ?? Promise.resolve();
    const tail = before
      .then(() => this.#answer(request, run, bill))
      // A turn that failed in an unknown way holds up none of those behind it.
      .catch((error) => this.log.error({ turn: turnId, err: error }, 'turn not ended'))
      .finally(() => {
        bill.end();
        this.metrics.tokens += bill.tokens;
        this.spending.paid(turnId);
        this.#running.delete(turnId);
        if (this.#sessionTails.get(session) === tail) this.#sessionTails.delete(session);
      });
    this.#sessionTails.set(session, tail);
    return run;
  }

  async #answer(request, run, bill) {
    const { scope, sessionId } = request;
    const startedMs = this.now();
    try {
      run.abort.signal.throwIfAborted();
      const answer = await this.assistant.answer(
        { ...request, dialogue: this.store.turns.dialogue(scope, sessionId) },
        {
          signal: run.abort.signal,
          bill,
          delta: (text) => run.emit('delta', { text }),
          products: (products) => run.emit('products', { products }),
          tool: (name, state) => run.onTool(name, state),
          saveLead: (lead) => this.store.leads.save(run.turnId, scope, sessionId, lead, this.now()),
        },
      );
      const done = { response: answer.text, sessionId, model: answer.model };
      if (!answer.stopped) Object.assign(done, { verification: answer.verification, usage: answer.usage });
      const events = [
        ...run.events.map(({ event, data }) => ({ event, data })),
        { event: 'done', data: done },
      ];
      const { tokens } = bill;
      this.store.turns.answer(
        {
          turnId: run.turnId,
          scope,
          sessionId,
          response: answer.text,
          events,
          tokens,
          dialogue: answer.dialogue,
        },
        this.now(),
      );
      bill.stored(bytesOf(events));
      this.metrics.turnsAnswered += 1;
      this.log.info({ turn: run.turnId, attempt: run.attempt, ms: this.now() - startedMs }, 'turn answered');
      run.emit('done', done);
    } catch (error) {
      if (run.stopped) return this.#stopped(request, run, bill);
      const cut = run.abort.signal.aborted;
      this.metrics[cut ? 'turnsCut' : 'turnsFailed'] += 1;
      this.metrics.versions.count(request.clientSource, 'failed');
      this.log.warn({ turn: run.turnId, attempt: run.attempt, err: error }, cut ? 'turn cut' : 'turn failed');
      try {
        this.store.turns.endWithoutAnswer(run.turnId, cut ? 'cut' : 'failed', bill.tokens, this.now());
      } catch (storeError) {
        // The row stays `running`; the next start marks it as cut, and a retried key is answered then.
        this.log.error({ turn: run.turnId, err: storeError }, 'turn not written');
      }
      run.emit('error', {
        error: 'Answer failed',
        message: cut
          ? 'The shop is restarting. Your message is stored; please try again in a moment.'
          : 'Your message is stored, but the answer could not be made. Please try again.',
      });
    }
  }

  #stopped({ scope, sessionId }, run, bill) {
    const response = run.text;
    const done = { response, sessionId, model: this.assistant.model };
    const events = [...run.events.map(({ event, data }) => ({ event, data })), { event: 'done', data: done }];
    const turn = { turnId: run.turnId, scope, sessionId, response, events };
    try {
      this.store.turns.answer({ ...turn, tokens: bill.tokens, stopped: true }, this.now());
      bill.stored(bytesOf(events));
    } catch (storeError) {
      // The row stays `running`, as above; what the shopper stopped is over for them all the same.
      this.log.error({ turn: run.turnId, err: storeError }, 'turn not written');
    }
    this.metrics.turnsAnswered += 1;
    this.log.info({ turn: run.turnId, attempt: run.attempt }, 'turn stopped');
    run.emit('done', done);
  }

  /** Waits until every accepted message is answered, at most `drainMs`; then the rest is cut. */
  async drain(drainMs) {
    const tails = () => Promise.allSettled(this.#sessionTails.values());
    let timer;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, drainMs)));
    await Promise.race([tails(), timeout]);
    clearTimeout(timer);
    for (const run of this.#running.values()) run.abort.abort();
    await tails();
  }
}
