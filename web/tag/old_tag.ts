// `/widget/chat-widget-enhanced.js`: the tag and the calls that pages still have from the widget before this one. They get a moving tag with
// that widget's own words and colours; the core takes its sessions over (wasm/core/machines/session.h).
import { url } from '../../shim/fetch';
import { switch_js } from '../../shim/files';
import type { Options } from '../api';
import { load_switch, moving } from './moving';
import { offer, offered } from './tag';
import { make_widget, type Stage, type Widget } from '../widget';

declare global {
  interface Window {
    TradeZoneChatEnhanced?: { init: typeof init; toggleChat(): void; clearSession(): Promise<void> };
  }
}

const looks: Options = {
  primaryColor: '#8b5cf6',
  greeting: 'Hi! How can I help you today?',
  botName: 'Amara',
  botSubtitle: 'AI Assistant',
  placeholder: 'Ask about products, prices, trade-ins...',
};
let root = '';
let widget: (Widget & Stage) | undefined;
const { init } = offer((src, options, gone) => {
  root = url('..', src);
  return (widget = make_widget(options, moving(src, root), gone));
}, looks);

window.TradeZoneChatEnhanced = offered('TradeZoneChatEnhanced') ?? {
  init,
  toggleChat() {
    init();
    widget?.gate.say({ type: 'launcher_pressed' });
  },
  // Called by few pages, so it comes with switch.js.
  async clearSession() {
    const { clear_session } = await load_switch(url(switch_js, root));
    clear_session(widget?.handle);
    init();
  },
};
