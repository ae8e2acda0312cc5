// Push-to-talk: held by pointer or by the space bar. Whatever takes the button away lets it go.
import type { Dispatch } from '../../shim/core';
import { button } from '../dom';
import { mic_icon } from '../icons';
import type { CallWords } from './call_words';

export function make_talk_button(words: CallWords, say: Dispatch): HTMLButtonElement {
  const name = document.createElement('span');
  const talk = button({ part: 'talk', 'aria-pressed': 'false' }, mic_icon(), name);
  let held = false;

  const hold = (down: boolean): void => {
    name.textContent = down ? words.talking : words.talk;
    if (held === down) return;
    held = down;
    talk.setAttribute('aria-pressed', String(down));
    say({ type: 'talk', down });
  };
  const is_space = ({ key }: KeyboardEvent): boolean => key === ' ';

  hold(false);
  talk.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    talk.setPointerCapture(event.pointerId);
    hold(true);
  });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur'])
    talk.addEventListener(end, () => hold(false));
  talk.addEventListener('keydown', (event) => {
    if (!is_space(event)) return;
    event.preventDefault();
    if (!event.repeat) hold(true);
  });
  talk.addEventListener('keyup', (event) => {
    if (is_space(event)) hold(false);
  });
  // A long press must not open a menu.
  talk.addEventListener('contextmenu', (event) => event.preventDefault());
  return talk;
}
