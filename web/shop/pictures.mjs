// Drawn product pictures: an SVG for each product, made of a shape for its kind, its colour and a soft gradient.
import { escape } from './html.mjs';

const kinds = [
  [/Case/, 'case'],
  [/Controller/, 'controller'],
  [/Charging Dock/, 'dock'],
  [/PowerBrick/, 'powerbank'],
  [/Charger/, 'charger'],
  [/Cable/, 'cable'],
  [/Pen$/, 'pen'],
  [/Battery/, 'battery'],
  [/Memory Card/, 'memory'],
  [/Film/, 'film'],
  [/Pocket|Go$/, 'handheld'],
  [/Buds/, 'earbuds'],
  [/Headset/, 'headset'],
  [/Bar 3/, 'soundbar'],
  [/Tide/, 'speaker'],
  [/Loop/, 'band'],
  [/f1\.8/, 'lens'],
  [/Instant/, 'instant'],
  [/Action/, 'action'],
];
const byCategory = {
  consoles: 'console',
  games: 'game',
  phones: 'phone',
  tablets: 'tablet',
  cameras: 'camera',
  audio: 'headphones',
  wearables: 'watch',
  accessories: 'charger',
};
const backgrounds = {
  consoles: ['#e8ecfb', '#cfd8f6'],
  games: ['#fdeee2', '#f9d9c2'],
  phones: ['#e4f3f4', '#c6e4e8'],
  tablets: ['#efeafb', '#d9cff3'],
  cameras: ['#f6f0e4', '#e9dcc0'],
  audio: ['#fbe8ee', '#f3cdd9'],
  wearables: ['#e7f5ea', '#cbe8d2'],
  accessories: ['#eef0f3', '#d8dde4'],
};

export const kindOf = (product) =>
  kinds.find(([pattern]) => pattern.test(product.family))?.[1] ?? byCategory[product.category] ?? 'charger';

