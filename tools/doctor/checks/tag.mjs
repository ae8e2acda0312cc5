// The tag's file, and of which version every file behind it is.
import { ask } from '../ask.mjs';
import { Refusal } from '../../release/refusal.mjs';
import { verify } from '../../release/verify.mjs';
import { tell_no_answer } from './page.mjs';

async function version(shop, tell) {
  if (shop.distrusted?.has(shop.tag.src.host))
    return tell.unknown(
      'the version was not read over a connection that is not to be trusted',
      'Put TLS right first.',
    );
  try {
    // A page may have been given with a path of its own; the tag's address says the same and costs one request less.
    const { lines, problems } = await verify(shop.page?.url.href ?? shop.tag.src.href);
    for (const line of lines.slice(1)) if (!line.includes('problems:')) tell.well(line);
    if (lines.some((line) => line.includes('switched off')))
      tell.finding(
        'tag-killed',
        'The chat is switched off for every page.',
        'npm run kill -- off --to FOLDER',
      );
    if (problems.length > 0)
      tell.finding(
        'tag-files',
        `${problems.length} of its files are not as they were released: ${problems.slice(0, 3).join('; ')}${problems.length > 3 ? '; …' : ''}.`,
        'npm run verify -- URL lists them; copy the version into the served folder again (npm run promote).',
      );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // A build for development has neither channel nor version.
    if (/names no version/.test(error.message))
      tell.well('no released version is served: a build for development');
    else tell.finding('tag-version', error.message, error.remedy);
  }
}

export const tag = {
  name: 'tag',
  title: "The tag's file and version",
  limit_s: 60,
  async run(shop, tell) {
    const { src } = shop.tag;
    const answer = await ask(src, {
      signal: tell.signal,
      headers: shop.page && { origin: shop.page.url.origin },
    });
    if (
      tell_no_answer(
        answer,
        src,
        tell,
        'tag-unreachable',
        'Start the server that has the widget’s files, or correct the tag’s address.',
      )
    )
      return;
    const type = answer.headers['content-type'] ?? '';
    if (answer.status !== 200)
      return tell.finding(
        'tag-status',
        `${src} answered ${answer.status}.`,
        'Promote a version into the folder that is served, and let this path lead there.',
      );
    if (!/^(?:text|application)\/javascript/.test(type))
      return tell.finding(
        'tag-type',
        `${src} is sent as "${type}", which browsers do not run${/html/.test(type) ? ': another server answered, such as the shop’s own page for unknown addresses' : ''}.`,
        'Let this path lead to the widget’s files, sent as text/javascript.',
      );
    const crossed = shop.page && src.origin !== shop.page.url.origin;
    if (crossed && shop.tag.has('crossorigin') && !answer.headers['access-control-allow-origin'])
      return tell.finding(
        'tag-cors',
        `${src} comes without Access-Control-Allow-Origin, so a tag with crossorigin does not run.`,
        'Send Access-Control-Allow-Origin: * with every file of the widget (tools/deploy has it).',
      );
    if (shop.page && shop.tag.has('integrity') && crossed && !shop.tag.has('crossorigin'))
      tell.finding(
        'tag-crossorigin',
        'The tag has integrity without crossorigin, so browsers refuse it from another origin.',
        'Add crossorigin="anonymous".',
      );
    await version(shop, tell);
  },
};
