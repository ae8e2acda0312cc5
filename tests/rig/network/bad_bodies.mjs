// Answers that no sane server gives, for the fault proxy.

export const not_json = '<html><body><h1>502 Bad Gateway</h1></body></html>';
export const truncated_json = '{"response":"The lamp costs 39';
export const wrong_types = '{"response":{"text":["no"]},"sessionId":17,"model":null}';
export const garbage = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 167 + (i >> 3)) & 255));
/** A sequence cut in its middle, an overlong form, a lone surrogate and a byte that never occurs. */
export const invalid_utf8 = Buffer.concat([
  Buffer.from('{"response":"caf'),
  Buffer.from([0xc3, 0x22, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xff]),
  Buffer.from('","sessionId":"s","model":"m"}'),
]);
export const raw_nul = Buffer.from('{"response":"a\u0000b","sessionId":"s","model":"m"}');
export const deep_json = (depth = 10_000) => `{"response":${'['.repeat(depth)}${']'.repeat(depth)}}`;

/** A well-formed JSON answer of so many bytes, in pieces. */
export function* huge_json(bytes = 10 * 1024 * 1024) {
  const piece = 'all lamps are lit '.repeat(3640).slice(0, 65_536);
  yield '{"response":"';
  for (let sent = 0; sent < bytes; sent += piece.length) yield piece;
  yield '","sessionId":"s","model":"m"}';
}

/** Server-sent deltas that never end, and one event line that never ends. */
export function* endless_deltas() {
  const text = 'and another lamp, '.repeat(60);
  for (let i = 1; ; i += 1) yield `id: ${i}\nevent: delta\ndata: {"text":"${text}"}\n\n`;
}
export function* endless_line() {
  yield 'id: 1\nevent: delta\ndata: {"text":"';
  for (;;) yield 'lamp '.repeat(13_107);
}
/** Server-sent events that stop without `done`. */
export function* unfinished_events() {
  yield 'id: 1\nevent: delta\ndata: {"text":"The lamp "}\n\n';
  yield 'id: 2\nevent: delta\ndata: {"text":"costs"}\n\n';
}
/** The gateway's own word that it has the message but could make no answer. */
export function* failed_answer() {
  yield 'id: 1-1\nevent: error\ndata: {"error":"Answer failed","message":"Your message is stored."}\n\n';
}
