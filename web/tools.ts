// tools.js: loaded beside the core of a back end whose agents ask for things. What the page's tools need, and how a question looks.
export { tools } from '../shim/tools';
export { option_text } from './option_text';
export { make_question } from './view/question';
