// Runs in the measured page before anything else of it. Looks once a frame for the launcher and then for the box, asks node for the real
// click and the real key by the binding `__probe`, and notes when what happened. Self-contained: its text is sent to the browser.

/** @param {{launcher?: string[], box: string[], ready?: string[]}} paths */
export function probe(paths) {
  const marks = { long_task_excess_ms: 0, cls: 0, memories: new Set() };
  window.__marks = marks;
  const ask = (what, place) => window.__probe(JSON.stringify({ what, ...place }));

  const observe = (type, each) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  observe('longtask', ({ duration }) => (marks.long_task_excess_ms += Math.max(0, duration - 50)));
  observe('layout-shift', ({ hadRecentInput, value }) => (marks.cls += hadRecentInput ? 0 : value));

  // WebAssembly's memory is no part of the JavaScript heap.
  const keep_memories = (instance) => {
    for (const one of Object.values(instance.exports))
      if (one instanceof WebAssembly.Memory) marks.memories.add(one);
  };
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await original.apply(WebAssembly, given);
      keep_memories(made.instance ?? made);
      return made;
    };
  }

  const is_shown = (one) => {
    const { width, height } = one.getBoundingClientRect();
    return (
      width > 0 && height > 0 && one.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    );
  };
  const inside = (found) => found?.shadowRoot ?? found;
  /** What the path's last selector names. */
  const all = (path) => {
    const root = path
      .slice(0, -1)
      .reduce((found, selector) => inside(found?.querySelector(selector)), document);
    return [...(root?.querySelectorAll(path.at(-1)) ?? [])];
  };
  const shown = (path) => all(path).find(is_shown);
  const has_text = () => {
    const box = shown(paths.box);
    return (box?.value ?? box?.textContent ?? '').includes('a');
  };

  /** The next task after this frame's drawing. */
  const after_paint = (then) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now());
    port2.postMessage(0);
  };

  let stage = paths.launcher ? 'launcher' : 'box';
  const look = () => {
    if (stage === 'launcher') {
      const launcher = shown(paths.launcher);
      if (launcher) {
        stage = 'wait';
        after_paint((now_ms) => {
          marks.launcher_ms = now_ms;
          stage = 'box';
          const { x, y, width, height } = launcher.getBoundingClientRect();
          ask('click', { x: x + width / 2, y: y + height / 2 });
        });
      }
    } else if (stage === 'box') {
      const box = shown(paths.box);
      if (box && !box.disabled) {
        stage = 'key';
        marks.box_ms = performance.now();
        box.focus();
        ask('key');
      }
    }
    // Ready, and what was typed before is still there.
    if (stage === 'typed' && (!paths.ready || all(paths.ready).length > 0) && has_text()) {
      stage = 'done';
      marks.text_ready_ms = paths.ready ? performance.now() : marks.text_usable_ms;
      ask('ready');
    }
    if (stage !== 'done') requestAnimationFrame(look);
  };
  requestAnimationFrame(look);

  // The event's own time is when the key arrived; the box has taken it when the page has seen the text and not thrown it away.
  let tries = 0;
  const wait_for_text = () => {
    if (stage !== 'key' || !has_text()) return;
    stage = 'typed';
    marks.text_usable_ms = performance.now();
  };
  window.addEventListener('input', () => stage === 'key' && queueMicrotask(wait_for_text), true);
  setInterval(() => {
    if (stage !== 'key') return;
    wait_for_text();
    tries += 1;
    if (tries % 4 === 0) {
      shown(paths.box)?.focus();
      ask('key');
    }
  }, 50);
}

/** What the page has to say at the end. Runs in the page. */
export function read_marks() {
  const { memories, ...marks } = window.__marks;
  const resources = performance
    .getEntriesByType('resource')
    // What came out of the cache, after a prefetch, was no request.
    .filter(({ name, transferSize }) => !name.startsWith('data:') && transferSize > 0)
    .map(({ name, startTime, responseEnd, encodedBodySize }) => ({
      name,
      start_ms: startTime,
      end_ms: responseEnd,
      bytes: encodedBodySize,
    }));
  const wasm_bytes = [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
  return { ...marks, resources, wasm_bytes };
}
