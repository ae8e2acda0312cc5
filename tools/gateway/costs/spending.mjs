// What has been spent, by each address and by all of them together.
//
// Two bounds of different kinds. An address has so much in any hour: a rolling window. Everybody has so much in a UTC day, as a bill has;
// and of that an address has a share, so that no address can end the day for the others. The share is a part of what is left, not of the
// whole: at 33 % one address can take a quarter of the day, the next one a quarter of the rest, and whoever comes then still finds
// something. (Switches share their buffers so: Choudhury and Hahne, "Dynamic queue length thresholds", 1998.)
//
// Amounts are taken before they are spent and what was not needed is given back, so a bound holds whatever runs at the same time, and a
// crash can only have counted too much.
//
// It is kept in a file of its own, since a restart must not open what was closed: a kill loses nothing, a power cut the last moments
// (synchronous=NORMAL), which is cheap enough to be written with every sentence. Addresses are in it for a day.
import Database from 'better-sqlite3';
import { privateFile } from '../running/data_folder.mjs';
import { ConfigError } from '../settings/config.mjs';
import { addressKey, networksOf } from './limits.mjs';

const bucketMs = 5 * 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const addressesMax = 100_000;

const schema = `
  CREATE TABLE IF NOT EXISTS spent (
    address TEXT NOT NULL, what TEXT NOT NULL, bucket_ms INTEGER NOT NULL, amount REAL NOT NULL,
    PRIMARY KEY (address, what, bucket_ms)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS payers (turn_id INTEGER PRIMARY KEY, address TEXT NOT NULL, at_ms INTEGER NOT NULL);`;

/** Amounts by the time at which they were spent, in buckets. */
class Window {
  #buckets = new Map();

