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

  refused(status) {
    this.#refused.set(status, (this.#refused.get(status) ?? 0) + 1);
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
    metric('refused_total', 'counter', 'Requests refused, by status.', refused);
    metric('running_answers', 'gauge', 'Answers being made now.', [['', gauges.running]]);
    metric('sessions', 'gauge', 'Sessions in the store.', [['', gauges.sessions]]);
    metric('turns', 'gauge', 'Turns in the store.', [['', gauges.turns]]);
    metric('leads', 'gauge', 'Leads in the store.', [['', gauges.leads]]);
    metric('uptime_seconds', 'gauge', 'Seconds since start.', [['', gauges.uptimeSeconds]]);
    return `${lines.join('\n')}\n`;
  }
}
