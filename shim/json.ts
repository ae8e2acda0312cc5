// A value of the page as JSON, without the page's own `JSON` and whatever `toJSON` it has put on its objects.

// More than any answer needs, and less than the core reads.
const depth_max = 32;

const quoted = (text: string): string =>
  `"${text.replace(/["\\]|[^ -\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

const has_place = (value: unknown): boolean => value !== undefined && !(value instanceof Function);

/** What has no place in JSON is null, or left out where it is a member. */
export function json_of(value: unknown, depth = 0): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || !value || depth > depth_max) return 'null';
  if (value instanceof Date) return quoted(value.toISOString());
  const is_list = Array.isArray(value);
  const parts = [];
  for (const [name, member] of Object.entries(value))
    if (is_list) parts.push(json_of(member, depth + 1));
    else if (has_place(member)) parts.push(`${quoted(name)}:${json_of(member, depth + 1)}`);
  return is_list ? `[${parts.join()}]` : `{${parts.join()}}`;
}
