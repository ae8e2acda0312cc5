// The registry module (wasm/registry) as node sees it: events in as objects, commands out as objects.
// It decides; sockets.mjs carries out.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const none = new Uint8Array(0);

/** @returns {boolean} whether the module was built into `folder` */
export const registryIsBuilt = (folder) =>
  existsSync(path.join(folder, 'registry.js')) && existsSync(path.join(folder, 'registry.wasm'));

/**
 * @param {string} folder of registry.js and registry.wasm
 * @param {object} options RegistryOptions without its seed (wasm/registry/registry.h)
 * @returns {Promise<() => Promise<RegistryModule>>} makes one, and another, of the files as they are now: later ones may not fit
 */
export async function registryMaker(folder, options) {
  const { default: createRegistry } = await import(pathToFileURL(path.join(folder, 'registry.js')).href);
  const wasmBinary = await readFile(path.join(folder, 'registry.wasm'));
  return async () => {
    const module = await createRegistry({ wasmBinary });
    const seed = randomBytes(32).toString('hex');
    return new RegistryModule(new module.Registry(JSON.stringify({ ...options, seed })));
  };
}

class RegistryModule {
  #face;

  constructor(face) {
    this.#face = face;
  }

  /**
   * @param {{type: string}} event wasm/registry/events.h
   * @param {Uint8Array} [payload] the frame or packet, for the events that have one
   * @returns {{commands: object[], bytesOf: (command: {at: number, bytes: number}) => Buffer}} wasm/registry/commands.h
   */
  handle(event, payload = none) {
    const json = this.#face.handle(JSON.stringify(event), payload, performance.now(), Date.now());
    if (json === '') throw new Error(`the registry cannot read an event of type ${event.type}`);
    const commands = JSON.parse(json);
    // The next call overwrites the module's own bytes, and a send may outlast it.
    const bytes = commands.some((command) => 'at' in command) ? Buffer.from(this.#face.payload()) : none;
    return { commands, bytesOf: (command) => bytes.subarray(command.at, command.at + command.bytes) };
  }

  /** @returns {number} ms until `tick` is due; Infinity: nothing is */
  get dueMs() {
    return this.#face.deadline() - performance.now();
  }

  /** @returns {{text_sockets: number, voice_sockets: number, sessions: number, calls: number}} */
  get counts() {
    return JSON.parse(this.#face.counts());
  }
}
