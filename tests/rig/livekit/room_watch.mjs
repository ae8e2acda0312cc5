// What LiveKit's room service says, and tokens for who joins: by LiveKit's own library for servers.
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';

export class RoomWatch {
  #service;

  /** @param {{url: string, key: string, secret: string}} server */
  constructor({ url, key, secret }) {
    Object.assign(this, { key, secret });
    this.#service = new RoomServiceClient(url.replace(/^ws/, 'http'), key, secret);
  }

  /** As a server's handle has them. */
  methods() {
    return {
      token: (who) => this.token(who),
      rooms: () => this.rooms(),
      participants: (room) => this.participants(room),
      zombies: (room, alive) => this.zombies(room, alive),
      remove: (room, identity) => this.#service.removeParticipant(room, identity),
      close_room: (room) => this.#service.deleteRoom(room),
    };
  }

  /**
   * @param {object} who
   * @param {string} who.identity
   * @param {string} who.room
   * @param {'standard' | 'agent'} [who.kind]
   * @param {number} [who.ttl_s]
   * @param {object} [who.grant]  more than joining and what that brings
   */
  token({ identity, room, kind, name, ttl_s = 600, grant = {} }) {
    const token = new AccessToken(this.key, this.secret, { identity, name, ttl: ttl_s });
    if (kind) token.kind = kind;
    token.addGrant({ room, roomJoin: true, canUpdateOwnMetadata: true, ...grant });
    return token.toJwt();
  }

  async rooms() {
    return (await this.#service.listRooms()).map(({ name }) => name);
  }

  /** @returns {Promise<{identity: string, sid: string, state: number, kind: number, attributes: object, tracks: object[]}[]>} none where there is no room */
  async participants(room) {
    try {
      return await this.#service.listParticipants(room);
    } catch (error) {
      if (error.code === 'not_found' || error.status === 404) return [];
      throw error;
    }
  }

  /** Who is in the room although no living client is behind it. @param {string[]} alive identities, each of one client */
  async zombies(room, alive) {
    const left = [...alive];
    return (await this.participants(room))
      .map(({ identity }) => identity)
      .filter((identity) => {
        const at = left.indexOf(identity);
        if (at !== -1) left.splice(at, 1);
        return at === -1;
      });
  }
}
