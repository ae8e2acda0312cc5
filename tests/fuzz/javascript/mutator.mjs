// A mutator over inputs that are known to be read: bytes are flipped, taken out, doubled and spliced; numbers become the ends of their
// ranges; in what is JSON a value becomes another kind of value, or a member is lost or renamed. All of it is drawn from one seed, so
// that a run can be had again.

const numbers = ['0', '-0', '-1', '1e999', '1e-999', '0.5', '4294967296', '9007199254740993', '2147483648'];
const values = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1e308,
    '',
    ' ',
    'x'.repeat(300),
    '\u0000',
    '\ud800',
    '__proto__',
    [],
    {},
    [null],
  ],
  ...[
    [[[[]]]],
    { length: 1e9 },
    { toString: null },
    '\u001b[31m',
    '../../etc/passwd',
    'https://evil.example/',
  ],
];
const names = ['__proto__', 'constructor', 'toString', 'length', '', 'id', 'type'];
const marks = [
  '\n',
  '\r\n',
  '\n\n',
  '"',
  '\\',
  '{',
  '[',
  ',',
  ':',
  ';',
  '=',
  '\u0000',
  '\u2028',
  '%00',
  '<script ',
];
const changes_max = 4;
const bytes_max = 4_096;

/** mulberry32 @returns {(below: number) => number} whole numbers */
export function random_of(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

const without = (bytes, from, to) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
const with_inside = (bytes, at, more) => Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);

/** @returns {(bytes: Buffer, others: Buffer[]) => Buffer} */
export function mutator(random) {
  const one_of = (list) => list[random(list.length)];
  const range = (bytes) => {
    const from = random(bytes.length + 1);
    return [from, Math.min(bytes.length, from + random(1 << random(9)))];
  };

  const of_bytes = [
    (bytes) => {
      const changed = Buffer.from(bytes);
      if (changed.length > 0) changed[random(changed.length)] ^= 1 << random(8);
      return changed;
    },
    (bytes) => {
      const changed = Buffer.from(bytes);
      if (changed.length > 0)
        changed[random(changed.length)] = one_of([0, 0x0a, 0x20, 0x7f, 0x80, 0xc0, 0xff]);
      return changed;
    },
    (bytes) => without(bytes, ...range(bytes)),
    (bytes) => with_inside(bytes, random(bytes.length + 1), bytes.subarray(...range(bytes))),
    (bytes) => with_inside(bytes, random(bytes.length + 1), Buffer.from(one_of(marks))),
    (bytes, others) => {
      const other = one_of(others);
      return Buffer.concat([
        bytes.subarray(0, random(bytes.length + 1)),
        other.subarray(random(other.length + 1)),
      ]);
    },
    (bytes) => {
      const text = bytes.toString('latin1');
      const found = [...text.matchAll(/-?\d+(?:\.\d+)?/g)];
      if (found.length === 0) return bytes;
      const { index, 0: old } = one_of(found);
      return Buffer.from(text.slice(0, index) + one_of(numbers) + text.slice(index + old.length), 'latin1');
    },
  ];

  const change_value = (value) => {
    if (typeof value !== 'object' || value === null || random(4) === 0) return one_of(values);
    const keys = Object.keys(value);
    if (keys.length === 0) return one_of(values);
    const key = one_of(keys);
    if (Array.isArray(value)) {
      const copy = [...value];
      if (random(4) === 0) copy.splice(Number(key), random(2), one_of(values), ...copy.slice(0, random(8)));
      else copy[key] = change_value(copy[key]);
      return copy;
    }
    const members = Object.entries(value).flatMap(([name, member]) => {
      if (name !== key) return [[name, member]];
      const how = random(6);
      return how === 0 ? [] : [[how === 1 ? one_of(names) : name, change_value(member)]];
    });
    // Not an assignment: `__proto__` is to be a member like any other.
    return Object.fromEntries(members);
  };
  /** Of a line that holds JSON, behind whatever stands before it (`data: `). */
  const of_json = (bytes) => {
    const lines = bytes.toString('utf8').split('\n');
    const at = random(lines.length);
    const begin = lines[at].search(/[{[]/);
    if (begin < 0) return null;
    try {
      lines[at] =
        lines[at].slice(0, begin) + JSON.stringify(change_value(JSON.parse(lines[at].slice(begin))));
      return Buffer.from(lines.join('\n'));
    } catch {
      return null;
    }
  };

  return (bytes, others) => {
    let changed = bytes;
    for (let changes = 1 + random(changes_max); changes > 0; changes -= 1)
      changed = (random(2) === 0 ? of_json(changed) : null) ?? one_of(of_bytes)(changed, others);
    return changed.subarray(0, bytes_max);
  };
}
