// `node tests/rig/agui/record.mjs`: writes the recordings anew, from the library as setup installs it.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { start_agui_server } from './server.mjs';
import { cases } from './cases.mjs';
import { post_run } from './client.mjs';

const folder = new URL('./recordings/', import.meta.url);
for (const name of readdirSync(folder)) if (name.endsWith('.sse')) rmSync(new URL(name, folder));
const server = await start_agui_server();
for (const [name, input] of Object.entries(cases)) {
  const response = await post_run(server.url, input);
  writeFileSync(new URL(`${name}.sse`, folder), Buffer.from(await response.arrayBuffer()));
}
await server.close();
