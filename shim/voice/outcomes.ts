// What getUserMedia's refusals mean (Media Capture and Streams, section 10.2; the older names are WebKit's): the first line that fits.
import type { MicOutcome } from '../generated/messages';

const refusals: Partial<Record<MicOutcome, RegExp>> = {
  denied: /^(NotAllowed|PermissionDenied|Security)Error$/,
  missing: /^(NotFound|DevicesNotFound|Overconstrained)Error$/,
  busy: /^(NotReadable|TrackStart|Abort)Error$/,
  failed: /^/,
};

/** Whether the question is still open: closing it without an answer is refused under the same name as an answer of no. */
async function still_asks(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'microphone' as PermissionName });
    return state === 'prompt';
  } catch {
    return false;
  }
}

export async function outcome_of(error: unknown): Promise<MicOutcome> {
  if (!isSecureContext) return 'insecure';
  const { name } = error as Error;
  const fitting = Object.entries(refusals).filter(([, names]) => names.test(name));
  // The last line fits every name.
  const [[outcome]] = fitting as [[MicOutcome, RegExp]];
  return outcome === 'denied' && (await still_asks()) ? 'dismissed' : outcome;
}
