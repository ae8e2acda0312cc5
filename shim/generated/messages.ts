// Printed by tools/codegen from the field tables in wasm/core. Do not edit: run `npm run build`.

import { lists, table } from '../table';

export type Setting = { name: string; value: string; type: string; };
export type Area = 'shop' | 'tab';
export type Entry = { key: string; value: string; };
export type RowAction = 'retry' | 'edit' | 'discard' | 'take_over' | 'allow' | 'refuse';
export type Header = { name: string; value: string; };
export type Device = 'microphone' | 'speaker';
export type MicOutcome = 'granted' | 'denied' | 'dismissed' | 'missing' | 'busy' | 'insecure' | 'failed';
export type EngineNews = 'ready' | 'live' | 'reconnecting' | 'back' | 'needs_ticket' | 'gone';
export type CallReason = 'none' | 'by_shop' | 'replaced' | 'too_long' | 'going_away' | 'refused' | 'version' | 'network' | 'protocol' | 'unsupported' | 'not_loaded' | 'refused_by_policy';
export type AgentActivity = 'listening' | 'thinking' | 'speaking' | 'waiting';
export type Level = 'debug' | 'info' | 'warn' | 'error';
export type PageEvent = 'ready' | 'open' | 'close' | 'message' | 'sent' | 'reply' | 'error';
export type ErrorCode = 'none' | 'offline' | 'no_answer' | 'connection_lost' | 'connecting' | 'reconnecting' | 'rate_limited' | 'unavailable' | 'server_error' | 'unauthorized' | 'forbidden' | 'rejected' | 'not_found' | 'refused' | 'answer_unreadable' | 'answer_empty' | 'answer_too_long' | 'answer_broken' | 'answer_failed' | 'message_too_long' | 'too_many_waiting' | 'too_fast' | 'storage_denied' | 'storage_full' | 'bad_event' | 'bad_stored' | 'markdown_missing' | 'restarted' | 'mic_denied' | 'mic_dismissed' | 'mic_missing' | 'mic_busy' | 'mic_insecure' | 'mic_failed' | 'call_unsupported' | 'call_not_loaded' | 'call_lost' | 'call_refused' | 'call_replaced' | 'call_too_long' | 'call_interrupted' | 'call_no_agent' | 'call_ended_by_shop' | 'link_replaced' | 'link_version';
export type Focus = 'stay' | 'box' | 'launcher';
export type AuthorKind = 'self' | 'agent' | 'person' | 'system';
export type Author = { id: string; name: string; kind: AuthorKind; };
export type RowKind = 'text' | 'products' | 'notice' | 'question';
export type RowState = 'waiting' | 'sending' | 'sent' | 'unconfirmed' | 'failed' | 'streaming' | 'done' | 'stopped' | 'broken';
export type Product = { id: string; title: string; link: string; image: string; stock: string; currency: string; price: number; };
export type Row = { id: string; author: Author; kind: RowKind; state: RowState; text: string; markdown: boolean; at_ms: number; order: number; note: ErrorCode; wait_s: number; actions: RowAction[]; products: Product[]; };
export type Typing = 'none' | 'thinking' | 'still_working';
export type Engine = 'none' | 'socket' | 'frames' | 'peer' | 'room';
export type CallPhase = 'idle' | 'asking' | 'connecting' | 'live' | 'reconnecting' | 'ended' | 'failed';

export const enums = /* @__PURE__ */ lists<{ Area: Area[]; RowAction: RowAction[]; Device: Device[]; MicOutcome: MicOutcome[]; EngineNews: EngineNews[]; CallReason: CallReason[]; AgentActivity: AgentActivity[]; Level: Level[]; PageEvent: PageEvent[]; ErrorCode: ErrorCode[]; Focus: Focus[]; AuthorKind: AuthorKind[]; RowKind: RowKind[]; RowState: RowState[]; Typing: Typing[]; Engine: Engine[]; CallPhase: CallPhase[]; }>(`
Area shop tab
RowAction retry edit discard take_over allow refuse
Device microphone speaker
MicOutcome granted denied dismissed missing busy insecure failed
EngineNews ready live reconnecting back needs_ticket gone
CallReason none by_shop replaced too_long going_away refused version network protocol unsupported not_loaded refused_by_policy
AgentActivity listening thinking speaking waiting
Level debug info warn error
PageEvent ready open close message sent reply error
ErrorCode none offline no_answer connection_lost connecting reconnecting rate_limited unavailable server_error unauthorized forbidden rejected not_found refused answer_unreadable answer_empty answer_too_long answer_broken answer_failed message_too_long too_many_waiting too_fast storage_denied storage_full bad_event bad_stored markdown_missing restarted mic_denied mic_dismissed mic_missing mic_busy mic_insecure mic_failed call_unsupported call_not_loaded call_lost call_refused call_replaced call_too_long call_interrupted call_no_agent call_ended_by_shop link_replaced link_version
Focus stay box launcher
AuthorKind self agent person system
RowKind text products notice question
RowState waiting sending sent unconfirmed failed streaming done stopped broken
Typing none thinking still_working
Engine none socket frames peer room
CallPhase idle asking connecting live reconnecting ended failed
`);

