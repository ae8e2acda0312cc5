// The document's language decides. A new language is a file like en.ts and a line in the table.
import * as en from './en';
import type { LocaleWords, Words } from './words';

const locales: Record<string, LocaleWords> = { en: en.words };

export const language = (): string => document.documentElement.lang.toLowerCase().replace(/-.*/, '');

/** One language so far, so the loader pays for no choice. */
export { frame as frame_words } from './en';
export const app_words = (): Words => (locales[language()] ?? en.words) as Words;

/** Puts values into a sentence's {places}. */
export const fill = (sentence: string, values: Record<string, string | number>): string =>
  sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
