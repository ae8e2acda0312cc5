// As locale.ts, for a call's words.
import type { CallWords } from '../call/call_words';
import { call_words as en } from './call_en';
import { in_language } from './locale';

export const call_words = (): CallWords => in_language<CallWords>({ en });
