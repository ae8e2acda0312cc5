// `Integrity-Policy`: browsers that know it load no script without `integrity`.
export const integrity_policy = {
  name: 'integrity-policy',
  title: 'Integrity-Policy of the page',
  limit_s: 5,
  run(shop, tell) {
    if (!shop.page) return tell.passed_over('no page was given');
    const header = shop.page.headers['integrity-policy'];
    if (!header) return tell.well('the page has none');
    const blocked = /blocked-destinations\s*=\s*\(([^)]*)\)/.exec(header)?.[1].split(/\s+/) ?? [];
    if (!blocked.includes('script')) return tell.well('it asks for no integrity of scripts');
    const { tag } = shop;
    if (tag.has('integrity') && tag.has('crossorigin'))
      return tell.well('the tag has integrity and crossorigin');
    tell.finding(
      'integrity-policy',
      `The page blocks scripts without integrity (Integrity-Policy: ${header}), and the tag has ${tag.has('integrity') ? 'no crossorigin' : 'none'}.`,
      tag.has('integrity')
        ? 'Add crossorigin="anonymous" to the tag.'
        : 'Use the pinned tag of tags.txt, which has integrity and crossorigin.',
    );
  },
};
