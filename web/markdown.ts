// Markdown's loader and drawer: markdown.wasm turns a text into the flat node list of wasm/markdown/node_list.h, and this
// makes elements from it. Nothing is decided here: which links there are, where they may lead and what is raw text is
// settled in C++. No HTML text exists on the way.
import { instantiate, type Module } from '../shim/wasm';
import { host_behind, lead_away } from './links';

/** Draws `text` into `parent`, whose children are this function's own from then on. Keeps what did not change. */
export type Render = (parent: Node, text: string) => void;

interface Face {
  memory: WebAssembly.Memory;
  _initialize(): void;
  input(bytes: number): number;
  parse(text_bytes: number, origin_bytes: number): number;
  output(): number;
}

interface Drawn {
  list: Uint8Array;
  /** One for each block of the list. */
  nodes: Node[];
}

// The list's format: `Kind` and the layout in node_list.h. Kinds up to code_block carry a string, the others a number.
const tags = ',,,a,a,pre,p,h,ul,ol,li,blockquote,hr,br,code,em,strong,del,table,thead,tbody,tr,th,td'.split(
  ',',
);
const close = 0;
const text_kind = 1;
const host = 2;
const link_away = 4;
const code_block = 5;
const heading = 7;
const ordered_list = 9;
const table = 18;
const header_cell = 22;
const size_bytes = 4;
const header_bytes = 5;
const alignments = ['', 'left', 'center', 'right'];

const encoder = new TextEncoder();
// A byte order mark inside a text is text.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function make(kind: number, value: number, string: string): HTMLElement {
  const made = document.createElement(kind === heading ? `h${value}` : (tags[kind] ?? 'span'));
  if (kind < code_block) {
    made.setAttribute('href', string);
    if (kind === link_away) lead_away(made);
  } else if (kind === code_block) {
    if (string) made.dataset.language = string;
    made.append(document.createElement('code'));
  } else if (kind === ordered_list) {
    made.setAttribute('start', `${value}`);
  } else if (kind >= header_cell && value) {
    made.style.textAlign = alignments[value] ?? '';
  }
  // Wide ones scroll, and keys must be able to scroll them.
  if (kind === code_block || kind === table) made.tabIndex = 0;
  return made;
}

/** A text as it was written, its line ends included. */
function make_plain(text: string): HTMLElement {
  const made = document.createElement('span');
  made.style.whiteSpace = 'pre-wrap';
  made.append(text);
  return made;
}

/** The one node of a block whose records are `block`. */
function make_block(block: Uint8Array): Node {
  const view = new DataView(block.buffer, block.byteOffset);
  const open: Element[] = [];
  let root!: Node;
  for (let at = 0; at < block.length;) {
    const kind = view.getUint8(at);
    const value = view.getUint32(at + 1, true);
    at += header_bytes;
    if (kind === close) {
      open.pop();
      continue;
    }
    let string = '';
    if (kind <= code_block) string = decoder.decode(block.subarray(at, (at += value)));
    const parent = open[open.length - 1];
    if (kind === text_kind) {
      if (parent) parent.append(string);
      else root = make_plain(string);
      continue;
    }
    if (kind === host) {
      // Behind the link just closed.
      if (parent) parent.append(host_behind((parent.lastElementChild as HTMLAnchorElement).host));
      continue;
    }
    const made = make(kind, value, string);
    if (parent) parent.append(made);
    else root = made;
    open.push(kind === code_block ? (made.firstElementChild ?? made) : made);
  }
  return root;
}

function keep_first(parent: Node, count: number): void {
  for (let node; (node = parent.childNodes[count]);) parent.removeChild(node);
}

/** Equal bytes are equal nodes, so the blocks in front of the first changed byte stay as they are. */
function draw(parent: Node, list: Uint8Array, before?: Drawn): Drawn {
  const view = new DataView(list.buffer);
  const end_of = (at: number): number => at + size_bytes + view.getUint32(at, true);
  let at = 0;
  let kept = 0;
  if (before?.nodes.every((node, i) => node === parent.childNodes[i])) {
    let same = 0;
    while (same < list.length && list[same] === before.list[same]) same += 1;
    for (; at < list.length && end_of(at) <= same; at = end_of(at)) kept += 1;
  }
  keep_first(parent, kept);
  for (; at < list.length; at = end_of(at)) {
    parent.appendChild(make_block(list.subarray(at + size_bytes, end_of(at))));
  }
  return { list, nodes: [...parent.childNodes] };
}

/** The node list of a text, or undefined when the text is too long for the module. */
function parse(face: Face, text: string): Uint8Array | undefined {
  const bytes = encoder.encode(text);
  const origin = encoder.encode(location.origin);
  const input = face.input(bytes.length + origin.length);
  if (!input) return undefined;
  // Every call may move the memory, so it is looked at anew each time.
  const memory = new Uint8Array(face.memory.buffer, input);
  memory.set(bytes);
  memory.set(origin, bytes.length);
  const size = face.parse(bytes.length, origin.length);
  return new Uint8Array(face.memory.buffer, face.output(), size).slice();
}

/**
 * `loading`: the module on its way. Gives undefined, after a report, when the module can't be had: rows then
 * stay plain text. Should the module ever trap, that is reported once and texts are plain from then on.
 */
export async function load_markdown(
  loading: Promise<Module>,
  report: (error: unknown) => void,
): Promise<Render | undefined> {
  let face: Face | undefined;
  try {
    face = (await instantiate(await loading)) as unknown as Face;
    face._initialize();
  } catch (error) {
    report(error);
    return undefined;
  }

  const drawn = new WeakMap<Node, Drawn>();
  return (parent, text) => {
    let list: Uint8Array | undefined;
    try {
      if (face) list = parse(face, text);
    } catch (error) {
      face = undefined;
      report(error);
    }
    if (list) {
      drawn.set(parent, draw(parent, list, drawn.get(parent)));
      return;
    }
    drawn.delete(parent);
    keep_first(parent, 0);
    parent.appendChild(make_plain(text));
  };
}
