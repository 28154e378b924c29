/** The row of one candidate. */

import { type Action, Buttons, seen } from "./decisions";
import { copyable, counted, el } from "./dom";
import { isLinkedIn } from "./host";
import { initials, wholeWords } from "./sentences";
import type { Channel, Contact, Shortlist } from "./state";
import type { Person } from "./reviews";

/** "Strong match.": a recommendation that says no more than the score. */
const VERDICT = /^\w+( \w+)?\.$/;

export interface RowEvents {
  select(id: string, on: boolean): void;
  link(url: string): void;
  decide(id: string, action: Action): void;
}

export interface Row {
  card: Person;
  line: HTMLElement;
  check: HTMLInputElement;
  opener: HTMLButtonElement;
  badge: HTMLElement;
  contacts: HTMLElement;
  note: HTMLElement;
  buttons?: Buttons;
  panel?: HTMLElement;
}

/**
 * @param toggle opens or closes the profile.
 * @param editNote opens the editor of the note.
 */
export function makeRow(
  list: Shortlist,
  card: Person,
  events: RowEvents,
  toggle: () => void,
  editNote: () => void,
): Row {
  const id = card.candidate_id;
  const name = list.name(id);
  const check = el("input", { type: "checkbox", "aria-label": `Select ${name}` });
  check.addEventListener("change", () => events.select(id, check.checked));
  const opener = el("button", { type: "button", class: "opener", "aria-expanded": "false" });
  opener.append(el("bdi", {}, name));
  opener.addEventListener("click", toggle);
  const badge = el(
    "span",
    { class: "badge", hidden: "", title: "New since your last look" },
    "New",
  );
  const contacts = el("span", { class: "contacts" });
  const note = cell("note");
  note.hidden = true;
  const buttons = list.canReview
    ? new Buttons(name, (action) => events.decide(id, action), editNote)
    : undefined;
  const { title, company, headline, years_of_experience: years, missing_skills: lacks } = card;
  const has = list.has(card);
  const outside = card.outside?.map((filter) => filter.replaceAll("_", " "));
  const line = el(
    "tr",
    { role: "row" },
    cell("select", check),
    score(card),
    el(
      "th",
      { role: "rowheader", scope: "row", class: "name" },
      avatar(name),
      el("span", { class: "who" }, opener, badge),
      linkedIn(card, name, events),
      contacts,
      el("span", { class: "seen" }, seen(card)),
    ),
    cell("title", wholeWords(title ?? (company ? "" : (headline ?? "")))),
    cell("company", wholeWords(company ?? "")),
    place(card.region),
    cell("years", years !== undefined && counted(years, "year")),
    cell(
      "skills",
      has.length > 0 && el("ul", { "aria-label": "Has" }, ...has.map((one) => el("li", {}, one))),
      lacks?.length && el("span", { class: "lacks" }, `Missing: ${lacks.join(", ")}`),
      outside?.length && el("span", { class: "lacks" }, `Outside: ${outside.join(", ")}`),
    ),
    cell("why", !VERDICT.test(card.why ?? "") && wholeWords(card.why ?? "")),
    note,
    buttons && cell("review", buttons.element),
  );
  return {
    ...{ card, line, check, opener, badge, contacts, note },
    ...(buttons ? { buttons } : {}),
  };
}

/** Everything in a row that the user cannot change. */
export function facts({ decision, outreach, reason, note, ...rest }: Person): string {
  return JSON.stringify(rest);
}

function cell(kind: string, ...content: (Node | string | false | 0 | undefined)[]): HTMLElement {
  return el("td", { role: "cell", class: kind }, ...content.map((one) => one || undefined));
}

function score({ score: value, why }: Person): HTMLElement {
  if (value === undefined) return cell("score", el("span", { class: "none" }, "not scored"));
  const bar = el("span", { class: "bar" });
  bar.style.setProperty("--share", String(Math.min(1, Math.max(0, value / 5))));
  const number = el("span", { class: "number" }, value.toFixed(1));
  const made = cell("score", number, el("span", { class: "quiet" }, " / 5"), bar);
  if (why) made.title = why;
  return made;
}

/** A circle with initials, in a color that a name always has. */
function avatar(name: string): HTMLElement {
  const made = el("span", { class: "avatar", "aria-hidden": "true" }, initials(name));
  const sum = [...name].reduce((left, letter) => (left * 31 + letter.charCodeAt(0)) % 360, 7);
  made.style.setProperty("--hue", String(sum));
  return made;
}

/** The city, and the rest of the place where a pointer, or a screen reader, asks for it. */
function place(region = ""): HTMLElement {
  const [city = "", ...rest] = region.split(/(?=, )/);
  const made = cell(
    "region",
    city,
    rest.length > 0 && el("span", { class: "away" }, rest.join("")),
  );
  if (rest.length) made.title = region;
  return made;
}

function linkedIn(card: Person, name: string, events: RowEvents): HTMLElement | false {
  const url = card.linkedin_url;
  if (!url) return false;
  if (!isLinkedIn(url)) return el("span", { class: "address" }, url);
  const label = { type: "button", class: "link", "aria-label": `LinkedIn profile of ${name}` };
  const link = el("button", label, "LinkedIn");
  link.addEventListener("click", () => events.link(url));
  return link;
}

const WORDS = { email: "Email", phone: "Phone" };

/** Updates the contacts in a row; those that are as before keep the focus. */
export function showContacts(row: Row, list: Shortlist): void {
  const known = (["email", "phone"] as const).flatMap((channel) => {
    const contact = list.contact(row.card.candidate_id, channel);
    return contact ? [[channel, contact] as const] : [];
  });
  const state = JSON.stringify(known);
  if ((row.contacts.dataset.state ?? "[]") === state) return;
  row.contacts.dataset.state = state;
  const lines = known.flatMap(([channel, contact]) =>
    contact.values.length
      ? contact.values.map((value) => copyable(value, `Copy ${value}`))
      : [el("span", {}, outcomeOf(channel, contact))],
  );
  row.contacts.replaceChildren(...lines);
}

function outcomeOf(channel: Channel, { outcome }: Contact): string {
  const state = {
    found: "revealed",
    already_revealed: "revealed, open the row to see it",
    not_found: "not found",
    pending: "on its way, open the row later to see it",
    unknown: "not confirmed yet, ask again in a minute",
  }[outcome];
  return `${WORDS[channel]} ${state}`;
}
