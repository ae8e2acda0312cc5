// Whether an address names something on the public internet. A picture's address is fetched by the model's server, which may stand in a network
// of its own: what lies there (169.254.169.254 tells a cloud machine's keys) is nobody's picture. A name that is public and points into such a
// network is that server's to refuse, since only who fetches knows what a name stands for then.
import { BlockList, isIP } from 'node:net';

// IANA's special-purpose registries, RFC 6890 and what came after it: of IPv4 all that is not one machine of the internet.
const notPublic = new BlockList();
for (const block of [
  ...[
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
  ],
  ...[
    '192.0.2.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
  ],
  ...['224.0.0.0/4', '240.0.0.0/4'],
]) {
  const [network, bits] = block.split('/');
  notPublic.addSubnet(network, Number(bits), 'ipv4');
}
// Of IPv6 only 2000::/3 is given out for it, and of that these are not: they hold an IPv4 address or stand in books.
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])
  notPublic.addSubnet(network, bits, 'ipv6');

const localNames = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|private|home\.arpa)$/;

/** @param {URL} url whose host is in the one form that URL gives to all of an address's spellings */
export function hasPublicHost({ hostname }) {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  switch (isIP(host)) {
    case 4:
      return !notPublic.check(host, 'ipv4');
    case 6:
      return globalUnicast.check(host, 'ipv6') && !notPublic.check(host, 'ipv6');
    default:
      return host.includes('.') && !localNames.test(host);
  }
}
