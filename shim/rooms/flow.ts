// Whether anything still comes from the server. LiveKit's client waits for the browser's ICE, which takes ten seconds and more to notice a
// line that is dead; a server that is there answers each second's sound with reports, muted or not (0.4 s apart at most, measured).

const looks_every_ms = 300;
const still_ms_max = 1_200;
// Firefox has the second alone.
const counts = ['transport', 'candidate-pair'];

/**
 * @param stats of the connection, or undefined while there is none
 * @param changed told when it has become still, and when it flows again
 * @returns ends it
 */
export function watch_flow(
  stats: () => Promise<RTCStatsReport | undefined> | undefined,
  changed: (flows: boolean) => void,
): () => void {
  let bytes = -1;
  let since_ms = performance.now();
  let flows = true;
  const look = async (): Promise<void> => {
    const report = await stats();
    if (!report) return;
    let received = NaN;
    report.forEach(({ type, bytesReceived }: { type: string; bytesReceived?: number }) => {
      if (bytesReceived === undefined || !counts.includes(type)) return;
      received = (received || 0) + bytesReceived;
    });
    // A browser that does not count says nothing.
    if (Number.isNaN(received)) return;
    const now_ms = performance.now();
    const moved = received !== bytes;
    if (moved) since_ms = now_ms;
    bytes = received;
    if (flows === moved || (!moved && now_ms - since_ms < still_ms_max)) return;
    flows = moved;
    changed(flows);
  };
  const timer = setInterval(() => void look().catch(() => undefined), looks_every_ms);
  return () => clearInterval(timer);
}
