// English words of a question.
import type { QuestionWords } from '../view/question';

export const question_words: QuestionWords = {
  title: {
    streaming: 'The assistant asks: do you allow this?',
    sending: 'Working on it…',
    done: 'You allowed this.',
    stopped: 'You did not allow this.',
    broken: 'This did not work.',
    unconfirmed: 'It is not known whether this was done.',
  },
  actions: { allow: 'Allow', refuse: 'Don’t allow' },
};
