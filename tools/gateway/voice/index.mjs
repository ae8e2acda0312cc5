// Voice at the gateway: an agent for each call, over one pool of codec workers, one voice and one recogniser.
import { existsSync } from 'node:fs';
import { CallAgent } from './agent.mjs';
import { CodecPool } from './codec_pool.mjs';
import { Counters } from './counters.mjs';
import { KeptVoice } from './kept_voice.mjs';
import { PaceClock } from './pacer.mjs';
import { Places } from './places.mjs';
import { makeSpeech } from './speech.mjs';
import { notices } from './words.mjs';

const poolOf = ({ voiceModule, voiceWorkers }, log) =>
  new CodecPool({ moduleFile: voiceModule, workers: voiceWorkers, log });

/**
 * @param {{config: object, log: object, pool?: CodecPool, interruptsItself?: boolean}} parts settings as in ../settings/voice_settings.mjs
 * @returns {Promise<{open: (call: object) => CallAgent, pool: CodecPool, available: boolean, describe: () => object, close: () => Promise<void>}>}
 *  available: false when the codec module is not built, and no call should be offered
 */
export async function makeCallAgents({ config, log, pool = poolOf(config, log), interruptsItself = false }) {
  const counters = new Counters();
  const { voice, ear } = makeSpeech(config, log);
  const speech = {
    voice: voice && new KeptVoice(voice, [config.voiceGreeting, ...Object.values(notices)]),
    ear,
    places: new Places(config.recognisersMax),
  };
  const clock = new PaceClock();
  const agents = new Set();
  return {
    pool,
    get available() {
      return existsSync(config.voiceModule);
    },
    open(call) {
      const agent = new CallAgent({ call, speech, pool, clock, config, counters, log, interruptsItself });
      agents.add(agent);
      const close = agent.close.bind(agent);
      agent.close = () => (agents.delete(agent), close());
      return agent;
    },
    /** For /status; `counters` are flat numbers for /metrics. */
    describe: () => ({
      voice: speech.voice?.name ?? 'none',
      recogniser: speech.ear?.name ?? 'none',
      codec_workers: pool.threads.length,
      counters: counters.snapshot(),
    }),
    async close() {
      for (const agent of [...agents]) agent.close();
      speech.voice?.close();
      speech.ear?.close();
      await pool.close();
    },
  };
}
