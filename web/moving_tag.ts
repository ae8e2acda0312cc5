// `/shopbell.js` of a release's folder: the moving tag.
import { moving } from './moving';
import { offer, own_script } from './tag';
import { make_widget } from './widget';

const script = own_script('shopbell.js');
const begin = moving(script?.src || document.baseURI);

offer(script, (settings, gone) => make_widget(settings, begin, gone));
