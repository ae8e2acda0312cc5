// The printed tables (generated/messages.ts) are texts, a line for each entry: a page loads half the quotes and brackets that lists of
// lists would have.

/** Name and type of each. */
export type Fields = readonly (readonly [name: string, type: string])[];
/** In the order of the indices on the wire. */
export type Table = readonly (readonly [name: string, fields: Fields])[];

const words = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(' '));

/** Of lines of a name and its values, as `Lists` says. */
export const lists = <Lists>(text: string): Readonly<Lists> =>
  Object.fromEntries(words(text).map(([name, ...values]) => [name, values])) as Lists;

/** Of lines of a name and its fields, each as `name:type`. */
export const table = (text: string): Table =>
  words(text).map(([name = '', ...fields]) => [
    name,
    fields.map((field) => field.split(':') as [string, string]),
  ]);
