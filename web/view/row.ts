// One row: author-aligned bubble, products, time and state, and what can be done about it.
import type { Row } from '../../shim/generated/messages';
import { button, element } from '../dom';
import { alert_icon, check_icon, clock_icon } from '../icons';
import { fill } from '../locales/locale';
import type { Words } from '../locales/words';
import type { Render } from '../markdown';
import type { DrawQuestion } from './question';
import { product_card, type MayShow } from './product';
import { spoken } from './spoken';

const state_icons: Partial<Record<Row['state'], () => SVGSVGElement>> = {
  waiting: clock_icon,
  sending: clock_icon,
  sent: check_icon,
  unconfirmed: alert_icon,
  failed: alert_icon,
  broken: alert_icon,
};

// The last moment that a Date can name.
const time_ms_max = 8.64e15;

function time_of(at_ms: number): HTMLTimeElement | '' {
  if (!(at_ms > 0 && at_ms <= time_ms_max)) return '';
  const at = new Date(at_ms);
  const today = at.toDateString() === new Date().toDateString();
  const form: Intl.DateTimeFormatOptions = today
    ? { timeStyle: 'short' }
    : { dateStyle: 'medium', timeStyle: 'short' };
  return element('time', { datetime: at.toISOString() }, new Intl.DateTimeFormat(undefined, form).format(at));
}

export class RowView {
  readonly element: HTMLElement;
  /** Whether it stands where its order says. */
  placed = false;
  private readonly name = element('div');
  private readonly bubble = element('div', { part: 'text', class: 'bubble', dir: 'auto' });
  private readonly below = element('div', { class: 'below' });
  private drawn?: Row;
  private drawn_text = '';
  private drawn_by: Render | undefined;

  constructor(
    public row: Row,
    private readonly words: Words,
    private readonly may_show: MayShow,
    private readonly draw_question: DrawQuestion | undefined,
  ) {
    this.element = element('div', { class: 'row', 'data-row': row.id }, this.name, this.bubble, this.below);
  }

  draw(render: Render | undefined): void {
    const { row } = this;
    this.draw_text(row.markdown ? render : undefined);
    // A delta changes the text alone; anything else comes as a whole new row.
    if (this.drawn === row) return;
    this.drawn = row;
    if (row.kind === 'question') this.draw_question?.(row, this.bubble);
    this.element.dataset.kind = row.kind;
    this.element.dataset.author = row.author.kind;
    this.element.dataset.state = row.state;
    this.draw_name();
    this.draw_below();
  }

  /** What it says once it is drawn: text and cards, without state, time and buttons. */
  lines(render: Render | undefined): string[] {
    this.draw(render);
    return spoken([this.bubble, ...this.below.querySelectorAll('[part=products]')]);
  }

  private draw_text(render: Render | undefined): void {
    const { text } = this.row;
    if (this.drawn_text === text && this.drawn_by === render) return;
    this.drawn_text = text;
    this.drawn_by = render;
    this.bubble.toggleAttribute('data-markdown', Boolean(render));
    if (render) render(this.bubble, text);
    else this.bubble.textContent = text;
  }

  private draw_name(): void {
    const { author } = this.row;
    const { you, agent, system } = this.words;
    const name = author.name || { self: you, agent, person: agent, system }[author.kind];
    this.name.className = author.kind === 'person' ? 'name' : 'quiet';
    this.name.textContent = fill(this.words.says, { name });
  }

  private draw_below(): void {
    const { row, words } = this;
    const parts: HTMLElement[] = [];
    if (row.products.length) {
      parts.push(
        element(
          'ul',
          { part: 'products', role: 'list' },
          ...row.products.map((product) => product_card(product, words, this.may_show)),
        ),
      );
    }
    const icon = state_icons[row.state]?.();
    const state = words.states[row.state];
    const word = element('span', { class: row.state === 'sent' ? 'quiet' : '' }, state);
    const meta = element('div', { class: 'meta' }, time_of(row.at_ms));
    if (state) meta.append(element('span', { class: 'state' }, ...(icon ? [icon] : []), word));
    parts.push(meta);
    const note = [
      words.errors[row.note],
      row.state === 'unconfirmed' ? words.unconfirmed : '',
      row.wait_s > 0 ? fill(words.next_try, { seconds: Math.ceil(row.wait_s) }) : '',
    ].filter(Boolean);
    if (note.length) parts.push(element('div', { part: 'note' }, note.join(' ')));
    if (row.actions.length) {
      const buttons = row.actions.map((action) => button({ 'data-action': action }, words.actions[action]));
      parts.push(element('div', { class: 'actions' }, ...buttons));
    }
    this.below.replaceChildren(...parts);
  }
}
