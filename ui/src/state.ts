/** The page's state: the candidates, the filters on them, and their order. */

import type { Listed } from "./host";
import { folded, isEither, type Term, terms } from "./queries";
import type { Decision, Marks, Outreach, Person, Reviews } from "./reviews";
import type { CandidateList, RevealedContact, ShownCandidates } from "./types";

export type Channel = "email" | "phone";
export type Outcome = RevealedContact["status"];
type Status = ShownCandidates["status"];

export type Column = "score" | "name" | "title" | "company" | "region" | "years" | "skills";

/** A filter by decision, by outreach state, or by what has been seen before. */
export type Show = Decision | Exclude<Outreach, "none"> | "new" | "unseen";

/** With these, the server's list leaves out nobody. */
const EVERY_MARK = [
  ...["shortlisted", "maybe", "rejected", "undecided"],
  ...["contacted", "replied", "do_not_contact", "none"],
];

/** Columns whose first click sorts in descending order. */
const MOST_FIRST: ReadonlySet<Column> = new Set(["score", "years", "skills"]);

export interface Contact {
  outcome: Outcome;
  values: string[];
}

/** A value to filter by, and how many candidates have it. */
export type Facet = [value: string, people: number];

const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });

/** The end of a list that is too long to be complete. */
const MORE = /^(and )?\d+ more$/;

export class Shortlist {
  readonly sessionId: string;
  readonly title: string;
  readonly canSpend: boolean;
  readonly canReview: boolean;
  readonly wantedSkills: string[];
  readonly sandbox: boolean;

  status: Status;
  matched: number;
  /** Number of candidates being matched; 0 if unknown. */
  expected = 0;
  total: number;
  /** What the server could not do as usual. */
  warning = "";
  /** The minimum score that the server applied: lower ones are not among the candidates. */
  leastScore: number;
  /** The words and ids that the server applied; the others are not among the candidates either. */
  query: string;
  candidateIds: string[];
  exhausted = false;
  /** How many candidates the server left out of the first list, because of earlier reviews. */
  leftOut: Record<string, number> = {};

  readonly selected = new Set<string>();
  readonly fresh = new Set<string>();
  /** Whether the new candidates are above all others, as after fetching them. */
  newFirst = false;

  text = "";
  minScore = 0;
  readonly skills = new Set<string>();
  place = "";
  company = "";
  leastYears: number | undefined;
  mostYears: number | undefined;
  show: Show | undefined;
  /** Whether rejected and do-not-contact people are shown among the others. */
  showsLeftOut = false;
  /** Those just reviewed: they stay until the filter changes, so that no row moves by itself. */
  readonly staying = new Set<string>();
  column: Column = "score";
  descending = true;

  #cards = new Map<string, Person>();
  #contacts = new Map<string, Contact>();
  #searched = new WeakMap<Person, string>();

  constructor(
    shown: Listed<ShownCandidates>,
    readonly reviews: Reviews,
  ) {
    this.sessionId = shown.session_id ?? "";
    this.title = shown.title ?? "Shortlist";
    this.status = shown.status;
    this.matched = shown.matched;
    this.total = shown.total;
    this.leastScore = shown.min_score ?? 0;
    this.query = this.text = shown.query ?? "";
    this.candidateIds = shown.candidate_ids ?? [];
    this.showsLeftOut = this.candidateIds.length > 0;
    this.sandbox = shown.sandbox ?? false;
    this.canSpend = shown.can_spend ?? false;
    this.canReview = shown.counts !== undefined;
    this.wantedSkills = shown.wanted_skills ?? [];
    this.add(shown);
  }

  get cards(): Person[] {
    return [...this.#cards.values()];
  }

  /** Whether the user's search joins words with OR. */
  get either(): boolean {
    return this.text !== this.query && isEither(this.text);
  }

  /** How many filters are on, besides the one by decision. */
  get filters(): number {
    const { either, minScore, skills, place, company, leastYears, mostYears } = this;
    const on = [
      either || this.#terms.length > 0,
      minScore > 0,
      place !== "",
      company !== "",
      leastYears !== undefined || mostYears !== undefined,
    ];
    return on.filter(Boolean).length + skills.size;
  }

  get filtered(): boolean {
    return this.filters > 0 || this.show !== undefined;
  }

  /** Whether the server shows only the candidates that somebody asked for. */
  get isPart(): boolean {
    return this.leastScore > 0 || this.query !== "" || this.candidateIds.length > 0;
  }

  /** The arguments that make the server leave out the same candidates. */
  get part(): { min_score?: number; query?: string; candidate_ids?: string[] } {
    return {
      ...(this.leastScore > 0 ? { min_score: this.leastScore } : {}),
      ...(this.query ? { query: this.query } : {}),
      ...(this.candidateIds.length ? { candidate_ids: this.candidateIds } : {}),
    };
  }

  /**
   * The arguments that list all candidates of this part.
   *
   * The page itself leaves out those who are rejected or must not be contacted, because pages would
   * shift if the server did it while the user decides.
   */
  get listed(): Record<string, unknown> {
    const decisions = this.canReview ? { decisions: EVERY_MARK } : {};
    return { session_id: this.sessionId, ...this.part, ...decisions };
  }

  /** What the user searches for, unless the server has already applied it. */
  get #terms(): Term[] {
    return this.text === this.query ? [] : terms(this.text);
  }

