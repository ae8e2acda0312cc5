// The page's tools: its functions by their names. Which of them runs, when and how often is the core's to decide.
import { console_prefix, type Concern, type Dispatch } from './core';
import { json_of } from './json';

/** What an agent may ask of the page. */
export interface Tool {
  /** What it does, for the agent and for the shopper who is asked whether. */
  description: string;
  /** JSON Schema of the object that `run` is given. */
  parameters?: object;
  /** It changes nothing, so the shopper is not asked. */
  readOnly?: boolean;
  /** Gives what the agent is told: a text, or anything that JSON can say. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what its parameters say
  run(input: any): unknown;
}
export type Tools = Record<string, Tool>;

// Kept before the page can replace it later.
const PageResponse = globalThis.Response;

/** The browser's own reader of JSON, which is not the page's `JSON`. */
const read = (json: string): Promise<{ name: string; arguments: unknown }> => new PageResponse(json).json();

/** `offers`: all that the page has offered, and will; of two tools of a name the later one counts. */
export function tools(dispatch: Dispatch, offers: Tools[]): Concern<'tool_run'> & { offer(): void } {
  let life = 0;
  const all = (): Map<string, Tool> => new Map(offers.flatMap((one) => Object.entries(Object(one) as Tools)));

  const offer = (): void => {
    if (offers.length) dispatch({ type: 'tools_offered', tools: json_of(Object.fromEntries(all())) });
  };
  offers.push = (...more) => {
    offers.splice(offers.length, 0, ...more);
    offer();
    return offers.length;
  };

  const run = async (id: string, call: string, of_life: number): Promise<void> => {
    let content = '';
    let failed = false;
    try {
      const { name, arguments: input } = await read(call);
      const tool = all().get(name);
      // Whoever rebuilt the core has decided anew.
      if (!tool || life !== of_life) return;
      const given = await tool.run(input);
      content = typeof given === 'string' ? given : json_of(given);
    } catch (error) {
      failed = true;
      content = String((error as Error | undefined)?.message ?? error);
      console.error(`${console_prefix} a tool failed.`, error);
    }
    if (life === of_life) dispatch({ type: 'tool_ended', id, content, failed });
  };

  return {
    handlers: { tool_run: ({ id, call }) => void run(id, call, life) },
    reset() {
      life += 1;
    },
    offer,
  };
}
