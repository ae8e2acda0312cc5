// Which text reads on the shop's colour.

/** Black or white, whichever has more contrast on `colour`; undefined when the browser knows no such colour. */
export function text_on(colour: string): string | undefined {
  const pen = CSS.supports('color', colour) && document.createElement('canvas').getContext('2d');
  if (!pen) return undefined;
  // What shines through is white.
  for (const fill of ['#fff', colour]) {
    pen.fillStyle = fill;
    pen.fillRect(0, 0, 1, 1);
  }
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data as unknown as [number, number, number];
  // WCAG 2 relative luminance, in its weights 0.2126, 0.7152, 0.0722 and its curve near enough to choose between two. The bound is the
  // grey on which black and white have the same contrast, 117 of 255.
  return 3 * red ** 2 + 10 * green ** 2 + blue ** 2 > 190_000 ? '#000' : '#fff';
}
