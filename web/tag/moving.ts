// What a moving tag does, as `/shopbell.js`, which an owner pastes once. It draws the launcher. When the chat is wanted it reads
// channel.json in the root and, at the same time, the code that understands it (switch.ts), which has that version run that the channel or
// the tag's own `?v=` names. Where that code is not in the root, it is taken from the folder of the tag's own version.
import { switch_js, version } from '../../shim/files';
import { import_script, tried } from '../../shim/load';
import type * as switching from './switch';
import type { Begin } from '../widget';

/** From its address. */
export const load_switch = (address: string): Promise<typeof switching> => import_script(address);

/** `tag`: its address, with its query. `root`: the folder that `promote` writes, or an address in it. */
export const moving =
  (tag: string, root: string): Begin =>
  async (stage) => {
    const channel = fetch(new URL('channel.json', root), { credentials: 'omit', cache: 'no-cache' })
      .then((answer) => answer.json() as Promise<switching.Channel>)
      .catch(() => undefined);
    const { choose } = await tried((at) =>
      load_switch(at(switch_js, root)).catch(() => load_switch(at(`${version}/root/${switch_js}`, root))),
    );
    return choose(stage, tag, root, channel);
  };
