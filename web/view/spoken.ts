// What a screen reader is told of something that is drawn: its words as they are read on the screen, without marks and addresses.

const within_a_line = /^(A|EM|STRONG|DEL|CODE|SMALL)$/;

/** A line for each block, list item, cell and fact. */
export function spoken(nodes: Iterable<Node>): string[] {
  const lines = [''];
  const read = (node: Node): void => {
    const text = node.nodeValue;
    if (text !== null) {
      lines[lines.length - 1] += text;
      return;
    }
    const own_line = !within_a_line.test(node.nodeName);
    if (own_line) lines.push('');
    node.childNodes.forEach(read);
    if (own_line) lines.push('');
  };
  for (const node of nodes) read(node);
  return lines.filter((line) => line.trim());
}
