/** The page's state: the candidates, the filters on them, and their order. */

import type { Decision, Marks, Outreach, Reviews } from "./reviews";
import type { CandidateList, Card, Prices, RevealedContact, ShownCandidates } from "./types";

export type Channel = "email" | "phone";
export type Outcome = RevealedContact["status"];
export type Status = ShownCandidates["status"];

export type Column = "score" | "name" | "role" | "region" | "years" | "skills" | "why";

/** A filter by decision, by outreach state, or by what has been found since the last look. */
export type Show = Decision | Exclude<Outreach, "none"> | "new";

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

const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });

const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .trim()
    .toLowerCase();

interface Term {
  word: string;
  excluded: boolean;
}

const MARKS = "!\\-\u2010-\u2015\u2212";
const TERM = new RegExp(
  `[(\\[{'\`\u2018\u2019]*([${MARKS}]*)(?:"([^"]*)"|([^\\s",;\u3001\uff0c\uff1b]+))`,
  "g",
);
/** Before a word to leave out, inside quotation marks. */
const MARKED = new RegExp(`\\s+(?=[${MARKS}]+[^\\s${MARKS}])`);
const MARK = new RegExp(`^[${MARKS}]+`);
const BRACKETS = /^[()[\]{}'`\u2018\u2019]+|[()[\]{}'`\u2018\u2019]+$/g;
const NEGATORS = new Set(["not", "no", "without", "except", "exclude", "excluding"]);

/**
 * The words of a search: each must occur, `-word` must not, "two words" stay together.
 *
 * It takes the same forms as the server's queries (`fj_mcp/shortlist/queries.py`); a search that is
 * not finished, such as a dash, has no words yet.
 */
function terms(text: string): Term[] {
  const found: Term[] = [];
  let negator = "";
  for (const [, mark = "", phrase, bare = ""] of text.replace(/[“”„‟«»＂]/g, '"').matchAll(TERM)) {
    const plain = bare.replace(BRACKETS, "");
    const name = plain.toLowerCase();
    if (!mark && NEGATORS.has(name)) {
      negator = name;
      continue;
    }
    if (name === "and" || name === "but" || (negator === "except" && name === "for")) continue;
    const excluded = mark !== "" || negator !== "";
    (phrase?.trim().split(MARKED) ?? [plain]).forEach((piece, place) => {
      const word = folded(piece.replace(MARK, ""));
      if (!/[^\s!-]/.test(word)) return;
      found.push({ word, excluded: MARK.test(piece) || (excluded && !place) });
      negator = "";
    });
  }
  return found;
}

/** Whether a search joins words with OR, which neither the page nor the server can do. */
function isEither(text: string): boolean {
  const loose = text.replace(/[“”„‟«»＂]/g, '"').replace(/"[^"]*"/g, "");
  return loose.includes("|") || /(^|[\s(])or([\s)]|$)/i.test(loose);
}

/** The end of a list that is too long to be complete. */
const MORE = /^(and )?\d+ more$/;

export class Shortlist {
  readonly sessionId: string;
  readonly title: string;
  readonly canSpend: boolean;
  readonly canReview: boolean;
  readonly prices: Prices;
  readonly wantedSkills: string[];
  readonly sandbox: boolean;

  status: Status;
  matched: number;
  /** Number of candidates being matched; 0 if unknown. */
  expected = 0;
  total: number;
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

  text = "";
  minScore = 0;
  readonly skills = new Set<string>();
  show: Show | undefined;
  /** Whether rejected and do-not-contact people are shown among the others. */
  showsLeftOut = false;
  /** Those just reviewed: they stay until the filter changes, so that no row moves by itself. */
  readonly staying = new Set<string>();
  column: Column = "score";
  descending = true;

  #cards = new Map<string, Card>();
  #contacts = new Map<string, Contact>();
  #searched = new WeakMap<Card, string>();

  constructor(
    shown: ShownCandidates,
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
    this.prices = shown.prices ?? {};
    this.wantedSkills = shown.wanted_skills ?? [];
    this.add(shown);
  }

  get cards(): Card[] {
    return [...this.#cards.values()];
  }

  /** Whether the user's search joins words with OR. */
  get either(): boolean {
    return this.text !== this.query && isEither(this.text);
  }

  get filtered(): boolean {
    return (
      this.either ||
      this.#terms.length > 0 ||
      this.minScore > 0 ||
      this.skills.size > 0 ||
      this.show !== undefined
    );
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

  card(id: string): Card | undefined {
    return this.#cards.get(id);
  }

  name(id: string): string {
    return this.#cards.get(id)?.name ?? `Candidate ${id}`;
  }

  marks(id: string): Marks {
    return this.reviews.marks(this.#cards.get(id) ?? { candidate_id: id });
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

  add(page: CandidateList, markNew = false): void {
    this.total = page.total;
    this.leftOut = page.left_out ?? {};
    for (const card of page.candidates) {
      const id = card.candidate_id;
      if (card.new || (markNew && !this.#cards.has(id))) this.fresh.add(id);
      this.#cards.set(id, card);
    }
  }

  /** Replaces the candidates with these, best first. */
  keep(cards: Card[]): void {
    this.#cards = new Map(cards.map((card) => [card.candidate_id, card]));
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
  has(card: Card): string[] {
    const { skills = [], missing_skills: missing = [] } = card;
    if (skills.length && !MORE.test(missing.at(-1) ?? "")) {
      const lacked = new Set(missing.map(folded));
      return this.wantedSkills.filter((skill) => !lacked.has(folded(skill)));
    }
    const listed = new Set(skills.map(folded));
    return this.wantedSkills.filter((skill) => listed.has(folded(skill)));
  }

  /** The skills to filter by: the wanted ones, or else the most common ones. */
  commonSkills(): [skill: string, people: number][] {
    const counts = new Map<string, number>();
    for (const card of this.#cards.values()) {
      const skills = this.wantedSkills.length ? this.has(card) : (card.skills ?? []);
      for (const skill of skills) counts.set(skill, (counts.get(skill) ?? 0) + 1);
    }
    if (this.wantedSkills.length)
      return this.wantedSkills.map((one) => [one, counts.get(one) ?? 0]);
    return [...counts].sort((one, other) => other[1] - one[1]).slice(0, 12);
  }

  /** Sorts by a column; a second time reverses the order. */
  sortBy(column: Column): void {
    this.descending = this.column === column ? !this.descending : MOST_FIRST.has(column);
    this.column = column;
  }

  clearFilters(): void {
    this.text = this.query;
    this.minScore = 0;
    this.skills.clear();
    this.show = undefined;
  }

  /** Whether a filter by decision shows a candidate. */
  #fits(card: Card, show: Show): boolean {
    const { decision, outreach } = this.reviews.marks(card);
    if (show === "new") return this.fresh.has(card.candidate_id);
    // These are found under that filter alone.
    if (outreach === "do_not_contact") return show === outreach;
    return show === decision || show === outreach;
  }

  #isShown(card: Card): boolean {
    if (this.staying.has(card.candidate_id)) return true;
    if (this.show) return this.#fits(card, this.show);
    return (
      this.showsLeftOut || !(this.#fits(card, "rejected") || this.#fits(card, "do_not_contact"))
    );
  }

  #ids(fits: (card: Card) => boolean): string[] {
    return this.cards.filter(fits).map((card) => card.candidate_id);
  }

  visible(): Card[] {
    if (this.either) return [];
    const words = this.#terms;
    const chosen = this.cards.filter(
      (card) =>
        (this.minScore === 0 || (card.score ?? -1) >= this.minScore) &&
        this.#lists(card, this.skills) &&
        this.#isShown(card) &&
        words.every(({ word, excluded }) => this.#words(card).includes(word) !== excluded),
    );
    const values = new Map(chosen.map((card) => [card, this.#value(card)]));
    // The sort is stable: ties stay in the server's order.
    return chosen.sort((one, other) => this.#compare(values.get(one), values.get(other)));
  }

  #lists(card: Card, skills: ReadonlySet<string>): boolean {
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

  #value(card: Card): number | string | undefined {
    switch (this.column) {
      case "score":
        return card.score;
      case "name":
        return card.name;
      case "role":
        return role(card);
      case "region":
        return card.region;
      case "years":
        return card.years_of_experience;
      case "skills":
        return this.has(card).length - (card.missing_skills?.length ?? 0);
      case "why":
        return card.why;
    }
  }

  #words(card: Card): string {
    let words = this.#searched.get(card);
    if (words === undefined) {
      const { name, headline, title, company, region, skills = [], why } = card;
      words = folded([name, headline, title, company, region, ...skills, why].join(" "));
      this.#searched.set(card, words);
    }
    return words;
  }
}

/** "Developer at Acme", or the known part of it. */
export function role(card: { title?: string; company?: string }): string | undefined {
  return [card.title, card.company].filter(Boolean).join(" at ") || undefined;
}
