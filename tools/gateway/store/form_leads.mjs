// Leads that come by forms instead of in a conversation. Each has a turn of its own, so that it is kept, counted and pruned as any other.
import { randomBytes } from 'node:crypto';
import { contactKey, fingerprintOf } from './told_turns.mjs';

/**
 * @typedef {object} TradeIn
 * @property {number} turnId
 * @property {string} leadId which nobody can guess: who has it may change the lead
 * @property {object} fields
 * @property {string} status
 * @property {string|null} summary
 * @property {number|null} submittedMs
 */

export class FormLeads {
  #db;

  /** @param {import('./database.mjs').Database} db */
  constructor(db, { leads, toldTurns }) {
    this.#db = db;
    Object.assign(this, { leads, toldTurns });
  }

  /**
   * A message for the shop, once: of one key, or of one person and text, within 24 hours.
   * @returns {boolean} whether it is new
   */
  contact({ scope, key, lead, message, response }, nowMs) {
    return this.#db.transaction(() => {
      const fingerprint = fingerprintOf('contact', lead.email, lead.phone, message);
      const turn = { scope, sessionId: 'contact form', key: contactKey(key ?? fingerprint), fingerprint };
      const known = this.toldTurns.named(turn);
      if (known) return false;
      const turnId = this.toldTurns.add({ ...turn, message, response, source: 'form', mode: null }, nowMs);
      this.leads.save(turnId, scope, turn.sessionId, { ...lead, kind: 'contact' }, nowMs);
      return true;
    });
  }

  /** The newest trade-in of a room. @returns {TradeIn|undefined} */
  ofRoom(room) {
    return read(this.#db.get(`${select} WHERE room = ? ORDER BY turn_id DESC LIMIT 1`, room));
  }

  /** @returns {TradeIn|undefined} */
  byLeadId(leadId) {
    return read(this.#db.get(`${select} WHERE lead_id = ?`, leadId));
  }

  /** The room's trade-in that is not submitted yet, or a new one: so asked twice it is one. @returns {TradeIn & {isNew: boolean}} */
  open({ room, scope, message }, nowMs) {
    return this.#db.transaction(() => {
      const known = this.ofRoom(room);
      if (known && known.submittedMs === null) return { ...known, isNew: false };
      const session = this.toldTurns.sessionOf(room, scope);
      const turn = { ...session, key: null, fingerprint: fingerprintOf('trade-in', message), message };
      const turnId = this.toldTurns.add({ ...turn, response: '', source: 'form', mode: null }, nowMs);
      const leadId = randomBytes(16).toString('base64url');
      this.#db.run(
        `INSERT INTO trade_ins (turn_id, lead_id, room, scope, session_id, fields, status) VALUES (?, ?, ?, ?, ?, '{}', 'open')`,
        ...[turnId, leadId, room, session.scope, session.sessionId],
      );
      const opened = this.byLeadId(leadId);
      this.#save(opened, { notes: message }, nowMs);
      return { ...opened, isNew: true };
    });
  }

  /**
   * @param {TradeIn} tradeIn with what changed
   * @param {object} lead how the shop's staff reads it
   */
  change(tradeIn, lead, nowMs) {
    this.#db.transaction(() => {
      const { turnId, fields, status, summary, submittedMs } = tradeIn;
      this.#db.run(
        `UPDATE trade_ins SET fields = ?, status = ?, summary = ?, submitted_ms = ? WHERE turn_id = ?`,
        ...[JSON.stringify(fields), status, summary, submittedMs, turnId],
      );
      this.#save(tradeIn, lead, nowMs);
    });
  }

  #save({ turnId, scope, sessionId }, lead, nowMs) {
    this.leads.save(turnId, scope, sessionId, { ...lead, kind: 'trade_in' }, nowMs);
  }
}

const select = `SELECT turn_id AS turnId, lead_id AS leadId, scope, session_id AS sessionId, fields, status, summary,
  submitted_ms AS submittedMs FROM trade_ins`;

const read = (row) => row && { ...row, fields: JSON.parse(row.fields) };
