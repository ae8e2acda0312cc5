// One cold load: a fresh browser context, the page, a real click on the launcher as soon as it is drawn, a real key as soon as the box is
// there. Times count from navigation start: `text_usable_ms` is the first key that the box took and kept, `text_ready_ms` the moment from
// which a message leaves at once; bytes and requests of text are counted until then.
import { setTimeout as sleep } from 'node:timers/promises';
import { probe, read_marks } from './probe.mjs';

/** A phone on a slow line: 1.6 Mbit/s down, half of it up, 150 ms to the first byte, a processor four times as slow as this one. */
export const slow = { cpu_rate: 4, latency_ms: 150, bits_a_second: 1_600_000 };

const limit_ms = 30_000;
/** After the first key: what a widget still does then is counted as its long tasks and shifts too. */
const settle_ms = 1_000;

async function emulate(session, { cpu_rate, latency_ms, bits_a_second }) {
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: latency_ms,
    downloadThroughput: bits_a_second / 8,
    uploadThroughput: bits_a_second / 16,
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: cpu_rate });
}

/** Bytes and number of the requests that had their whole answer by then. */
function until(resources, time_ms) {
  const done = resources.filter(({ end_ms }) => end_ms <= time_ms);
  return { br_bytes: done.reduce((sum, { bytes }) => sum + bytes, 0), requests: done.length };
}

/**
 * @param {object} browser tests/rig/browsers/browser.mjs's
 * @param {{url: string, contender: object, conditions?: typeof slow}} load
 */
export async function cold_load(browser, { url, contender, conditions }) {
  const context = await browser.new_context({ viewport: { width: 1280, height: 720 } });
  try {
    const page = await context.newPage();
    const said = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    if (conditions) await emulate(session, conditions);

    let ready;
    const until_ready = new Promise((resolve) => (ready = resolve));
    const answers = {
      async click({ x, y }) {
        await session.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
        const press = { x, y, button: 'left', clickCount: 1 };
        await session.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...press });
        await session.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...press });
      },
      async key() {
        const key = { key: 'a', code: 'KeyA', windowsVirtualKeyCode: 65 };
        await session.send('Input.dispatchKeyEvent', { type: 'keyDown', text: 'a', ...key });
        await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
      },
      ready: () => ready(),
    };
    await session.send('Runtime.enable');
    await session.send('Runtime.addBinding', { name: '__probe' });
    session.on('Runtime.bindingCalled', ({ payload }) => {
      const { what, ...place } = JSON.parse(payload);
      Promise.resolve(answers[what](place)).catch((error) => said.push(String(error)));
    });
    const { launcher, box, ready: ready_path } = contender;
    await page.addInitScript(`(${probe})(${JSON.stringify({ launcher, box, ready: ready_path })})`);
    await page.goto(url, { waitUntil: 'commit' });
    const in_time = await Promise.race([until_ready.then(() => true), sleep(limit_ms, false)]);
    if (!in_time) {
      const marks = JSON.stringify({ ...(await page.evaluate(read_marks)), resources: undefined });
      throw new Error(
        `${url}: no key was taken and kept within ${limit_ms} ms; ${marks}\n${said.join('\n')}`,
      );
    }
    await sleep(settle_ms);
    if (conditions) await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    // Twice: finalizers run after the first.
    await session.send('HeapProfiler.collectGarbage');
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const { resources, wasm_bytes, launcher_ms, text_usable_ms, text_ready_ms, ...marks } =
      await page.evaluate(read_marks);
    const text = until(resources, text_ready_ms);
    return {
      launcher_br_bytes: launcher_ms === undefined ? null : until(resources, launcher_ms).br_bytes,
      text_br_bytes: text.br_bytes,
      launcher_ms: launcher_ms ?? null,
      text_usable_ms,
      text_ready_ms,
      long_task_excess_ms: marks.long_task_excess_ms,
      cls: marks.cls,
      heap_mb: (usedSize + wasm_bytes) / 1e6,
      requests_to_text: text.requests,
      resources,
    };
  } finally {
    await context.close();
  }
}
