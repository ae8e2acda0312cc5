// The box, its counter and the send button.
import type { Command } from '../../shim/generated/messages';
import { element } from '../dom';
import type { Frame } from '../frame';
import type { Gate } from '../gate';
import { fill } from '../locales/locale';
import type { Words } from '../locales/words';

type Composer = Extract<Command, { type: 'composer' }>;

const grows_by_itself = CSS.supports('field-sizing', 'content');

export function make_composer({ box, send, composer }: Frame, gate: Gate, words: Words) {
  const counter = element('div', { part: 'counter', id: 'counter' });
  counter.hidden = true;
  composer.append(counter);
  box.setAttribute('aria-describedby', 'counter');

  const grow = (): void => {
    if (grows_by_itself) return;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
  };
  box.addEventListener('input', grow);

  return {
    set(text: string): void {
      gate.set_box(text);
      grow();
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
