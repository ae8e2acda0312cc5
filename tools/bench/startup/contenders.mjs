// Who is measured, and how each is put on a page: by the tag that its own documents give, with its files from the second origin.
//
// `launcher`, `box` and `ready` are paths of selectors, each inside the one before or its shadow root. `ready` is there once all of the
// widget runs, for a widget whose box takes keys before that (ours: what is typed and sent meanwhile waits for the core).
import { dist_folder } from '../../lib/paths.mjs';
import { rival_folder } from '../rivals/packages.mjs';

const attribute = (value) => JSON.stringify(value).replaceAll('"', '&quot;');

const rivals = {
  'deep-chat': {
    // Drawn in the page, not behind a launcher.
    tag: (files, api) => `
      <script type="module" src="${files}/dist/deepChat.bundle.js"></script>
      <deep-chat connect="${attribute({ url: `${api}/chat` })}"></deep-chat>`,
    box: ['deep-chat', '#text-input'],
  },
  '@runtypelabs/persona': {
    tag: (files, api) =>
      `<script src="${files}/dist/install.global.js" data-config="${attribute({ apiUrl: `${api}/chat` })}" async></script>`,
    launcher: ['[data-persona-root] button, .persona-launcher, button[aria-label*="chat" i]'],
    box: ['textarea'],
  },
  '@vapi-ai/client-sdk-react': {
    tag: (files, api) => `
      <script src="${files}/dist/embed/widget.umd.js" async></script>
      <vapi-widget public-key="key" assistant-id="assistant" mode="chat" api-url="${api}"></vapi-widget>`,
    launcher: ['vapi-widget', '.vapi-widget-wrapper [class*="hover:scale"]'],
    box: ['vapi-widget', 'input, textarea'],
  },
  '@n8n/chat': {
    tag: (files, api) => `
      <link href="${files}/dist/style.css" rel="stylesheet">
      <script type="module">
        import { createChat } from '${files}/dist/chat.bundle.es.js';
        createChat({ webhookUrl: '${api}/webhook', loadPreviousSession: false });
      </script>`,
    launcher: ['.chat-window-toggle'],
    box: ['.chat-input textarea, #n8n-chat textarea'],
  },
  '@elevenlabs/convai-widget-embed': {
    tag: (files) => `
      <elevenlabs-convai agent-id="agent" override-config="${attribute(elevenlabs_config)}"></elevenlabs-convai>
      <script src="${files}/dist/index.js" async type="text/javascript"></script>`,
    launcher: ['elevenlabs-convai', 'button'],
    box: ['elevenlabs-convai', 'textarea, input[type="text"]'],
  },
};

/** What its service would answer; given in the tag, so that no request for it is counted. */
const elevenlabs_config = {
  variant: 'compact',
  placement: 'bottom-right',
  avatar: { type: 'orb', color_1: '#6DB035', color_2: '#F5CABB' },
  feedback_mode: 'none',
  language: 'en',
  text_only: true,
  supports_text_only: true,
  text_input_enabled: true,
  transcript_enabled: true,
  first_message: 'Hello',
};

const ours = {
  folder: async () => dist_folder,
  tag: (files, api) =>
    `<script src="${files}/shopbell.js" crossorigin="anonymous" data-api-url="${api}" data-api-key="demo" async></script>`,
  launcher: ['shopbell-widget', '[part~="launcher"]'],
  box: ['shopbell-widget', '[part~="box"]'],
  ready: ['shopbell-widget', '[part~="live"]'],
};

/** The page without any widget, but for a box that the browser itself draws: what page, browser and machine take by themselves. */
const nothing = {
  folder: async () => dist_folder,
  tag: () => '<input aria-label="a box">',
  box: ['input[aria-label]'],
};

export const contenders = {
  shopbell: ours,
  nothing,
  ...Object.fromEntries(
    Object.entries(rivals).map(([name, rival]) => [name, { folder: () => rival_folder(name), ...rival }]),
  ),
};
