// Which version runs, for the moving tag. It comes beside channel.json, which promote, rollback and kill write.
//
//   a share of browsers     has the canary, the others the version that is everybody's; a share that grows keeps whom it has (share.ts)
//   the tag's own version   its files are loaded, as a pinned tag does
//   another version         its successor.js comes, checked; that fetches and checks its files; then it draws its own widget in this one's
//                           place and takes over what the shopper typed meanwhile
//   a file is not right     the same with the previous version. Nothing of the failed one has run, but what fetched and checked
import { console_prefix, type Dispatch } from '../../shim/core';
import { url } from '../../shim/fetch';
import { version as own } from '../../shim/files';
import { stored_left_open } from '../../shim/generated/messages';
import { import_script } from '../../shim/load';
import type { App } from '../app';
import type { Frame } from '../frame';
import type * as successors from './successor';
import { option_text } from '../option_text';
import { settings_of } from '../settings';
import { is_within } from './share';
import { prepare, run } from './version';
import { left, type Stage } from '../widget';

export { clear_session } from './older';

/** As tools/release/channel.mjs writes it. */
export interface Channel {
  version: string;
  previous?: string;
  /** What runs in `share` of 100 browsers in the version's place. */
  canary?: { version: string; share: number };
  /** False: the kill switch. */
  on: boolean;
  /** Where the folder of each version has its successor.js, with its hash. */
  versions: Record<string, string>;
}

/** What is pressed while its press is held would get no click, if it went away meanwhile. */
async function press_ended({ stage }: Frame): Promise<void> {
  while (stage.matches(':active')) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The other version's widget takes this one's place, with all that was said to this one so far, and with the focus. */
function hand_over(stage: Stage, { begin }: typeof successors, base: string, files: unknown): App {
  const { frame, gate, listeners, offers, options } = stage;
  const held = frame.root.activeElement?.getAttribute('part');
  const { handle, host } = begin(base, files, settings_of(options, option_text), listeners, '', offers);
  const part = (name: string) => host.shadowRoot?.querySelector<HTMLTextAreaElement>(`[part~=${name}]`);
  const box = part('box');
  const type = (text: string): void => {
    if (!box) return;
    box.value = text;
    box.dispatchEvent(new Event('input'));
  };
  const say: Dispatch = (event) => {
    if (event.type === 'page_open') handle.open();
    if (event.type === 'page_close') handle.close();
    if (event.type === 'page_send') handle.send(event.text);
  };
  // What was left open the other one opens by itself, and the focus stays with the page.
  if (frame.is_open() && (held || left() !== stored_left_open)) handle.open();
  if (!frame.is_open() && left() === stored_left_open) handle.close();
  // Typed and sent there once more, so that its box gets back what its core does not take.
  for (const [event, ghost] of gate.waiting) {
    if (ghost) {
      type(ghost.textContent);
      part('send')?.dispatchEvent(new Event('click'));
    } else if (event.type === 'page_send') say(event);
  }
  type(frame.box.value);
  // From here on it is the other's element that is put back on a page whose body is swapped, and the owner's wishes go there.
  frame.host.remove();
  frame.host = host;
  if (held) part(held)?.focus({ preventScroll: true });
  gate.through = say;
  return { end: handle.destroy };
}

/** What this browser is to have of the two. */
const shared = async (version: string, canary: Channel['canary']): Promise<string> =>
  canary && (await is_within(canary.share)) ? canary.version : version;

export async function choose(
  stage: Stage,
  tag: string,
  root: string,
  read: Promise<Channel | undefined>,
): Promise<App | undefined> {
  const { options } = stage;
  const channel = await read;
  if (!channel) console.warn(`${console_prefix} channel.json cannot be read, so version ${own} runs.`);
  if (channel?.on === false) {
    console.info(`${console_prefix} is switched off here; \`npm run kill -- off\` brings it back.`);
    stage.destroy();
    return undefined;
  }
  const { versions = {}, version = own, previous, canary } = channel ?? {};
  const asked = new URL(tag).searchParams.get('v') ?? '';
  const wanted = versions[asked] ? asked : await shared(version, canary);
  for (const name of new Set([wanted, version, previous])) {
    if (!name) continue;
    const base = url(`${name}/`, root);
    try {
      if (name === own) {
        const files = await prepare(base, options);
        // Not awaited here: once it runs, no other version may.
        return run(stage, base, files);
      }
      const other = await import_script<typeof successors>(url(versions[name] ?? '', base));
      const files = await other.prepare(base, settings_of(options, option_text));
      await press_ended(stage.frame);
      return stage.is_ended() ? undefined : hand_over(stage, other, base, files);
    } catch (error) {
      console.warn(`${console_prefix} version ${name} is not all there, so another one runs.`, error);
    }
  }
  throw new Error('no version is all there');
}
