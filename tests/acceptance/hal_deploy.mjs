// HAL-8: `npm run apply` on a real HAProxy that runs from the recipe, before a shop's pages and the server of `hal`, with a call that goes on
// all the time: a change that is right, one that is no configuration, ones that send WebSockets astray, one that HAProxy itself refuses, a run
// that is killed, and the way back.
import { createServer } from 'node:net';
import WebSocket from 'ws';
import { gateway_missing } from '../rig/gateway.mjs';
import { start_hal_server } from '../rig/hal/server.mjs';
import { free_port } from '../rig/network/ports.mjs';
import { shop_html, start_shop, widget_tag } from '../rig/pages/shop_page.mjs';
import { start_applied } from '../rig/proxies/applied.mjs';
import { openssl_missing } from '../rig/proxies/certificate.mjs';
import { proxy_missing } from '../rig/proxies/recipes.mjs';
import { open_gateway } from '../rig/stage.mjs';
import { sleep, until } from '../rig/widget.mjs';

const back_within_s = 120;
const block_ms = 80;
const answer_ms = 5_000;

/** A call: sound goes up all the time, and a typed turn is answered on the same connection. */
async function begin_call(t, { url, certificate }) {
  const socket = new WebSocket(url.replace('https', 'wss'), { ca: certificate });
  const frames = [];
  let closed;
  socket.on('message', (bytes) => frames.push(JSON.parse(String(bytes))));
  socket.on('close', (code) => (closed = code));
  socket.on('error', () => {});
  await until('the call is greeted', () => frames.some(({ type }) => type === 'connected'));
  const silence = { type: 'audio_stream', audio: new Array(1_280).fill(0), sample_rate: 16_000 };
  const sound = setInterval(
    () => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(silence)),
    block_ms,
  );
  t.defer(() => (clearInterval(sound), socket.terminate()));
  let turns = 0;
  return {
    async answers(where) {
      t.assert.equal(closed, undefined, `${where}: the call was ended`);
      turns += 1;
      const text = `turn ${turns}`;
      socket.send(JSON.stringify({ type: 'text_input', text }));
      await until(
        `${where}: the call answers`,
        () => frames.some((one) => one.type === 'response' && one.text?.includes(text)),
        {
          timeout_ms: answer_ms,
        },
      );
    },
  };
}

async function open_shop_behind(t) {
  for (const missing of [gateway_missing(), openssl_missing(), proxy_missing('haproxy')])
    if (missing) t.skip(missing);
  const hal = await start_hal_server({ silence_ms: 600_000 });
  t.defer(hal.close);
  const gateway = await open_gateway(t); // for the widget's files alone
  const page = { html: '' };
  const pages = await start_shop({ '/': () => page });
  t.defer(pages.close);
  const site = await start_applied({ gateway_port: Number(new URL(pages.url).port), livekit_port: hal.port });
  t.defer(site.close);
  const tag = { 'api-url': `${site.url}/`, 'api-key': undefined, backend: 'hal', voice: 'backend' };
  // The widget's files are on this machine and on http: for the doctor that is another fault, of before.
  page.html = shop_html(widget_tag(gateway.url, tag));
  return { hal, site, url: `${site.url}/` };
}

/** A change that is taken back: by whom it is found, and that all is as it was. */
async function taken_back({ t, site, url, call }, what, changes, says) {
  const before = site.read();
  const { exit, said, seconds } = await site.apply(site.text(changes), { url }).ended;
  t.assert.equal(exit, 1, `${what}: ${said}`);
  t.assert.match(said, says, what);
  t.assert.match(said, /restored /, what);
  t.assert.equal(site.read(), before, `${what}: the file is as it was`);
  t.assert.ok(seconds < back_within_s, `${what}: all of it took ${seconds.toFixed(1)} s`);
  await call.answers(what);
  await (await begin_call(t, site)).answers(`${what}: a new call`);
  t.log(
    `ok: ${what}: found and restored in ${seconds.toFixed(1)} s, ${/in ([\d.]+) s$/m.exec(said)?.[1]} s of it the way back`,
  );
}

