// Lint rules. The ones that matter most: no HTML sink and no evaluated code anywhere, and in what a page loads no use of the page's
// own `JSON` (shops overwrite it).
import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const sinks =
  '^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|parseHTMLUnsafe|createContextualFragment|srcdoc)$';
const sink_message = 'This makes HTML from text. Build nodes instead: no HTML sink exists in this project.';

const no_sinks = [
  { selector: `Identifier[name=/${sinks}/]`, message: sink_message },
  { selector: `Literal[value=/${sinks}/]`, message: sink_message },
  {
    selector: 'CallExpression[callee.object.name="document"][callee.property.name=/^write(ln)?$/]',
    message: sink_message,
  },
  { selector: 'CallExpression[callee.property.name="parseFromString"]', message: sink_message },
  {
    selector: 'NewExpression[callee.property.name="Function"]',
    message: 'This evaluates text as code, which no policy of a careful shop allows.',
  },
];

const no_page_json = [
  {
    selector: 'MemberExpression[property.name="JSON"][object.name=/^(window|globalThis|self)$/]',
    message: "The page's JSON may be overwritten by the shop: JSON goes through the core.",
  },
];

const no_evaluated_code = {
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
};

const unused = [
  'error',
  { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true, caughtErrors: 'none' },
];

// Functions that a browser test sends into a page use the page's names.
const page_globals = { ...globals.browser, Shopbell: 'readonly', crossOriginIsolated: 'readonly' };

export default tseslint.config(
  { ignores: ['build/', 'dist/', 'node_modules/', 'shim/generated/'] },
  js.configs.recommended,
  { rules: { 'no-empty': ['error', { allowEmptyCatch: true }], 'no-regex-spaces': 'off' } },
  {
    files: ['shim/**/*.ts', 'web/**/*.ts'],
    extends: [tseslint.configs.strict],
    languageOptions: { globals: globals.browser },
    rules: {
      ...no_evaluated_code,
      'no-restricted-syntax': ['error', ...no_sinks, ...no_page_json],
      'no-restricted-globals': [
        'error',
        {
          name: 'JSON',
          message: "The page's JSON may be overwritten by the shop: JSON goes through the core.",
        },
      ],
      'no-undef': 'off', // tsc knows better
      '@typescript-eslint/no-unused-vars': unused,
    },
  },
  {
    // The npm package is a tag too.
    files: ['shim/**/*.ts', 'web/**/*.ts'],
    ignores: ['web/tag/*.ts', 'web/package.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/tag/*'], message: 'A tag knows the widget, and the widget no tag.' }] },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { ...globals.node, ...page_globals } },
    rules: {
      ...no_evaluated_code,
      'no-restricted-syntax': ['error', ...no_sinks],
      'no-unused-vars': unused,
    },
  },
);
