// What the Markdown tests share: the built module driven through its plain exports, and a reader of the node
// list of its own, so that the view's reader (web/markdown.ts) is not its own judge.
import { readFileSync } from 'node:fs';

export const wasmUrl = new URL('../../dist/dev/markdown.wasm', import.meta.url);

const KINDS =
  'close text host link link_away code_block paragraph heading bullet_list ordered_list item quote rule line_break code emphasis strong strikethrough table table_head table_body row header_cell cell'.split(
    ' ',
  );
const STRING_KINDS = new Set(['text', 'host', 'link', 'link_away', 'code_block']);
const LEAVES = new Set(['text', 'host']);

const instantiate = () => new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasmUrl))).exports;

/**
 * @typedef {{kind: string, string?: string, value?: number, children: Node[]}} Node
 * @returns {(text: string | Uint8Array, origin?: string) => Node[]}
 */
export function loadParser(exports = instantiate()) {
  exports._initialize();
  return (text, origin = 'https://shop.example') => {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    const originBytes = new TextEncoder().encode(origin);
    const at = exports.input(bytes.length + originBytes.length);
    if (at === 0) throw new RangeError('the module takes no text of this length');
    const memory = new Uint8Array(exports.memory.buffer);
    memory.set(bytes, at);
    memory.set(originBytes, at + bytes.length);
    const size = exports.parse(bytes.length, originBytes.length);
    return readList(new Uint8Array(exports.memory.buffer).slice(exports.output(), exports.output() + size));
  };
}

/** @param {Uint8Array} bytes @returns {Node[]} */
export function readList(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const root = { kind: 'root', children: [] };
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + view.getUint32(at, true);
    const open = [root];
    for (at += 4; at < end;) {
      const kind = KINDS[bytes[at]];
      const value = view.getUint32(at + 1, true);
      if (kind === undefined) throw new Error(`unknown kind ${bytes[at]} at ${at}`);
      at += 5;
      if (kind === 'close') {
        open.pop();
        continue;
      }
      const node = { kind, children: [] };
      if (STRING_KINDS.has(kind)) {
        node.string = utf8.decode(bytes.subarray(at, at + value));
        at += value;
      } else {
        node.value = value;
      }
      open[open.length - 1].children.push(node);
      if (!LEAVES.has(kind)) open.push(node);
    }
    if (open.length !== 1 || at !== end) throw new Error(`block ending at ${end} is not closed`);
  }
  return root.children;
}
