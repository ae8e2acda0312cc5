// Real speech goes from a null sink into a page's worklet and from the page to a recording, in each browser that takes its devices
// from PulseAudio. The page is bare: what fails here is the rig, not the widget.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard_by, serve_bare_page, start_bare_page } from '../pages/bare_page.mjs';
import { compare_speech } from './compare_speech.mjs';
import { heard_in } from './ear.mjs';
import { firefox_missing, launch_firefox } from '../browsers/firefox.mjs';
import { pulse_missing, start_pulse } from './pulse.mjs';
import { speak, speech_missing } from './speech.mjs';
import { wav_bytes } from './wav.mjs';
import { stage_of } from '../suite.mjs';
import { launch_webkit, webkit_missing } from '../browsers/webkit.mjs';
import { sleep } from '../widget.mjs';

const question = 'Do you have a desk lamp?';
const answer = 'Yes, the white one costs thirty nine.';
const browsers = {
  'Firefox ESR': { missing: firefox_missing, launch: launch_firefox, rate_hz: 44_100 },
  WebKitGTK: { missing: webkit_missing, launch: launch_webkit, rate_hz: 16_000 },
};

// A busy machine may cost the bare page a little; the widget's own bounds are elsewhere.
function assert_alike(likeness, what) {
  assert.ok(likeness.damaged_share < 0.05, `${what}: ${JSON.stringify(likeness)}`);
  assert.ok(Math.abs(likeness.rate_error) < 0.002, `${what}: ${JSON.stringify(likeness)}`);
}

for (const [name, { missing, launch, rate_hz }] of Object.entries(browsers)) {
  const skip = (await missing()) ?? pulse_missing() ?? speech_missing() ?? false;
  test(`${name} hears a null sink of ${rate_hz} Hz and is heard`, { skip, timeout: 120_000 }, async (t) => {
    const stage = stage_of(t);
    const sound = speak(answer, { rate_hz: 48_000 });
    const shop = await serve_bare_page({ '/answer.wav': wav_bytes(sound) });
    stage.defer(shop.close);
    const pulse = await start_pulse();
    stage.defer(pulse.close);
    const speaker = await pulse.add_speaker({ rate_hz });
    const microphone = await pulse.add_microphone({ rate_hz });
    const browser = await launch({ env: pulse.env });
    stage.defer(browser.close);
    const page = await browser.new_page();
    const bare = await start_bare_page(page, shop.url);
    assert.equal(bare.state, 'running');

    const recording = await speaker.record();
    const spoken = speak(question, { rate_hz });
    await Promise.all([microphone.play(spoken), page.evaluate(() => window.bare.play('/answer.wav'))]);
    await sleep(700);
    const heard = { rate_hz: bare.rate_hz, samples: await heard_by(page) };
    assert_alike(compare_speech(spoken, heard), `what ${name} heard`);
    assert_alike(compare_speech(sound, await recording.stop()), `what ${name} played`);
    const inside = await heard_in(page);
    assert.equal(inside.gaps, 0, 'the audio thread recorded all of it');
    assert_alike(compare_speech(spoken, inside.microphone), `what ${name} heard, recorded beside`);
    assert_alike(compare_speech(sound, inside.speaker), `what ${name} was given to play`);
    await microphone.unplug();
    assert.deepEqual(page.page_errors, []);
  });
}