  /** @returns {[number, number]} the bucket, and what is in it now */
  add(amount, nowMs) {
    const bucket = Math.floor(nowMs / bucketMs) * bucketMs;
    const sum = (this.#buckets.get(bucket) ?? 0) + amount;
    this.#buckets.set(bucket, sum);
    return [bucket, sum];
  }

  /** A bucket counts as long as some of it is in the window; one from a clock that was ahead does not. */
  since(fromMs, nowMs) {
    let sum = 0;
    for (const [bucket, amount] of this.#buckets)
      if (bucket + bucketMs > fromMs && bucket <= nowMs) sum += amount;
    return sum;
  }

  /** When, of a window of `spanMs`, only `most` is left. */
  freeAtMs(most, spanMs, nowMs) {
    let sum = this.since(nowMs - spanMs, nowMs);
    for (const bucket of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      if (bucket + bucketMs <= nowMs - spanMs || bucket > nowMs) continue;
      sum -= this.#buckets.get(bucket);
      if (sum <= most) return bucket + bucketMs + spanMs;
    }
    return nowMs + spanMs;
  }

  /** @returns {boolean} whether anything is left */
  forget(beforeMs) {
    for (const bucket of this.#buckets.keys()) if (bucket <= beforeMs) this.#buckets.delete(bucket);
    return this.#buckets.size > 0;
  }
}

/** @typedef {import('./limits.mjs').Verdict & {whose: 'address'|'everybody', what: string}} Refusal */

export class Spending {
  /** address -> what -> Window, whoever spent last at the end */
  #byAddress = new Map();
  #everybody = new Map();
  /** what -> until when the day's budget of it is spent */
  #overUntilMs = new Map();
  #db;
  #sweeping;
  #upsert;
  #setPayer;
  #dropPayer;
  #getPayer;
  #writes = true;

  /**
   * @param {{dataDir: string, bounds: Record<string, {hour?: number, day?: number}>, addressDayPercent: number, now: () => number,
   *   log: object}} options dataDir: a folder that is there, or `:memory:`; a bound of 0 is none
   */
  constructor({ dataDir, bounds, addressDayPercent, now, log }) {
    Object.assign(this, { bounds, share: addressDayPercent / 100, now, log });
    this.#db = opened(dataDir);
    this.sweep();
    for (const { address, what, bucket_ms, amount } of this.#db.prepare('SELECT * FROM spent').iterate())
      this.#count(address, what, amount, bucket_ms);
    this.#sweeping = setInterval(() => this.sweep(), hourMs).unref();
    this.#upsert = this.#db.prepare(
      `INSERT INTO spent (address, what, bucket_ms, amount) VALUES (?, ?, ?, ?)
       ON CONFLICT (address, what, bucket_ms) DO UPDATE SET amount = excluded.amount`,
    );
    this.#setPayer = this.#db.prepare(
      'INSERT OR REPLACE INTO payers (turn_id, address, at_ms) VALUES (?, ?, ?)',
    );
    this.#dropPayer = this.#db.prepare('DELETE FROM payers WHERE turn_id = ?');
    this.#getPayer = this.#db.prepare('SELECT address FROM payers WHERE turn_id = ?').pluck();
  }

  /**
   * All of `amounts`, or nothing.
   * @param {Record<string, number>} amounts by what they are spent on
   * @returns {Refusal|null} null: taken
   */
  take(address, amounts) {
    const nowMs = this.now();
    for (const [what, amount] of Object.entries(amounts)) {
      const refusal = amount > 0 ? this.#refusal(address, what, amount, nowMs) : null;
      if (refusal) return refusal;
    }
    for (const [what, amount] of Object.entries(amounts)) this.add(address, what, amount);
    return null;
  }

  /** What was spent without asking; negative: what was taken and not needed. */
  add(address, what, amount) {
    if (amount === 0) return;
    const [bucket, sum] = this.#count(address, what, amount, this.now());
    this.#write(() => this.#upsert.run(addressKey(address), what, bucket, sum));
  }

  /** @returns {[number, number]} the address's own bucket, and what is in it now */
  #count(address, what, amount, atMs) {
    this.#everybodys(what).add(amount, atMs);
    const [own] = networksOf(address).map(({ key }) => this.#windowOf(key, what).add(amount, atMs));
    return own;
  }

  /** @returns {Record<string, number>} what is left of the day for everybody, of what has a bound; 0 once it was too little */
  left() {
    const nowMs = this.now();
    const leftOf = (what, day) =>
      nowMs < (this.#overUntilMs.get(what) ?? 0) ? 0 : Math.max(0, day - this.#usedToday(what, nowMs));
    const daily = Object.entries(this.bounds).filter(([, { day }]) => day > 0);
    return Object.fromEntries(daily.map(([what, { day }]) => [what, leftOf(what, day)]));
  }

  #usedToday(what, nowMs) {
    return this.#everybodys(what).since(Math.floor(nowMs / dayMs) * dayMs, nowMs);
  }

  #refusal(address, what, amount, nowMs) {
    const { hour = 0, day = 0 } = this.bounds[what];
    const midnightMs = (Math.floor(nowMs / dayMs) + 1) * dayMs;
    const share = this.share * (day - this.#usedToday(what, nowMs));
    const refused = (whose, limit, resetMs) => ({
      ...{ whose, what, limit: Math.floor(limit), remaining: 0, resetMs, allowed: false },
      retryAfterSeconds: Math.max(1, Math.ceil((resetMs - nowMs) / 1000)),
    });
    // Too little is left for anybody.
    if (day > 0 && amount > share) {
      this.#overUntilMs.set(what, midnightMs);
      return refused('everybody', day, midnightMs);
    }
    for (const { key, times } of networksOf(address)) {
      const window = this.#byAddress.get(key)?.get(what) ?? new Window();
      const freeMsPast = (bound, spanMs) =>
        bound > 0 && window.since(nowMs - spanMs, nowMs) + amount > bound
          ? window.freeAtMs(Math.max(0, bound - amount), spanMs, nowMs)
          : null;
      const hourFreeMs = freeMsPast(times * hour, hourMs);
      if (hourFreeMs) return refused('address', times * hour, hourFreeMs);
      // A wide network has no more of a day than an address: it may be one customer's.
      const dayFreeMs = day > 0 ? freeMsPast(share, dayMs) : null;
      if (dayFreeMs) return refused('address', share, Math.min(dayFreeMs, midnightMs));
    }
    return null;
  }

  #windowOf(address, what) {
    const windows = this.#byAddress.get(address) ?? new Map();
    // Kept in the order of their last spending, so that in a flood of addresses the oldest goes first.
    this.#byAddress.delete(address);
    if (this.#byAddress.size >= addressesMax) this.#byAddress.delete(this.#byAddress.keys().next().value);
    this.#byAddress.set(address, windows);
    return inMap(windows, what);
  }

  #everybodys(what) {
    return inMap(this.#everybody, what);
  }

  /** Who pays for a turn that is being answered, should this process not live to see its end. */
  pays(turnId, address) {
    this.#write(() => this.#setPayer.run(turnId, addressKey(address), this.now()));
  }

  paid(turnId) {
    this.#write(() => this.#dropPayer.run(turnId));
  }

  /** @returns {string} the address that was to pay; empty when that is not known any more */
  payerOf(turnId) {
    return this.#getPayer.get(turnId) ?? '';
  }

  /** What no window reaches any more is forgotten, here and in the file. */
  sweep() {
    const beforeMs = this.now() - dayMs - bucketMs;
    for (const [address, windows] of this.#byAddress) {
      for (const [what, window] of windows) if (!window.forget(beforeMs)) windows.delete(what);
      if (windows.size === 0) this.#byAddress.delete(address);
    }
    for (const window of this.#everybody.values()) window.forget(beforeMs);
    this.#write(() => {
      this.#db.prepare('DELETE FROM spent WHERE bucket_ms <= ? OR bucket_ms > ?').run(beforeMs, this.now());
      this.#db.prepare('DELETE FROM payers WHERE at_ms <= ?').run(beforeMs);
    });
  }

  /** A full disk must not stop the chat: memory goes on counting, and the next write of a bucket holds all of it. */
  #write(write) {
    try {
      write();
      this.#writes = true;
    } catch (error) {
      if (this.#writes) this.log.error({ err: error }, 'spending not written');
      this.#writes = false;
    }
  }

  close() {
    clearInterval(this.#sweeping);
    this.#db.close();
  }
}

function inMap(windows, what) {
  let window = windows.get(what);
  if (!window) windows.set(what, (window = new Window()));
  return window;
}

function opened(dataDir) {
  const file = dataDir === ':memory:' ? dataDir : privateFile(dataDir, 'spending.sqlite');
  const db = new Database(file);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(schema);
    return db;
  } catch (error) {
    db.close();
    if (!/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) throw error;
    throw new ConfigError(`${file} is damaged: remove it; what was spent today is then counted anew`, {
      cause: error,
    });
  }
}
