// The box, its counter, the send button and the one that begins a call.
import type { Dispatch } from '../../shim/core';
import type { Command } from '../../shim/generated/messages';
import { button, element } from '../dom';
import type { Frame } from '../frame';
import { mic_icon } from '../icons';
import { fill } from '../locales/locale';
import type { Words } from '../locales/words';

type Composer = Extract<Command, { type: 'composer' }>;

const grows_by_itself = CSS.supports('field-sizing', 'content');

export function make_composer({ box, send, composer }: Frame, say: Dispatch, words: Words) {
  const counter = element('div', { part: 'counter', id: 'counter' });
  counter.hidden = true;
  composer.append(counter);
  box.setAttribute('aria-describedby', 'counter');

  const mic = button({ part: 'mic', 'aria-label': words.call }, mic_icon());
  mic.hidden = true;
  mic.addEventListener('click', () => say({ type: 'mic_pressed' }));
  send.before(mic);

  const grow = (): void => {
    if (grows_by_itself) return;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
  };
  box.addEventListener('input', grow);

  return {
    grow,
    can_call(can: boolean): void {
      mic.hidden = !can;
    },
    draw({ busy, counting, units_left }: Composer): void {
      send.setAttribute('aria-disabled', String(busy));
      counter.hidden = !counting;
      const sentence = units_left < 0 ? words.units_over : words.units_left;
      counter.textContent = counting ? fill(sentence, { count: Math.abs(units_left) }) : '';
      counter.toggleAttribute('data-over', units_left < 0);
    },
  };
}
