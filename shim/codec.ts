// The packed codec of the core's border: little endian, driven by the printed tables, so it knows no message by name.
//
//   event  = u8 index in `events`, then its fields in table order
//   answer = u32 count of commands, each: u8 index in `commands`, then its fields
//   bool u8 · enum u8 · u32 · f64 · string and bytes: u32 byte length, then bytes · vector: u32 count, then items · struct: its fields
//
// Text is made well-formed on the way in: TextEncoder turns lone surrogates into U+FFFD. The page's JSON is not used: shops overwrite it.
import { commands, enums, events, structs, type Command, type Event } from './generated/messages';
import type { Fields } from './table';

const to_utf8 = new TextEncoder();
// A byte-order mark inside a text is the text's own.
const from_utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const names: Readonly<Record<string, readonly string[]>> = enums;
const fields_of = new Map(structs);
const event_index = new Map(events.map(([name, fields], index) => [name, { index, fields }]));

// The tables are printed from the core's own, so what they do not have comes from a core of another build.
function known<T>(entry: T | undefined): T {
  if (entry === undefined) throw new Error('the core and the shim are of different builds');
  return entry;
}

export class Writer {
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  /** Makes room for `count` more bytes and gives the place of the first. */
  private take(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(this.length * 2);
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }

  u8(value: number): void {
    const at = this.take(1);
    this.view.setUint8(at, value);
  }
  u32(value: number): void {
    const at = this.take(4);
    this.view.setUint32(at, value, true);
  }
  f64(value: number): void {
    const at = this.take(8);
    this.view.setFloat64(at, value, true);
  }
  data(value: Uint8Array): void {
    this.u32(value.length);
    const at = this.take(value.length);
    this.bytes.set(value, at);
  }
  value(type: string, value: unknown): void {
    if (type.endsWith('[]')) {
      const items = value as unknown[];
      this.u32(items.length);
      for (const item of items) this.value(type.slice(0, -2), item);
    } else if (type === 'string') this.data(to_utf8.encode(value as string));
    else if (type === 'bytes') this.data(value as Uint8Array);
    else if (type === 'bool') this.u8(value ? 1 : 0);
    else if (type === 'u32') this.u32(value as number);
    else if (type === 'f64') this.f64(value as number);
    else if (names[type]) this.u8(names[type].indexOf(value as string));
    else this.fields(known(fields_of.get(type)), value as Record<string, unknown>);
  }
  fields(fields: Fields, value: Record<string, unknown>): void {
    for (const [name, type] of fields) this.value(type, value[name]);
  }
  done(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

export class Reader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.at++);
  }
  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }
  f64(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }
  data(): Uint8Array {
    const length = this.u32();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  value(type: string): unknown {
    if (type.endsWith('[]')) {
      const items: unknown[] = [];
      for (let count = this.u32(); count > 0; count -= 1) items.push(this.value(type.slice(0, -2)));
      return items;
    }
    if (type === 'string') return from_utf8.decode(this.data());
    // A copy: what the core gives is a view of its memory and is overwritten by the next event.
    if (type === 'bytes') return this.data().slice();
    if (type === 'bool') return this.u8() !== 0;
    if (type === 'u32') return this.u32();
    if (type === 'f64') return this.f64();
    if (names[type]) return names[type][this.u8()];
    return this.fields(known(fields_of.get(type)));
  }
  /** Not by assignments: a page may have put a setter of one of our names on what every object inherits. */
  fields(fields: Fields): Record<string, unknown> {
    return Object.fromEntries(fields.map(([name, type]) => [name, this.value(type)]));
  }
}

export function encode_event(event: Event): Uint8Array {
  const { index, fields } = known(event_index.get(event.type));
  const writer = new Writer();
  writer.u8(index);
  writer.fields(fields, event);
  return writer.done();
}

export function decode_commands(bytes: Uint8Array): Command[] {
  const reader = new Reader(bytes);
  const decoded: Command[] = [];
  for (let count = reader.u32(); count > 0; count -= 1) {
    const [type, fields] = known(commands[reader.u8()]);
    decoded.push({ type, ...reader.fields(fields) } as Command);
  }
  return decoded;
}
