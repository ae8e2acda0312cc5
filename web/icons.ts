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

const mic_paths = [
  'M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3',
  'M5.5 11a6.5 6.5 0 0 0 13 0',
  'M12 17.5V21',
];

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
export const mic_icon = (): SVGSVGElement => icon(...mic_paths);
export const mic_off_icon = (): SVGSVGElement => icon(...mic_paths, 'M4 4l16 16');
export const hang_up_icon = (): SVGSVGElement =>
  icon('M3 14.2c5-5 13-5 18 0l-2.4 2.8-3.9-1.7v-2.5a12 12 0 0 0-5.4 0v2.5l-3.9 1.7z');
export const devices_icon = (): SVGSVGElement =>
  icon(
    'M4 8h8',
    'M18 8h2',
    'M15 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5',
    'M4 16h2',
    'M12 16h8',
    'M9 13.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5',
  );
