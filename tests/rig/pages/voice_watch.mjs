// Watches a page for anything of voice, and takes WebRTC away from it in three ways.

/** Counts every use of an interface that only voice needs. Read the counts with `voice_uses`. */
export function watch_voice(page) {
  return page.addInitScript(() => {
    const uses = [];
    Object.defineProperty(window, '__voice_uses', { value: uses });
    const watch_class = (name) => {
      const Real = window[name];
      if (!Real) return;
      window[name] = new Proxy(Real, {
        construct(target, args, new_target) {
          uses.push(`new ${name}`);
          return Reflect.construct(target, args, new_target);
        },
      });
    };
    for (const name of [
      'RTCPeerConnection',
      'AudioContext',
      'OfflineAudioContext',
      'Audio',
      'AudioWorkletNode',
      'AudioEncoder',
      'AudioDecoder',
      'MediaStream',
      'MediaRecorder',
      'Worker',
      'SharedWorker',
      'WebSocket',
    ])
      watch_class(name);
    const devices = window.MediaDevices?.prototype;
    for (const name of ['getUserMedia', 'enumerateDevices', 'getDisplayMedia']) {
      const real = devices?.[name];
      if (real)
        devices[name] = function (...args) {
          uses.push(name);
          return real.apply(this, args);
        };
    }
  });
}

export const voice_uses = (page) => page.evaluate(() => window.__voice_uses);

/**
 * How a browser can be without WebRTC: the interfaces missing, refused by policy, or throwing when touched.
 * `script` runs before the page's own, `headers` are the page's, `args` the browser's.
 * Scripts are arrow functions: the text of a method is no expression that a page could run.
 */
export const without_webrtc = {
  missing: {
    script: () => {
      for (const name of Object.getOwnPropertyNames(window))
        if (
          /^(webkit)?(RTC|MediaStream|MediaRecorder|MediaDevices|AudioContext|OfflineAudioContext|AudioWorklet)/.test(
            name,
          )
        )
          delete window[name];
      delete Navigator.prototype.mediaDevices;
      delete Navigator.prototype.getUserMedia;
      delete Navigator.prototype.webkitGetUserMedia;
    },
    check: () => typeof RTCPeerConnection === 'undefined' && navigator.mediaDevices === undefined,
  },
  blocked: {
    // What an owner's server says (no microphone), and what a company's network does (no UDP).
    headers: { 'permissions-policy': 'microphone=(), camera=(), speaker-selection=(), display-capture=()' },
    args: ['--force-webrtc-ip-handling-policy=disable_non_proxied_udp'],
    check: async () => {
      try {
        await navigator.mediaDevices.getUserMedia({ audio: true });
        return false;
      } catch {
        return true;
      }
    },
  },
  throwing: {
    script: () => {
      const refuse = (what) => () => {
        throw new DOMException(`${what} is disabled by your administrator`, 'NotAllowedError');
      };
      for (const name of [
        'RTCPeerConnection',
        'webkitRTCPeerConnection',
        'RTCDataChannel',
        'RTCSessionDescription',
        'AudioContext',
        'webkitAudioContext',
        'MediaRecorder',
        'MediaStream',
        'AudioWorkletNode',
      ])
        Object.defineProperty(window, name, { get: refuse(name), configurable: true });
      Object.defineProperty(Navigator.prototype, 'mediaDevices', {
        get: refuse('mediaDevices'),
        configurable: true,
      });
      Object.defineProperty(Navigator.prototype, 'permissions', {
        get: refuse('permissions'),
        configurable: true,
      });
    },
    check: () => {
      try {
        return !RTCPeerConnection;
      } catch {
        return true;
      }
    },
  },
};
