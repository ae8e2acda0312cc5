// What a locale must have; the type checker sees that none is missing.
import type { ErrorCode, RowAction, RowState } from '../../shim/generated/messages';

/** What the loader draws before anything else is there: kept small. */
export interface FrameWords {
  chat: string;
  open_chat: string;
  close_chat: string;
  title: string;
  conversation: string;
  message: string;
  placeholder: string;
  send: string;
  cannot_load: string;
  try_again: string;
}

export interface Words {
  /** BCP 47, for dates and prices. */
  language: string;
  greeting: string;
  you: string;
  agent: string;
  system: string;
  /** Spoken before a row's text. {name} */
  says: string;
  thinking: string;
  still_working: string;
  stop: string;
  /** Names the button that begins a call. */
  call: string;
  new_messages: string;
  /** {count} */
  unread_one: string;
  unread_other: string;
  /** {count} */
  units_left: string;
  units_over: string;
  /** After an error's sentence. {seconds} */
  next_try: string;
  /** Why a row says "not confirmed". */
  unconfirmed: string;
  stopped_for_good: string;
  /** The stock words that shop systems use; any other is shown as it came. */
  stock: Record<string, string>;
  states: Record<RowState, string>;
  actions: Record<RowAction, string>;
  errors: Record<ErrorCode, string>;
}

/** Their sentences come with voice.js (CallWords): nothing refuses a microphone, and no call goes on, before it is there. */
export type CallError = Extract<ErrorCode, `mic_${string}` | 'call_interrupted' | 'call_no_agent'>;

/** What can be done about a question, whose words come with tools.js (QuestionWords). */
export type QuestionAction = Extract<RowAction, 'allow' | 'refuse'>;

/** As a locale's file has them. */
export type LocaleWords = Omit<Words, 'errors' | 'actions'> & {
  errors: Omit<Words['errors'], CallError>;
  actions: Omit<Words['actions'], QuestionAction>;
};
