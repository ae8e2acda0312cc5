// Counters since start, as JSON for /status and as Prometheus text for /metrics.

export class Metrics {
  turnsAccepted = 0;
  turnsAnswered = 0;
  turnsFailed = 0;
  turnsCut = 0;
  repeatedKeys = 0;
  streams = 0;
  tokens = 0;
  #refused = new Map();
  #counted = new Map();
  #closed = new Map();

  /** @param {import('./versions.mjs').VersionFigures} versions */
  constructor(versions) {
    this.versions = versions;
  }

  refused(status) {
    this.#refused.set(status, (this.#refused.get(status) ?? 0) + 1);
  }

  /** What the registry counts; names as in wasm/registry/commands.h. */
  counted(what, n) {
    this.#counted.set(what, (this.#counted.get(what) ?? 0) + n);
  }

  count(what) {
    return this.#counted.get(what) ?? 0;
  }

  socketClosed(code) {
    this.#closed.set(code, (this.#closed.get(code) ?? 0) + 1);
  }

  /** @returns {Record<string, number>} frames on voice sockets that were passed over, by kind */
  get ignoredFrames() {
    const kinds = ['truncated', 'oversized', 'forged', 'unknown', 'replayed', 'reordered', 'missing'];
    return Object.fromEntries(kinds.map((kind) => [kind, this.count(`frames_${kind}`)]));
  }

  /** @param {{running: number, sessions: number, turns: number, leads: number, uptimeSeconds: number}} gauges */
  prometheus(gauges) {
    const lines = [];
    const metric = (name, type, help, samples) => {
      lines.push(`# HELP shopbell_${name} ${help}`, `# TYPE shopbell_${name} ${type}`);
      for (const [labels, value] of samples) lines.push(`shopbell_${name}${labels} ${value}`);
    };
    metric('turns_accepted_total', 'counter', 'Messages stored since start.', [['', this.turnsAccepted]]);
    metric('turns_ended_total', 'counter', 'Answers ended since start.', [
      ['{outcome="answered"}', this.turnsAnswered],
      ['{outcome="failed"}', this.turnsFailed],
      ['{outcome="cut"}', this.turnsCut],
    ]);
    metric('repeated_keys_total', 'counter', 'Requests that repeated an idempotency key.', [
      ['', this.repeatedKeys],
    ]);
    metric('streams_total', 'counter', 'Answers sent as server-sent events.', [['', this.streams]]);
    metric('tokens_total', 'counter', 'Tokens, reported or estimated.', [['', this.tokens]]);
    const refused = [...this.#refused].sort().map(([status, count]) => [`{status="${status}"}`, count]);
    const left = Object.entries(gauges.dayLeft).map(([what, n]) => [`{what="${what}"}`, Math.round(n)]);
    metric('day_left', 'gauge', 'What is left of what a UTC day may cost.', left);
    metric('refused_total', 'counter', 'Requests refused, by status.', refused);
    metric('running_answers', 'gauge', 'Answers being made now.', [['', gauges.running]]);
    metric('sessions', 'gauge', 'Sessions in the store.', [['', gauges.sessions]]);
    metric('turns', 'gauge', 'Turns in the store.', [['', gauges.turns]]);
    metric('leads', 'gauge', 'Leads in the store.', [['', gauges.leads]]);
    metric('uptime_seconds', 'gauge', 'Seconds since start.', [['', gauges.uptimeSeconds]]);
    const byKind = Object.entries(this.ignoredFrames).map(([kind, n]) => [`{kind="${kind}"}`, n]);
    metric('voice_frames_ignored_total', 'counter', 'Frames on voice sockets that were passed over.', byKind);
    metric('socket_joins_total', 'counter', 'Pages that joined a session.', [
      ['{how="any"}', this.count('joined')],
      ['{how="resumed"}', this.count('resumed')],
      ['{how="replaced"}', this.count('replaced')],
    ]);
    metric('socket_messages_refused_total', 'counter', 'Messages on sockets that were refused.', [
      ['', this.count('refused')],
    ]);
    const closed = [...this.#closed].sort().map(([code, n]) => [`{code="${code}"}`, n]);
    metric('sockets_closed_total', 'counter', 'WebSockets that the gateway closed, by code.', closed);
    metric('calls_total', 'counter', 'Calls since start.', [['', this.count('calls')]]);
    const byVersion = Object.entries(this.versions.all());
    const of = (what, more = '') =>
      byVersion.map(([version, figures]) => [`{version="${version}"${more}}`, figures[what]]);
    const begun = 'Conversations begun, by the version of the widget.';
    metric('widget_conversations_total', 'counter', begun, of('conversations'));
    metric('widget_messages_total', 'counter', 'Messages stored, by version.', of('messages'));
    metric('widget_errors_total', 'counter', 'Messages refused and answers failed, by version.', [
      ...of('refused', ',what="refused"'),
      ...of('failed', ',what="failed"'),
    ]);
    metric('widget_calls_total', 'counter', 'Calls begun, by version.', of('calls'));
    metric('sockets', 'gauge', 'Open WebSockets.', [
      ['{kind="text"}', gauges.sockets.text_sockets],
      ['{kind="voice"}', gauges.sockets.voice_sockets],
    ]);
    metric('connections', 'gauge', 'Open connections, WebSockets among them.', [
      ['', gauges.room.connections],
    ]);
    metric('connections_max', 'gauge', 'Connections that there is room for.', [['', gauges.room.max]]);
    metric('connections_refused_total', 'counter', 'Connections closed for want of room.', [
      ['', gauges.room.refused],
    ]);
    metric('zombies', 'gauge', 'Sockets that are counted although nobody is there for them.', [
      ['', gauges.sockets.zombies],
    ]);
    metric('calls', 'gauge', 'Calls now, parked ones included.', [['', gauges.sockets.calls]]);
    metric('sessions_in_memory', 'gauge', 'Sessions in memory.', [['', gauges.sockets.sessions]]);
    metric('livekit_tokens_total', 'counter', 'Pages that were let into a room of LiveKit.', [
      ['{how="first"}', this.count('livekit_tokens_first')],
      ['{how="again"}', this.count('livekit_tokens_again')],
      ['{how="elsewhere"}', this.count('livekit_tokens_elsewhere')],
    ]);
    metric('livekit_agents_again_total', 'counter', 'Agents that were called again into a room of LiveKit.', [
      ['', this.count('livekit_agents_again')],
    ]);
    metric('call_turns_total', 'counter', 'Turns of calls that agents told of.', [
      ['', this.count('call_turns')],
    ]);
    metric('livekit_calls', 'gauge', 'Calls over LiveKit now.', [['', gauges.livekitCalls]]);
    for (const [name, value] of Object.entries(gauges.agents?.counters ?? {}))
      metric(`agent_${name}`, 'gauge', 'Of the call agents.', [['', value]]);
    return `${lines.join('\n')}\n`;
  }
}
