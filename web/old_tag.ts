// `/widget/chat-widget-enhanced.js`: the tag and the call that pages still have from the widget before this one. They get a moving tag with
// that widget's own words and colours; the core takes its sessions over (wasm/core/session.h).
import { console_prefix } from '../shim/core';
import { moving } from './moving';
import { offer, own_script } from './tag';
import { make_widget } from './widget';

type Options = Record<string, unknown>;

const looks = {
  primaryColor: '#8b5cf6',
  greeting: 'Hi! How can I help you today?',
  botName: 'Amara',
  botSubtitle: 'AI Assistant',
  placeholder: 'Ask about products, prices, trade-ins...',
};
const known = ['apiUrl', 'apiKey', 'position', ...Object.keys(looks)];

const script = own_script('chat-widget-enhanced.js');
const own = new URL(script?.src || document.baseURI);
const begin = moving(new URL(`../shopbell.js${own.search}`, own).href);

offer(null, (settings, gone) => make_widget(settings, begin, gone));

const init = (options: Options = {}) => {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  const unknown = given.map(([name]) => name).filter((name) => !known.includes(name));
  if (unknown.length)
    console.info(
      `${console_prefix} has no use for these options of the older widget: ${unknown.join(', ')}.`,
    );
  return window.Shopbell?.init({
    ...looks,
    ...Object.fromEntries(given.filter(([name]) => known.includes(name))),
  });
};

(window as { TradeZoneChatEnhanced?: object }).TradeZoneChatEnhanced ??= { init };
if (script?.dataset.apiUrl !== undefined) init(script.dataset);
