// The process of ../agent.mjs: takes calls over node's IPC channel and says what happens.
//   node main.mjs MODULES   MODULES: the folder that has @livekit/rtc-node
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Visit } from './visit.mjs';

const rtc = createRequire(join(process.argv[2], 'package.json'))('@livekit/rtc-node');
const say_event = (what, more = {}) =>
  process.connected && process.send({ event: { what, at_ms: Date.now(), ...more } });

/** @type {Visit | undefined} one stay in a room */
let visit;

const calls = {
  async join(options) {
    await visit?.leave();
    visit = new Visit(rtc, options, say_event);
    await visit.begin();
  },
  leave: () => visit.leave(),
};
const call = (name, args) => (calls[name] ? calls[name](...args) : visit[name](...args));

process.on('message', async ({ id, name, args }) => {
  try {
    process.send({ id, result: await call(name, args) });
  } catch (error) {
    if (process.connected) process.send({ id, error: String(error?.stack ?? error) });
  }
});
// The test has gone, or has had enough: the room is left as a job leaves it that has ended.
process.on('disconnect', async () => {
  setTimeout(() => process.exit(0), 2_000).unref();
  await visit?.leave().catch(() => {});
  process.exit(0);
});
