// As locale.ts, for a question's words.
import type { QuestionWords } from '../view/question';
import { language } from './locale';
import { question_words as en } from './question_en';

const locales: Record<string, QuestionWords> = { en };

export const question_words = (): QuestionWords => locales[language()] ?? en;
