/** Carries out what the user decides: shows it at once, saves it, and reports it. */

import { type Reporter, words } from "./actions";
import { compare, type Comparison } from "./compare";
import { type Action, CONTACTED, isDone, REASONS, said, WORDS } from "./decisions";
import { button, by, el } from "./dom";
import type { Host, Listed } from "./host";
import { type Change, Reviews } from "./reviews";
import { Shortlist } from "./state";
import { people } from "./texts";
import type { CandidateList, Card, ShownCandidates } from "./types";

export class Reviewer {
  readonly list: Shortlist;
  #comparison: Comparison | undefined;
  /** Those whom the last action rejected, for which a reason may follow. */
  #rejected: string[] = [];

  /**
   * @param shown has the token that proves to the server that the user makes a review.
   * @param visible the candidates in view.
   */
  constructor(
    private readonly host: Host,
    shown: Listed<ShownCandidates>,
    private readonly visible: () => Card[],
    private readonly reporter: Reporter,
  ) {
    const token = shown._meta?.["fj-mcp/view"];
    const ids = { session_id: shown.session_id, ...(token ? { view: token } : {}) };
    const reviews = new Reviews(
      (candidate_ids, { note, reason, ...change }) => {
        const written = note === undefined ? {} : { note: note || "-" };
        const args = {
          ...ids,
          candidate_ids,
          ...change,
          ...(reason ? { reason } : {}),
          ...written,
        };
        return host.call("review_candidates", args, true);
      },
      (error) => {
        if (error !== undefined) this.#showUnsaved(words(error));
        reporter.changed();
      },
    );
    this.list = new Shortlist(shown, reviews);
  }

  review(ids: string[], change: Change): void {
    if (!this.list.canReview || !ids.length) return;
    this.#stay(ids);
    this.list.reviews.review(
      ids.flatMap((id) => this.list.card(id) ?? []),
      change,
    );
    this.#rejected = change.decision === "rejected" || change.reason ? ids : [];
    this.#report(ids, said(change));
  }

  /**
   * Gives the reason at a place, from 1, of the last rejection, or else of the one at hand.
   *
   * Returns whether there was one.
   */
  explain(place: number, at: string | undefined): boolean {
    const [reason] = REASONS[place - 1] ?? [];
    const here = at !== undefined && this.list.marks(at).decision === "rejected" ? [at] : [];
    const ids = this.#rejected.length ? this.#rejected : here;
    if (reason && ids.length) this.review(ids, { reason });
    return ids.length > 0;
  }

  /** Gives candidates the mark of an action, or takes it back if all have it. */
  decide(ids: string[], action: Action): void {
    const marks = (id: string) => this.list.marks(id);
    // Who replied or must not be contacted is not made "contacted" again by one press.
    const open = ids.filter(
      (id) => action !== CONTACTED || /^(none|contacted)$/.test(marks(id).outreach),
    );
    if (ids.length && !open.length) {
      const state = WORDS[marks(ids[0] ?? "").outreach].toLowerCase();
      this.#report(ids, `${state}. Change that in the opened profile`);
      return;
    }
    const back: Change = action === CONTACTED ? { outreach: "none" } : { decision: "undecided" };
    this.review(open, open.every((id) => isDone(action, marks(id))) ? back : action.change);
  }

  /** Decides about all selected candidates, who are then no longer selected. */
  decideSelected(action: Action): void {
    const ids = [...this.list.selected];
    this.list.selected.clear();
    this.decide(ids, action);
  }

  /** Undoes the last action. Returns its candidates. */
  undo(): string[] {
    if (!this.list.reviews.canUndo) return [];
    this.#rejected = [];
    const ids = this.list.reviews.undo();
    this.#stay(ids);
    this.#report(ids, "undone");
    return ids;
  }

  /** The note of a candidate, which a list may have cut. Throws `Refused`. */
  async wholeNote(id: string): Promise<string> {
    const { note } = this.list.marks(id);
    if (!note.endsWith("…")) return note;
    const whole = (await this.#detailed([id])).candidates[0]?.note ?? note;
    this.list.setNote(id, whole);
    this.reporter.changed();
    return whole;
  }

  compareSelected(): void {
    const ids = [...this.list.selected];
    this.#comparison = compare(
      this.list,
      ids,
      () => this.#detailed(ids),
      (id, action) => this.decide([id], action),
    );
  }

  /** Shows the newest decisions in what is open beside the table. */
  update(): void {
    const { reviews } = this.list;
    if (this.#rejected.some((id) => reviews.isUnsaved(id))) this.#rejected = [];
    this.#comparison?.update();
    by("unsaved").hidden ||= !this.list.reviews.unsaved.length;
  }

  #detailed(candidate_ids: string[]): Promise<Listed<CandidateList>> {
    const args = { session_id: this.list.sessionId, candidate_ids, detail: "detailed" };
    return this.host.call("list_profiles", args);
  }

  #report(ids: string[], what: string): void {
    const reasons = REASONS.map(([reason, label], place) => {
      const act = () => {
        this.explain(place + 1, undefined);
        by("notice").querySelectorAll("button")[place]?.focus();
      };
      const choose = button(label, act, "chip");
      const isGiven = this.#rejected.every((id) => this.list.marks(id).reason === reason);
      choose.setAttribute("aria-pressed", String(isGiven));
      choose.prepend(el("kbd", { "aria-hidden": "true" }, String(place + 1)), " ");
      return choose;
    });
    this.reporter.report(
      el("span", {}, el("bdi", {}, people(this.list, ids)), `: ${what}.`),
      ...(this.#rejected.length
        ? [
            " Why? ",
            el("span", { class: "chips", role: "group", "aria-label": "Reason" }, ...reasons),
          ]
        : []),
    );
    this.reporter.changed();
  }

  /** Keeps the visible ones of some candidates in view until a filter changes. */
  #stay(ids: string[]): void {
    const changed = new Set(ids);
    for (const { candidate_id: id } of this.visible())
      if (changed.has(id)) this.list.staying.add(id);
  }

  /** Says that changes went back because they could not be saved. */
  #showUnsaved(reason: string): void {
    const { reviews } = this.list;
    const panel = by("unsaved");
    const close = (act: () => void): void => {
      act();
      this.reporter.changed();
    };
    this.reporter.report("");
    panel.hidden = !reviews.unsaved.length;
    panel.replaceChildren(
      el("p", {}, `Not saved for ${people(this.list, reviews.unsaved)}. ${reason}`),
      button("Try again", () => close(() => reviews.retry(this.list.cards))),
      button("Dismiss", () => close(() => reviews.giveUp())),
    );
  }
}
