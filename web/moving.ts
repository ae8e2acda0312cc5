// What a moving tag does, as `/shopbell.js`, which an owner pastes once. It draws the launcher. When the chat is wanted it reads
// channel.json beside it and, at the same time, the code that understands it (switch.ts), which has that version run that the channel or
// the tag's own `?v=` names. Without that code the tag's own version runs (successor.ts).
import { console_prefix } from '../shim/core';
import { successor_js, switch_js, version } from '../shim/files';
import { script_ready, tried } from '../shim/load';
import type * as successors from './successor';
import type * as switching from './switch';
import type { Begin } from './widget';

/** `tag`: the address of the moving tag, with its query. */
export const moving =
  (tag: string): Begin =>
  async (stage) => {
    const channel = fetch(new URL('channel.json', tag), { credentials: 'omit', cache: 'no-cache' })
      .then((answer) => answer.json() as Promise<switching.Channel>)
      .catch(() => undefined);
    const choose: typeof switching.choose = await tried(async (at) => {
      try {
        return ((await import(await script_ready(at(switch_js, tag)))) as typeof switching).choose;
      } catch (error) {
        const own = `${version}/${successor_js}`;
        const { stay } = (await import(await script_ready(at(own, tag)))) as typeof successors;
        console.warn(`${console_prefix} version ${version} runs without looking for another.`, error);
        return stay;
      }
    });
    return choose(stage, tag, channel);
  };
