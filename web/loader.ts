// The tag of one version: `/1.2.0/shopbell.js` of a release, dist/dev/shopbell.js in development. It loads this version's files and no
// others.
import { offer, own_script } from './tag';
import { prepare, run } from './version';
import { make_widget } from './widget';

const script = own_script('shopbell.js');
const base = script?.src || document.baseURI;

offer(script, (settings, gone) =>
  make_widget(settings, async (stage) => run(stage, base, await prepare(base, settings)), gone),
);
