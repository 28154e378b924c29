/** The shortlist page: receives results from the host, shows them, and runs the actions. */

import {
  askAssistant,
  chosenPeople,
  exportPeople,
  fetchMore,
  reveal,
  type Reporter,
  words,
} from "./actions";
import { compare, type Comparison, FEWEST, MOST } from "./compare";
import { type Action, ACTIONS, CONTACTED, DecisionFilter, isDone, said, WORDS } from "./decisions";
import { details, failedDetails, loadingDetails, outreachField } from "./details";
import { showDialog } from "./dialogs";
import { allow, button, by, counted, el, onPress } from "./dom";
import { Histogram } from "./histogram";
import { Host, Refused } from "./host";
import { keyList, listen } from "./keys";
import { type Change, Reviews } from "./reviews";
import { SkillFilter } from "./skills";
import { Shortlist, type Show } from "./state";
import { Table } from "./table";
import type { CandidateList, Card, FullCandidate, ShownCandidates, WaitedSession } from "./types";

const PAGE_SIZE = 20;
const MOST_PEOPLE = 1_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 5_000;

const host = new Host();
const text = by<HTMLInputElement>("text");

let list: Shortlist | undefined;
let table: Table | undefined;
let visible: Card[] = [];
let busy = false;
let loading = false;
/** Incremented for each result received; work for an earlier one stops. */
let run = 0;
/** Incremented for each list loaded; an earlier one stops. */
let loads = 0;
let comparison: Comparison | undefined;

// On a narrow screen the filters are folded, so that the first candidate is in sight.
const wide = matchMedia("(min-width: 680px)");
const fold = (): void => void (by<HTMLDetailsElement>("fold").open = wide.matches);
wide.addEventListener("change", fold);
fold();

const histogram = new Histogram((minScore) => {
  filter((current) => (current.minScore = minScore));
});
const skills = new SkillFilter((skill) => {
  filter((current) => current.skills.delete(skill) || current.skills.add(skill));
});
const decisions = new DecisionFilter((show) => void showOnly(show));

const reporter: Reporter = {
  report: (...content) => by("notice").replaceChildren(...content),
  changed: () => refresh(),
};

function showProblem(sentence: string, again?: () => void): void {
  const retry = again && button("Try again", () => void (showProblem(""), again()));
  const close = button("Dismiss", () => showProblem(""));
  by("problem").replaceChildren(...(sentence ? [el("p", {}, sentence), retry ?? "", close] : []));
}

/** @param token with it the server knows that the user, not the assistant, makes a review. */
function receive(read: () => unknown, token: unknown): void {
  performance.mark("fj-received");
  run++;
  busy = false;
  showProblem("");
  reporter.report("");
  by("loading").hidden = true;
  let shown: ShownCandidates;
  try {
    shown = read() as ShownCandidates;
  } catch (error) {
    showProblem(words(error));
    return;
  }
  const ids = { session_id: shown.session_id, ...(token ? { view: token } : {}) };
  const reviews = new Reviews(
    (candidate_ids, { note, ...change }) =>
      host.call(
        "review_candidates",
        { ...ids, candidate_ids, ...change, ...(note === undefined ? {} : { note: note || "-" }) },
        true,
      ),
    (error) => {
      if (error !== undefined) showUnsaved(current, words(error));
      refresh();
    },
  );
  const current = new Shortlist(shown, reviews);
  list = current;
  text.value = current.text;
  by("shortlist").hidden = false;
  by("sandbox").hidden = !current.sandbox;
  table = new Table(current, {
    sort: (column) => refresh(() => current.sortBy(column)),
    select: (id, on) => select([id], on),
    selectAll: (on) =>
      select(
        visible.map((card) => card.candidate_id),
        on,
      ),
    open: (id, panel) => void open(current, id, panel),
    link: (url) => void perform(() => host.open(url)),
    decide: (id, action) => decide([id], action),
    note: (id, note) => review([id], { note }),
    wholeNote: (id) => wholeNote(current, id),
  });
  loading = shown.status !== "running" && shown.has_more;
  refresh();
  by("people").classList.add("first");
  requestAnimationFrame(() =>
    setTimeout(() => {
      performance.measure("fj-shown", "fj-received");
      by("people").classList.remove("first");
    }),
  );
  if (shown.status === "running") void follow(current);
  else if (loading) void load(current, 2);
}

