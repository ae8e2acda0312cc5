// What the registry asks of the store and of the assistant for the conversations on sockets.
//
// A message is a turn like one that came over HTTP, plus its place among the session's rows: its own and its reply's.
// The row's id makes a message one message for as long as the session is kept; the turn's state says whether an answer
// is there, and an answer that failed or was cut is made again when its message comes again.
import { estimateTokens } from '../costs/limits.mjs';
import { looksLikeInstruction } from '../http/validate.mjs';
import { asCard } from '../store/card.mjs';

const historyRowsMax = 20;

export class Conversation {
  /** Messages that are stored and whose answer the registry is about to ask for. */
  #ready = new Map();
  #runs = new Map();
  /** By session: what could not be written, and the registry goes by. Nothing of the session is stored before it. */
  #unwritten = new Map();
  /** Told of typed messages in a call. Replaced where there are calls. */
  onTyped = () => {};
  /** Who else wants to hear an answer: `${session} ${id}` -> who gets the run. */
  #listeners = new Map();

  /** @param {{sockets: import('./sockets.mjs').Sockets, store: object, turns: object, admission: import('../costs/admission.mjs').Admission,
   *   spending: import('../costs/spending.mjs').Spending, config: object, addressLimit: object, now: () => number}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    const { sockets } = parts;
    sockets.carry('load_session', (command) => this.#load(command));
    sockets.carry('create_session', (command) =>
      this.#must(command.session, () => this.store.conversations.createSession(command)),
    );
    sockets.carry('save_epoch', (command) =>
      this.#must(command.session, () => this.store.conversations.saveEpoch(command)),
    );
    sockets.carry('store_message', (command) => this.#storeMessage(command));
    sockets.carry('store_row', (command) => this.#storeRow(command));
    sockets.carry('answer', (command) => this.#answer(command));
    sockets.carry('stop_answer', ({ session, id }) => this.stop(session, id));
  }

  /** Messages that the last process took and did not answer: their pages are told of the answers when they are back. */
  answerCut() {
    for (const turn of this.store.conversations.cutMessages(this.now())) {
      const request = this.#request({ ...turn, address: this.spending.payerOf(turn.turnId) });
      const { bill } = this.admission.attempt(request, turn.attempt + 1);
      if (bill) this.turns.restart(request, turn.turnId, bill);
    }
  }

