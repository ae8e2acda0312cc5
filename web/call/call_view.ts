// The call as the shopper sees it: a bar under the panel's head with its state in words, the level ring and the call's buttons.
// What is said stands in the conversation, as captions.
import type { Dispatch } from '../../shim/core';
import type { Command } from '../../shim/generated/messages';
import type { EngineView } from '../../shim/voice/engine';
import { add_styles, button, element } from '../dom';
import type { Frame } from '../frame';
import { close_icon, devices_icon, hang_up_icon, mic_icon, mic_off_icon } from '../icons';
import type { Words } from '../locales/words';
import css from './call.css';
import type { CallWords } from './call_words';
import { make_device_picker } from './device_picker';
import { make_level_ring } from './level_ring';
import { make_talk_button } from './talk_button';

export type ShownCall = Extract<Command, { type: 'show_call' }>;

const idle: ShownCall = {
  type: 'show_call',
  state: 'idle',
  running: false,
  agent: 'listening',
  muted: false,
  push_to_talk: false,
  code: 'none',
};

export interface CallView extends EngineView {
  show(call: ShownCall): void;
  clear(): void;
}

/** The state in a few words, and what more there is to say about it. */
function words_of(call: ShownCall, words: CallWords, errors: Words['errors']): [title: string, more: string] {
  const why = [errors[call.code], words.what_to_do[call.code]].filter(Boolean).join(' ');
  switch (call.state) {
    case 'asking':
      return [words.asking, words.asking_hint];
    case 'connecting':
      return [words.connecting, why];
    case 'reconnecting':
      return [words.reconnecting, why || words.reconnecting_hint];
    case 'ended':
      return [words.ended, why];
    case 'failed':
      return [words.failed, why];
    case 'live':
      if (call.muted) return [words.muted, why];
      if (call.push_to_talk && call.agent === 'listening') return [words.waiting_for_talk, why];
      return [words.activity[call.agent], why];
    case 'idle':
      return ['', ''];
  }
}

export function make_call_view(
  frame: Frame,
  words: CallWords,
  errors: Words['errors'],
  say: Dispatch,
): CallView {
  const { root, stage, rows, box } = frame;
  add_styles(root, css);
  const start = root.querySelector<HTMLElement>('[part="mic"]');
  const ring = make_level_ring();
  const picker = make_device_picker(words, say);
  const talk = make_talk_button(words, say);
  const title = element('div', { part: 'call-state' });
  const more = element('div', { part: 'call-note' });
  const mute = button({ part: 'mute', 'aria-label': words.mute }, mic_icon(), mic_off_icon());
  const devices = button(
    { part: 'devices', 'aria-label': words.devices, 'aria-expanded': 'false', 'aria-controls': 'devices' },
    devices_icon(),
  );
  const hang_up = button({ part: 'hang-up', 'aria-label': words.hang_up }, hang_up_icon());
  const again = button({ part: 'again' }, words.again);
  const dismiss = button({ part: 'dismiss', 'aria-label': words.dismiss }, close_icon());
  const line = element(
    'div',
    { class: 'call-line' },
    ring.element,
    title,
    ...[mute, devices, hang_up, again, dismiss],
  );
  const bar = element(
    'div',
    { part: 'call', role: 'group', 'aria-label': words.call },
    line,
    more,
    picker.element,
    talk,
  );
  bar.hidden = true;
  rows.before(bar);
  // Outside the panel, since a hidden region is not read. The agent's turns are heard; only what else changes is said.
  const live = element('div', { class: 'quiet', 'aria-live': 'polite', 'aria-atomic': 'true' });
  stage.append(live);
  let said = '';

  const open_picker = (open: boolean): void => {
    picker.element.hidden = !open;
    devices.setAttribute('aria-expanded', String(open));
  };
  const announce = ({ state, muted }: ShownCall, text: string): void => {
    const key = state === 'live' && !muted ? state : text;
    if (key === said) return;
    said = key;
    live.textContent = text;
  };

  /** A button that goes away under the focus leaves it to the one that comes. */
  const move_focus = (had_focus: HTMLElement | null): void => {
    if (!had_focus || (had_focus !== start && !bar.contains(had_focus))) return;
    if (had_focus.getClientRects().length > 0) return;
    const next = [talk, mute, hang_up, again, start, box].find(
      (one) => one && one.getClientRects().length > 0,
    );
    next?.focus({ preventScroll: true });
  };

  const show = (call: ShownCall): void => {
    const had_focus = root.activeElement;
    const { state, running, muted, push_to_talk } = call;
    // Who hung up knows that the call has ended.
    const over = state === 'failed' || (state === 'ended' && call.code !== 'none');
    const [words_now, words_more] = words_of(call, words, errors);
    stage.toggleAttribute('data-call', running);
    bar.hidden = !running && !over;
    bar.dataset.state = state;
    bar.dataset.agent = call.agent;
    title.textContent = words_now;
    more.textContent = words_more;
    more.hidden = !words_more;
    mute.setAttribute('aria-pressed', String(muted));
    mute.setAttribute('aria-label', muted ? words.unmute : words.mute);
    hang_up.hidden = !running;
    for (const one of [mute, devices]) one.hidden = !running || state === 'asking';
    for (const one of [again, dismiss]) one.hidden = running;
    talk.hidden = !running || !push_to_talk;
    if (!running) {
      open_picker(false);
      ring.set(0, 0);
    }
    // An error's own words are announced by the core.
    announce(call, call.code === 'none' ? `${words_now} ${words_more}` : words_now);
    move_focus(had_focus as HTMLElement | null);
  };

  const clear = (): void => show(idle);

  mute.addEventListener('click', () => say({ type: 'mute_pressed' }));
  hang_up.addEventListener('click', () => say({ type: 'hangup_pressed' }));
  again.addEventListener('click', () => say({ type: 'mic_pressed' }));
  dismiss.addEventListener('click', clear);
  devices.addEventListener('click', () => open_picker(Boolean(picker.element.hidden)));
  show(idle);
  return { show, clear, level: ring.set, devices: picker.draw };
}
