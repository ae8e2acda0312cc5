// The options as the page gave them, for the core to check: kebab-case name, text, and JavaScript's typeof.
import type { Setting } from '../shim/generated/messages';

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function text_of(value: unknown): string {
  try {
    return String(value);
  } catch {
    return '';
  }
}

/** `given`: the options of Shopbell.init or a tag's dataset. What is undefined was not given. */
export const settings_of = (given: unknown): Setting[] =>
  Object.entries(Object(given) as object)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]: [string, unknown]) => ({
      name: kebab(name),
      value: text_of(value),
      type: typeof value,
    }));

export const value_of = (settings: Setting[], name: string): string =>
  settings.find((setting) => setting.name === name)?.value ?? '';
