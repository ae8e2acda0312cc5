// The ring around the call's sign: it grows with whoever is heard. Drawn once a frame at most.
import { element } from '../dom';
import { mic_icon } from '../icons';

export function make_level_ring() {
  const ring = element('span', { class: 'ring', 'aria-hidden': 'true' }, mic_icon());
  let drawing = false;
  let level = 0;

  const draw = (): void => {
    drawing = false;
    // Loudness is heard by its logarithm; the root comes near and costs nothing.
    ring.style.setProperty('--s-level', Math.sqrt(Math.min(level, 1)).toFixed(2));
  };

  return {
    element: ring,
    set(microphone: number, agent: number): void {
      level = Math.max(microphone, agent);
      if (drawing) return;
      drawing = true;
      requestAnimationFrame(draw);
    },
  };
}
