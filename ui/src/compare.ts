/** Two to four candidates side by side. */

import { type Action, Buttons } from "./decisions";
import { showDialog } from "./dialogs";
import { counted, el, type Child } from "./dom";
import { words } from "./actions";
import type { Shortlist } from "./state";
import type { Card, CandidateList } from "./types";

export const FEWEST = 2;
export const MOST = 4;

/** The comparison that is open; `update` shows the newest decisions in it. */
export interface Comparison {
  update(): void;
}

/**
 * @param load fetches the candidates with their highlights.
 * @param decide is called when the user decides about one of them.
 */
export function compare(
  list: Shortlist,
  ids: string[],
  load: () => Promise<CandidateList>,
  decide: (id: string, action: Action) => void,
): Comparison {
  const cards = ids.map((id) => list.card(id) ?? { candidate_id: id });
  const highlights = ids.map(() => el("td", {}, el("span", { class: "quiet" }, "Loading…")));
  const buttons = ids.map((id) => new Buttons(list.name(id), (action) => decide(id, action)));
  const row = (label: string, tell: (card: Card) => Child) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, label),
      ...cards.map((card) => el("td", {}, tell(card) || "–")),
    );
  const table = el(
    "table",
    { class: "comparison", "aria-labelledby": "dialog-title" },
    el(
      "thead",
      {},
      el("tr", {}, el("td", {}), ...ids.map((id) => el("th", { scope: "col" }, list.name(id)))),
    ),
    el(
      "tbody",
      {},
      list.canReview &&
        el(
          "tr",
          {},
          el("th", { scope: "row" }, "Decision"),
          ...buttons.map((one) => el("td", {}, one.element)),
        ),
      row("Score", ({ score }) => score !== undefined && `${score.toFixed(1)} / 5`),
      row("Title", ({ title }) => title),
      row("Company", ({ company }) => company),
      row("Location", ({ region }) => region),
      row("Experience", ({ years_of_experience: y }) => y !== undefined && counted(y, "year")),
      row("Skill match", (card) => texts(list.has(card))),
      row("Missing", ({ missing_skills: missing }) => texts(missing)),
      el("tr", {}, el("th", { scope: "row" }, "Highlights"), ...highlights),
    ),
  );
  table.style.setProperty("--people", String(ids.length));
  const update = () => buttons.forEach((one, place) => one.update(list.marks(ids[place] ?? "")));
  update();
  const scrolled = { class: "scrolled", tabindex: "0", role: "group", "aria-label": "Comparison" };
  showDialog(`Compare ${ids.length} candidates`, [el("div", scrolled, table)], "wide");
  const fill = (content: (id: string) => Child) =>
    highlights.forEach((cell, place) => cell.replaceChildren(content(ids[place] ?? "") || "–"));
  load().then(
    ({ candidates }) => {
      const found = new Map(candidates.map((card) => [card.candidate_id, card]));
      fill((id) => texts(found.get(id)?.highlights));
    },
    (error: unknown) => fill(() => words(error)),
  );
  return { update };
}

function texts(list: string[] | undefined): Child {
  return list?.length ? el("ul", {}, ...list.map((text) => el("li", {}, text))) : undefined;
}
