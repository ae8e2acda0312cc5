// `/shopbell.js` of a release's folder: the moving tag.
import { moving } from './moving';
import { offer } from './tag';
import { make_widget } from '../widget';

offer((src, options, gone) => make_widget(options, moving(src, src), gone));
