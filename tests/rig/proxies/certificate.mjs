// Certificates for a server of a test, by openssl.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const openssl = '/usr/bin/openssl';

export const openssl_missing = () =>
  existsSync(openssl) ? undefined : 'openssl is missing: tools/setup installs it with ca-certificates';

/**
 * Signed by itself, so that who trusts it needs nothing else.
 * @param {string} folder
 * @param {{host?: string, days?: number}} [options]  days: until it runs out; below zero it has
 * @returns {{pem: string, key_file: string, certificate_file: string, certificate: string}} `pem`: both in one file, as HAProxy wants them
 */
export function make_certificate(folder, { host = 'localhost', days = 60 } = {}) {
  const [key_file, certificate_file, pem] = ['key.pem', 'certificate.pem', 'both.pem'].map((name) =>
    join(folder, name),
  );
  const at = (day) => new Date(Date.now() + day * 86_400_000).toISOString().replace(/[-:T]|\..*/g, '') + 'Z';
  const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  if (days > 0)
    execFileSync(
      openssl,
      [...request, '-x509', '-days', `${days}`, ...names, '-keyout', key_file, '-out', certificate_file],
      { stdio: 'pipe' },
    );
  else
    sign_for_the_past(folder, {
      request,
      names,
      host,
      from: at(days - 2),
      to: at(days),
      key_file,
      certificate_file,
    });
  const certificate = readFileSync(certificate_file, 'utf8');
  writeFileSync(pem, certificate + readFileSync(key_file, 'utf8'), { mode: 0o600 });
  return { pem, key_file, certificate_file, certificate };
}

/** `req` knows no beginning in the past; `ca` does, and wants a folder of files for it. */
function sign_for_the_past(folder, { request, names, host, from, to, key_file, certificate_file }) {
  const asked = join(folder, 'asked.csr');
  execFileSync(openssl, [...request, ...names, '-keyout', key_file, '-out', asked], { stdio: 'pipe' });
  const file = join(folder, 'ca.cnf');
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(join(folder, 'index.txt.attr'), '');
  writeFileSync(
    file,
    `[ca]\ndefault_ca = own\n[own]\ndatabase = ${folder}/index.txt\nnew_certs_dir = ${folder}\nrand_serial = yes\ndefault_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n[named]\nsubjectAltName = DNS:${host}\n`,
  );
  execFileSync(
    openssl,
    [
      ...[
        'ca',
        '-batch',
        '-selfsign',
        '-notext',
        '-config',
        file,
        '-extensions',
        'named',
        '-keyfile',
        key_file,
      ],
      ...['-startdate', from, '-enddate', to, '-in', asked, '-out', certificate_file],
    ],
    { stdio: 'pipe' },
  );
}
