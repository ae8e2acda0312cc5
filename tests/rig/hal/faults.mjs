// What may go wrong with one answer, of a typed turn or of a spoken one. Two steps of a turn are known here: `prelude` sends what comes
// before the answer (`processing`, or `transcription` once it is heard; it gives false where nothing was), `answer` makes the answer.

/**
 * @typedef {object} Fault
 * @property {'close'|'silent'|'late'|'twice'|'unknown_type'|'invalid_json'|'oversized'|'pieces'|'parts'|'error'|'instead'} kind
 * @property {'at_once'|'mid_answer'|'mid_frame'|'after_answer'} [when]  close, silent (the first two): default mid_answer, behind the prelude
 * @property {number} [code]         close: default 1011; 1006 for none at all
 * @property {string} [reason]       close
 * @property {number} [cut_bytes]    close in mid-frame: after so many of its bytes
 * @property {number} [delay_ms]     late: the answer comes so much later
 * @property {number} [gap_ms]       twice: between the two
 * @property {number} [bytes]        oversized: the frame's length at least
 * @property {number} [piece_bytes]  pieces: on TCP
 * @property {number} [part_bytes]   parts: WebSocket frames of one message
 * @property {number} [every_ms]     pieces, parts
 * @property {string} [message]      error
 * @property {(object | string)[]} [frames]  instead: sent in place of the answer, strings as they are
 */

/** A turn without a fault. */
export async function answered({ prelude, answer, put }) {
  if (await prelude()) await put(await answer());
}

export const faults = {
  async close({ when = 'mid_answer', code = 1011, reason, cut_bytes = 40 }, { prelude, answer, put, end }) {
    if (when === 'at_once') return end(code, reason);
    if (!(await prelude())) return;
    if (when === 'mid_answer') return end(code, reason);
    const frame = await answer();
    if (when === 'mid_frame') return put(frame, { cut_bytes });
    await put(frame);
    await end(code, reason);
  },

  async silent({ when = 'mid_answer' }, { prelude }) {
    if (when === 'mid_answer') await prelude();
  },

  async late({ delay_ms }, { prelude, answer, put, wait }) {
    if (!(await prelude())) return;
    await wait(delay_ms);
    await put(await answer());
  },

  async twice({ gap_ms = 0 }, { prelude, answer, put, wait }) {
    if (!(await prelude())) return;
    const frame = await answer();
    await put(frame);
    await wait(gap_ms);
    await put(frame);
  },

  async unknown_type(_, { prelude, answer, put }) {
    if (!(await prelude())) return;
    await put({ type: 'mood', value: 'calm' });
    await put(await answer());
  },

  /** The whole frame of half a text. */
  async invalid_json(_, { prelude, answer, put }) {
    if (!(await prelude())) return;
    const text = JSON.stringify(await answer());
    await put(text.slice(0, text.length / 2));
  },

  async oversized({ bytes }, { prelude, answer, put }) {
    if (!(await prelude())) return;
    const frame = await answer();
    await put({ ...frame, text: `${frame.text} `.padEnd(bytes, 'a') });
  },

  async pieces({ piece_bytes = 7, every_ms = 1 }, { prelude, answer, put }) {
    if (await prelude()) await put(await answer(), { piece_bytes, every_ms });
  },

  async parts({ part_bytes = 7, every_ms = 1 }, { prelude, answer, put }) {
    if (await prelude()) await put(await answer(), { part_bytes, every_ms });
  },

  async error({ message }, { prelude, put }) {
    if (await prelude()) await put({ type: 'error', message });
  },

  async instead({ frames }, { prelude, put }) {
    if (!(await prelude())) return;
    for (const frame of frames) await put(frame);
  },
};
