// The LiveKit server as the gateway needs it: tokens for its rooms, who is in them, and its agents. Loaded only where LiveKit is configured.
import {
  AccessToken,
  AgentDispatchClient,
  RoomAgentDispatch,
  RoomConfiguration,
  RoomServiceClient,
  TokenVerifier,
  TrackSource,
} from 'livekit-server-sdk';

// As long as a shopper may think about the browser's question for the microphone. It opens the first connection only: later ones go by what the
// server sends, so a longer one would serve nobody but who has copied it.
export const tokenLifeMs = 180_000;
// A room that nobody has entered, and one that its shopper has left: time to come back from a network that failed, on the same agent.
const emptySeconds = 60;
const leftSeconds = 30;
const requestSeconds = 3;
// `ParticipantInfo.Kind.AGENT` of LiveKit's protocol.
const agentKind = 4;

export class LivekitServer {
  #rooms;
  #dispatch;

  constructor({ livekitUrl, livekitApiKey, livekitApiSecret, livekitAgentName }) {
    Object.assign(this, { key: livekitApiKey, secret: livekitApiSecret, agentName: livekitAgentName });
    this.url = livekitUrl.replace(/^http/, 'ws');
    const host = this.url.replace(/^ws/, 'http');
    const options = { requestTimeout: requestSeconds, failover: false };
    this.#rooms = new RoomServiceClient(host, this.key, this.secret, options);
    this.#dispatch = new AgentDispatchClient(host, this.key, this.secret, options);
  }

  /**
   * What lets one shopper into one room, to speak, hear and send data. The room that it makes calls the agent; of a room that is there the
   * server passes that over, so that whoever comes back calls no second one.
   */
  token(room, identity, name) {
    const token = new AccessToken(this.key, this.secret, { identity, name, ttl: tokenLifeMs / 1000 });
    token.addGrant({
      ...{ room, roomJoin: true, canSubscribe: true, canPublishData: true },
      ...{ canPublish: true, canPublishSources: [TrackSource.MICROPHONE] },
    });
    token.roomConfig = new RoomConfiguration({
      emptyTimeout: emptySeconds,
      departureTimeout: leftSeconds,
      agents: [new RoomAgentDispatch({ agentName: this.agentName })],
    });
    return token.toJwt();
  }

  /** @returns {Promise<boolean>} whether it was signed with our secret for an agent */
  async isAgentToken(token) {
    try {
      const { video } = await new TokenVerifier(this.key, this.secret).verify(token);
      return video?.agent === true;
    } catch {
      return false;
    }
  }

  /** @returns {Promise<{room: string, createdMs: number}[]>} */
  async liveRooms() {
    const rooms = await this.#rooms.listRooms();
    return rooms.map(({ name, creationTime }) => ({ room: name, createdMs: Number(creationTime) * 1000 }));
  }

  async end(room) {
    await this.#rooms.deleteRoom(room);
  }

  /** @returns {Promise<{shoppers: number, agents: number}>} none of both where there is no such room */
  async people(room) {
    const found = await orNone(this.#rooms.listParticipants(room));
    const agents = found.filter(({ kind }) => kind === agentKind).length;
    return { agents, shoppers: found.length - agents };
  }

  /** @returns {Promise<number>} when the room last called our agent; -Infinity: never */
  async calledMs(room) {
    const called = (await this.#called(room)).map(({ state }) =>
      Number((state?.createdAt ?? 0n) / 1_000_000n),
    );
    return Math.max(-Infinity, ...called);
  }

  /** Another one in place of those that were called before. */
  async callAgent(room) {
    for (const { id } of await this.#called(room)) await this.#dispatch.deleteDispatch(id, room);
    await this.#dispatch.createDispatch(room, this.agentName);
  }

  async #called(room) {
    const all = await orNone(this.#dispatch.listDispatch(room));
    return all.filter(({ agentName }) => agentName === this.agentName);
  }
}

/** The list, or an empty one of a room that is not there. */
async function orNone(list) {
  try {
    return await list;
  } catch (error) {
    if (error.status === 404) return [];
    throw error;
  }
}
