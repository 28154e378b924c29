/** The sentences around the table. */

import { WORDS } from "./decisions";
import { counted } from "./dom";
import type { Shortlist } from "./state";

export function summary({ status, total, matched, leastScore, fresh }: Shortlist): string {
  if (status === "running") return "";
  const of = matched > total ? `${total.toLocaleString("en")} of ` : "";
  const people = counted(Math.max(matched, total), "candidate");
  const score = total === 1 ? "scores" : "score";
  const least = leastScore > 0 ? ` ${score} ${leastScore} or more` : "";
  const added = fresh.size ? `, ${fresh.size} new` : "";
  const failed = status === "failed" ? "The search failed at FutureJobs. " : "";
  return `${failed}${of}${people}${least}${added}`;
}

/** Why nobody is listed, and the id of the button that changes that. */
export function emptyText(current: Shortlist): [text: string, button?: string] {
  const { minScore, leastScore, filters, show } = current;
  if (current.status === "running")
    return ["The first candidates appear here as soon as they are matched."];
  if (current.either)
    return [
      "Every word must match, so there is no OR. Search for one word, then for the other.",
      "clear",
    ];
  if (minScore && filters === 1 && !show) return [`Nobody scores ${minScore} or more.`, "clear"];
  if (current.filtered) return ["No candidates match these filters.", "clear"];
  if (leftOut(current)) return ["Everyone in this list is left out.", "show-left-out"];
  if (current.isPart && current.matched > 0) {
    const { query } = current;
    if (query) return [`Nobody matches “${query}”.`, "all-candidates"];
    if (leastScore) return [`Nobody scores ${leastScore} or more.`, "all-candidates"];
    return ["These candidates are not in the list.", "all-candidates"];
  }
  return ["No candidates match this search. Ask the assistant to loosen one of its filters."];
}

/** "2 rejected, 1 do not contact": who is out of view because of a review. */
export function leftOut({ hidden }: Shortlist): string {
  const parts = (["rejected", "do_not_contact"] as const).map(
    (mark) => hidden[mark] && `${hidden[mark]} ${WORDS[mark].toLowerCase()}`,
  );
  return parts.filter(Boolean).join(", ");
}

/** "30 of 100 shown, 2 selected (1 not shown)"; nothing if there is nothing to tell. */
export function countText(
  { cards, selected, status, matched }: Shortlist,
  shown: string[],
): string {
  const all = cards.length;
  const ids = new Set(shown);
  const hidden = [...selected].filter((id) => !ids.has(id)).length;
  const parts = [
    shown.length < all && `${shown.length} of ${all.toLocaleString("en")} shown`,
    status === "running" && all > 0 && all < matched && `the best ${all} so far`,
    selected.size > 0 && `${selected.size} selected${hidden ? ` (${hidden} not shown)` : ""}`,
  ];
  const text = parts.filter(Boolean).join(", ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The name of a single candidate, or how many there are. */
export function people(list: Shortlist, ids: string[]): string {
  return ids.length === 1 ? list.name(ids[0] ?? "") : counted(ids.length, "candidate");
}