function refresh(change?: () => void): void {
  change?.();
  if (!list || !table) return;
  visible = list.visible();
  table.show(visible);
  histogram.update(list.cards, list.minScore);
  skills.update(list);
  decisions.update(list);
  comparison?.update();
  updateTexts(list);
}

/** Changes a filter; those who do not fit leave, even if they were reviewed just now. */
function filter(change: (current: Shortlist) => unknown): void {
  if (!list) return;
  list.staying.clear();
  change(list);
  refresh();
}

function select(ids: string[], on: boolean): void {
  for (const id of ids)
    if (on) list?.selected.add(id);
    else list?.selected.delete(id);
  table?.mark(visible);
  if (list) updateTexts(list);
}

/** Updates the texts around the table, and which buttons are enabled. */
function updateTexts(current: Shortlist): void {
  const { selected, cards, total, status } = current;
  by("title").textContent = current.title;
  by("summary").textContent = summary(current);
  const shownIds = new Set(visible.map((card) => card.candidate_id));
  const hidden = [...selected].filter((id) => !shownIds.has(id)).length;
  const all = cards.length.toLocaleString("en");
  const count =
    visible.length < cards.length ? `${visible.length} of ${all} shown` : `${all} shown`;
  const chosen = `${selected.size} selected${hidden ? ` (${hidden} not shown)` : ""}`;
  const some = selected.size > 0;
  by("count").textContent = some ? `${count}, ${chosen}` : count;
  by("table").hidden = !visible.length;
  by("empty").hidden = visible.length > 0 || loading || status === "running";
  by("empty-text").textContent = emptyText(current);
  by("clear").hidden = !current.filtered;
  by("all-candidates").hidden = !current.isPart;
  for (const id of ["reveal-email", "reveal-phone", "fetch-more"])
    by(id).hidden = !current.canSpend;
  for (const id of ["reveal-email", "reveal-phone"]) allow(by(id), some && !busy);
  const { exported, asked } = chosenPeople(current, visible);
  by("export").textContent = exported.label;
  allow(by("export"), cards.length > 0 && !busy);
  by("ask").textContent = asked.label;
  allow(by("ask"), asked.ids.length > 0 && !busy);
  allow(by("compare"), selected.size >= FEWEST && selected.size <= MOST);
  by("review").hidden = !current.canReview;
  by("table").classList.toggle("reviewed", current.canReview);
  for (const pressed of by("review").querySelectorAll<HTMLElement>(".toggle")) allow(pressed, some);
  by("bar").classList.toggle("some", some);
  by("fold").hidden = by("bar").hidden = status === "running" && !cards.length;
  by("undo").hidden = !current.canReview;
  allow(by("undo"), current.reviews.canUndo);
  by("saving").hidden = !current.reviews.isSaving;
  by("unsaved").hidden ||= !current.reviews.unsaved.length;
  const leftOut = counts(current.hidden);
  by("left-out").hidden = !leftOut && !current.showsLeftOut;
  by("left-out-text").textContent = leftOut ? `Left out: ${leftOut}.` : "";
  by("show-left-out").textContent = current.showsLeftOut
    ? "Leave rejected people out"
    : "Show them";
  const settled = status !== "running" && !loading;
  allow(by("fetch-more"), settled && !busy && !current.exhausted);
  by("working").hidden = settled;
  const bar = by<HTMLProgressElement>("progress");
  if (status === "running") {
    const of = current.expected ? ` of ${current.expected}` : "";
    by("working-text").textContent = `Matching candidates: ${current.matched}${of} so far`;
    progress(bar, current.matched, current.expected);
  } else {
    by("working-text").textContent = `Loading candidates: ${cards.length} of ${total}`;
    progress(bar, cards.length, total);
  }
}

function emptyText(current: Shortlist): string {
  if (current.either)
    return "All words of a search must occur, so it has no OR. Search for one after the other.";
  if (current.filtered) return "No candidates match these filters.";
  if (counts(current.hidden)) return "Everybody in this list is left out.";
  if (current.leastScore > 0 && current.matched > 0)
    return `No candidate has a score of ${current.leastScore} or more.`;
  return "No candidates match this search. Ask the assistant to loosen one of its filters.";
}

/** "2 rejected, 1 do not contact" */
function counts(of: Record<string, number>): string {
  const parts = (["rejected", "do_not_contact"] as const).map(
    (mark) => of[mark] && `${of[mark]} ${WORDS[mark].toLowerCase()}`,
  );
  return parts.filter(Boolean).join(", ");
}

function progress(bar: HTMLProgressElement, value: number, most: number): void {
  if (most > 0) {
    bar.max = most;
    bar.value = Math.min(value, most);
  } else bar.removeAttribute("value");
}

