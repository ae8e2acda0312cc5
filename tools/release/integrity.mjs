// Hashes in the browser's own notation (Subresource Integrity): `sha384-` and base64.
import { createHash } from 'node:crypto';

export const integrity_of = (bytes) => `sha384-${createHash('sha384').update(bytes).digest('base64')}`;

/** Part of a file's name: another content is another name, so a name may be kept for ever. */
export const mark_of = (integrity) => integrity.slice(7, 15).replaceAll('+', '-').replaceAll('/', '_');
