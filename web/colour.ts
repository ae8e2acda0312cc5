// Which text reads on the shop's colour.

/** Red, green, blue of any CSS colour; undefined when the browser does not know it. */
function channels(colour: string): number[] | undefined {
  if (!CSS.supports('color', colour)) return undefined;
  const pen = document.createElement('canvas').getContext('2d');
  if (!pen) return undefined;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, 1, 1);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data];
}

/** WCAG 2 relative luminance, with the plain power in place of its two-piece curve: near enough to choose between two. */
function luminance(rgb: number[]): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((channel) => (channel / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Black or white, whichever has more contrast on `colour`; undefined when that is no colour. */
export function text_on(colour: string): string | undefined {
  const rgb = channels(colour);
  // 0.179 is where the two contrasts are equal: (L + 0.05)² = 1.05 · 0.05.
  return rgb && (luminance(rgb) > 0.179 ? '#000' : '#fff');
}