function summary({ status, total, matched, leastScore, fresh, cards }: Shortlist): string {
  if (status === "running" && !cards.length) return "";
  const least = leastScore > 0 ? ` with a score of ${leastScore} or more` : "";
  const of = matched > total ? ` of ${matched.toLocaleString("en")}` : "";
  const added = fresh.size ? `, ${fresh.size} new` : "";
  const failed = status === "failed" ? "The search failed at FutureJobs. " : "";
  return `${failed}${counted(total, "candidate")}${of}${least}${added}`;
}

/** Runs one action at a time, and shows why it failed. */
async function perform(action: () => Promise<unknown>): Promise<void> {
  if (busy) return;
  busy = true;
  showProblem("");
  refresh();
  const mine = run;
  try {
    await action();
  } catch (error) {
    reporter.report("");
    showProblem(words(error));
  } finally {
    if (mine === run) busy = false;
    refresh();
  }
}

async function open(current: Shortlist, id: string, panel: HTMLElement): Promise<void> {
  panel.replaceChildren(loadingDetails());
  try {
    const ids = { session_id: current.sessionId, candidate_id: id };
    const person = await host.call<FullCandidate>("get_candidate", ids);
    for (const channel of ["email", "phone"] as const) {
      const values = person[channel];
      if (values?.length) current.setContact(id, channel, { outcome: "already_revealed", values });
    }
    const buy = (["email", "phone"] as const)
      .filter((channel) => current.canSpend && !current.contact(id, channel)?.values.length)
      .map((channel) =>
        button(
          `Reveal ${channel}`,
          () => void perform(() => reveal(host, current, [id], channel, reporter)),
        ),
      );
    const outreach = current.canReview
      ? [outreachField(current.marks(id).outreach, (state) => review([id], { outreach: state }))]
      : [];
    panel.replaceChildren(details(person, [...buy, ...outreach]));
    table?.mark(visible);
  } catch (error) {
    panel.replaceChildren(failedDetails(words(error), () => void open(current, id, panel)));
  }
}

/**
 * Polls a session until matching is over, then loads its candidates.
 *
 * @param bought what fetching more cost, as a sentence; then the new candidates are marked.
 */
async function follow(current: Shortlist, bought?: string): Promise<void> {
  const mine = run;
  const args = { session_id: current.sessionId, max_wait_seconds: 0 };
  try {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      const { status, matched, total } = await host.call<WaitedSession>("wait_for_session", args);
      if (mine !== run) return;
      Object.assign(current, { status, matched, expected: total });
      refresh();
      if (status !== "running") break;
      if (bought === undefined && current.cards.length < Math.min(matched, PAGE_SIZE)) {
        const page = { session_id: current.sessionId, limit: PAGE_SIZE, ...current.part };
        const got = await host.call<CandidateList>("list_profiles", page);
        if (mine !== run) return;
        if (got.candidates.length) refresh(() => current.add(got));
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (mine !== run) return;
    }
  } catch (error) {
    if (mine === run) showProblem(words(error), () => void follow(current, bought));
    return;
  }
  await load(current, 1, bought);
}

/** Loads the candidates page by page, showing each page as it arrives. */
async function load(current: Shortlist, from: number, bought?: string): Promise<void> {
  const markNew = bought !== undefined;
  const mine = run;
  const turn = ++loads;
  const stopped = (): boolean => mine !== run || turn !== loads;
  const listed = from > 1 ? current.cards : [];
  loading = true;
  let page = from;
  try {
    for (let more = true; more && listed.length < MOST_PEOPLE; page++) {
      const args = { session_id: current.sessionId, page, limit: PAGE_SIZE, ...current.part };
      const { answered } = current.reviews;
      const got = await host.call<CandidateList>("list_profiles", args);
      if (stopped()) return;
      if (page === 1) current.fresh.clear();
      current.add(got, markNew);
      current.reviews.listed(got.candidates, answered);
      listed.push(...got.candidates);
      more = got.has_more;
      refresh();
    }
    current.keep(listed);
    const added = current.fresh.size;
    if (markNew) {
      const found = added ? `${counted(added, "new candidate")}.` : "No new candidates were found.";
      reporter.report(`${found} ${bought}`.trim());
    }
  } catch (error) {
    const again = () => void load(current, page, bought);
    if (!stopped()) showProblem(words(error), again);
  } finally {
    if (!stopped()) loading = false;
    refresh();
  }
}

