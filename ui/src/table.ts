/** The table of candidates. Rows are created once, and then only moved and updated. */

import { type Action, Buttons, seen } from "./decisions";
import { by, el } from "./dom";
import { isLinkedIn } from "./host";
import { noteEditor } from "./notes";
import { type Channel, type Column, type Contact, role, type Shortlist } from "./state";
import type { Card } from "./types";

const COLUMNS: [Column, string][] = [
  ["score", "Score"],
  ["name", "Name"],
  ["role", "Current role"],
  ["region", "Location"],
  ["years", "Years"],
  ["skills", "Wanted skills"],
  ["why", "Why"],
];

export interface TableEvents {
  sort(column: Column): void;
  select(id: string, on: boolean): void;
  selectAll(on: boolean): void;
  open(id: string, panel: HTMLElement): void;
  link(url: string): void;
  decide(id: string, action: Action): void;
  note(id: string, text: string): void;
  wholeNote(id: string): Promise<string | undefined>;
}

interface Row {
  card: Card;
  line: HTMLElement;
  check: HTMLInputElement;
  opener: HTMLButtonElement;
  badge: HTMLElement;
  contacts: HTMLElement;
  note: HTMLElement;
  buttons?: Buttons;
  panel?: HTMLElement;
}

export class Table {
  readonly #body = by("people");
  readonly #all = by<HTMLInputElement>("select-all");
  readonly #headers = new Map<Column, HTMLElement>();
  #rows = new Map<string, Row>();
  /** The candidate that the user was last at. */
  #last = "";

