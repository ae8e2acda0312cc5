// The icons, drawn on a 24 x 24 grid with round 2-unit strokes in the text's colour.
const svg = 'http://www.w3.org/2000/svg';

function icon(...paths: string[]): SVGSVGElement {
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  for (const path of paths) {
    const line = document.createElementNS(svg, 'path');
    line.setAttribute('d', path);
    drawing.append(line);
  }
  return drawing;
}

/** The counter bell of a shop: a dome on its plate, with the button on top. */
export const bell_icon = (): SVGSVGElement =>
  icon('M4 17a8 8 0 0 1 16 0z', 'M3 20.5h18', 'M12 9V5.5', 'M10 5h4');
export const down_icon = (): SVGSVGElement => icon('M6 9.5l6 6 6-6');
export const close_icon = (): SVGSVGElement => icon('M6 6l12 12', 'M18 6L6 18');
export const send_icon = (): SVGSVGElement => icon('M12 19V5', 'M5.5 11.5L12 5l6.5 6.5');
export const stop_icon = (): SVGSVGElement => icon('M8 8h8v8H8z');
export const check_icon = (): SVGSVGElement => icon('M5 12.5l4.5 4.5L19 7.5');
export const clock_icon = (): SVGSVGElement => icon('M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16', 'M12 8v4.5l3 2');
export const alert_icon = (): SVGSVGElement =>
  icon('M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16', 'M12 8v5', 'M12 16v.1');
