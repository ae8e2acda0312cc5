// Requests as the gateway takes them, before anything looks into one.
import { IncomingMessage } from 'node:http';

// A private member would not be there yet when the constructor above sets `upgrade`.
const offered = Symbol('an upgrade is offered');

/**
 * Only a WebSocket is an upgrade here. Another one that a client offers (h2c, as curl does) is passed over, as RFC 9110, section 7.8, has it: node
 * would give each of them to whoever takes WebSockets.
 */
export class GatewayRequest extends IncomingMessage {
  get upgrade() {
    return this[offered] && /^websocket$/i.test(this.headers.upgrade ?? '');
  }

  set upgrade(upgrade) {
    this[offered] = upgrade;
  }
}

/** Whose host cannot be told (RFC 9112, section 3.2): a proxy may have read the other one. */
export const hasSeveralHosts = (request) => (request.headersDistinct.host?.length ?? 0) > 1;
