// An agent in a LiveKit room that says what a test orders: a participant of kind AGENT with a voice, ears, transcripts in both forms, typed
// input, data packets and calls of the page's tools, all as LiveKit's own agents put them on the wire. It runs in a process of its own, so
// that it can be killed. It is no worker: nobody dispatches it, a test starts it for a room.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { livekit_agent, locked_are_there, locked_folder } from '../../../tools/setup/locked_packages.mjs';
import { speech_missing } from '../sound/speech.mjs';
import { until } from '../widget.mjs';

const program = fileURLToPath(new URL('agent/main.mjs', import.meta.url));

/** Why no agent can be started here, or undefined. */
export function livekit_agent_missing() {
  if (!locked_are_there(livekit_agent))
    return "the LiveKit agent's npm packages are missing: tools/setup installs them";
  return speech_missing();
}

/** A process that does what it is called for and says what happens. */
function start_process() {
  const child = fork(program, [locked_folder(livekit_agent)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (output = (output + text).slice(-20_000)));
  const waiting = new Map();
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  ended.then((code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`the LiveKit agent ended (${code})\n${output}`));
  });
  let last_id = 0;
  return {
    child,
    ended,
    output: () => output,
    call(name, ...args) {
      const id = (last_id += 1);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, name, args }, (error) => error && reject(error));
      }).finally(() => waiting.delete(id));
    },
    on_event(take) {
      child.on('message', ({ id, result, error, event }) => {
        if (event) take(event);
        else if (error) waiting.get(id)?.reject(new Error(`LiveKit agent: ${error}`));
        else waiting.get(id)?.resolve(result);
      });
    },
  };
}

/**
 * @typedef {object} AgentEvent
 * @property {number} at_ms  of the epoch
 * @property {'state' | 'joined' | 'disconnected' | 'participant_joined' | 'participant_left' | 'said' | 'sounded' | 'interrupted' | 'speech_began'
 *   | 'speech_ended' | 'track' | 'track_ended' | 'muted' | 'unmuted' | 'chat' | 'data' | 'pre_connect_audio'} what
 *
 * @param {{url: string, token: (who: object) => Promise<string>}} server
 * @param {object} options
 * @param {string | Promise<string>} options.room  its process starts meanwhile, as a worker's has
 * @param {string} [options.identity]
 * @param {string | null} [options.greeting]  said once to each person, as soon as somebody can hear it; null: nothing
 * @param {(text: string, identity: string) => string | null | Promise<string | null>} [options.answer]  to `lk.chat`; null: nothing is said
 * @param {object} [options.ear]  `{rms_min, silence_ms}`: what counts as sound, and how long a silence ends speech
 * @param {string | {tone_ms: number}} [options.after_speech]  said, or sounded, as soon as speech has ended
 * @param {boolean} [options.interruptible]  it stops when somebody speaks; not by itself, since Chromium's fake microphone beeps
 * @param {boolean} [options.rejoins]  comes back by itself when its room is lost
 */
export async function start_livekit_agent(server, options) {
  const { room, identity = 'agent-tests', answer = (text) => `You said: ${text}`, rejoins = false } = options;
  const { greeting = 'Hello! How can I help you today?', ear, after_speech, interruptible = false } = options;
  const agent = start_process();
  /** @type {AgentEvent[]} */
  const events = [];
  let leaving = false;

  const join = async () => {
    const token = await server.token({ room: await room, identity, name: 'Agent', kind: 'agent' });
    await agent.call('join', { url: server.url, token, greeting, ear, after_speech, interruptible });
  };
  const rejoin = () => !leaving && join().catch(() => setTimeout(rejoin, 200));
  agent.on_event(async (event) => {
    events.push(event);
    if (event.what === 'disconnected' && rejoins) rejoin();
    if (event.what !== 'chat') return;
    const text = await answer(event.text, event.identity);
    if (text) await agent.call('say', text).catch(() => {});
  });
  const close = async () => {
    leaving = true;
    if (agent.child.connected) agent.child.disconnect();
    await agent.ended;
  };
  try {
    await join();
  } catch (error) {
    await close();
    throw error;
  }

  return {
    identity,
    events,
    output: agent.output,
    pid: agent.child.pid,
    of: (what) => events.filter((event) => event.what === what),
    until: (what, { count = 1, timeout_ms = 15_000 } = {}) =>
      until(`the agent's ${what}`, () => events.filter((event) => event.what === what)[count - 1], {
        ...{ timeout_ms, interval_ms: 10 },
        seen: () => events.slice(-20),
      }),
    /** Speaks, with its words as a delta stream beside. @returns {Promise<{interrupted: boolean, text: string}>} what was said of it */
    say: (text) => agent.call('say', text),
    tone: (tone_ms) => agent.call('tone', tone_ms),
    interrupt: () => agent.call('interrupt'),
    /** What the recogniser would say that somebody said: the interim texts, then the final one, under that person's identity. */
    transcript: (who, texts) => agent.call('transcript', who, texts),
    state: (state) => agent.call('state', state),
    /** A data packet, such as the topic `tool-results`. */
    data: (topic, payload) => agent.call('data', topic, JSON.stringify(payload)),
    /** Calls a method that a page has registered. @returns {Promise<string>} */
    rpc: (who, method, payload, timeout_ms = 10_000) =>
      agent.call('rpc', who, method, JSON.stringify(payload), timeout_ms),
    /** @returns {Promise<{frames_ms: number, loud_ms: number, rms_max: number, spells: {after_silence_ms: number, from_ms: number, to_ms: number}[]}>} of all that came in */
    heard: () => agent.call('heard'),
    /** @returns {Promise<import('../sound/wav.mjs').Sound>} the last minute of what came in */
    heard_sound: () => agent.call('heard_sound'),
    join,
    /** As a job that has ended. */
    leave: () => ((leaving = true), agent.call('leave')),
    async kill() {
      leaving = true;
      agent.child.kill('SIGKILL');
      await agent.ended;
    },
    close,
  };
}
