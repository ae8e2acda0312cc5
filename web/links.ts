// Links away from the shop: in a tab of their own, with the host behind them that the browser will go to, as it reads the address.
// Letters that look like others are then seen as punycode.
import { element } from './dom';

/** Host and port that the browser will go to; empty: nowhere. */
export const host_of = (address: string): string => (address ? element('a', { href: address }).host : '');

export function lead_away(link: HTMLElement): void {
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer nofollow');
}

export const host_behind = (host: string): HTMLElement =>
  element('small', { class: 'host', dir: 'ltr' }, ` (${host})`);
