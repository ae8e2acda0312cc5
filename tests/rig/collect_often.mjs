// Memory is collected all the time, as on a machine that is short of it: what nobody holds goes at once.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const every_ms = 15;

/** @param {{after: (fn: () => void) => void}} t until its end */
export function collect_often(t) {
  setFlagsFromString('--expose-gc');
  const timer = setInterval(runInNewContext('gc'), every_ms);
  t.after(() => clearInterval(timer));
}