/** Lists everybody again, after a view of some of the candidates. */
function widen(current: Shortlist): Promise<void> {
  if (text.value === current.query) text.value = current.text = "";
  current.query = "";
  current.candidateIds = [];
  return load(current, 1);
}

/** Shows only the candidates with a mark, or all again if they are shown already. */
async function showOnly(show: Show): Promise<void> {
  filter((current) => (current.show = current.show === show ? undefined : show));
  if (list?.show && (list.show === "rejected" || list.show === "do_not_contact")) await all(list);
}

/** Lists those too whom the server left out. */
async function all(current: Shortlist): Promise<void> {
  if (current.wantsLeftOut || !counts(current.leftOut)) return;
  current.wantsLeftOut = true;
  await load(current, 1);
}

/** Says that changes went back because they could not be saved. */
function showUnsaved(current: Shortlist, reason: string): void {
  const { reviews } = current;
  const panel = by("unsaved");
  const again = (): void => {
    reviews.retry(current.cards);
    refresh();
  };
  const close = (): void => {
    reviews.giveUp();
    refresh();
  };
  reporter.report("");
  panel.hidden = !reviews.unsaved.length;
  panel.replaceChildren(
    el("p", {}, `Not saved for ${people(current, reviews.unsaved)}. ${reason}`),
    button("Try again", again),
    button("Dismiss", close),
  );
}

/** Reviews candidates. */
function review(ids: string[], change: Change): void {
  const current = list;
  if (!current?.canReview || !ids.length) return;
  stay(current, ids);
  current.reviews.review(
    ids.flatMap((id) => current.card(id) ?? []),
    change,
  );
  reporter.report(`${people(current, ids)}: ${said(change)}.`);
  refresh();
}

/** The note of a candidate, which a list may have cut; undefined if it cannot be read. */
async function wholeNote(current: Shortlist, id: string): Promise<string | undefined> {
  const { note } = current.marks(id);
  if (!note.endsWith("…")) return note;
  const args = { session_id: current.sessionId, candidate_ids: [id], detail: "detailed" };
  try {
    const { candidates } = await host.call<CandidateList>("list_profiles", args);
    const whole = candidates[0]?.note ?? note;
    refresh(() => current.setNote(id, whole));
    return whole;
  } catch (error) {
    showProblem(words(error));
    return undefined;
  }
}

/** Keeps the visible ones of some candidates in view until a filter changes. */
function stay(current: Shortlist, ids: string[]): void {
  for (const { candidate_id: id } of visible) if (ids.includes(id)) current.staying.add(id);
}

function people(current: Shortlist, ids: string[]): string {
  return ids.length === 1 ? current.name(ids[0] ?? "") : counted(ids.length, "candidate");
}

/** Gives candidates the mark of an action, or takes it back if all have it. */
function decide(ids: string[], action: Action): void {
  const current = list;
  if (!current) return;
  // Who replied or must not be contacted is not made "contacted" again by one press.
  const open = ids.filter(
    (id) => action !== CONTACTED || /^(none|contacted)$/.test(current.marks(id).outreach),
  );
  if (ids.length && !open.length) {
    const state = WORDS[current.marks(ids[0] ?? "").outreach].toLowerCase();
    reporter.report(`${people(current, ids)}: ${state}. Change that in the opened profile.`);
    return;
  }
  const back: Change = action === CONTACTED ? { outreach: "none" } : { decision: "undecided" };
  review(open, open.every((id) => isDone(action, current.marks(id))) ? back : action.change);
}

/** Decides about all selected candidates, who are then no longer selected. */
function decideSelected(action: Action): void {
  if (!list) return;
  const ids = [...list.selected];
  list.selected.clear();
  decide(ids, action);
}

function undo(): void {
  const current = list;
  if (!current?.reviews.canUndo) return;
  const ids = current.reviews.undo();
  stay(current, ids);
  reporter.report(`${people(current, ids)}: undone.`);
  refresh();
  if (ids.length === 1) table?.focus(ids[0] ?? "");
}

function compareSelected(current: Shortlist): void {
  const ids = [...current.selected];
  const args = {
    session_id: current.sessionId,
    candidate_ids: ids,
    detail: "detailed",
  };
  comparison = compare(
    current,
    ids,
    () => host.call<CandidateList>("list_profiles", args),
    (id, action) => decide([id], action),
  );
}

