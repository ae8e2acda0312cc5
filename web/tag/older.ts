// What pages still ask of the widget before this one, but for what its tag does by itself (old_tag.ts).
import { console_prefix } from '../../shim/core';
import type { Handle } from '../api';

// The session and its rows, ours (wasm/core/conversation/store.h) and the older widget's. A message that is not sent yet is no part of a session.
const of_session = /^shopbell\.1\..*\.(session|row\..*)$|^tz_(.*session.*|chat_history|voice_transcript)$/;

/** Ends the widget: the next one begins a conversation of its own. */
export function clear_session(handle: Handle | undefined): void {
  handle?.destroy();
  try {
    for (const key of Object.keys(localStorage)) if (of_session.test(key)) localStorage.removeItem(key);
  } catch {
    // Where storage is refused, nothing outlives the widget.
  }
  console.info(`${console_prefix} clearSession: the next conversation is a new one.`);
}
