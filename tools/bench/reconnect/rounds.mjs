// One fault at a time over everybody at once, and for each person how long they took to be back.
//
// Everybody says something in each round, so that a message is on the wire, or waits, when the fault comes; "back" is the server's ack
// of it. So a page that is connected and says nothing is not back, and a message that gets lost makes the round fail.
//
//   blip        nothing passes for 2 s, `offline` and `online` are told      from the first packet that can pass
//   reset       every connection is reset without notice                    from the reset
//   kill        SIGKILL of the gateway, then a new one on its data          from its port listening again
//   proxy       HAProxy is stopped and started                              from its port listening again
//   wake        the connections are half-open, and the tab is shown         from the tab being shown
//   half_open   the connections are half-open, and nobody says so           from the last packet that passed
import { setTimeout as sleep } from 'node:timers/promises';
import { until_listening } from '../../../tests/rig/network/ports.mjs';

const blip_ms = 2_000;
const back_limit_ms = 30_000;

const all = (people, act) => Promise.all(people.map(act));

/** Each gives the moment from which people can be back. `say`: everybody says their words now. */
const faults = {
  async blip({ network, people, say }) {
    network.freeze();
    await all(people, (person) => person.online(false));
    await sleep(blip_ms / 2);
    await say();
    await sleep(blip_ms / 2);
    const from_ms = Date.now();
    network.thaw();
    await all(people, (person) => person.online(true));
    return from_ms;
  },
  async reset({ network, say }) {
    await say();
    const from_ms = Date.now();
    network.reset();
    return from_ms;
  },
  async kill({ gateway, say }) {
    await say();
    await gateway.kill();
    const listens = until_listening(gateway.port);
    await gateway.restart();
    return listens;
  },
  async proxy({ haproxy, say }) {
    await say();
    await haproxy.stop();
    await sleep(300);
    const listens = until_listening(haproxy.port);
    await haproxy.start();
    return listens;
  },
  async wake({ network, people, say }) {
    network.half_open();
    await say();
    await sleep(200);
    const from_ms = Date.now();
    await all(people, (person) => person.shown());
    return from_ms;
  },
  async half_open({ network, say }) {
    const from_ms = Date.now();
    network.half_open();
    await say();
    return from_ms;
  },
};

/** @returns {Promise<{kind: string, person: string, ms: number | null}[]>} ms null: not back within 30 s */
export async function play_round(kind, number, stage) {
  const { people } = stage;
  const words = (i) => `round ${number} of person ${i}`;
  const say = () =>
    all(people, (person, i) => {
      person.said.push(words(i));
      return person.say(words(i));
    });
  const from_ms = await faults[kind]({ ...stage, say });
  return all(people, async (person, i) => {
    try {
      const at_ms = await person.sent_at(words(i), back_limit_ms);
      return { kind, person: person.kind, ms: Math.max(0, at_ms - from_ms) };
    } catch {
      return { kind, person: person.kind, ms: null };
    }
  });
}
