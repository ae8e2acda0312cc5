// As locale.ts, for a question's words.
import type { QuestionWords } from '../view/question';
import { in_language } from './locale';
import { question_words as en } from './question_en';

export const question_words = (): QuestionWords => in_language<QuestionWords>({ en });
