// Every file that a version loads after its loader, under the name that this code gives it; the cores are in generated/cores.ts. As built
// for development that is the name beside the loader. A release (tools/release) puts others in the place of both tables: each name (but a
// core's) then has a hash in it and, after a `#`, the SHA-384 that the file's bytes must have: `app.Gx7k….js#sha384-Gx7k…`. The part after
// a `#` is never sent.
//
// Who wants a file makes its address by `url` and hands the address on; whoever fetches it asks `integrity` of the address.

/** The version's name; a build for development has none. */
export const version: string = '';

/** The pinned tag; its name has no hash in it. */
export const shopbell_js = 'shopbell.js';
export const app_js = 'app.js';
/** With a back end whose agents ask (generated/cores.ts). */
export const tools_js = 'tools.js';
export const markdown_wasm = 'markdown.wasm';
export const markdown_plain_js = 'markdown-plain.js';
/** Lies in the root, beside the moving tag. */
export const switch_js = 'switch.js';
export const voice_js = 'voice.js';
/** LiveKit's client; with a call in its rooms alone. */
export const livekit_js = 'livekit.js';
export const voice_wasm = 'voice.wasm';
export const voice_plain_wasm = 'voice-plain.wasm';
export const voice_plain_js = 'voice-plain.js';
export const voice_worker_js = 'voice-worker.js';
export const voice_capture_js = 'voice-capture.js';
export const voice_playback_js = 'voice-playback.js';
export const voice_worklet_js = 'voice-worklet.js';
