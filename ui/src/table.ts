/** The table of candidates. Rows are created once, and then only moved and updated. */

import { by, counted, el } from "./dom";
import { noteEditor } from "./notes";
import type { Person } from "./reviews";
import { facts, makeRow, type Row, type RowEvents, showContacts } from "./rows";
import type { Column, Shortlist } from "./state";

const COLUMNS: [Column, string][] = [
  ["score", "Score"],
  ["name", "Name"],
  ["title", "Title"],
  ["company", "Company"],
  ["region", "Location"],
  ["years", "Experience"],
  ["skills", "Skill match"],
];

/** The number of rows at first, and of those that are added at once. */
const ROWS = 25;

interface TableEvents extends RowEvents {
  sort(column: Column): void;
  selectAll(on: boolean): void;
  open(id: string, panel: HTMLElement): void;
  note(id: string, text: string): void;
  wholeNote(id: string): Promise<string | undefined>;
}

export class Table {
  readonly #body = by("people");
  readonly #all = by<HTMLInputElement>("select-all");
  readonly #order = by<HTMLSelectElement>("sort");
  readonly #headers = new Map<Column, HTMLElement>();
  #rows = new Map<string, Row>();
  #cards: Person[] = [];
  /** The most rows to show. */
  #most = ROWS;
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
    const plain = (kind: string, label: string) =>
      el("th", { role: "columnheader", scope: "col", class: kind }, label);
    head.append(plain("why", "Why"));
    if (list.canReview) head.append(plain("review", "Decision"));
    this.#order.replaceChildren(...COLUMNS.map(([value, label]) => el("option", { value }, label)));
    this.#order.onchange = () => events.sort(this.#order.value as Column);
    this.#all.onchange = () => events.selectAll(this.#all.checked);
    this.#body.replaceChildren();
    // A press anywhere in a row makes it the one that keys apply to.
    this.#body.onclick = ({ target }) => {
      const chosen = (target as HTMLElement).closest("button, input, textarea, select, .opened");
      if (!chosen && getSelection()?.isCollapsed) this.focus(this.at(target as HTMLElement) ?? "");
    };
    by("more").onclick = () => this.#showMore(ROWS);
    by("rest").onclick = () => this.#showMore(Infinity);
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
  move(from: string | undefined, by: number): void {
    const ids = this.#cards.map((card) => card.candidate_id);
    const place = ids.indexOf(from ?? "");
    const last = Math.max(0, ids.indexOf(this.#last));
    const next = place < 0 ? last : place + by;
    if (next >= this.#most && next < ids.length) this.#grow(ROWS);
    this.focus(ids[next] ?? "");
  }

  /** Goes back to the first rows. */
  restart(): void {
    this.#most = ROWS;
  }

  #grow(by: number): void {
    this.#most += by;
    this.show(this.#cards);
  }

  #showMore(rows: number): void {
    const next = this.#cards[this.#most];
    this.#grow(rows);
    this.focus(next?.candidate_id ?? "");
  }

  /** Shows the first of these candidates, in this order. */
  show(cards: Person[]): void {
    this.#cards = cards;
    for (const [column, header] of this.#headers) {
      const sorted = column === this.list.column;
      const order = this.list.descending ? "descending" : "ascending";
      header.setAttribute("aria-sort", sorted ? order : "none");
    }
    this.#order.value = this.list.column;
    const kept = new Map<string, Row>();
    const lines: Element[] = [];
    for (const card of cards.slice(0, this.#most)) {
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
    const left = Math.max(0, cards.length - this.#most);
    by("table").setAttribute("aria-rowcount", String(cards.length + 1));
    by("pager").hidden = !left;
    by("more").textContent = `Show ${Math.min(left, ROWS)} more`;
    by("rest").textContent = `Show all ${counted(cards.length, "row")}`;
    by("rest").hidden = left <= ROWS;
    this.mark();
  }

  /** Updates everything in the rows that the user can change. */
  mark(): void {
    const cards = this.#cards;
    const selected = cards.filter((card) => this.list.selected.has(card.candidate_id)).length;
    for (const { candidate_id: id } of cards.slice(0, this.#most)) {
      const row = this.#rows.get(id);
      if (!row) continue;
      const on = this.list.selected.has(id);
      row.check.checked = on;
      row.line.classList.toggle("selected", on);
      row.badge.hidden = !this.list.fresh.has(id);
      showContacts(row, this.list);
      this.#markReview(row);
    }
    this.#all.checked = selected > 0 && selected === cards.length;
    this.#all.indeterminate = selected > 0 && selected < cards.length;
    this.#all.setAttribute("aria-label", `Select all ${cards.length}`);
  }

  #markReview({ card, line, note, buttons, panel }: Row): void {
    if (!buttons) return;
    const marks = this.list.reviews.marks(card);
    buttons.update(marks);
    line.dataset.decision = marks.decision;
    line.toggleAttribute("data-unsaved", this.list.reviews.isUnsaved(card.candidate_id));
    for (const field of panel?.querySelectorAll("select") ?? []) {
      const isReason = field.name === "reason";
      field.value = isReason ? marks.reason : marks.outreach;
      if (isReason && field.parentElement)
        field.parentElement.hidden = marks.decision !== "rejected";
    }
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
  #row(card: Person): Row {
    const { candidate_id: id } = card;
    const old = this.#rows.get(id);
    const isSame = old && (old.card === card || facts(old.card) === facts(card));
    if (old && (isSame || old.note.querySelector("textarea"))) {
      old.card = card;
      return old;
    }
    const row = makeRow(
      this.list,
      card,
      this.events,
      () => this.toggle(id),
      () => void this.editNote(id),
    );
    if (old?.panel) {
      row.panel = old.panel;
      row.opener.setAttribute("aria-expanded", "true");
    }
    return row;
  }

  toggle(id: string): void {
    const row = this.#rows.get(id);
    if (!row) return;
    if (row.panel) {
      row.panel.remove();
      delete row.panel;
    } else {
      const content = el("td", { role: "cell", colspan: "10" });
      row.panel = el("tr", { role: "row", class: "opened" }, content);
      row.line.after(row.panel);
      this.events.open(id, content);
    }
    row.opener.setAttribute("aria-expanded", String(row.panel !== undefined));
  }
}
