// What a moving tag does, as `/shopbell.js`, which an owner pastes once. It draws the launcher. When the chat is wanted it reads
// channel.json beside it and, at the same time, the code that understands it (switch.ts), which has that version run that the channel or
// the tag's own `?v=` names. Without that code the tag's own version runs.
import { console_prefix } from '../shim/core';
import { url } from '../shim/fetch';
import { switch_js, version } from '../shim/files';
import { script_ready } from '../shim/load';
import type * as switching from './switch';
import { prepare, run } from './version';
import type { Begin } from './widget';

/** `tag`: the address of the moving tag, with its query. */
export const moving =
  (tag: string): Begin =>
  async (stage) => {
    const channel = fetch(new URL('channel.json', tag), { credentials: 'omit', cache: 'no-cache' })
      .then((answer) => answer.json() as Promise<switching.Channel>)
      .catch(() => undefined);
    let switcher: typeof switching;
    try {
      switcher = (await import(await script_ready(url(switch_js, tag)))) as typeof switching;
    } catch (error) {
      console.warn(`${console_prefix} version ${version} runs without looking for another.`, error);
      const base = url(`${version}/`, tag);
      return run(stage, base, await prepare(base, stage.settings));
    }
    return switcher.choose(stage, tag, channel, { version, prepare, run });
  };