/** Mixes a #rrggbb colour with white (amount > 0) or black (amount < 0). */
function shade(hex, amount) {
  const target = amount > 0 ? 255 : 0;
  const part = (at) => {
    const value = parseInt(hex.slice(at, at + 2), 16);
    return Math.round(value + (target - value) * Math.abs(amount))
      .toString(16)
      .padStart(2, '0');
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

const box = (x, y, width, height, radius, fill, more = '') =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}" ${more}/>`;
const disc = (x, y, radius, fill, more = '') =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}" ${more}/>`;
const line = (path, stroke, width) =>
  `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;

/** Shapes on a field of 400 × 400; `c` holds body, light, dark, glass and line colours. */
const shapes = {
  console: (c) =>
    box(128, 70, 92, 240, 20, 'url(#body)') +
    box(146, 92, 8, 196, 4, c.light) +
    box(198, 92, 6, 90, 3, c.dark) +
    disc(201, 292, 5, '#7fd6ff') +
    gamepad(c, 190, 232, 0.72),
  handheld: (c) =>
    box(50, 122, 300, 156, 44, 'url(#body)') +
    box(116, 138, 168, 124, 10, 'url(#glass)') +
    disc(84, 172, 17, c.dark) +
    disc(84, 172, 10, c.light) +
    disc(316, 228, 17, c.dark) +
    disc(316, 228, 10, c.light) +
    dpad(84, 226, 11, c.dark) +
    [
      [316, 156],
      [330, 170],
      [302, 170],
      [316, 184],
    ]
      .map(([x, y]) => disc(x, y, 6, c.dark))
      .join(''),
  controller: (c) => gamepad(c, 60, 110, 1.4),
  game: (c, product) =>
    box(116, 66, 168, 256, 10, c.dark) +
    box(124, 66, 160, 256, 8, 'url(#body)') +
    box(124, 66, 160, 30, 8, c.light) +
    cover(product) +
    label(product.family, 204, 286),
  phone: (c) =>
    box(172, 60, 120, 244, 24, c.dark) +
    box(118, 76, 124, 252, 26, 'url(#body)') +
    box(126, 84, 108, 236, 19, 'url(#glass)') +
    box(164, 94, 32, 8, 4, '#0d1117') +
    disc(268, 92, 13, '#10141b') +
    disc(268, 124, 13, '#10141b') +
    disc(268, 92, 6, '#31415c') +
    disc(268, 124, 6, '#31415c'),
  tablet: () =>
    box(82, 92, 250, 216, 20, 'url(#body)') +
    box(96, 106, 222, 188, 9, 'url(#glass)') +
    disc(207, 99, 3, '#0d1117') +
    line('M120 262 C160 200 190 250 224 206 S280 190 300 150', '#ffffff66', 5),
  camera: (c) =>
    box(148, 96, 104, 46, 12, c.dark) +
    box(66, 122, 268, 178, 26, 'url(#body)') +
    box(66, 166, 268, 88, 0, '#1c1f26', 'opacity="0.82"') +
    lensDiscs(206, 212, 74) +
    box(88, 108, 40, 18, 8, c.dark) +
    disc(298, 144, 9, '#ffd479'),
  instant: (c) =>
    box(104, 226, 192, 96, 6, '#ffffff') +
    box(118, 226, 164, 72, 2, '#bcd6ea') +
    box(84, 90, 232, 168, 44, 'url(#body)') +
    lensDiscs(200, 172, 52) +
    box(110, 110, 40, 24, 8, '#fff7d8') +
    disc(286, 124, 11, c.dark) +
    box(108, 240, 184, 8, 4, c.dark),
  action: () =>
    box(92, 116, 216, 172, 26, 'url(#body)') +
    lensDiscs(244, 182, 46) +
    box(112, 146, 84, 64, 8, 'url(#glass)') +
    box(112, 240, 60, 10, 5, '#4a90e2'),
  lens: (c) =>
    box(116, 96, 168, 208, 22, 'url(#body)') +
    [128, 146, 164, 236, 252].map((y) => box(116, y, 168, 7, 2, c.dark)).join('') +
    `<ellipse cx="200" cy="100" rx="80" ry="22" fill="#0e1420"/><ellipse cx="200" cy="100" rx="58" ry="14" fill="url(#glass)"/>`,
  headphones: (c) =>
    line('M108 232 C98 66 302 66 292 232', c.body, 26) +
    line('M112 214 C108 92 292 92 288 214', c.light, 6) +
    box(80, 204, 62, 106, 30, 'url(#body)') +
    box(258, 204, 62, 106, 30, 'url(#body)') +
    box(126, 214, 22, 86, 11, c.dark) +
    box(252, 214, 22, 86, 11, c.dark),
  headset: (c) =>
    `${shapes.headphones(c)}${line('M96 296 C100 346 150 352 184 340', c.dark, 9)}${box(176, 328, 40, 20, 10, c.body)}`,
  earbuds: (c) =>
    box(108, 194, 184, 118, 46, 'url(#body)') +
    line('M108 240 H292', c.dark, 4) +
    disc(200, 268, 6, '#8fe3a4') +
    [
      [146, 1],
      [254, -1],
    ]
      .map(
        ([x, s]) =>
          disc(x, 128, 32, c.body) +
          disc(x + 8 * s, 124, 15, c.dark) +
          box(x - 11 - 6 * s, 134, 22, 66, 11, c.light),
      )
      .join(''),
  speaker: (c) =>
    box(118, 74, 164, 252, 70, 'url(#body)') +
    disc(200, 244, 50, c.dark) +
    disc(200, 244, 32, c.body) +
    disc(200, 244, 12, c.dark) +
    disc(200, 146, 32, c.dark) +
    disc(200, 146, 14, c.body) +
    line('M282 120 q28 6 20 46', c.dark, 7),
  soundbar: (c) =>
    box(44, 168, 232, 48, 20, 'url(#body)') +
    box(288, 134, 78, 150, 14, 'url(#body)') +
    [64, 84, 104, 124, 144, 164, 184, 204, 224, 244].map((x) => disc(x, 192, 6, c.light)).join('') +
    disc(327, 208, 27, c.dark) +
    disc(327, 208, 12, c.light) +
    line('M60 230 H260', '#00000022', 6),
  watch: (c) =>
    box(160, 44, 84, 312, 22, c.dark) +
    box(128, 124, 148, 156, 44, 'url(#body)') +
    box(141, 137, 122, 130, 34, 'url(#glass)') +
    box(276, 182, 10, 34, 5, c.dark) +
    line('M202 166 V204 L228 218', '#ffffffcc', 6) +
    disc(202, 204, 5, '#ff8a65'),
  band: (c) =>
    line('M200 56 C92 92 92 308 200 344 C308 308 308 92 200 56', c.body, 30) +
    box(166, 132, 68, 136, 30, c.dark) +
    box(174, 142, 52, 116, 24, 'url(#glass)') +
    line('M186 206 h8 l6 -20 l8 34 l6 -14 h6', '#8fe3a4', 4),
  case: (c) =>
    box(92, 120, 216, 164, 40, 'url(#body)') +
    line('M92 202 H308', c.dark, 5) +
    box(180, 188, 40, 28, 9, c.light) +
    line('M160 120 C160 82 240 82 240 120', c.dark, 11),
  dock: (c) =>
    box(110, 262, 180, 42, 20, 'url(#body)') +
    gamepad(c, 96, 134, 0.62) +
    gamepad(c, 186, 134, 0.62) +
    disc(200, 284, 6, '#8fe3a4'),
  powerbank: (c) =>
    box(130, 72, 140, 256, 28, 'url(#body)') +
    box(162, 92, 26, 10, 5, c.dark) +
    box(212, 92, 26, 10, 5, c.dark) +
    [0, 1, 2, 3].map((n) => disc(170 + n * 20, 292, 5, n < 3 ? '#8fe3a4' : c.dark)).join('') +
    line('M206 150 L182 202 H212 L192 250', c.light, 9),
  charger: (c) =>
    box(118, 120, 150, 170, 32, 'url(#body)') +
    box(150, 82, 14, 42, 5, '#b9c0c9') +
    box(222, 82, 14, 42, 5, '#b9c0c9') +
    box(160, 244, 26, 12, 6, c.dark) +
    box(204, 244, 26, 12, 6, c.dark) +
    line('M174 256 C174 340 300 280 316 338', c.dark, 8),
  cable: (c) =>
    line('M96 300 C96 120 190 120 200 200 S300 290 304 104', c.body, 16) +
    line('M96 300 C96 120 190 120 200 200 S300 290 304 104', c.light, 3) +
    box(80, 290, 34, 48, 10, c.dark) +
    box(286, 66, 36, 48, 10, c.dark) +
    box(90, 334, 14, 20, 4, '#b9c0c9') +
    box(297, 48, 14, 20, 4, '#b9c0c9'),
  pen: (c) =>
    `<g transform="rotate(38 200 200)">${box(186, 50, 28, 260, 14, 'url(#body)')}<path d="M186 300 L200 352 L214 300 Z" fill="#3b4250"/>${box(186, 96, 28, 6, 0, c.dark)}${box(194, 130, 4, 120, 2, c.light)}</g>`,
  battery: (c) =>
    box(116, 116, 168, 190, 18, 'url(#body)') +
    box(136, 136, 128, 96, 8, c.light, 'opacity="0.5"') +
    [146, 178, 210].map((x) => box(x, 284, 22, 12, 3, '#d9b45b')).join('') +
    line('M206 152 L186 186 H214 L196 216', c.dark, 8),
  memory: (c) =>
    `<path d="M134 84 H238 L276 122 V318 a14 14 0 0 1 -14 14 H148 a14 14 0 0 1 -14 -14 Z" fill="url(#body)"/>` +
    [150, 172, 194, 216].map((x) => box(x, 98, 13, 42, 3, '#d9b45b')).join('') +
    box(152, 176, 106, 118, 8, c.light, 'opacity="0.55"'),
  film: () =>
    [
      [-9, 108, 92],
      [5, 128, 108],
    ]
      .map(
        ([turn, x, y]) =>
          `<g transform="rotate(${turn} 200 200)">${box(x, y, 158, 190, 8, '#ffffff')}${box(x + 14, y + 14, 130, 124, 3, 'url(#glass)')}</g>`,
      )
      .join('') +
    disc(236, 176, 18, '#ffd479') +
    line('M150 230 l34 -40 l26 26 l22 -20 l36 38', '#ffffffaa', 7),
};

function gamepad(c, x, y, scale) {
  return `<g transform="translate(${x} ${y}) scale(${scale})"><path d="M52 20 C84 6 116 6 148 20 C178 30 198 92 190 122 C184 146 158 142 142 112 C132 98 68 98 58 112 C42 142 16 146 10 122 C2 92 22 30 52 20 Z" fill="url(#body)" stroke="${c.dark}" stroke-width="2"/>${dpad(52, 52, 9, c.dark)}${[
    [148, 40],
    [160, 52],
    [136, 52],
    [148, 64],
  ]
    .map(([u, v]) => disc(u, v, 5, c.dark))
    .join(
      '',
    )}${disc(78, 80, 13, c.dark)}${disc(78, 80, 8, c.light)}${disc(122, 80, 13, c.dark)}${disc(122, 80, 8, c.light)}</g>`;
}

const dpad = (x, y, arm, fill) =>
  box(x - arm * 1.5, y - arm / 2, arm * 3, arm, 3, fill) +
  box(x - arm / 2, y - arm * 1.5, arm, arm * 3, 3, fill);

const lensDiscs = (x, y, radius) =>
  disc(x, y, radius, '#15181f') +
  disc(x, y, radius * 0.84, '#2c323d') +
  disc(x, y, radius * 0.68, '#0d1320') +
  disc(x, y, radius * 0.5, 'url(#glass)') +
  disc(x - radius * 0.2, y - radius * 0.22, radius * 0.13, '#ffffffaa');

/** A game's cover: hills, a moon and stars that its name seeds. */
function cover({ family }) {
  let seed = [...family].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9973, 7);
  const next = (max) => (seed = (seed * 137 + 71) % 9973) % max;
  const hue = next(360);
  const stars = Array.from({ length: 9 }, () =>
    disc(134 + next(140), 106 + next(80), 1 + next(3) / 2, '#ffffffcc'),
  ).join('');
  const hill = (y, lightness) =>
    `<path d="M124 ${y} q40 ${-20 - next(30)} 80 ${-next(14)} t80 ${next(24)} V314 a8 8 0 0 1 -8 8 H132 a8 8 0 0 1 -8 -8 Z" fill="hsl(${hue} 45% ${lightness}%)"/>`;
  return (
    box(124, 96, 160, 226, 0, `hsl(${(hue + 40) % 360} 48% 42%)`) +
    stars +
    disc(160 + next(90), 136 + next(30), 18 + next(10), `hsl(${(hue + 160) % 360} 80% 82%)`) +
    hill(222, 46) +
    hill(252, 34) +
    hill(282, 22)
  );
}

function label(text, x, y) {
  const words = text.split(' ');
  const half = Math.ceil(words.length / 2);
  const rows = text.length > 12 ? [words.slice(0, half).join(' '), words.slice(half).join(' ')] : [text];
  return rows
    .map(
      (row, index) =>
        `<text x="${x}" y="${y + index * 21}" text-anchor="middle" font-family="Georgia, serif" font-weight="700" font-size="18" fill="#ffffff">${escape(row)}</text>`,
    )
    .join('');
}

/** @param {import('./catalogue.mjs').Product} product @param {Record<string, string>} colours by name */
export function pictureOf(product, colours) {
  const body = colours[product.colour] ?? '#5b6b8c';
  const [from, to] = backgrounds[product.category] ?? backgrounds.accessories;
  const c = { body, light: shade(body, 0.45), dark: shade(body, body === colours.Black ? 0.22 : -0.35) };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img" aria-label="${escape(product.name)}">
<defs>
<radialGradient id="ground" cx="0.35" cy="0.25" r="1"><stop offset="0" stop-color="#ffffff"/><stop offset="0.45" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></radialGradient>
<linearGradient id="body" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${shade(body, 0.22)}"/><stop offset="1" stop-color="${shade(body, -0.14)}"/></linearGradient>
<linearGradient id="glass" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#5c7fb8"/><stop offset="0.5" stop-color="#243650"/><stop offset="1" stop-color="#131b29"/></linearGradient>
</defs>
<rect width="400" height="400" fill="url(#ground)"/><ellipse cx="204" cy="338" rx="120" ry="14" fill="#1b25401f"/>
${shapes[kindOf(product)](c, product)}
</svg>`;
}
