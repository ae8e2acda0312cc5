// Runs a row in more browsers than Chromium. SHOPBELL_BROWSERS names them ("firefox,webkit"); SHOPBELL_LONG=1 means all; otherwise each
// row says where it runs in `npm test`.
import { text_browsers } from '../rig/browsers/text_browsers.mjs';

const all = Object.keys(text_browsers);

function wanted(usual) {
  const named = process.env.SHOPBELL_BROWSERS?.split(',');
  const unknown = named?.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`SHOPBELL_BROWSERS: no browser "${unknown}", there are ${all}`);
  return named ?? (process.env.SHOPBELL_LONG === '1' ? all : usual);
}

/**
 * @param {{limit_s: number, run(t: object): Promise<void>, not_in?: Record<string, string>}} row  `run` is given `t.browser`, one of
 *   text_browsers; `not_in`: why it does not run in one
 * @param {string[]} usual the browsers without any wish
 */
export function in_browsers(row, usual = ['chromium']) {
  return {
    get limit_s() {
      return wanted(usual).reduce((sum, name) => sum + row.limit_s * (name === 'chromium' ? 1 : 2), 0);
    },
    async run(t) {
      for (const name of wanted(usual)) {
        const deferred = [];
        const close = async () => {
          for (const fn of deferred.splice(0).reverse()) await fn();
        };
        // At the time limit the row is left as it stands.
        t.defer(close);
        const log = (text) => t.log(`${name}: ${text}`);
        if (row.not_in?.[name]) {
          log(`NOT RUN: ${row.not_in[name]}`);
          continue;
        }
        const start = performance.now();
        try {
          await row.run({
            ...t,
            log,
            browser: { name, ...text_browsers[name] },
            defer: (fn) => deferred.push(fn),
          });
          log(`passed in ${((performance.now() - start) / 1000).toFixed(1)} s`);
        } catch (error) {
          error.message = `${name}: ${error.message}`;
          throw error;
        } finally {
          await close();
        }
      }
    },
  };
}