export const rows = {
  'HAL-8': {
    limit_s: 240,
    async run(t) {
      const { hal, site, url } = await open_shop_behind(t);
      const call = await begin_call(t, site);
      await call.answers('before');
      const all = { t, site, url, call };

      const first = site.read();
      const workers = site.workers();
      const wider = [['timeout server 60s', 'timeout server 90s']];
      const right = await site.apply(site.text(wider), { url }).ended;
      t.assert.equal(right.exit, 0, right.said);
      t.assert.equal(site.read(), site.text(wider), 'the new configuration is in its place');
      t.assert.equal(site.backups().length, 1, 'with a backup of the one before');
      t.assert.ok(
        site.workers().some((pid) => !workers.includes(pid)),
        'a new process serves',
      );
      t.assert.ok(
        workers.every((pid) => site.workers().includes(pid)),
        'and the old one keeps the call',
      );
      await call.answers('after a reload');
      await (await begin_call(t, site)).answers('a new call after the reload');
      t.log(`ok: applied in ${right.seconds.toFixed(1)} s`);

      const now = site.read();
      const before = site.workers();
      const broken = await site.apply('frontend shop\n  bindd :1\n', { url }).ended;
      t.assert.equal(broken.exit, 1, broken.said);
      t.assert.match(broken.said, /is not right, and nothing was changed/);
      t.assert.match(broken.said, /unknown keyword 'bindd'/, "with HAProxy's own words");
      t.assert.equal(site.read(), now);
      t.assert.deepEqual(site.workers(), before, 'nothing was reloaded');
      t.log('ok: no configuration: nothing is changed');

      await taken_back(
        all,
        'no rule for WebSockets',
        [['  use_backend hal if asks_upgrade asks_websocket\n', '']],
        /another server/,
      );
      await taken_back(
        all,
        'a header is deleted',
        [['backend hal\n', 'backend hal\n  http-request del-header Upgrade\n']],
        /WebSocket/,
      );
      const dead = [['  server hal ', '  server nobody 127.0.0.1:9\n  # was: ']];
      await taken_back(all, 'a wrong port', dead, /503/);
      // HAProxy's check does not bind: it is right by itself and refused at the reload, and the old process goes on as if nothing were.
      const taken = createServer();
      const port = await free_port();
      await new Promise((resolve) => taken.listen(port, '127.0.0.1', resolve));
      t.defer(() => taken.close());
      await taken_back(
        all,
        'a port that is taken',
        [['frontend plain\n', `frontend plain\n  bind 127.0.0.1:${port}\n`]],
        /no new process serves/,
      );

      const killed = site.apply(site.text([['  use_backend hal if asks_upgrade asks_websocket\n', '']]), {
        url,
      });
      await until('it is in its place', () => /reloaded/.test(killed.said()), {
        seen: killed.said,
        timeout_ms: 60_000,
      });
      killed.child.kill('SIGKILL');
      await killed.ended;
      t.assert.notEqual(site.read(), now, 'killed before its verdict');
      const next = await site.apply(site.text(wider), { url }).ended;
      t.assert.match(next.said, /ended before its verdict/);
      t.assert.equal(next.exit, 0, next.said);
      t.assert.equal(site.read(), now);
      await call.answers('after a killed run');
      t.log('ok: what a killed run left is taken back by the next one');

      const back = await site.apply(undefined, { url }).ended;
      t.assert.ok(back.seconds < back_within_s, `rollback took ${back.seconds.toFixed(1)} s`);
      t.assert.notEqual(site.read(), now, 'the configuration before');
      t.assert.ok([first].includes(site.read()) || site.read().includes('timeout server 60s'));
      await sleep(1_000);
      await call.answers('after the rollback');
      t.log(`ok: rollback in ${back.seconds.toFixed(1)} s; the first call is still there`);
      t.assert.equal(
        hal.log.filter(({ what, code }) => what === 'closed' && code === 1006).length,
        0,
        'no call was cut',
      );
    },
  },
};
