// The tag of one version: `/1.2.0/shopbell.js` of a release, dist/dev/shopbell.js in development. It loads this version's files and no
// others.
import { offer } from './tag';
import { prepare, run } from './version';
import { make_widget } from '../widget';

offer((src, options, gone) =>
  make_widget(options, async (stage) => run(stage, src, await prepare(src, options)), gone),
);
