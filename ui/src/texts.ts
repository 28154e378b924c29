/** The sentences around the table. */

import { WORDS } from "./decisions";
import { counted } from "./dom";
import type { Shortlist } from "./state";

export function summary({ status, total, matched, leastScore, fresh, cards }: Shortlist): string {
  if (status === "running" && !cards.length) return "";
  const least = leastScore > 0 ? ` with a score of ${leastScore} or more` : "";
  const of = matched > total ? ` of ${matched.toLocaleString("en")}` : "";
  const added = fresh.size ? `, ${fresh.size} new` : "";
  const failed = status === "failed" ? "The search failed at FutureJobs. " : "";
  return `${failed}${counted(total, "candidate")}${of}${least}${added}`;
}

export function emptyText(current: Shortlist): string {
  if (current.either)
    return "All words of a search must occur, so it has no OR. Search for one after the other.";
  if (current.filtered) return "No candidates match these filters.";
  if (leftOut(current)) return "Everyone in this list is left out.";
  if (current.leastScore > 0 && current.matched > 0)
    return `No candidate has a score of ${current.leastScore} or more.`;
  return "No candidates match this search. Ask the assistant to loosen one of its filters.";
}

/** "2 rejected, 1 do not contact": who is out of view because of a review. */
export function leftOut({ hidden }: Shortlist): string {
  const parts = (["rejected", "do_not_contact"] as const).map(
    (mark) => hidden[mark] && `${hidden[mark]} ${WORDS[mark].toLowerCase()}`,
  );
  return parts.filter(Boolean).join(", ");
}

/** The name of a single candidate, or how many there are. */
export function people(list: Shortlist, ids: string[]): string {
  return ids.length === 1 ? list.name(ids[0] ?? "") : counted(ids.length, "candidate");
}
