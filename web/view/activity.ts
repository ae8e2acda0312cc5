// The line above the box: what the agent is doing, and the stop button, far from where send is pressed.
import type { Dispatch } from '../../shim/core';
import type { Typing } from '../../shim/generated/messages';
import { button, element } from '../dom';
import type { Frame } from '../frame';
import { stop_icon } from '../icons';
import { fill } from '../locales/locale';
import type { Words } from '../locales/words';

export function make_activity({ composer }: Frame, words: Words, say: Dispatch) {
  const dots = element('span', { class: 'dots' }, element('i'), element('i'), element('i'));
  const doing = element('span');
  const line = element('div', { part: 'typing' }, dots, doing);
  const stop = button({ part: 'stop' }, stop_icon(), words.stop);
  let name = words.agent;
  line.hidden = true;
  stop.hidden = true;
  stop.addEventListener('click', () => say({ type: 'stop_pressed' }));
  composer.before(element('div', { class: 'activity' }, line, stop));

  return {
    name(text: string): void {
      name = text;
    },
    typing(typing: Typing): void {
      line.hidden = typing === 'none';
      doing.textContent = typing === 'none' ? '' : fill(words[typing], { name });
    },
    can_stop(can: boolean): void {
      stop.hidden = !can;
    },
  };
}
