/** The words and the buttons for decisions about candidates, and the filter by decision. */

import { by, button, el } from "./dom";
import type { Change, Marks, Reason } from "./reviews";
import type { Show, Shortlist } from "./state";
import type { Card } from "./types";

export const WORDS = {
  shortlisted: "Shortlisted",
  maybe: "Maybe",
  rejected: "Rejected",
  undecided: "Undecided",
  contacted: "Contacted",
  replied: "Replied",
  do_not_contact: "Do not contact",
  none: "Not contacted",
};

/** Why somebody is rejected; the place of each is its key. */
export const REASONS: [Reason, string][] = [
  ["skills", "Skills"],
  ["experience", "Experience"],
  ["seniority", "Seniority"],
  ["location", "Location"],
  ["not_interested", "Not interested"],
  ["in_process", "In process already"],
  ["other", "Other"],
];

const reasonWord = (reason: Reason | ""): string =>
  REASONS.find(([one]) => one === reason)?.[1] ?? "";

export interface Action {
  key: string;
  label: string;
  change: Change;
}

export const CONTACTED: Action = {
  key: "c",
  label: "Contacted",
  change: { outreach: "contacted" },
};

export const ACTIONS: Action[] = [
  { key: "s", label: "Shortlist", change: { decision: "shortlisted" } },
  { key: "m", label: "Maybe", change: { decision: "maybe" } },
  { key: "r", label: "Reject", change: { decision: "rejected" } },
  CONTACTED,
];

/** Whether a candidate has the mark that an action gives. */
export function isDone({ change }: Action, marks: Marks): boolean {
  return change.decision ? marks.decision === change.decision : marks.outreach === change.outreach;
}

/** What a change makes of candidates: "shortlisted", "not contacted". */
export function said({ decision, outreach, reason, note }: Change): string {
  const words = [decision && WORDS[decision], outreach && WORDS[outreach]];
  if (reason) words.push(`Rejected (${reasonWord(reason)})`);
  if (note !== undefined) words.push(note ? "Note saved" : "Note removed");
  return words.filter(Boolean).join(", ").toLowerCase();
}

/** "Seen in Pune .NET, 3 Nov (rejected)": the newest other search that showed a candidate. */
export function seen({ seen_before: seen }: Card): string | undefined {
  if (!seen) return undefined;
  const decided = seen.decision && ` (${WORDS[seen.decision].toLowerCase()})`;
  return `Seen in ${[seen.title ?? "another search", day(seen.when)].filter(Boolean).join(", ")}${decided ?? ""}`;
}

/** "3 Nov", with the year unless it is this one. */
function day(when: string): string | undefined {
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return undefined;
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year });
}

/** The buttons for one candidate. */
export class Buttons {
  readonly element: HTMLElement;
  readonly #buttons = new Map<Action, HTMLButtonElement>();
  readonly #outreach = el("span", { class: "outreach", hidden: "" });
  readonly #reason = el("span", { class: "quiet" });

  constructor(name: string, decide: (action: Action) => void, note?: () => void) {
    for (const action of ACTIONS) {
      const made = button(action.label, () => decide(action), `toggle ${action.key}`);
      made.setAttribute("aria-label", `${action.label}: ${name}`);
      this.#buttons.set(action, made);
    }
    const all = [...this.#buttons.values()];
    const write = note && button("Note", note, "toggle");
    write?.setAttribute("aria-label", `Note: ${name}`);
    this.element = el(
      "div",
      { class: "buttons", role: "group", "aria-label": `Decision: ${name}` },
      el("span", { class: "joined" }, ...all.slice(0, 3)),
      el("span", { class: "others" }, ...all.slice(3), this.#outreach, write),
      this.#reason,
    );
  }

  update(marks: Marks): void {
    for (const [action, made] of this.#buttons)
      made.setAttribute("aria-pressed", String(isDone(action, marks)));
    const further = marks.outreach === "replied" || marks.outreach === "do_not_contact";
    const contacted = this.#buttons.get(CONTACTED);
    if (contacted) contacted.hidden = further;
    this.#outreach.hidden = !further;
    this.#outreach.textContent = WORDS[marks.outreach];
    this.#outreach.dataset.outreach = marks.outreach;
    this.#reason.textContent = marks.decision === "rejected" ? reasonWord(marks.reason) : "";
  }
}

const FILTERS: Show[] = [
  ...(["undecided", "shortlisted", "maybe", "rejected"] as const),
  ...(["contacted", "replied", "do_not_contact", "new", "unseen"] as const),
];
const ALWAYS = 4;
const OTHER_WORDS = { new: "New since your last look", unseen: "Not seen before" };

/** The counts by decision. Pressing one shows only those candidates. */
export class DecisionFilter {
  readonly #chips = new Map<Show, HTMLElement>();

  constructor(onPress: (show: Show) => void) {
    for (const show of FILTERS) {
      const chip = button(`${{ ...WORDS, ...OTHER_WORDS }[show]} `, () => onPress(show), "chip");
      chip.append(el("span", { class: "people" }));
      this.#chips.set(show, chip);
    }
    by("decisions").append(...this.#chips.values());
  }

  update(list: Shortlist): void {
    FILTERS.forEach((show, place) => {
      const chip = this.#chips.get(show);
      const count = list.count(show);
      const pressed = list.show === show;
      const offered = show === "new" || list.canReview;
      if (!chip) return;
      // That nobody, or everybody, is unseen needs no filter.
      const none = show === "unseen" ? !list.cards.some((card) => card.seen_before) : !count;
      chip.hidden = !offered || (place >= ALWAYS && none && !pressed);
      chip.setAttribute("aria-pressed", String(pressed));
      chip.lastElementChild?.replaceChildren(count.toLocaleString("en"));
    });
  }
}