  card(id: string): Person | undefined {
    return this.#cards.get(id);
  }

  name(id: string): string {
    return this.#cards.get(id)?.name ?? `Candidate ${id}`;
  }

  marks(id: string): Marks {
    return this.reviews.marks(this.#cards.get(id) ?? { candidate_id: id });
  }

  mayContact(id: string): boolean {
    return this.marks(id).outreach !== "do_not_contact";
  }

  /** The candidates that the user has kept. */
  get shortlisted(): string[] {
    return this.#ids((card) => this.#fits(card, "shortlisted"));
  }

  /** The number of candidates that a filter by decision shows, those left out included. */
  count(show: Show): number {
    return this.#ids((card) => this.#fits(card, show)).length + (this.leftOut[show] ?? 0);
  }

  /** How many candidates are out of view because they are rejected or must not be contacted. */
  get hidden(): Record<string, number> {
    if (this.show || this.showsLeftOut) return {};
    const staying = (show: Show): number =>
      [...this.staying].filter((id) =>
        this.#fits(this.#cards.get(id) ?? { candidate_id: id }, show),
      ).length;
    return {
      rejected: this.count("rejected") - staying("rejected"),
      do_not_contact: this.count("do_not_contact") - staying("do_not_contact"),
    };
  }

  add(page: Listed<CandidateList>, markNew = false): void {
    this.total = page.total;
    this.warning = page.warning ?? "";
    this.leftOut = page.left_out ?? {};
    const reasons = page._meta?.["fj-mcp/reasons"] ?? {};
    for (const card of page.candidates) {
      const id = card.candidate_id;
      const reason = reasons[id];
      if (card.new || (markNew && !this.#cards.has(id))) this.fresh.add(id);
      this.#cards.set(id, reason ? { ...card, reason } : card);
    }
  }

  /** Keeps only these candidates, in this order. */
  keep(ids: string[]): void {
    const kept = ids.flatMap((id) => this.#cards.get(id) ?? []);
    this.#cards = new Map(kept.map((card) => [card.candidate_id, card]));
    for (const id of this.selected) if (!this.#cards.has(id)) this.selected.delete(id);
  }

  setNote(id: string, note: string): void {
    const card = this.#cards.get(id);
    if (card) this.#cards.set(id, { ...card, note });
  }

  contact(id: string, channel: Channel): Contact | undefined {
    const card = this.#cards.get(id);
    const values = channel === "email" ? card?.emails : card?.phones;
    const known = this.#contacts.get(`${channel} ${id}`);
    // A number that was pending may have arrived.
    return values && !known?.values.length ? { outcome: "already_revealed", values } : known;
  }

  setContact(id: string, channel: Channel, contact: Contact): void {
    this.#contacts.set(`${channel} ${id}`, contact);
  }

  /** The wanted skills that a candidate lists. */
  has(card: Person): string[] {
    const { skills = [], missing_skills: missing = [] } = card;
    if (skills.length && !MORE.test(missing.at(-1) ?? "")) {
      const lacked = new Set(missing.map(folded));
      return this.wantedSkills.filter((skill) => !lacked.has(folded(skill)));
    }
    const listed = new Set(skills.map(folded));
    return this.wantedSkills.filter((skill) => listed.has(folded(skill)));
  }

  /** The skills to filter by: the wanted ones, or else the most common ones. */
  commonSkills(): Facet[] {
    const wanted = this.wantedSkills.length > 0;
    const counts = counted(this.cards, (card) => (wanted ? this.has(card) : (card.skills ?? [])));
    if (!wanted) return counts.slice(0, 12);
    const people = new Map(counts);
    return this.wantedSkills.map((one) => [one, people.get(one) ?? 0]);
  }

  places(): Facet[] {
    return counted(this.cards, (card) => [card.region ?? ""]);
  }

  countries(): Facet[] {
    return counted(this.cards, ({ region = "" }) => [/, ([^,]+)$/.exec(region)?.[1] ?? ""]);
  }

  companies(): Facet[] {
    return counted(this.cards, (card) => [card.company ?? ""]);
  }

  /** Sorts by a column; a second time reverses the order. */
  sortBy(column: Column): void {
    this.descending = this.column === column ? !this.descending : MOST_FIRST.has(column);
    this.column = column;
    this.newFirst = false;
  }

  clearFilters(): void {
    this.text = this.query;
    this.minScore = 0;
    this.skills.clear();
    this.place = this.company = "";
    this.leastYears = this.mostYears = undefined;
    this.show = undefined;
  }

  /** Whether a filter by decision shows a candidate. */
  #fits(card: Person, show: Show): boolean {
    const { decision, outreach } = this.reviews.marks(card);
    if (show === "new") return this.fresh.has(card.candidate_id);
    // These are found under that filter alone.
    if (outreach === "do_not_contact") return show === outreach;
    if (show === "unseen") return !card.seen_before;
    return show === decision || show === outreach;
  }

  #isShown(card: Person): boolean {
    if (this.staying.has(card.candidate_id)) return true;
    if (this.show) return this.#fits(card, this.show);
    return (
      this.showsLeftOut || !(this.#fits(card, "rejected") || this.#fits(card, "do_not_contact"))
    );
  }

  #ids(fits: (card: Person) => boolean): string[] {
    return this.cards.filter(fits).map((card) => card.candidate_id);
  }

  visible(): Person[] {
    if (this.either) return [];
    const words = this.#terms;
    const chosen = this.cards.filter(
      (card) =>
        (this.minScore === 0 || tenths(card.score ?? -1) >= tenths(this.minScore)) &&
        this.#isWithin(card) &&
        this.#lists(card, this.skills) &&
        this.#isShown(card) &&
        words.every(({ word, excluded }) => this.#words(card).includes(word) !== excluded),
    );
    const values = new Map(chosen.map((card) => [card, this.#value(card)]));
    // The sort is stable: ties stay in the server's order.
    chosen.sort((one, other) => this.#compare(values.get(one), values.get(other)));
    if (!this.newFirst) return chosen;
    const isOld = (card: Person) => Number(!this.fresh.has(card.candidate_id));
    return chosen.sort((one, other) => isOld(one) - isOld(other));
  }

  /** Whether a candidate passes the filters by place, company and years. */
  #isWithin({ region = "", company = "", years_of_experience: years }: Person): boolean {
    const { place, leastYears = 0, mostYears = Infinity } = this;
    return (
      (!place || region === place || region.endsWith(`, ${place}`)) &&
      (!this.company || company === this.company) &&
      (years === undefined
        ? this.leastYears === undefined && this.mostYears === undefined
        : years >= leastYears && years <= mostYears)
    );
  }

  #lists(card: Person, skills: ReadonlySet<string>): boolean {
    if (!skills.size) return true;
    const listed = new Set([...this.has(card), ...(card.skills ?? [])]);
    return [...skills].every((skill) => listed.has(skill));
  }

  #compare(one: number | string | undefined, other: number | string | undefined): number {
    if (one === undefined || other === undefined) {
      return Number(one === undefined) - Number(other === undefined);
    }
    const order =
      typeof one === "number" && typeof other === "number"
        ? one - other
        : collator.compare(String(one), String(other));
    return this.descending ? -order : order;
  }

  #value(card: Person): number | string | undefined {
    switch (this.column) {
      case "years":
        return card.years_of_experience;
      case "skills":
        return this.has(card).length - (card.missing_skills?.length ?? 0);
      default:
        return card[this.column];
    }
  }

  #words(card: Person): string {
    let words = this.#searched.get(card);
    if (words === undefined) {
      const { name, headline, title, company, region, skills = [], why } = card;
      words = folded([name, headline, title, company, region, ...skills, why].join(" "));
      this.#searched.set(card, words);
    }
    return words;
  }
}

/** A score as the table shows it, to one decimal. */
export const tenths = (score: number): number => Math.round(Number(score.toFixed(1)) * 10);

/** How many candidates have each value, the most common one first. */
function counted(cards: Person[], values: (card: Person) => string[]): Facet[] {
  const counts = new Map<string, number>();
  for (const card of cards)
    for (const value of values(card)) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]);
}
