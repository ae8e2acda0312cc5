// Starts a real proxy with a recipe, right or with a fault in it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start_on_leash } from '../leash.mjs';
import { free_port, until_listening } from '../network/ports.mjs';
import { make_certificate } from './certificate.mjs';
import { proxy_command, recipe_text } from './recipes.mjs';

/** Ports, certificate and folder of a proxy that is not started. */
export async function proxy_places({ certificate, ...places }) {
  const home = mkdtempSync(join(tmpdir(), 'shopbell-proxy-'));
  return {
    ...{ home, files: home, livekit_port: 9, ...places },
    ...{ port: await free_port(), plain_port: await free_port() },
    certificate: make_certificate(home, certificate),
  };
}

/**
 * @param {string} name  of a recipe
 * @param {object} options
 * @param {number} options.gateway_port
 * @param {number} [options.livekit_port]
 * @param {string} [options.files]
 * @param {object} [options.certificate]  of make_certificate
 * @param {[string, string][]} [options.changes]  texts of the recipe and what stands in their place
 */
export async function start_proxy(name, { changes, ...options }) {
  const places = await proxy_places(options);
  const file = join(places.home, 'proxy.conf');
  writeFileSync(file, recipe_text(name, places, changes));
  const running = start_on_leash(proxy_command(name, file, places), {
    env: { HOME: places.home, XDG_DATA_HOME: places.home, XDG_CONFIG_HOME: places.home },
  });
  await Promise.race([
    until_listening(places.port),
    running.ended.then((code) => {
      throw new Error(`${name} ended with ${code}\n${running.output()}`);
    }),
  ]);
  return {
    ...places,
    url: `https://localhost:${places.port}`,
    output: running.output,
    async close() {
      await running.close();
      rmSync(places.home, { recursive: true, force: true });
    },
  };
}
