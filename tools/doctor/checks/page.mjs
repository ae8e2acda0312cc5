// The page, and its tag in it: what every other check starts from.
import { ask_on, is_here, word_of } from '../ask.mjs';
import { is_tag_file, tags_in } from '../../release/page_tag.mjs';
import { take_tag } from '../shop.mjs';

/** @param {object} answer without one @returns {boolean} whether it was told */
export function tell_no_answer(answer, url, tell, id, todo) {
  if (!answer.error) return false;
  if (is_here(answer.error))
    tell.unknown(
      `${url} was not reached: ${word_of(answer.error)}`,
      'Look at the address and at this network.',
    );
  else tell.finding(id, `${url} does not answer: ${word_of(answer.error)}.`, todo);
  return true;
}

export const page = {
  name: 'page',
  title: 'The page and its tag',
  limit_s: 30,
  async run(shop, tell) {
    const answer = await ask_on(shop.url, { signal: tell.signal, headers: { accept: 'text/html,*/*' } });
    const { url, status, text, redirects } = answer;
    if (redirects.length > 0) tell.well(`${shop.url} leads to ${url}`);
    if (
      tell_no_answer(
        answer,
        url,
        tell,
        'page-unreachable',
        'Start the web server, or open its port in the firewall.',
      )
    )
      return;
    if (status !== 200)
      return tell.finding(
        'page-status',
        `${url} answered ${status}.`,
        status >= 502 && status <= 504
          ? "The proxy does not reach its server: start it, or put its right address into the proxy's configuration."
          : 'Give the address of a page that shoppers open.',
      );
    shop.page = { url, headers: answer.headers, html: text };
    if (is_tag_file(url)) {
      delete shop.page;
      take_tag(shop, { src: url, attribute: () => undefined, has: () => false });
      return tell.well('a tag’s own address was given: nothing of a page is looked at');
    }
    const tags = tags_in(text, url);
    if (tags.length === 0)
      return tell.finding(
        'tag-missing',
        `There is no tag of Shopbell in the HTML of ${url}.`,
        "Paste one of tags.txt of the release, or where a tag manager puts it in, give the tag's own address (…/shopbell.js) instead.",
      );
    if (tags.length > 1)
      tell.finding(
        'tag-twice',
        `The page has ${tags.length} tags of Shopbell: ${tags.map(({ src }) => src).join(', ')}.`,
        'Leave one; the others’ options are not read.',
      );
    take_tag(shop, tags[0]);
    tell.well(`${status}, with the tag ${shop.tag.src}`);
    tell.well(
      `back end ${shop.backend} at ${shop.api}${shop.voice === 'off' ? '' : `, voice ${shop.voice}`}${shop.said ? '' : ' (the page’s own Shopbell.init is not read: --backend says another)'}`,
    );
    if (url.protocol === 'https:')
      for (const address of new Set([shop.tag.src.protocol, shop.api.protocol]))
        if (address === 'http:')
          tell.finding(
            'mixed-content',
            `A page on https has a chat on http (${shop.api.protocol === 'http:' ? shop.api : shop.tag.src}): browsers refuse it.`,
            'Serve the chat on https and write https:// into the tag.',
          );
  },
};