  /** What a lost registry asked for. Runs go on by themselves and are stored. */
  forget() {
    for (const { start } of this.#ready.values()) this.#begun(start);
    this.#ready.clear();
    for (const { leave } of this.#runs.values()) leave();
    this.#runs.clear();
    this.#listeners.clear();
    this.#unwritten.clear();
  }

  #must(session, write) {
    const writes = [...(this.#unwritten.get(session) ?? []), write];
    this.#unwritten.set(session, writes);
    this.#writeAll(session);
  }

  /** Throws while the store takes nothing. */
  #writeAll(session) {
    const writes = this.#unwritten.get(session) ?? [];
    while (writes.length > 0) {
      writes[0]();
      writes.shift();
    }
    this.#unwritten.delete(session);
  }

  /** A row that comes when its call is over. */
  lateRow(session, row) {
    const scope = this.store.conversations.scopeOfSession(session);
    if (scope) this.#storeRow({ session, scope, row: { ...row, at_ms: this.now(), voice: true } });
  }

  /** @returns {() => void} forgets the listener, where no answer is made */
  onAnswer(session, id, listener) {
    const key = `${session} ${id}`;
    this.#listeners.set(key, listener);
    return () => void this.#listeners.delete(key);
  }

  stop(session, id) {
    this.#runs.get(`${session} ${id}`)?.run.stop();
  }

  #load({ socket, session, scope, rows_max }) {
    this.#writeAll(session);
    const found = this.store.conversations.findSession(scope, session);
    const event = { type: 'session_loaded', socket, found: Boolean(found) };
    if (found)
      Object.assign(event, {
        secret_hash: found.secretHash,
        epoch: found.epoch,
        created_ms: found.createdMs,
        rows: this.store.conversations.rows(scope, session, rows_max).map((row) => this.#shown(row, session)),
      });
    this.sockets.tell(event);
  }

  /** A reply in the making with its text so far. */
  #shown(row, session) {
    if (row.state !== 'streaming') return row;
    const run = this.turns.runningTurn(row.turnId);
    this.#follow(run, session, row.id.replace(/\.reply$/, ''));
    return { ...row, text: run?.text ?? '', state: run ? 'streaming' : 'broken' };
  }

  #storeMessage({ address, session, scope, id, text, client, voice }) {
    const told = { type: 'message_stored', session, id };
    const tell = (outcome, more) => this.sockets.tell({ ...told, outcome, ...more });
    try {
      this.#writeAll(session);
      const known = this.store.conversations.findMessage(scope, session, id);
      if (known && known.message !== text) return tell('conflict');
      const at_ms = known?.atMs ?? this.now();
      if (known?.turnId && this.#isAnswered(session, id, known)) return tell('repeated', { at_ms });
      const request = this.#request({
        ...{ address, scope, sessionId: session, id, message: text, clientSource: client, voice },
      });
      const { bill, refusal } = this.#admitted(request, known?.turnId ? known.attempt + 1 : 1);
      if (refusal) return tell('refused', refusal);
      if (known?.turnId) {
        const start = () => this.turns.restart(request, known.turnId, bill);
        this.#ready.set(`${session} ${id}`, { text, start });
        return tell('answer_again', { at_ms });
      }
      const turnId = this.#kept(request, bill, { id, voice, atMs: at_ms });
      this.#ready.set(`${session} ${id}`, { text, start: () => this.turns.begin(request, turnId, bill) });
      return tell('stored', { at_ms });
    } catch (error) {
      this.sockets.log.error({ err: error }, 'message not stored');
      return tell('refused', { code: 'failed' });
    }
  }

  /** Or is being answered. A turn whose end could not be written is `running` in the store and nowhere else. */
  #isAnswered(session, id, { turnId, state }) {
    if (state !== 'running') return state === 'answered';
    return this.#ready.has(`${session} ${id}`) || this.turns.runningTurn(turnId) !== undefined;
  }

  #kept(request, bill, row) {
    try {
      return this.turns.keep(request, row);
    } catch (error) {
      bill.end();
      throw error;
    }
  }

  /** @returns {{bill: import('../costs/bill.mjs').Bill}|{refusal: {code: string, retry_after_s?: number}}} */
  #admitted(request, attempt) {
    if (looksLikeInstruction(request.message)) return { refusal: { code: 'bad' } };
    const address = this.addressLimit.take(request.address, this.now());
    const { bill, refusal } = address.allowed
      ? this.admission.attempt(request, attempt)
      : { refusal: { why: 'often', verdict: address } };
    if (bill) return { bill };
    const code = { attempts: 'bad', often: 'too_fast', budget: 'busy' }[refusal.why];
    return { refusal: { code, retry_after_s: refusal.verdict?.retryAfterSeconds } };
  }

  /** What the assistant is asked: pages on sockets send no history, the store has it. */
  #request({ address, scope, sessionId, id, message, clientSource, voice }) {
    const history = this.store.conversations
      .rows(scope, sessionId, historyRowsMax + 2)
      .filter((row) => row.text !== '' && row.id !== id && row.id !== `${id}.reply`)
      .filter((row) => row.who === 'self' || row.who === 'agent')
      .slice(-historyRowsMax)
      .map(({ who, text }) => ({ role: who === 'self' ? 'user' : 'assistant', content: text }));
    let characters = message.length + history.reduce((sum, { content }) => sum + content.length, 0);
    while (history.length > 0 && estimateTokens(characters) > this.config.turnTokensMax)
      characters -= history.shift().content.length;
    return {
      ...{ address, scope, sessionId, message, history, clientSource },
      ...{ image: null, mode: voice ? 'voice' : null, key: id, paced: !voice },
    };
  }

  #storeRow({ session, scope, row, told }) {
    this.#writeAll(session);
    const stored = this.store.conversations.saveRow(scope, session, row);
    if (told) return;
    this.sockets.tell({ type: 'row_stored', session, row: stored });
  }

  #answer({ session, id, call, voice }) {
    const key = `${session} ${id}`;
    const { text, start } = this.#ready.get(key);
    this.#ready.delete(key);
    const listener = this.#listeners.get(key);
    this.#listeners.delete(key);
    const run = this.#begun(start);
    if (!run) return this.sockets.tell({ type: 'reply_done', session, id, text: '', state: 'broken' });
    this.#follow(run, session, id);
    if (listener) listener(run);
    else if (call !== 0 && !voice) this.onTyped(call, id, text, run);
  }

  /** The run, or nothing where the store fails: the message is stored, and its answer is made when it comes again. */
  #begun(start) {
    try {
      return start();
    } catch (error) {
      this.sockets.log.error({ err: error }, 'answer not begun');
      return undefined;
    }
  }

  /** Tells the registry what a run brings. Twice the same run is told once. */
  #follow(run, session, id) {
    const key = `${session} ${id}`;
    if (!run || this.#runs.get(key)?.run === run) return;
    this.#runs.get(key)?.leave();
    const follows = { run, leave: () => {} };
    this.#runs.set(key, follows);
    const told = { session, id };
    const from = run.events.length;
    let number = 0;
    follows.leave = run.subscribe(null, ({ event, data }) => {
      number += 1;
      if (number <= from) return;
      if (event === 'delta') this.sockets.tell({ type: 'reply_delta', ...told, text: data.text });
      else if (event === 'products')
        this.sockets.tell({ type: 'reply_products', ...told, products: data.products.map(asCard) });
      else {
        this.#runs.delete(key);
        const done =
          event === 'done'
            ? { text: data.response, state: run.stopped ? 'stopped' : 'done' }
            : { text: run.text, state: 'broken' };
        this.sockets.tell({ type: 'reply_done', ...told, ...done });
      }
    });
    run.onTool = (name, state) => this.sockets.tell({ type: 'reply_tool', ...told, name, state });
  }
}
