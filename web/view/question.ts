// How a question of an agent to the shopper looks: part of tools.js.
import type { Row, RowState } from '../../shim/generated/messages';
import { add_styles, element } from '../dom';
import type { Frame } from '../frame';
import { question_words } from '../locales/question_locale';
import type { QuestionAction, Words } from '../locales/words';
import css from './question.css';

export interface QuestionWords {
  /** What an assistant asks the shopper, and what has become of it: above what it is about. */
  title: Partial<Record<RowState, string>>;
  actions: Record<QuestionAction, string>;
}

/** Into a row's bubble. */
export type DrawQuestion = (row: Row, bubble: HTMLElement) => void;

/** After the view's own styles. `words`: they get those of a question's buttons. */
export type MakeQuestion = (frame: Frame, words: Words) => DrawQuestion;

export const make_question: MakeQuestion = ({ root }, words) => {
  add_styles(root, css);
  const { title, actions } = question_words();
  Object.assign(words.actions, actions);
  return ({ state, text }, bubble) => {
    // What an agent wrote stands in a frame of its own, under words that are none of its.
    const end = `${text}\n`.indexOf('\n');
    const parts = {
      'ask-title': title[state],
      'ask-about': text.slice(0, end),
      'ask-words': text.slice(end + 1),
    };
    bubble.replaceChildren(
      ...Object.entries(parts).map(([part, said]) => element('div', { part, dir: 'auto' }, said ?? '')),
    );
  };
};
