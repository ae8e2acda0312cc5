// The gateway's README lists its rooms from the lowest on; a file names those of its own room and of the rooms listed before it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { checkout } from '../../tools/lib/paths.mjs';

const gateway = join(checkout, 'tools/gateway');
const list = readFileSync(join(gateway, 'README.md'), 'utf8').split('## The rooms')[1].split('\n## ')[0];
const rooms = [...list.matchAll(/^ {4}(\w+)\/ /gm)].map(([, name]) => name);
const room_of = (file) => relative(gateway, file).split(sep)[0];

test('every folder of the gateway is a room of its README', () => {
  const folders = readdirSync(gateway, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(folders.map(({ name }) => name).sort(), [...rooms].sort());
});

test('no room names one that is listed behind it', () => {
  const wrong = [];
  for (const [height, room] of rooms.entries())
    for (const file of readdirSync(join(gateway, room)).filter((name) => name.endsWith('.mjs'))) {
      const source = readFileSync(join(gateway, room, file), 'utf8');
      for (const [, path] of source.matchAll(/(?:from|import\(|new URL\()\s*'(\.[^']*\.mjs)'/g)) {
        const named = room_of(resolve(gateway, room, path));
        if (named === 'main.mjs' || rooms.indexOf(named) > height)
          wrong.push(`${room}/${file} names ${path}`);
      }
    }
  assert.deepEqual(wrong, []);
});
