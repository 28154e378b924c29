/** The table of candidates. Rows are created once, and then only moved and updated. */

import { by, el } from "./dom";
import { isLinkedIn } from "./host";
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
}

interface Row {
  card: Card;
  line: HTMLElement;
  check: HTMLInputElement;
  opener: HTMLButtonElement;
  badge: HTMLElement;
  contacts: HTMLElement;
  panel?: HTMLElement;
}

export class Table {
  readonly #body = by("people");
  readonly #all = by<HTMLInputElement>("select-all");
  readonly #headers = new Map<Column, HTMLElement>();
  #rows = new Map<string, Row>();

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
    this.#all.onchange = () => events.selectAll(this.#all.checked);
    this.#body.replaceChildren();
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

  /** Updates the marks of selected, new and revealed candidates. */
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
    }
    this.#all.checked = selected > 0 && selected === cards.length;
    this.#all.indeterminate = selected > 0 && selected < cards.length;
  }

  /** The row of a candidate, which is created again only if its card has changed. */
  #row(card: Card): Row {
    const { candidate_id: id } = card;
    const old = this.#rows.get(id);
    if (old && (old.card === card || JSON.stringify(old.card) === JSON.stringify(card))) {
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
    opener.addEventListener("click", () => this.#toggle(id));
    const badge = el("span", { class: "badge", hidden: "" }, "New");
    const contacts = el("span", { class: "contacts" });
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
    );
    return { card, line, check, opener, badge, contacts, ...(panel ? { panel } : {}) };
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

  #toggle(id: string): void {
    const row = this.#rows.get(id);
    if (!row) return;
    if (row.panel) {
      row.panel.remove();
      delete row.panel;
    } else {
      const content = el("td", { role: "cell", colspan: "8" });
      row.panel = el("tr", { role: "row", class: "opened" }, content);
      row.line.after(row.panel);
      this.events.open(id, content);
    }
    row.opener.setAttribute("aria-expanded", String(row.panel !== undefined));
  }
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
