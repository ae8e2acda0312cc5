// Figures of many samples.

/** The value at `share` (0 to 1) of the sorted samples. */
export function quantile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export const median = (samples) => quantile(samples, 0.5);
