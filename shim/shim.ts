// The shim of a page: every concern's handlers joined into the loop around the core.
import { call, type LoadVoice } from './call';
import { type Dispatch, type HandlersOf, type MakeCore } from './core';
import type { Setting } from './generated/messages';
import { http } from './http';
import { have_locks, locks } from './locks';
import { Loop } from './loop';
import { owner, type Listeners } from './owner';
import { page_events } from './page_events';
import { sockets } from './socket';
import { page_areas, storage } from './storage';
import { next_task } from './task';
import { Timer } from './timer';
import type { Tools, tools } from './tools';

/** The commands that are drawn, not carried out here. */
export type ViewCommand =
  | 'view_reset'
  | 'look'
  | 'panel'
  | 'row_put'
  | 'row_append'
  | 'row_remove'
  | 'show_typing'
  | 'box_set'
  | 'composer'
  | 'banner'
  | 'announce'
  | 'unread'
  | 'markdown_load';

export interface ShimPlan {
  make_core: MakeCore;
  settings: Setting[];
  script_origin: string;
  listeners: Listeners;
  offers: Tools[];
  /** With a back end whose agents use them. */
  tools: typeof tools | undefined;
  view: HandlersOf<ViewCommand>;
  load_voice: LoadVoice;
  call_in_words: HandlersOf<'show_call'>['show_call'];
  /** A core runs and takes events. */
  begun(): void;
  /** The core is gone; `begun` or `stopped` follows, unless the shim was ended. */
  dropped(): void;
  stopped(): void;
}

export interface Shim {
  begin: Loop['begin'];
  dispatch: Dispatch;
  /** Lets go of everything: requests, locks, the timer, listeners and the core. */
  end(): void;
}

const now_ms = (): number => performance.now();

/** Which texts are colours is the browser's to know. */
const with_color = (setting: Setting): Setting =>
  setting.type === 'string' && CSS.supports('color', setting.value) ? { ...setting, type: 'color' } : setting;

export function make_shim(plan: ShimPlan): Shim {
  // The concerns tell the loop, and the loop is made of the concerns: these two are called only once it stands.
  const dispatch: Dispatch = (event, consume) => loop.dispatch(event, consume);
  const timer = new Timer(now_ms, () => dispatch({ type: 'tick' }));
  const concerns = {
    http: http(dispatch),
    storage: storage(page_areas, (event) => loop.answer(event)),
    locks: locks(dispatch),
    sockets: sockets(dispatch),
    owner: owner(plan.listeners),
    call: call(dispatch, plan.load_voice, plan.call_in_words),
    tools: plan.tools?.(dispatch, plan.offers),
  };
  const loop: Loop = new Loop({
    make_core: plan.make_core,
    start: (snapshot) => ({
      type: 'start',
      settings: plan.settings.map(with_color),
      seed: crypto.getRandomValues(new Uint8Array(32)),
      snapshot,
      script_origin: plan.script_origin,
      online: navigator.onLine,
      visible: !document.hidden,
      locks: have_locks(),
    }),
    handlers: {
      ...plan.view,
      ...concerns.http.handlers,
      ...concerns.storage.handlers,
      ...concerns.locks.handlers,
      ...concerns.sockets.handlers,
      ...concerns.owner.handlers,
      ...concerns.call.handlers,
      tool_run: (command) => concerns.tools?.handlers.tool_run(command),
    },
    timer,
    now_ms,
    wall_ms: () => Date.now(),
    next_task,
    dropped() {
      for (const concern of Object.values(concerns)) concern?.reset();
      plan.dropped();
      // To the next core, before all that waits for it from now on.
      concerns.tools?.offer();
    },
    begun: () => plan.begun(),
    stopped: () => plan.stopped(),
  });
  const stop_listening = page_events(dispatch);
  return {
    begin(core) {
      concerns.tools?.offer();
      loop.begin(core);
    },
    dispatch,
    end() {
      stop_listening();
      loop.end({ type: 'page_destroy' });
    },
  };
}
