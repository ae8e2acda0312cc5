// Reads what the gateway has stored, from outside, as an owner with the SQLite file would.
import { join } from 'node:path';

/**
 * @param {string} data_dir
 * @returns {Promise<{id: number, session_id: string, key: string|null, message: string, state: string, attempt: number, response: string|null}[]>}
 */
export const read_turns = (data_dir) =>
  select(
    data_dir,
    'SELECT id, session_id, idempotency_key AS key, user_message AS message, state, attempt, response FROM turns ORDER BY id',
  );

export const read_leads = (data_dir) =>
  select(data_dir, 'SELECT id, turn_id, session_id, kind, device, email, phone FROM leads ORDER BY id');

async function select(data_dir, sql) {
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(join(data_dir, 'shopbell.sqlite'), { readonly: true, fileMustExist: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}
