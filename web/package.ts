// The npm package: `init` puts the tag of this very version on the page, with its hash, and gives a handle that works at once. Imported on
// a server it does nothing, and there `init` gives a handle that does nothing.
import { console_prefix } from '../shim/core';
import { integrity, url } from '../shim/fetch';
import { shopbell_js, version } from '../shim/files';
import type { Handle, Options, Shopbell } from './api';
import { offered } from './tag/tag';
import { trusted_by } from './trusted';

export type { Handle, Listener, Options, PageNews, Tool, Tools } from './api';

export interface Place {
  /** Where the folder is served that `npm run promote` writes, such as https://chat.example */
  site: string;
  /** `pinned` runs the version of this package; `moving` the one that the server's channel names. */
  follow?: 'pinned' | 'moving';
  /** Of the page's Content-Security-Policy. One with Trusted Types names `shopbell-npm` beside `shopbell`. */
  nonce?: string;
}

type Call = (handle: Handle) => void;

const trusted = trusted_by('shopbell-npm');

let loading: Promise<Shopbell> | undefined;

const load = ({ site, follow, nonce }: Place): Promise<Shopbell> =>
  (loading ??= new Promise((resolve, reject) => {
    const there = offered('Shopbell');
    if (there) return resolve(there);
    const script = document.createElement('script');
    const moving = follow === 'moving';
    const root = site.endsWith('/') ? site : `${site}/`;
    const address = url(moving ? 'shopbell.js' : `${version}/${shopbell_js}`, root);
    if (nonce) script.nonce = nonce;
    if (!moving) script.integrity = integrity(address);
    script.crossOrigin = 'anonymous';
    script.async = true;
    script.onload = () => {
      const made = offered('Shopbell');
      if (made) resolve(made);
      else reject(new Error('it left no window.Shopbell'));
    };
    script.onerror = () => reject(new Error(`${address} is missing, wrong or not allowed`));
    script.src = trusted(address);
    document.head.append(script);
  }));

/** A second call gives the handle of the widget that is there. */
export function init({ site, follow, nonce, ...options }: Place & Options): Handle {
  let handle: Handle | undefined;
  let ended = false;
  const waiting: Call[] = [];
  const soon = (call: Call): void => void (handle ? call(handle) : waiting.push(call));

  if (typeof window !== 'undefined')
    load({ site, ...(follow && { follow }), ...(nonce && { nonce }) })
      .then((shopbell) => {
        if (ended) return;
        handle = shopbell.init({ apiUrl: site, ...options });
        for (const call of waiting.splice(0)) call(handle);
      })
      .catch((error: unknown) => {
        loading = undefined;
        console.error(`${console_prefix} the chat could not be loaded.`, error);
      });

  return {
    open: () => soon((made) => made.open()),
    close: () => soon((made) => made.close()),
    send: (text) => soon((made) => made.send(text)),
    on(name, listener) {
      let off: (() => void) | undefined;
      let wanted = true;
      soon((made) => {
        if (wanted) off = made.on(name, listener);
      });
      return () => {
        wanted = false;
        off?.();
      };
    },
    tools: (offered) => soon((made) => made.tools(offered)),
    destroy() {
      ended = true;
      waiting.length = 0;
      handle?.destroy();
    },
  };
}
