// Figures of sound.

export const energy = (sound) => sound.reduce((sum, value) => sum + value * value, 0);

/** The normalised correlation of the common length: 1 for the same sound, 0 for unrelated ones. */
export function likeness(a, b) {
  const length = Math.min(a.length, b.length);
  let both = 0;
  for (let i = 0; i < length; i += 1) both += a[i] * b[i];
  return both / Math.sqrt(energy(a.subarray(0, length)) * energy(b.subarray(0, length)) || 1);
}
