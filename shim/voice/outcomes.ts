// What getUserMedia's refusals mean (Media Capture and Streams, section 10.2; the older names are WebKit's): the first line that fits.
import type { MicOutcome } from '../generated/messages';

const refusals: Partial<Record<MicOutcome, RegExp>> = {
  denied: /^(NotAllowed|PermissionDenied|Security)Error$/,
  missing: /^(NotFound|DevicesNotFound|Overconstrained)Error$/,
  busy: /^(NotReadable|TrackStart|Abort)Error$/,
  failed: /./,
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
  const lines = Object.entries(refusals) as [MicOutcome, RegExp][];
  const [outcome] = lines.find(([, names]) => names.test((error as Error).name)) ?? ['busy'];
  return outcome === 'denied' && (await still_asks()) ? 'dismissed' : outcome;
}
