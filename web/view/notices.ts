// Words outside the conversation: the banner above the box, the live region for screen readers, the count on the launcher.
import { element } from '../dom';
import type { Frame } from '../frame';
import { fill } from '../locales/locale';
import type { Words } from '../locales/words';

const announced_max = 3;

export function make_notices({ composer, launcher, stage, name_launcher }: Frame, words: Words) {
  const banner = element('div', { part: 'banner' });
  banner.hidden = true;
  composer.before(banner);
  // Outside the panel, since a hidden region is not read.
  const live = element('div', { part: 'live', class: 'quiet', 'aria-live': 'polite' });
  stage.append(live);
  const badge = element('span', { part: 'unread' });
  badge.hidden = true;
  launcher.append(badge);

  return {
    banner(text: string): void {
      banner.hidden = !text;
      banner.textContent = text;
    },
    announce(lines: string[]): void {
      // A new element, so that the same words are read again. Those before it stay for a while, or of two that come together one
      // would never be read.
      live.append(element('div', {}, ...lines.map((line) => element('div', {}, line))));
      while (live.childElementCount > announced_max) live.firstChild?.remove();
    },
    unread(count: number): void {
      badge.hidden = !count;
      badge.textContent = count ? String(count) : '';
      name_launcher(count ? fill(count === 1 ? words.unread_one : words.unread_other, { count }) : '');
    },
  };
}