/** Runs an action when its button is pressed; while it is disabled, says what to do first. */
function act(id: string, action: (current: Shortlist) => Promise<unknown>, first?: string): void {
  onPress(
    by(id),
    () => {
      const current = list;
      if (current) void perform(() => action(current));
    },
    () => first && !busy && reporter.report(first),
  );
}

const SELECT_FIRST = "Select one or more candidates first.";

for (const channel of ["email", "phone"] as const)
  act(
    `reveal-${channel}`,
    (current) => reveal(host, current, [...current.selected], channel, reporter),
    SELECT_FIRST,
  );
act(
  "ask",
  (current) => askAssistant(host, current, chosenPeople(current, visible).asked.ids, reporter),
  SELECT_FIRST,
);
act("export", (current) =>
  exportPeople(host, current, chosenPeople(current, visible).exported.ids, reporter),
);
act("fetch-more", async (current) => {
  const bought = await fetchMore(host, current, reporter);
  if (bought !== undefined) void follow(current, bought);
});
act("all-candidates", async (current) => {
  current.leastScore = 0;
  await widen(current);
});
const forSelected = ACTIONS.map((action) => {
  const pressed = el("button", { type: "button", class: `toggle ${action.key}` }, action.label);
  onPress(
    pressed,
    () => decideSelected(action),
    () => reporter.report(SELECT_FIRST),
  );
  return pressed;
});
by("review").append(
  el("span", { class: "joined" }, ...forSelected.slice(0, 3)),
  ...forSelected.slice(3),
);
onPress(by("undo"), undo);
onPress(by("fullscreen"), () => void perform(() => host.toggleFullScreen()));
onPress(
  by("compare"),
  () => list && compareSelected(list),
  () => reporter.report(`Select ${FEWEST} to ${MOST} candidates to compare.`),
);
onPress(by("keys"), showKeys);
onPress(by("show-left-out"), () => {
  filter((current) => (current.showsLeftOut = !current.showsLeftOut));
  if (list?.showsLeftOut) void all(list);
});
onPress(by("clear"), () => {
  filter((current) => current.clearFilters());
  text.value = list?.text ?? "";
  text.focus();
});
text.addEventListener("input", () => {
  if (list) list.text = text.value;
  // The server has left out those who do not fit the query, but they may fit other words.
  if (list?.query && list.text !== list.query) void widen(list);
  filter(() => undefined);
});

function showKeys(): void {
  showDialog("Keys", [keyList(list?.canReview ?? false)]);
}

/** Decides about the candidate in whose row the focus is, or about all selected ones. */
function decideAt(target: HTMLElement, action: Action): boolean {
  const id = table?.at(target);
  if (id === undefined || !list?.canReview) return false;
  if (list.selected.has(id)) decideSelected(action);
  else {
    decide([id], action);
    if (action !== CONTACTED && isDone(action, list.marks(id))) table?.move(id, 1, visible);
  }
  return true;
}

/** What a key does with the candidate in whose row the focus is. */
const inRow = (act: (id: string) => void) => (target: HTMLElement) => {
  const id = table?.at(target);
  if (id !== undefined) act(id);
  return id !== undefined;
};
const move = (by: number) => (target: HTMLElement) => table?.move(table.at(target), by, visible);
const scroll = (by: number) => (target: HTMLElement) =>
  // Elsewhere these keys scroll, such as in an opened profile.
  target.closest("#people > tr:not(.opened)") ? move(by)(target) : false;

listen({
  j: move(1),
  k: move(-1),
  ArrowDown: scroll(1),
  ArrowUp: scroll(-1),
  x: inRow((id) => select([id], !list?.selected.has(id))),
  Enter: (target) => target.matches("input") && inRow((id) => table?.toggle(id))(target),
  ...Object.fromEntries(
    ACTIONS.map((action) => [action.key, (target: HTMLElement) => decideAt(target, action)]),
  ),
  n: inRow((id) => void table?.editNote(id)),
  u: undo,
  "?": showKeys,
});

function canceled(): void {
  by("loading").hidden = true;
  showProblem("The assistant stopped before the shortlist was ready.");
}

host
  .connect(
    receive,
    canceled,
    async () => {
      run++;
      await list?.reviews.settled();
    },
    () => {
      const full = host.fullScreen;
      by("fullscreen").hidden = full === undefined;
      by("fullscreen").textContent = full ? "Exit full screen" : "Full screen";
    },
  )
  .catch((error: unknown) => {
    by("loading").hidden = true;
    showProblem(
      error instanceof Refused ? error.message : `The shortlist could not start: ${words(error)}`,
    );
  });
