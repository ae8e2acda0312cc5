// What the gateway says about itself: one JSON line for each lifecycle step and each request.
// Lines carry numbers and fixed words only: no message texts, keys, e-mail addresses, session ids or network addresses.

/** Options for fastify's pino. `stream` is for tests. */
export function loggerOptions(level, stream) {
  if (level === 'silent') return false;
  return {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    // An error object may quote input; its code and place in the code are enough to find it.
    serializers: { err: (error) => ({ code: error?.code ?? error?.name, at: firstFrame(error) }) },
    ...(stream ? { stream } : {}),
  };
}

function firstFrame(error) {
  const frame = String(error?.stack ?? '')
    .split('\n')
    .find((line) => line.trimStart().startsWith('at '));
  return frame?.trim().replace(/\(?file:\/\/\S*\/(?=[^/]+$)/, '(');
}

/** Of what our own pages say of themselves, their version. @param {string} source @returns {string | undefined} */
export const widgetVersion = (source) => /^widget\/([0-9A-Za-z][\w.-]{0,63})$/.exec(source)?.[1];

/** `X-Client-Source` as it may appear in a log: a plain word, never free text; of our own pages `widget/` and their version. */
export function clientSource(header) {
  const plain = typeof header === 'string' && (/^[\w.-]{1,40}$/.test(header) || widgetVersion(header));
  return plain ? header : 'widget';
}
