// One test question, asked as the page's widget would; the back end's own way of it is in chats/.
import { ag_ui } from './chats/ag_ui.mjs';
import { chatkit } from './chats/chatkit.mjs';
import { hal } from './chats/hal.mjs';
import { shopbell } from './chats/shopbell.mjs';

const back_ends = { chatkit, shopbell, hal, 'ag-ui': ag_ui };

/** Harmless, short, and about no product. */
export const question = 'Hello, this is a test of the chat. Is anybody there?';

/** Runs `part` of the back end's way, or says why it does not. */
const with_back_end = (part, none) => async (shop, tell) => {
  const back_end = back_ends[shop.backend];
  if (!back_end)
    return tell.finding(
      'backend-unknown',
      `No back end is called "${shop.backend}".`,
      `data-backend is one of ${Object.keys(back_ends).join(', ')}.`,
    );
  if (!back_end[part]) return tell.passed_over(none);
  await back_end[part](shop, tell, question);
};

export const chat = {
  name: 'chat',
  title: 'One question to the chat',
  limit_s: 60,
  run: with_back_end('asks', ''),
};

export const idempotency = {
  name: 'idempotency',
  title: 'The same message twice',
  limit_s: 60,
  run: with_back_end('repeats', 'this back end knows no ids of messages: nothing is sent twice by itself'),
};
