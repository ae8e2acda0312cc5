// The SQLite file: opened, brought to this version's tables and bounded; and its statements, each prepared once.
import Sqlite from 'better-sqlite3';
import { privateFile } from '../running/data_folder.mjs';
import { ConfigError } from '../settings/config.mjs';
import { counters, extras, migrations } from './schema.mjs';

export class Database {
  #sqlite;
  #statements = new Map();

  /** @param {string} dataDir a folder, made when missing, or `:memory:` @param {number} bytesMax of the file; 0: no bound */
  constructor(dataDir, bytesMax) {
    this.#sqlite = new Sqlite(dataDir === ':memory:' ? ':memory:' : privateFile(dataDir, 'shopbell.sqlite'));
    this.#sqlite.pragma('journal_mode = WAL');
    this.#sqlite.pragma('synchronous = FULL');
    this.#sqlite.pragma('foreign_keys = ON');
    if (bytesMax > 0)
      this.#sqlite.pragma(`max_page_count = ${Math.ceil(bytesMax / this.#number('page_size'))}`);
    const version = this.#number('user_version');
    if (version > migrations.length) {
      this.close();
      throw new ConfigError(
        `${dataDir} was written by a newer Shopbell (schema ${version}); use that version or another DATA_DIR`,
      );
    }
    this.transaction(() => {
      for (const migration of migrations.slice(version)) this.#sqlite.exec(migration);
      this.#sqlite.pragma(`user_version = ${migrations.length}`);
      this.#sqlite.exec(extras);
    });
    this.#sqlite.pragma('temp_store = MEMORY');
    this.#sqlite.exec(counters);
  }

  run(sql, ...values) {
    return this.#statement(sql).run(...values);
  }

  get(sql, ...values) {
    return this.#statement(sql).get(...values);
  }

  all(sql, ...values) {
    return this.#statement(sql).all(...values);
  }

  /** All that `work` writes, or nothing of it. @returns what it returns */
  transaction(work) {
    return this.#sqlite.transaction(work)();
  }

  /** Of the file, less what is free in it. */
  bytes() {
    return (this.#number('page_count') - this.#number('freelist_count')) * this.#number('page_size');
  }

  close() {
    this.#sqlite.close();
  }

  #number(pragma) {
    return this.#sqlite.pragma(pragma, { simple: true });
  }

  #statement(sql) {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#sqlite.prepare(sql)));
    return statement;
  }
}
