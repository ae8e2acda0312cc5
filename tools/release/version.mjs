// A version's name: a folder, a part of addresses and what `?v=` may say.
export const is_version = (name) =>
  typeof name === 'string' && /^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/.test(name) && name !== 'widget';
export const version_rule = 'up to 64 letters, digits, dots, hyphens and underscores, such as 1.2.0';
