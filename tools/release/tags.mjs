// The tags that an owner pastes, exact but for the addresses.
const indent = '        ';

export function tags_text(version, integrity, site = 'https://chat.example') {
  const options = `data-api-url="${site}" data-api-key="your-key"`;
  return `Shopbell ${version}: the tags. Put your own addresses and key in. Every attribute is in the README.
With the gateway, or any server that takes Idempotency-Key, add data-idempotency="on": then what was cut off is sent again by itself.

MOVING: pasted once. Which version runs is said by promote, rollback and kill, and holds for every new page load.

<script src="${site}/shopbell.js" crossorigin="anonymous"
${indent}${options} async></script>

MOVING, but this version as long as the tag says so and the server has it:

<script src="${site}/shopbell.js?v=${version}" crossorigin="anonymous"
${indent}${options} async></script>

PINNED: these bytes, and every file that is loaded later is compared with its hash. Another version is another tag.

<script src="${site}/${version}/shopbell.js"
${indent}integrity="${integrity}" crossorigin="anonymous"
${indent}${options} async></script>

OLDER PAGES: the tag and the call of the widget before this one go on working.

<script src="${site}/widget/chat-widget-enhanced.js" data-api-url="${site}" data-api-key="your-key"></script>

Under a Content-Security-Policy with nonces add nonce="…" to the tag.
`;
}
