// What each version of the widget has come to since start, so that a canary can be held against the version that the others have.
//
// A page says its version in X-Client-Source (`widget/1.2.0`) or in its hello. Anybody can say anything there, and Prometheus keeps each name
// that it once saw: so only what lies in FILES_DIR goes by its name, or, where no version lies there because the files are served by others, the
// first `namesMax` names. All else is `other`: further names, and pages that say none.
import fs from 'node:fs';
import path from 'node:path';
import { widgetVersion } from './log.mjs';

const namesMax = 20;
const other = 'other';
const none = { conversations: 0, messages: 0, refused: 0, failed: 0, calls: 0 };

export class VersionFigures {
  #figures = new Map();
  #folder;

  /** @param {string} folder the widget's files */
  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * @param {string} source as clientSource gives it
   * @param {'conversations' | 'messages' | 'refused' | 'failed' | 'calls'} what `refused`: messages that were not taken; `failed`: answers
   */
  count(source, what, n = 1) {
    const name = this.#nameOf(source);
    const figures = this.#figures.get(name) ?? { ...none };
    figures[what] += n;
    this.#figures.set(name, figures);
  }

  /** @returns {Record<string, {conversations: number, messages: number, refused: number, failed: number, calls: number}>} by version */
  all() {
    return Object.fromEntries([...this.#figures].sort().map(([name, figures]) => [name, { ...figures }]));
  }

  #nameOf(source) {
    const name = widgetVersion(source);
    if (!name) return other;
    if (this.#figures.has(name)) return name;
    const released = fs.existsSync(path.join(this.#folder, 'channel.json'));
    const known = released
      ? fs.existsSync(path.join(this.#folder, name, 'manifest.json'))
      : this.#figures.size < namesMax + Number(this.#figures.has(other));
    return known ? name : other;
  }
}
