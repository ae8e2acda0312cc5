// An option's value that may be an object, such as agentHeaders: part of tools.js.
import { json_of } from '../shim/json';

/** One that another version's tag hands over is a text in an object (`options_of`). */
export const option_text = (value: unknown): string =>
  typeof value === 'object' && !(value instanceof String) ? json_of(value) : String(value);
