// The alert rules that a shop's owner gives to Prometheus, played to Prometheus's own tool as it would see the gateway's metrics.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rules_file = fileURLToPath(new URL('../../tools/deploy/alerts.yml', import.meta.url));

/** Why the rules can't be tested here, or undefined. */
export const promtool_missing = () =>
  existsSync('/usr/bin/promtool') ? undefined : 'promtool is missing: tools/setup installs it (prometheus)';

// Half a minute between scrapes; `a+bxn` is Prometheus's own: n more values, each b more.
const interval = '30s';
const well = {
  shopbell_uptime_seconds: '0+30x60',
  shopbell_zombies: '0x60',
  'shopbell_sockets_closed_total{code="4429"}': '0x60',
  'shopbell_refused_total{status="401"}': '0x60',
  'shopbell_day_left{what="tokens"}': '2000000-20000x60',
  'shopbell_socket_joins_total{how="any"}': '0+10x60',
  'shopbell_socket_joins_total{how="replaced"}': '0+1x60',
};
const trouble = {
  ShopbellDown: { shopbell_uptime_seconds: '0+30x5 _x60' },
  ShopbellZombies: { shopbell_zombies: '0x5 1x60' },
  ShopbellRefused: { 'shopbell_sockets_closed_total{code="4429"}': '0+5x60' },
  ShopbellRequestsRefused: { 'shopbell_refused_total{status="401"}': '0+5x60' },
  // The requests that are refused for it are no second alert.
  ShopbellDaySpent: {
    'shopbell_day_left{what="tokens"}': '2000000-100000x20 0x60',
    'shopbell_refused_total{status="503"}': '0+5x60',
  },
  ShopbellReplaced: { 'shopbell_socket_joins_total{how="replaced"}': '0+8x60' },
};
/** Of one code, status or budget among several. */
const more_labels = {
  ShopbellRefused: { code: '4429' },
  ShopbellRequestsRefused: { status: '401' },
  ShopbellDaySpent: { what: 'tokens' },
};

/** @returns {{alert: string, severity: string, summary: string, expr: string}[]} */
export function read_rules() {
  const [, ...blocks] = readFileSync(rules_file, 'utf8').split('- alert: ');
  const value = (block, name) => new RegExp(`^ *${name}: (.*)$`, 'm').exec(block)[1];
  return blocks.map((block) => ({
    alert: block.split('\n')[0],
    severity: value(block, 'severity'),
    summary: value(block, 'summary'),
    expr: value(block, 'expr'),
  }));
}

/** Fails, with what promtool says, unless each alert fires in its trouble and none fires while all is well. */
export function play_alerts() {
  const rules = read_rules();
  const series = (changed) =>
    Object.entries({ ...well, ...changed }).map(([name, values]) => ({ series: name, values }));
  const expect = ({ alert, severity, summary }, fires) => ({
    eval_time: '25m',
    alertname: alert,
    exp_alerts: fires
      ? [{ exp_labels: { severity, ...more_labels[alert] }, exp_annotations: { summary } }]
      : [],
  });
  const tests = [{}, ...rules.map(({ alert }) => trouble[alert])].map((changed, i) => ({
    interval,
    input_series: series(changed),
    alert_rule_test: rules.map((rule, at) => expect(rule, at === i - 1)),
  }));
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-alerts-'));
  try {
    const file = join(folder, 'test.yml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ rule_files: [rules_file], evaluation_interval: interval, tests }));
    execFileSync('/usr/bin/promtool', ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error(`${error.stdout ?? ''}${error.stderr ?? error}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rules;
}