export const structs = /* @__PURE__ */ table(`
Setting name:string value:string type:string
Entry key:string value:string
Header name:string value:string
Author id:string name:string kind:AuthorKind
Product id:string title:string link:string image:string stock:string currency:string price:f64
Row id:string author:Author kind:RowKind state:RowState text:string markdown:bool at_ms:f64 order:f64 note:ErrorCode wait_s:f64 actions:RowAction[] products:Product[]
`);

export type Event =
  | { type: 'start'; settings: Setting[]; seed: Uint8Array; snapshot: Uint8Array; script_origin: string; online: boolean; visible: boolean; locks: boolean; }
  | { type: 'storage_loaded'; area: Area; prefix: string; entries: Entry[]; refused: string; }
  | { type: 'storage_refused'; key: string; full: boolean; }
  | { type: 'storage_changed'; key: string; }
  | { type: 'lock_taken'; lock: string; }
  | { type: 'launcher_pressed'; }
  | { type: 'close_pressed'; }
  | { type: 'key_pressed'; key: string; text: string; in_box: boolean; shift: boolean; composing: boolean; }
  | { type: 'draft_changed'; text: string; }
  | { type: 'send_pressed'; text: string; }
  | { type: 'stop_pressed'; }
  | { type: 'row_action_pressed'; row: string; action: RowAction; still_ms: number; }
  | { type: 'page_open'; }
  | { type: 'page_close'; }
  | { type: 'page_send'; text: string; }
  | { type: 'http_head'; attempt: number; status: number; headers: Header[]; }
  | { type: 'http_body'; attempt: number; bytes: Uint8Array; }
  | { type: 'http_end'; attempt: number; }
  | { type: 'http_failed'; attempt: number; reason: string; }
  | { type: 'tick'; }
  | { type: 'online_changed'; online: boolean; }
  | { type: 'visible_changed'; visible: boolean; }
  | { type: 'page_hidden'; }
  | { type: 'page_shown'; online: boolean; }
  | { type: 'markdown_failed'; reason: string; }
  | { type: 'socket_opened'; attempt: number; }
  | { type: 'socket_frame'; attempt: number; bytes: Uint8Array; binary: boolean; }
  | { type: 'socket_closed'; attempt: number; code: number; reason: string; }
  | { type: 'mic_pressed'; }
  | { type: 'hangup_pressed'; }
  | { type: 'mute_pressed'; }
  | { type: 'talk'; down: boolean; }
  | { type: 'device_picked'; kind: Device; id: string; }
  | { type: 'call_mic'; attempt: number; outcome: MicOutcome; detail: string; }
  | { type: 'call_engine'; attempt: number; state: EngineNews; reason: CallReason; }
  | { type: 'call_agent'; attempt: number; state: AgentActivity; }
  | { type: 'call_data'; attempt: number; bytes: Uint8Array; }
  | { type: 'lock_refused'; lock: string; denied: boolean; }
  | { type: 'page_destroy'; }
  | { type: 'tools_offered'; tools: string; }
  | { type: 'tool_ended'; id: string; content: string; failed: boolean; };

export const events = /* @__PURE__ */ table(`
start settings:Setting[] seed:bytes snapshot:bytes script_origin:string online:bool visible:bool locks:bool
storage_loaded area:Area prefix:string entries:Entry[] refused:string
storage_refused key:string full:bool
storage_changed key:string
lock_taken lock:string
launcher_pressed
close_pressed
key_pressed key:string text:string in_box:bool shift:bool composing:bool
draft_changed text:string
send_pressed text:string
stop_pressed
row_action_pressed row:string action:RowAction still_ms:f64
page_open
page_close
page_send text:string
http_head attempt:u32 status:u32 headers:Header[]
http_body attempt:u32 bytes:bytes
http_end attempt:u32
http_failed attempt:u32 reason:string
tick
online_changed online:bool
visible_changed visible:bool
page_hidden
page_shown online:bool
markdown_failed reason:string
socket_opened attempt:u32
socket_frame attempt:u32 bytes:bytes binary:bool
socket_closed attempt:u32 code:u32 reason:string
mic_pressed
hangup_pressed
mute_pressed
talk down:bool
device_picked kind:Device id:string
call_mic attempt:u32 outcome:MicOutcome detail:string
call_engine attempt:u32 state:EngineNews reason:CallReason
call_agent attempt:u32 state:AgentActivity
call_data attempt:u32 bytes:bytes
lock_refused lock:string denied:bool
page_destroy
tools_offered tools:string
tool_ended id:string content:string failed:bool
`);

