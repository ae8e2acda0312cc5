// The frame: launcher, panel and box, drawn by the loader alone so that a press shows something at once. It makes events
// out of presses and keys; the app, when it is there, draws into the same elements.
import type { Dispatch } from '../shim/core';
import { close_key, send_key, type Focus } from '../shim/generated/messages';
import { text_on } from './colour';
import { add_styles, button, element } from './dom';
import css from './frame.css';
import { bell_icon, close_icon, down_icon, send_icon } from './icons';
import { frame_words as words } from './locales/locale';

/** What concerns looks, before or after the core has checked it; what is empty or missing is the default. */
type Look = 'position' | 'colorScheme' | 'primaryColor' | 'botName' | 'botSubtitle' | 'placeholder';
export type Looks = { [K in Look]?: string };

export type Frame = ReturnType<typeof make_frame>;

/** `on_top`: over all of the page, whatever it has put on top. */
export function make_frame(say: Dispatch, on_top = false) {
  const host = document.createElement('shopbell-widget');
  const root = host.attachShadow({ mode: 'open' });
  add_styles(root, css);

  const launcher = button({ part: 'launcher', 'aria-haspopup': 'dialog' }, bell_icon(), down_icon());
  const title = element('div', { part: 'title' });
  const subtitle = element('div', { part: 'subtitle' });
  const close = button({ part: 'close', 'aria-label': words.close_chat }, close_icon());
  const mark = element('div', { class: 'mark' }, bell_icon());
  const head = element(
    'div',
    { part: 'head' },
    mark,
    element('div', { class: 'names' }, title, subtitle),
    close,
  );
  // Streaming must not spam a screen reader: what it says comes through the live region of the app alone.
  const rows = element('div', {
    part: 'rows',
    role: 'log',
    'aria-live': 'off',
    'aria-label': words.conversation,
    tabindex: '0',
  });
  const box = element('textarea', {
    part: 'box',
    rows: '1',
    'aria-label': words.message,
    enterkeyhint: 'send',
    dir: 'auto',
  });
  const send = button({ part: 'send', 'aria-label': words.send }, send_icon());
  const composer = element('div', { part: 'composer' }, box, send);
  const panel = element('div', { part: 'panel', role: 'dialog' }, head, rows, composer);
  // A landmark, so that the launcher can be found by those who jump between them.
  const stage = element('div', { class: 'stage', role: 'region', 'aria-label': words.chat }, panel, launcher);
  root.append(stage);
  if (on_top) stage.popover = 'manual';

  const place = (): void => {
    if (host.isConnected || !document.body) return;
    document.body.append(host);
    // Out of the page is out of the top layer too. A browser without popovers has the widget where it always is.
    if (on_top) stage.showPopover?.();
  };

  const look = (looks: Looks): void => {
    const { primaryColor } = looks;
    stage.dataset.position = looks.position ?? '';
    stage.dataset.scheme = looks.colorScheme ?? '';
    const on_primary = primaryColor && text_on(primaryColor);
    if (on_primary) {
      stage.style.setProperty('--shopbell-primary', primaryColor);
      stage.style.setProperty('--s-on-primary', on_primary);
    }
    title.textContent = looks.botName || words.title;
    panel.setAttribute('aria-label', title.textContent);
    subtitle.textContent = looks.botSubtitle ?? '';
    box.placeholder = looks.placeholder || words.placeholder;
  };

  const is_open = (): boolean => !panel.hidden;

  /** `news`: what waits inside, in words; the launcher's name is what it does and that. */
  let news = '';
  const name_launcher = (text = news): void => {
    news = text;
    const name = is_open() ? words.close_chat : words.open_chat;
    launcher.setAttribute('aria-label', news ? `${name}, ${news}` : name);
  };

  const show = (open: boolean, focus: Focus): void => {
    panel.hidden = !open;
    stage.toggleAttribute('data-open', open);
    launcher.setAttribute('aria-expanded', String(open));
    name_launcher();
    // The page must not scroll to the widget.
    if (focus === 'box') box.focus({ preventScroll: true });
    if (focus === 'launcher') launcher.focus({ preventScroll: true });
  };

  const key_down = (event: KeyboardEvent): void => {
    const { key } = event;
    if (key !== send_key && key !== close_key) return;
    say(
      {
        type: 'key_pressed',
        key,
        text: box.value,
        in_box: root.activeElement === box,
        shift: event.shiftKey,
        // Safari ends the composition before the Enter that ended it; 229 still tells.
        composing: event.isComposing || event.keyCode === 229,
      },
      () => event.preventDefault(),
    );
  };

  show(false, 'stay');
  launcher.addEventListener('click', () => say({ type: 'launcher_pressed' }));
  close.addEventListener('click', () => say({ type: 'close_pressed' }));
  send.addEventListener('click', () => say({ type: 'send_pressed', text: box.value }));
  box.addEventListener('input', () => say({ type: 'draft_changed', text: box.value }));
  panel.addEventListener('keydown', key_down);
  // The shop's hot keys must not fire while a shopper types.
  for (const name of ['keydown', 'keypress', 'keyup'])
    panel.addEventListener(name, (event) => event.stopPropagation());
  // A press on send must not take the focus (and the on-screen keyboard) from the box.
  send.addEventListener('pointerdown', (event) => event.preventDefault());
  return {
    host,
    root,
    stage,
    launcher,
    panel,
    title,
    rows,
    composer,
    box,
    send,
    place,
    look,
    show,
    name_launcher,
    is_open,
    close,
  };
}
