// The options as the page gave them, for the core to check: kebab-case name, text, and JavaScript's typeof.
import type { Setting } from '../shim/generated/messages';
import type { Options } from './api';

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** How a value is told; some back ends' tools.js tells more of them (option_text.ts). */
type Tell = (value: unknown) => string;

function text_of(value: unknown, tell: Tell): string {
  try {
    return tell(value);
  } catch {
    return '';
  }
}

/** The same as options again, for a version that was given them by another one's tag. */
export const options_of = (settings: Setting[]): Options =>
  Object.fromEntries(
    settings.map(({ name, value, type }) => [
      name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      type === 'string' ? value : type === 'boolean' ? value === 'true' : (Object(value) as unknown),
    ]),
  );

/** `given`: the options of Shopbell.init or a tag's dataset. What is undefined was not given. */
export const settings_of = (given: object, tell: Tell = String): Setting[] =>
  Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]: [string, unknown]) => ({
      name: kebab(name),
      value: text_of(value, tell),
      type: typeof value,
    }));

export const value_of = (settings: Setting[], name: string): string =>
  settings.find((setting) => setting.name === name)?.value ?? '';