export type Command =
  | { type: 'storage_load'; area: Area; prefix: string; }
  | { type: 'storage_set'; area: Area; key: string; value: string; }
  | { type: 'storage_remove'; area: Area; key: string; }
  | { type: 'lock_take'; lock: string; }
  | { type: 'lock_drop'; lock: string; }
  | { type: 'http_send'; attempt: number; method: string; url: string; headers: Header[]; body: Uint8Array; }
  | { type: 'http_abort'; attempt: number; }
  | { type: 'key_consumed'; }
  | { type: 'console'; level: Level; text: string; }
  | { type: 'emit'; event: PageEvent; id: string; text: string; code: ErrorCode; }
  | { type: 'keep_snapshot'; state: Uint8Array; }
  | { type: 'look'; position: string; color_scheme: string; primary_color: string; bot_name: string; bot_subtitle: string; placeholder: string; greeting: string; voice: boolean; }
  | { type: 'panel'; open: boolean; focus: Focus; }
  | { type: 'row_put'; row: Row; }
  | { type: 'row_append'; row: string; text: string; }
  | { type: 'row_remove'; row: string; }
  | { type: 'show_typing'; typing: Typing; }
  | { type: 'box_set'; text: string; }
  | { type: 'composer'; busy: boolean; can_stop: boolean; counting: boolean; units_left: number; }
  | { type: 'banner'; code: ErrorCode; }
  | { type: 'announce'; row: string; code: ErrorCode; }
  | { type: 'unread'; count: number; }
  | { type: 'markdown_load'; }
  | { type: 'view_reset'; }
  | { type: 'socket_open'; attempt: number; url: string; protocols: string[]; }
  | { type: 'socket_send'; attempt: number; bytes: Uint8Array; binary: boolean; }
  | { type: 'socket_close'; attempt: number; code: number; }
  | { type: 'call_open'; attempt: number; engine: Engine; microphone: string; speaker: string; push_to_talk: boolean; muted: boolean; }
  | { type: 'call_connect'; attempt: number; url: string; ticket: string; }
  | { type: 'call_mute'; attempt: number; muted: boolean; }
  | { type: 'call_talk'; attempt: number; down: boolean; }
  | { type: 'call_device'; attempt: number; kind: Device; id: string; }
  | { type: 'call_close'; attempt: number; }
  | { type: 'call_send'; attempt: number; bytes: Uint8Array; }
  | { type: 'show_call'; state: CallPhase; running: boolean; agent: AgentActivity; muted: boolean; push_to_talk: boolean; code: ErrorCode; }
  | { type: 'tool_run'; id: string; call: string; };

export const commands = /* @__PURE__ */ table(`
storage_load area:Area prefix:string
storage_set area:Area key:string value:string
storage_remove area:Area key:string
lock_take lock:string
lock_drop lock:string
http_send attempt:u32 method:string url:string headers:Header[] body:bytes
http_abort attempt:u32
key_consumed
console level:Level text:string
emit event:PageEvent id:string text:string code:ErrorCode
keep_snapshot state:bytes
look position:string color_scheme:string primary_color:string bot_name:string bot_subtitle:string placeholder:string greeting:string voice:bool
panel open:bool focus:Focus
row_put row:Row
row_append row:string text:string
row_remove row:string
show_typing typing:Typing
box_set text:string
composer busy:bool can_stop:bool counting:bool units_left:f64
banner code:ErrorCode
announce row:string code:ErrorCode
unread count:u32
markdown_load
view_reset
socket_open attempt:u32 url:string protocols:string[]
socket_send attempt:u32 bytes:bytes binary:bool
socket_close attempt:u32 code:u32
call_open attempt:u32 engine:Engine microphone:string speaker:string push_to_talk:bool muted:bool
call_connect attempt:u32 url:string ticket:string
call_mute attempt:u32 muted:bool
call_talk attempt:u32 down:bool
call_device attempt:u32 kind:Device id:string
call_close attempt:u32
call_send attempt:u32 bytes:bytes
show_call state:CallPhase running:bool agent:AgentActivity muted:bool push_to_talk:bool code:ErrorCode
tool_run id:string call:string
`);

// Keys that the core takes, for the frame that takes them before one runs.
export const send_key = 'Enter';
export const close_key = 'Escape';
// What the loader looks at in storage (wasm/core/conversation/store.h).
export const stored_prefix = 'shopbell.1.';
export const stored_left = 'shopbell.1.open';
export const stored_left_open = '1';
export const stored_call_ending = '.call';
export const stored_call_is_left = '"tab":""';
