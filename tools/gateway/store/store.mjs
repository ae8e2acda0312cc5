// Everything that must survive a SIGKILL: sessions, turns and leads in one SQLite file (WAL, synchronous=FULL).
// What lies in it is reached by what it is: `store.turns.accept(…)`, `store.conversations.rows(…)`.
import { createHash } from 'node:crypto';
import { StoredCallRooms } from './call_rooms.mjs';
import { StoredConversations } from './conversations.mjs';
import { Database } from './database.mjs';
import { FormLeads } from './form_leads.mjs';
import { StoredLeads } from './leads.mjs';
import { ToldTurns } from './told_turns.mjs';
import { StoredTurns } from './turns.mjs';
import { Upkeep } from './upkeep.mjs';

/** Keys are scoped by API key; the database holds a hash of it, never the key. */
export const scopeOf = (apiKey) => createHash('sha256').update(apiKey).digest('hex').slice(0, 16);

export class Store {
  #db;

  /** @param {string} dataDir a folder, made when missing, or `:memory:` @param {number} [bytesMax] of the file; 0: no bound */
  constructor(dataDir, bytesMax = 0) {
    this.#db = new Database(dataDir, bytesMax);
    this.turns = new StoredTurns(this.#db);
    this.leads = new StoredLeads(this.#db);
    this.conversations = new StoredConversations(this.#db);
    this.callRooms = new StoredCallRooms(this.#db);
    this.toldTurns = new ToldTurns(this.#db);
    this.formLeads = new FormLeads(this.#db, this);
    this.upkeep = new Upkeep(this.#db);
  }

  /** Of the file, less what is free in it. */
  bytes() {
    return this.#db.bytes();
  }

  close() {
    this.#db.close();
  }
}
