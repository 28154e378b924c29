/** Everything around the table: the texts, and which buttons are there and enabled. */

import { peopleToAskAbout, peopleToExport, priceOf } from "./actions";
import { FEWEST, MOST } from "./compare";
import { allow, by } from "./dom";
import type { Money } from "./money";
import { withoutAdvice } from "./sentences";
import type { Shortlist } from "./state";
import { countText, emptyText, leftOut, summary } from "./texts";
import type { Card } from "./types";

const SELECT_FIRST = "Select one or more candidates first.";
const BUSY = "Another action is under way.";

interface Shown {
  list: Shortlist;
  visible: Card[];
  money: Money;
  /** Whether an action is under way. */
  busy: boolean;
  loading: boolean;
}

export function showSurroundings({ list, visible, money, busy, loading }: Shown): void {
  const { selected, cards, total, status, filters } = list;
  const running = status === "running";
  const settled = !running && !loading;
  const some = selected.size > 0;
  const text = (id: string, words: string) => {
    if (by(id).textContent !== words) by(id).textContent = words;
  };
  const show = (id: string, on: boolean) => void (by(id).hidden = !on);

  text("title", list.title);
  text("summary", summary(list));
  const warning = withoutAdvice(list.warning);
  text("warning", warning);
  show("warning", warning !== "");
  show("working", !settled);
  const progress = by<HTMLProgressElement>("progress");
  const most = running ? list.expected : total;
  text(
    "working-text",
    running
      ? `${list.matched}${list.expected ? ` of ${list.expected}` : ""} matched so far`
      : `${cards.length} of ${total} loaded`,
  );
  if (most > 0) {
    progress.max = most;
    progress.value = Math.min(running ? list.matched : cards.length, most);
  } else progress.removeAttribute("value");

  text("fold-text", filters ? `Filters (${filters})` : "Filters");
  show("fold", cards.length > 0);
  show("bar", cards.length > 0 || !running);
  text(
    "count",
    countText(
      list,
      visible.map((card) => card.candidate_id),
    ),
  );
  const empty = !visible.length && !loading;
  const [reason, remedy] = emptyText(list);
  show("table", visible.length > 0);
  show("empty", empty);
  text("empty-text", reason);
  show("remedy", remedy !== undefined);
  const everybody = `Show all ${Math.max(list.matched, total).toLocaleString("en")}`;
  text("all-candidates", everybody);
  show("all-candidates", list.isPart && !empty);
  show("clear", list.filtered && !empty);
  const out = leftOut(list);
  show("left-out", out !== "" || list.showsLeftOut);
  text("left-out-text", out ? `Left out: ${out}.` : "");
  text("show-left-out", list.showsLeftOut ? "Leave rejected people out" : "Show them");
  if (remedy) {
    by("remedy").dataset.press = remedy;
    text("remedy", remedy === "clear" ? "Clear filters" : (by(remedy).textContent ?? ""));
  }

  for (const channel of ["email", "phone"] as const) {
    const id = `reveal-${channel}`;
    const each = money.price(priceOf(channel)) !== undefined && selected.size > 1 ? " each" : "";
    text(id, money.label(`Reveal ${channel}`, priceOf(channel)) + each);
    show(id, list.canSpend);
    allow(by(id), some && !busy, some ? BUSY : SELECT_FIRST);
  }
  const exported = peopleToExport(list, visible);
  text("export", exported.label);
  const nobody = (exported.ids ?? cards).length === 0;
  allow(by("export"), !nobody && !busy, nobody ? "There is nobody to export." : BUSY);
  const asked = peopleToAskAbout(list);
  text("ask", asked.label);
  allow(by("ask"), asked.ids.length > 0 && !busy, asked.ids.length ? BUSY : SELECT_FIRST);
  allow(
    by("compare"),
    selected.size >= FEWEST && selected.size <= MOST,
    `Select ${FEWEST} to ${MOST} candidates to compare.`,
  );
  text("fetch-more", money.label("Fetch more", "fetch_more"));
  show("fetch-more", list.canSpend);
  allow(
    by("fetch-more"),
    settled && !busy && !list.exhausted,
    list.exhausted
      ? "There are no more candidates for these filters."
      : busy
        ? BUSY
        : "The candidates are not all here yet.",
  );
  show("review", list.canReview);
  by("table").classList.toggle("reviewed", list.canReview);
  for (const pressed of by("review").querySelectorAll<HTMLElement>(".toggle"))
    allow(pressed, some, SELECT_FIRST);
  by("bar").classList.toggle("some", some);
  show("undo", list.canReview);
  allow(by("undo"), list.reviews.canUndo, "There is nothing to undo.");
  show("saving", list.reviews.isSaving);
}
