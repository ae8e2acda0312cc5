// The loop around the core: one event in, its commands carried out in order, until nothing waits.
//
//   dispatch(event) -> [events] -> face.handle -> commands -> handlers
//                      [answers] <- storage_load, storage_set
//
// Everything is drained before dispatch() returns, so a key press is decided while the browser still waits for its default
// action, and what is stored is stored before a `pagehide` ends. A handler or a listener of the page may dispatch again: that
// event waits its turn. `answers` come first: the core is promised what it asked of storage before any other event.
//
// Trap: whatever leaves face.handle() as an exception is a broken invariant of the core. Its memory can't be trusted, so the
// face is dropped, a new instance starts from the last snapshot, and the event that trapped is not given again. Events that
// arrive meanwhile wait. A second trap within 10 s stops the widget for good.
import { decode_commands, encode_event } from './codec';
import { console_prefix, type Core, type Dispatch, type Face, type Handlers, type MakeCore } from './core';
import type { Event } from './generated/messages';
import type { Timer } from './timer';

const second_trap_within_ms = 10_000;
const empty = new Uint8Array(0);

export interface LoopPlan {
  make_core: MakeCore;
  /** The first event of a core's life. */
  start(snapshot: Uint8Array): Event;
  handlers: Omit<Handlers, 'key_consumed' | 'keep_snapshot'>;
  timer: Timer;
  now_ms(): number;
  wall_ms(): number;
  /** Calls `then` in a task of its own, so that a slow phone's page goes on before it. */
  next_task(then: () => void): void;
  /** The core is gone: let go what it had opened, forget what it had drawn. */
  dropped(): void;
  /** A core runs: the first, or a new one after `dropped`. */
  begun(): void;
  /** No core runs any more. */
  stopped(): void;
}

interface Waiting {
  event: Event;
  consume?: (() => void) | undefined;
}

export class Loop {
  private face: Face | undefined;
  private snapshot: Uint8Array = empty;
  private answers: Event[] = [];
  private events: Waiting[] = [];
  private draining = false;
  private ended = false;
  private trapped_at_ms = -Infinity;
  private consume: (() => void) | undefined;
  private readonly handlers: Handlers;

  constructor(private readonly plan: LoopPlan) {
    this.handlers = {
      ...plan.handlers,
      key_consumed: () => this.consume?.(),
      keep_snapshot: ({ state }) => {
        this.snapshot = state;
      },
    };
  }

  begin(core: Core): void {
    if (this.ended) return;
    this.face = new core.Face();
    this.answers = [this.plan.start(this.snapshot)];
    this.go_on(this.face);
  }

  /** What a core's life begins with, step by step. An event that comes in between does not wait for its turn: the rest is done with it. */
  private go_on(face: Face): void {
    this.drain(1);
    if (this.face !== face) return;
    if (this.answers.length || this.events.length) this.plan.next_task(() => this.go_on(face));
    else this.plan.begun();
  }

  readonly dispatch: Dispatch = (event, consume) => {
    if (this.ended) return;
    this.events.push({ event, consume });
    this.drain();
  };

  /** For what a command asked of the page and got at once. */
  readonly answer = (event: Event): void => {
    this.answers.push(event);
  };

  /** The last event may still write what must survive; then nothing more happens. */
  end(last: Event): void {
    this.dispatch(last);
    this.let_go();
    const { face } = this;
    this.face = undefined;
    face?.delete();
  }

  private let_go(): void {
    this.ended = true;
    this.events = [];
    this.answers = [];
    this.plan.timer.set(Infinity);
    this.plan.dropped();
  }

  private drain(steps = Infinity): void {
    if (this.draining) return;
    this.draining = true;
    for (let left = steps; this.face && left > 0; left -= 1) {
      const answer = this.answers.shift();
      const next = answer ? { event: answer } : this.events.shift();
      if (!next) break;
      this.step(this.face, next);
    }
    this.draining = false;
  }

  private step(face: Face, { event, consume }: Waiting): void {
    let commands;
    let deadline_ms;
    try {
      commands = decode_commands(face.handle(encode_event(event), this.plan.now_ms(), this.plan.wall_ms()));
      deadline_ms = face.deadline();
    } catch (trap) {
      this.trapped(event.type, trap);
      return;
    }
    this.consume = consume;
    for (const command of commands) {
      // A listener of the page may have ended the widget.
      if (this.ended) return;
      try {
        // The table is complete by type; TypeScript can't follow one key through two unions.
        (this.handlers[command.type] as (command: unknown) => void)(command);
      } catch (error) {
        console.error(`${console_prefix} ${command.type} could not be carried out.`, error);
      }
    }
    this.consume = undefined;
    this.plan.timer.set(deadline_ms);
  }

  private trapped(type: string, trap: unknown): void {
    const now_ms = this.plan.now_ms();
    const again = now_ms - this.trapped_at_ms < second_trap_within_ms;
    this.trapped_at_ms = now_ms;
    console.error(`${console_prefix} the core stopped while it handled "${type}". Please report this.`, trap);
    this.face = undefined;
    this.answers = [];
    if (again) return this.stop();
    this.plan.timer.set(Infinity);
    this.plan.dropped();
    this.plan
      .make_core()
      .then((core) => this.begin(core))
      .catch((error: unknown) => {
        console.error(`${console_prefix} the core could not be made anew.`, error);
        this.stop();
      });
  }

  private stop(): void {
    if (this.ended) return;
    this.let_go();
    console.error(
      `${console_prefix} the core stopped twice within 10 s, so the chat has ended on this page; a reload starts it anew.`,
    );
    this.plan.stopped();
  }
}