  constructor(
    private readonly list: Shortlist,
    private readonly events: TableEvents,
  ) {
    const head = by("columns");
    head.replaceChildren(head.firstElementChild ?? "");
    for (const [column, label] of COLUMNS) {
      const sort = el("button", { type: "button" }, label);
      sort.addEventListener("click", () => events.sort(column));
      const header = el("th", { role: "columnheader", scope: "col", class: column }, sort);
      this.#headers.set(column, header);
      head.append(header);
    }
    if (list.canReview)
      head.append(el("th", { role: "columnheader", scope: "col", class: "review" }, "Decision"));
    this.#all.onchange = () => events.selectAll(this.#all.checked);
    this.#body.replaceChildren();
    // A press anywhere in a row makes it the one that keys apply to.
    this.#body.onclick = ({ target }) => {
      const chosen = (target as HTMLElement).closest("button, input, textarea, select, .opened");
      if (!chosen && getSelection()?.isCollapsed) this.focus(this.at(target as HTMLElement) ?? "");
    };
  }

  /** The candidate in whose row, or opened profile, an element is. */
  at(element: Element): string | undefined {
    const line = element.closest("tr");
    for (const [id, row] of this.#rows)
      if (line && (row.line === line || row.panel === line)) return id;
    return undefined;
  }

  focus(id: string): void {
    const opener = this.#rows.get(id)?.opener;
    if (opener?.isConnected) {
      this.#last = id;
      opener.focus();
    }
  }

  /** Goes from a candidate to one further down or up; from none, to the last one or the first. */
  move(from: string | undefined, by: number, cards: Card[]): void {
    const ids = cards.map((card) => card.candidate_id);
    const place = ids.indexOf(from ?? "");
    const last = Math.max(0, ids.indexOf(this.#last));
    this.focus(ids[place < 0 ? last : place + by] ?? "");
  }

  /** Shows these candidates in this order. */
  show(cards: Card[]): void {
    for (const [column, header] of this.#headers) {
      const sorted = column === this.list.column;
      const order = this.list.descending ? "descending" : "ascending";
      header.setAttribute("aria-sort", sorted ? order : "none");
    }
    const kept = new Map<string, Row>();
    const lines: Element[] = [];
    for (const card of cards) {
      const row = this.#row(card);
      kept.set(card.candidate_id, row);
      lines.push(row.line);
      if (row.panel) lines.push(row.panel);
    }
    const wanted = new Set(lines);
    for (const line of [...this.#body.children]) if (!wanted.has(line)) line.remove();
    let next = this.#body.firstElementChild;
    for (const line of lines) {
      if (line === next) next = next.nextElementSibling;
      else this.#body.insertBefore(line, next);
    }
    // Rows that are filtered out are kept, so that showing them again is fast.
    for (const [id, row] of this.#rows) if (!kept.has(id) && this.list.card(id)) kept.set(id, row);
    this.#rows = kept;
    this.mark(cards);
  }

  /** Updates everything in the rows that the user can change. */
  mark(cards: Card[]): void {
    let selected = 0;
    for (const { candidate_id: id } of cards) {
      const row = this.#rows.get(id);
      if (!row) continue;
      const on = this.list.selected.has(id);
      selected += Number(on);
      row.check.checked = on;
      row.line.classList.toggle("selected", on);
      row.badge.hidden = !this.list.fresh.has(id);
      const contacts = contactLines(this.list, id);
      row.contacts.replaceChildren(...contacts.map((line) => el("span", {}, line)));
      this.#markReview(row);
    }
    this.#all.checked = selected > 0 && selected === cards.length;
    this.#all.indeterminate = selected > 0 && selected < cards.length;
  }

  #markReview({ card, line, note, buttons, panel }: Row): void {
    if (!buttons) return;
    const marks = this.list.reviews.marks(card);
    buttons.update(marks);
    line.dataset.decision = marks.decision;
    line.toggleAttribute("data-unsaved", this.list.reviews.isUnsaved(card.candidate_id));
    const outreach = panel?.querySelector("select");
    if (outreach) outreach.value = marks.outreach;
    if (note.querySelector("textarea")) return;
    note.textContent = marks.note;
    note.hidden = !marks.note;
  }

  /** Opens the editor of a candidate's note. */
  async editNote(id: string): Promise<void> {
    const row = this.#rows.get(id);
    if (!row?.buttons || row.note.querySelector("textarea")) return;
    const text = await this.events.wholeNote(id);
    if (text === undefined) return;
    const { element, field } = noteEditor(this.list.name(id), text, (written) => {
      row.note.replaceChildren();
      this.#markReview(row);
      if (written !== undefined && written !== text) this.events.note(id, written);
      this.focus(id);
    });
    row.note.hidden = false;
    row.note.replaceChildren(element);
    field.focus();
  }

  /** The row of a candidate, which is created again only if its card has changed. */
  #row(card: Card): Row {
    const { candidate_id: id } = card;
    const old = this.#rows.get(id);
    const isSame = old && (old.card === card || facts(old.card) === facts(card));
    if (old && (isSame || old.note.querySelector("textarea"))) {
      old.card = card;
      return old;
    }
    const name = this.list.name(id);
    const check = el("input", { type: "checkbox", "aria-label": `Select ${name}` });
    check.addEventListener("change", () => this.events.select(id, check.checked));
    const panel = old?.panel;
    const opener = el(
      "button",
      { type: "button", class: "opener", "aria-expanded": String(panel !== undefined) },
      name,
    );
    opener.addEventListener("click", () => this.toggle(id));
    const badge = el(
      "span",
      { class: "badge", hidden: "", title: "New since your last look" },
      "New",
    );
    const contacts = el("span", { class: "contacts" });
    const note = cell("note");
    note.hidden = true;
    const buttons = this.list.canReview
      ? new Buttons(
          name,
          (action) => this.events.decide(id, action),
          () => void this.editNote(id),
        )
      : undefined;
    const has = this.list.has(card);
    const lacks = card.missing_skills ?? [];
    const outside = (card.outside ?? []).map((name) => name.replaceAll("_", " "));
    const line = el(
      "tr",
      { role: "row" },
      cell("select", check),
      score(card.score),
      el(
        "th",
        { role: "rowheader", scope: "row", class: "name" },
        el("span", { class: "who" }, opener, badge),
        this.#linkedIn(card, name),
        contacts,
        el("span", { class: "seen" }, seen(card)),
      ),
      cell("role", role(card)),
      cell("region", card.region),
      cell("years", card.years_of_experience?.toLocaleString("en")),
      cell(
        "skills",
        has.length > 0 && el("ul", { "aria-label": "Has" }, ...has.map((one) => el("li", {}, one))),
        lacks.length > 0 && el("span", { class: "lacks" }, `Missing: ${lacks.join(", ")}`),
        outside.length > 0 && el("span", { class: "lacks" }, `Outside: ${outside.join(", ")}`),
      ),
      cell("why", card.why && el("p", {}, card.why)),
      note,
      buttons && cell("review", buttons.element),
    );
    return {
      ...{ card, line, check, opener, badge, contacts, note },
      ...(buttons ? { buttons } : {}),
      ...(panel ? { panel } : {}),
    };
  }

  #linkedIn(card: Card, name: string): HTMLElement | false {
    const url = card.linkedin_url;
    if (!url) return false;
    if (!isLinkedIn(url)) return el("span", { class: "address" }, url);
    const label = { type: "button", class: "link", "aria-label": `LinkedIn profile of ${name}` };
    const link = el("button", label, "LinkedIn");
    link.addEventListener("click", () => this.events.link(url));
    return link;
  }

  toggle(id: string): void {
    const row = this.#rows.get(id);
    if (!row) return;
    if (row.panel) {
      row.panel.remove();
      delete row.panel;
    } else {
      const content = el("td", { role: "cell", colspan: "9" });
      row.panel = el("tr", { role: "row", class: "opened" }, content);
      row.line.after(row.panel);
      this.events.open(id, content);
    }
    row.opener.setAttribute("aria-expanded", String(row.panel !== undefined));
  }
}

/** Everything in a row that the user cannot change. */
function facts({ decision, outreach, note, ...rest }: Card): string {
  return JSON.stringify(rest);
}

function cell(kind: string, ...content: (Node | string | false | undefined)[]): HTMLElement {
  return el("td", { role: "cell", class: kind }, ...content);
}

function score(value: number | undefined): HTMLElement {
  if (value === undefined) return cell("score", el("span", { class: "none" }, "not scored"));
  const bar = el("span", { class: "bar" });
  bar.style.setProperty("--share", String(Math.min(1, Math.max(0, value / 5))));
  return cell("score", el("span", { class: "number" }, value.toFixed(1)), bar);
}

const WORDS = { email: "Email", phone: "Phone" };

/** The known contacts of a candidate, and the state of pending ones. */
export function contactLines(list: Shortlist, id: string): string[] {
  return (["email", "phone"] as const).flatMap((channel) => {
    const contact = list.contact(id, channel);
    return contact ? [contactLine(channel, contact)] : [];
  });
}

function contactLine(channel: Channel, { outcome, values }: Contact): string {
  if (values.length) return values.join(", ");
  const state = {
    found: "revealed",
    already_revealed: "revealed, open the row to see it",
    not_found: "not found",
    pending: "on its way, open the row later to see it",
    unknown: "not confirmed yet, ask again in a minute",
  }[outcome];
  return `${WORDS[channel]} ${state}`;
}
