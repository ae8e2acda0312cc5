// The document's language decides. A new language is a file like en.ts and its name in each table.
import * as en from './en';
import type { LocaleWords, Words } from './words';

/** Those of the document's language, of a table of locales. */
export function in_language<Locale>(locales: Record<string, Locale> & { en: Locale }): Locale {
  const language = document.documentElement.lang.toLowerCase().replace(/-.*/, '');
  return locales[language] ?? locales.en;
}

/** One language so far, so the loader pays for no choice. */
export { frame as frame_words } from './en';
export const app_words = (): Words => in_language<LocaleWords>({ en: en.words }) as Words;

/** Puts values into a sentence's {places}. */
export const fill = (sentence: string, values: Record<string, string | number>): string =>
  sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
