// The relay for datagrams before LiveKit's single UDP port: a server that was started with `relay` names the relay's address as its own, so
// every packet of media and data passes here. The signal goes by TCP, before which tests/rig/network/tcp_proxy.mjs can stand.
import { start_udp_relay } from '../network/udp_relay.mjs';
import { own_address, relay_address } from './server.mjs';

/** @param {{udp_port: number}} server started with `relay` */
export const start_livekit_relay = ({ udp_port: port }, { seed } = {}) =>
  start_udp_relay({ at: { address: relay_address, port }, to: { address: own_address, port }, seed });
