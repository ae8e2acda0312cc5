// The view: one handler for each command that is drawn. It keeps no state of the conversation but what is on the screen.
import type { Dispatch, HandlersOf } from '../../shim/core';
import { compile, url } from '../../shim/fetch';
import { markdown_plain_js, markdown_wasm } from '../../shim/files';
import type { ViewCommand } from '../../shim/shim';
import { import_plain } from '../../shim/wasm';
import { add_styles } from '../dom';
import type { Frame } from '../frame';
import type { HandOver } from '../hand_over';
import type { Words } from '../locales/words';
import { load_markdown } from '../markdown';
import { make_activity } from './activity';
import { make_composer } from './composer';
import { make_notices } from './notices';
import { fill_phone } from './phone';
import { pictures_of } from './product';
import type { MakeQuestion } from './question';
import { make_rows } from './rows';
import css from './view.css';

export interface ViewPlan {
  frame: Frame;
  say: Dispatch;
  hand_over: HandOver;
  words: Words;
  /** Where the widget's files lie. */
  base: string;
  /** The back end's address, where the page names one. */
  api_url: string;
  /** Without WebAssembly. */
  plain: boolean;
  make_question: MakeQuestion | undefined;
}

export interface View {
  handlers: HandlersOf<ViewCommand>;
  /** The call, in words, while there is nothing to draw it with. */
  call_in_words: HandlersOf<'show_call'>['show_call'];
  /** A sentence of the widget itself, where no core can say it. */
  notice(text: string): void;
  end(): void;
}

export function make_view(plan: ViewPlan): View {
  const { frame, say, hand_over, words, base, api_url, plain } = plan;
  add_styles(frame.root, css);
  const rows = make_rows(frame, words, say, pictures_of([base, api_url]), plan.make_question?.(frame, words));
  const activity = make_activity(frame, words, say);
  const composer = make_composer(frame, say, words);
  const notices = make_notices(frame, words);
  const leave_phone = fill_phone(frame, say);

  let rendering = false;
  let loading = Promise.resolve();
  const load_render = async (): Promise<void> => {
    if (rendering) return;
    rendering = true;
    const module = plain ? import_plain(url(markdown_plain_js, base)) : compile(url(markdown_wasm, base));
    const render = await load_markdown(module, (error) =>
      say({ type: 'markdown_failed', reason: String(error) }),
    );
    if (render) rows.set_render(render);
    else rendering = false;
  };

  const handlers: View['handlers'] = {
    look(look) {
      frame.look({
        position: look.position,
        colorScheme: look.color_scheme,
        primaryColor: look.primary_color,
        botName: look.bot_name,
        botSubtitle: look.bot_subtitle,
        placeholder: look.placeholder,
      });
      rows.greet(look.greeting || words.greeting);
      activity.name(look.bot_name || words.agent);
      composer.can_call(look.voice);
    },
    panel({ open, focus }) {
      hand_over.show(open, focus);
      rows.shown();
    },
    row_put: ({ row }) => rows.put(row),
    row_append: ({ row, text }) => rows.append(row, text),
    row_remove: ({ row }) => rows.remove(row),
    show_typing: ({ typing }) => activity.typing(typing),
    box_set({ text }) {
      hand_over.set_box(text);
      composer.grow();
    },
    composer(state) {
      composer.draw(state);
      activity.can_stop(state.can_stop);
    },
    banner: ({ code }) => notices.banner(words.errors[code]),
    announce({ row, code }) {
      // Once it is drawn as it is meant to be.
      if (row) void loading.then(() => notices.announce(rows.lines(row)));
      else notices.announce([words.errors[code]]);
    },
    unread: ({ count }) => notices.unread(count),
    view_reset() {
      rows.clear();
      activity.typing('none');
      activity.can_stop(false);
      notices.banner('');
      notices.unread(0);
    },
    markdown_load: () => void (loading = load_render()),
  };

  return {
    handlers,
    call_in_words: ({ code }) => notices.banner(words.errors[code]),
    notice(text) {
      notices.banner(text);
      notices.announce([text]);
    },
    end() {
      rows.end();
      leave_phone();
    },
  };
}
