// Who is in a room of the real LiveKit server: shoppers and a worker that joins by signalling alone. That makes a participant of each; sound is
// other tests' matter.
import { AccessToken } from 'livekit-server-sdk';
import WebSocket from 'ws';
import { key, secret } from './server.mjs';

const joinMs = 5_000;

/**
 * @param {string} url of the server @param {string} token
 * @returns {Promise<{leave: () => void, closed: Promise<void>, isOpen: () => boolean}>} once the server has let him in
 */
export async function join(t, url, token) {
  const ws = new WebSocket(
    `${url}/rtc?access_token=${token}&auto_subscribe=1&sdk=js&version=2.5.7&protocol=15`,
  );
  const closed = new Promise((resolve) => ws.once('close', resolve));
  t.after(() => ws.terminate());
  await new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('not let in')), joinMs);
    ws.once('message', () => {
      clearTimeout(limit);
      resolve();
    });
    ws.once('error', reject);
  });
  // In words from now on; a ping, or he would count as gone.
  const ping = setInterval(() => ws.send(JSON.stringify({ ping: '1' })), 5_000).unref();
  void closed.then(() => clearInterval(ping));
  return {
    /** As who presses "hang up". */
    leave: () => ws.send(JSON.stringify({ leave: { reason: 'CLIENT_INITIATED' } })),
    closed,
    isOpen: () => ws.readyState === WebSocket.OPEN,
  };
}

/**
 * A worker of LiveKit's agents that takes every job and joins its room.
 * @returns {Promise<{jobs: {room: string, agent: object}[], close: () => void}>}
 */
export async function worker(t, url, agentName, { joins = true } = {}) {
  const token = new AccessToken(key, secret);
  token.addGrant({ agent: true });
  const ws = new WebSocket(`${url}/agent`, { headers: { Authorization: `Bearer ${await token.toJwt()}` } });
  const jobs = [];
  const say = (message) => ws.send(JSON.stringify(message));
  t.after(() => ws.terminate());
  await new Promise((resolve, reject) => {
    ws.once('error', reject);
    ws.once('open', () => say({ register: { type: 'JT_ROOM', agentName, version: '1', pingInterval: 10 } }));
    ws.on('message', async (bytes) => {
      const { register, availability, assignment } = JSON.parse(bytes);
      if (register) resolve();
      if (availability)
        say({
          availability: {
            ...{ jobId: availability.job.id, available: true },
            participantIdentity: `agent-${availability.job.id}`,
          },
        });
      if (!assignment) return;
      say({ updateJob: { jobId: assignment.job.id, status: 'JS_RUNNING' } });
      const agent = joins ? await join(t, url, assignment.token) : null;
      jobs.push({ room: assignment.job.room.name, agent });
    });
  });
  return { jobs, close: () => ws.terminate() };
}
