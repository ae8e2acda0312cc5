// `/widget/chat-widget-enhanced.js`: the tag and the call that pages still have from the widget before this one. They get a moving tag with
// that widget's own words and colours; the core takes its sessions over (wasm/core/session.h).
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
const script = own_script('chat-widget-enhanced.js');
const own = new URL(script?.src || document.baseURI);
const begin = moving(new URL(`../shopbell.js${own.search}`, own).href);

offer(null, (settings, gone) => make_widget(settings, begin, gone));

/** Its other options have no use any more; the core says so. */
const init = (options: Options = {}) =>
  window.Shopbell?.init({
    ...looks,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value != null)),
  });

(window as { TradeZoneChatEnhanced?: object }).TradeZoneChatEnhanced ??= { init };
if (script?.dataset.apiUrl !== undefined) init(script.dataset);
