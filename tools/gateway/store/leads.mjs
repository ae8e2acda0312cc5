// Leads: who wants to be called back, or to trade something in.

export class StoredLeads {
  #db;

  /** @param {import('./database.mjs').Database} db */
  constructor(db) {
    this.#db = db;
  }

  /** One lead a turn: an answer that is produced again writes the same row. */
  save(turnId, scope, sessionId, lead, nowMs) {
    const text = (value) => (typeof value === 'string' && value !== '' ? value.slice(0, 1000) : null);
    this.#db.run(
      `INSERT INTO leads (turn_id, scope, session_id, kind, device, condition, value_sgd, name, email, phone, notes, created_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (turn_id) DO UPDATE SET kind = excluded.kind, device = excluded.device,
         condition = excluded.condition, value_sgd = excluded.value_sgd, name = excluded.name,
         email = excluded.email, phone = excluded.phone, notes = excluded.notes`,
      turnId,
      scope,
      sessionId,
      lead.kind,
      text(lead.device),
      text(lead.condition),
      lead.valueSgd ?? null,
      text(lead.name),
      text(lead.email),
      text(lead.phone),
      text(lead.notes),
      nowMs,
    );
  }
}
