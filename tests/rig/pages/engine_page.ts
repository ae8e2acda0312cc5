// A page with the voice engine and the call view but without the core, which is a script here: it presses, takes what the engine says,
// and gets its ticket from the real gateway over a text socket of its own. So each outcome can be brought about by itself.
import { call } from '../../../shim/call';
import type { Event } from '../../../shim/generated/messages';
import { add_styles, button } from '../../../web/dom';
import { make_frame } from '../../../web/frame';
import { mic_icon } from '../../../web/icons';
import { app_words } from '../../../web/locales/locale';
import view_css from '../../../web/view/view.css';
import type { attach } from '../../../web/voice';

interface Plan {
  /** Where the widget's files lie. */
  base: string;
  text_url: string;
  worker_url?: string;
}

interface Rig {
  /** What the engine and the view said. */
  said: Event[];
  not_drawn: string[];
  carry_out(command: object): void;
}

declare global {
  interface Window {
    engine_plan: Plan;
    engine_rig: Rig;
  }
}

const { base, text_url, worker_url = '' } = window.engine_plan;
const said: Event[] = [];
const not_drawn: string[] = [];
const frame = make_frame((event) => said.push(event));
let place: { url: string; ticket: string } | undefined;
let attempt = 0;

const dispatch = (event: Event): void => {
  said.push(event);
  if (event.type === 'call_engine' && event.state === 'ready' && place)
    handlers.call_connect({ type: 'call_connect', attempt, ...place });
};
const load = async (turn: number): ReturnType<Parameters<typeof call>[1]> => {
  const voice = (await import(`${base}/voice.js${turn ? `?retry=${turn}` : ''}`)) as {
    attach: typeof attach;
  };
  const settings = [{ name: 'worker-url', value: worker_url, type: 'string' }];
  const say = (event: Event): unknown => said.push(event);
  return voice.attach({
    frame,
    words: app_words(),
    dispatch,
    say,
    settings,
    base: `${base}/shopbell.js`,
    plain: false,
  });
};
const { handlers } = call(dispatch, load, ({ code }) => not_drawn.push(code));

const socket = new WebSocket(text_url);
socket.onopen = () => socket.send('{"t":"hello","v":1,"oldest":1,"client":"engine-page","key":"demo"}');
socket.onmessage = ({ data }: MessageEvent<string>) => {
  const frame = globalThis.JSON.parse(data) as { t: string; voice?: typeof place };
  if (frame.t === 'welcome') place = frame.voice;
  document.body.dataset.welcome = frame.t;
};

const mic = button({ part: 'mic', 'aria-label': 'Talk to us' }, mic_icon());
frame.send.before(mic);
mic.addEventListener('click', () => {
  attempt += 1;
  handlers.call_open({
    type: 'call_open',
    attempt,
    engine: 'socket',
    microphone: '',
    speaker: '',
    push_to_talk: false,
    muted: false,
  });
});
document.body.append(frame.host);
add_styles(frame.root, view_css);
frame.look({ position: 'bottom-right', colorScheme: 'auto' });
frame.show(true, 'stay');
window.engine_rig = {
  said,
  not_drawn,
  carry_out(command) {
    const { type } = command as { type: keyof typeof handlers };
    (handlers[type] as (command: unknown) => void)({ attempt, ...command });
  },
};
