// What the doctor finds at LiveKit: a real server, with the fault in its settings or before it.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { livekit_missing, start_livekit_server } from '../rig/livekit/server.mjs';
import { free_port } from '../rig/network/ports.mjs';
import { assert_found, for_this_file, new_gateway, server_of, visit } from './stage.mjs';

const missing = livekit_missing({ own: true });
const needs = missing ? { skip: missing } : {};
const gateway = await new_gateway();
const livekit = missing ? undefined : await for_this_file(() => start_livekit_server({ tcp: true }));

const keys = ({ key, secret } = livekit) => ['--api-key', key, '--api-secret', secret];
const at = (url, more = keys()) => ['--livekit-url', url, ...more];
const only = (...names) => ['--only', names.join(',')];

test('a server that is well: joined, shown, both media ports, and no room is left', needs, async () => {
  const outcome = await visit({ gateway }, [...at(livekit.url), ...only('ports')]);
  assert.equal(outcome.exit, 0, outcome.output);
  assert.match(outcome.output, /joined, LiveKit 1\./);
  assert.match(outcome.output, /the server shows the participant/);
  assert.match(outcome.output, new RegExp(`UDP 127\\.0\\.0\\.1:${livekit.udp_port} answers`));
  assert.match(outcome.output, new RegExp(`TCP 127\\.0\\.0\\.1:${livekit.tcp_port} answers`));
  const rooms = await new RoomServiceClient(
    livekit.url.replace('ws', 'http'),
    livekit.key,
    livekit.secret,
  ).listRooms();
  assert.deepEqual(
    rooms.map(({ name }) => name),
    [],
  );
});

test('nobody there, a key of another server, another server at this address', needs, async () => {
  assert_found(
    await visit({ gateway }, [...at(`ws://localhost:${await free_port()}`), ...only('signal')]),
    'livekit-unreachable',
  );
  assert_found(
    await visit({ gateway }, [
      ...at(livekit.url, keys({ key: livekit.key, secret: 'x'.repeat(32) })),
      ...only('signal'),
    ]),
    'livekit-key',
    /keys:/,
  );
  assert_found(
    await visit({ gateway }, [...at(gateway.url.replace('http', 'ws')), ...only('signal')]),
    'livekit-route',
    /answered 404/,
  );
});

/** The server's signalling behind an address whose API is another's: as with a proxy that sends on /rtc alone, or sends /twirp elsewhere. */
async function front_of(twirp_port) {
  const front = await server_of((asked, response) => {
    const port = asked.url.startsWith('/rtc') ? livekit.port : twirp_port;
    const { method, url: path, headers } = asked;
    const behind = request({ port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    asked.pipe(behind).on('error', () => response.destroy());
  });
  front.server.on('upgrade', (asked, socket) => {
    const behind = connect(livekit.port, '127.0.0.1', () => {
      const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}`);
      behind.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      socket.pipe(behind).pipe(socket);
    });
    for (const one of [socket, behind])
      one.on('error', () => {}).on('close', () => (socket.destroy(), behind.destroy()));
  });
  return front.url.replace('http', 'ws');
}

test('the API is not sent on, or to another server', needs, async () => {
  const nowhere = await front_of(gateway.port);
  assert_found(await visit({ gateway }, [...at(nowhere), ...only('signal')]), 'livekit-api', /\/twirp/);
  const other = await for_this_file(() => start_livekit_server());
  const elsewhere = await front_of(other.port);
  assert_found(
    await visit({ gateway }, [...at(elsewhere), ...only('signal')]),
    'livekit-participant',
    /same server/,
  );
});

test('media ports that nobody reaches', needs, async () => {
  // The address that it names is one of this machine at which it does not listen: as a wrong node_ip, or a closed firewall.
  const elsewhere = await for_this_file(async () => {
    const [tcp_port, udp_port] = [await free_port(), await free_port()];
    return start_livekit_server({
      tcp: true,
      config: {
        rtc: {
          ...{ tcp_port, udp_port, node_ip: '127.0.0.9', enable_loopback_candidate: true },
          ...{ port_range_start: 0, port_range_end: 0, use_ice_lite: true },
          ips: { includes: ['127.0.0.1/32'] },
        },
      },
    });
  });
  const outcome = await visit({ gateway }, [...at(elsewhere.url, keys(elsewhere)), ...only('ports')]);
  assert_found(outcome, 'livekit-udp', /firewall/, /node_ip/);
  assert_found(outcome, 'livekit-tcp', /firewall/);
});

test('an agent that is called and does not come', needs, async () => {
  const begun_ms = performance.now();
  const outcome = await visit({ gateway }, [...at(livekit.url), ...only('agent'), '--agent', 'nobody']);
  assert_found(outcome, 'agent-missing', /"nobody"/, /npm run agent/);
  assert.ok(performance.now() - begun_ms < 15_000);
});

/** A token endpoint of one answer: what it answers is wrong in a way in which ours is not. */
async function token_of(answer, status = 200) {
  const endpoint = await server_of((_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
  );
  return visit({ gateway, tag: { voice: 'livekit', 'api-url': endpoint.url } }, only('signal'));
}
async function a_token({
  ttl = 600,
  grants = { roomJoin: true, room: 'doctor-test' },
  server = livekit,
} = {}) {
  const token = new AccessToken(server.key, server.secret, { identity: 'doctor-test', ttl });
  token.addGrant(grants);
  return token.toJwt();
}

test('the token endpoint: every shape of a reply is read, and joined with', needs, async () => {
  const [token, url] = [await a_token(), livekit.url];
  for (const [reply, status] of [
    [{ token, url }],
    [{ serverUrl: url, participantToken: token }],
    [{ server_url: url, participant_token: token }, 201],
    [{ success: true, data: { url, token, room: 'r', identity: 'i' } }],
  ]) {
    const outcome = await token_of(reply, status);
    assert.equal(outcome.exit, 0, outcome.output);
    assert.equal(outcome.result('signal'), 'well');
  }
});

test(
  'the token endpoint: not set up, unreadable, over, without the right to join, refused',
  needs,
  async () => {
    const url = livekit.url;
    assert_found(await token_of({ error: 'LiveKit is not set up' }, 503), 'token-not-set', /LIVEKIT_URL/);
    assert_found(await token_of({ hello: 'there' }), 'token-unreadable');
    assert_found(await token_of({ url, token: 'no token' }), 'token-unreadable', /without a token/);
    assert_found(await token_of({ url, token: await a_token({ ttl: 10 }) }), 'token-short', /clock/);
    assert_found(
      await token_of({ url, token: await a_token({ grants: { roomList: true } }) }),
      'token-grants',
      /roomJoin/,
    );
    assert_found(await token_of({ error: 'no' }, 401), 'chat-key');
    const nobody = { voice: 'livekit', 'api-url': `http://localhost:${await free_port()}` };
    assert_found(await visit({ gateway, tag: nobody }, only('token')), 'token-unreachable');
  },
);
