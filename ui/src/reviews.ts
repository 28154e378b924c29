/** Decisions, outreach states and notes: shown at once, and saved one call after the other. */

import type { Card } from "./types";

export type Decision = NonNullable<Card["decision"]>;
export type Outreach = NonNullable<Card["outreach"]>;
export type Reason =
  "skills" | "experience" | "seniority" | "location" | "not_interested" | "in_process" | "other";

/** A candidate with the reason of the decision, which the server tells the page beside the list. */
export type Person = Card & { reason?: Reason };

/** What the user has marked a candidate with. */
export interface Marks {
  decision: Decision;
  outreach: Outreach;
  reason: Reason | "";
  note: string;
}

export type Change = Partial<Marks>;

/** The earlier marks of the candidates that one action changed. */
type Undo = Map<string, Change>;

interface Call {
  change: Change;
  /** The candidates, each with what undoes the change. */
  people: Map<string, Undo | undefined>;
}

const MOST_AT_ONCE = 50;

export class Reviews {
  /** The calls to make, in order; the first may be under way. */
  readonly #calls: Call[] = [];
  /** Changes that the server has, with the number of calls it had answered then. */
  readonly #saved = new Map<string, { change: Change; answered: number }>();
  readonly #unsaved = new Map<string, Change>();
  readonly #undos: Undo[] = [];
  #sending: Promise<void> | undefined;

  /** The number of calls that the server has answered. */
  answered = 0;

  /**
   * @param save makes one call.
   * @param changed is called when marks are saved or go back, with the error then.
   */
  constructor(
    private readonly save: (ids: string[], change: Change) => Promise<unknown>,
    private readonly changed: (error?: unknown) => void,
  ) {}

  get canUndo(): boolean {
    return this.#undos.length > 0;
  }

  get isSaving(): boolean {
    return this.#calls.length > 0;
  }

  /** The candidates whose last change could not be saved. */
  get unsaved(): string[] {
    return [...this.#unsaved.keys()];
  }

  isUnsaved(id: string): boolean {
    return this.#unsaved.has(id);
  }

  marks(card: Person): Marks {
    const { candidate_id: id, decision = "undecided", outreach = "none", note = "" } = card;
    let marks: Marks = { decision, outreach, reason: card.reason ?? "", note };
    Object.assign(marks, this.#saved.get(id)?.change);
    for (const { change, people } of this.#calls)
      if (people.has(id)) marks = { ...marks, ...followed(change) };
    return marks;
  }

  /** Changes the marks of candidates, as one action that can be undone. */
  review(cards: Person[], change: Change): void {
    this.#review(cards.map((card) => [card, change]));
  }

  /** Undoes the last action. Returns its candidates. */
  undo(): string[] {
    const undo = this.#undos.pop() ?? new Map<string, Change>();
    for (const [id, change] of undo) this.#add(id, change);
    this.#start();
    return [...undo.keys()];
  }

  /** Tries again to save what could not be saved. */
  retry(cards: Person[]): void {
    this.#review(cards.map((card) => [card, this.#unsaved.get(card.candidate_id) ?? {}]));
  }

  giveUp(): void {
    this.#unsaved.clear();
  }

  /** Forgets what was saved before a list was requested, because its cards are newer. */
  listed(cards: Person[], answered: number): void {
    for (const { candidate_id: id } of cards) {
      const saved = this.#saved.get(id);
      if (saved && saved.answered <= answered) this.#saved.delete(id);
    }
  }

  /** Waits until nothing is left to save. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  #review(changes: [Person, Change][]): void {
    const undo: Undo = new Map();
    for (const [card, change] of changes) {
      const marks = this.marks(card);
      const fields = (Object.keys(change) as (keyof Marks)[]).filter(
        (field) => marks[field] !== change[field],
      );
      if (!fields.length) continue;
      const before = Object.fromEntries(fields.map((name) => [name, marks[name]]));
      // The reason goes with the decision, and nothing takes back a reason alone.
      if (change.decision && marks.reason) before.reason = marks.reason;
      if (fields.some((name) => name !== "reason")) undo.set(card.candidate_id, before);
      this.#add(card.candidate_id, change, undo);
    }
    if (undo.size) this.#undos.push(undo);
    this.#start();
  }

  /** Joins a waiting call with the same change, unless a later one is about the same candidate. */
  #add(id: string, change: Change, undo?: Undo): void {
    this.#supersede(id, change);
    for (let place = this.#calls.length - 1; place >= (this.#sending ? 1 : 0); place--) {
      const { change: waiting, people } = this.#calls[place] as Call;
      if (people.has(id)) break;
      if (people.size === MOST_AT_ONCE || !isSame(waiting, change)) continue;
      people.set(id, undo);
      return;
    }
    this.#calls.push({ change, people: new Map([[id, undo]]) });
  }

  /** Forgets that an earlier change of the same marks could not be saved. */
  #supersede(id: string, change: Change): void {
    const next = followed(change);
    const left = Object.entries(this.#unsaved.get(id) ?? {}).filter(([name]) => !(name in next));
    if (left.length) this.#unsaved.set(id, Object.fromEntries(left));
    else this.#unsaved.delete(id);
  }

  #start(): void {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  async #send(): Promise<void> {
    for (let call; (call = this.#calls[0]);) {
      const { change, people } = call;
      let failed: { error: unknown } | undefined;
      try {
        await this.save([...people.keys()], change);
        this.answered++;
      } catch (error) {
        failed = { error };
      }
      this.#calls.shift();
      for (const [id, undo] of people) {
        if (failed) {
          undo?.delete(id);
          this.#unsaved.set(id, { ...this.#unsaved.get(id), ...change });
          for (const later of this.#calls)
            if (later.people.has(id)) this.#supersede(id, later.change);
        } else {
          const all = { ...this.#saved.get(id)?.change, ...followed(change) };
          this.#saved.set(id, { change: all, answered: this.answered });
        }
      }
      while (this.#undos.length && !this.#undos.at(-1)?.size) this.#undos.pop();
      this.changed(failed?.error);
    }
  }
}

/** What a change does: another decision takes the reason of the last one back. */
function followed(change: Change): Change {
  return change.decision ? { reason: "", ...change } : change;
}

function isSame(one: Change, other: Change): boolean {
  const names = Object.keys(one) as (keyof Marks)[];
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  );
}
