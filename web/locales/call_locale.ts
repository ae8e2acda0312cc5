// As locale.ts, for a call's words.
import type { CallWords } from '../call/call_words';
import { call_words as en } from './call_en';
import { language } from './locale';

const locales: Record<string, CallWords> = { en };

export const call_words = (): CallWords => locales[language()] ?? en;
