/** The shortlist page: receives results from the host, shows them, and runs the actions. */

import {
  askAssistant,
  exportPeople,
  fetchMore,
  peopleToAskAbout,
  peopleToExport,
  reveal,
  type Reporter,
  words,
} from "./actions";
import { FEWEST, MOST } from "./compare";
import { type Action, ACTIONS, CONTACTED, DecisionFilter, isDone } from "./decisions";
import { details, failedDetails, loadingDetails, outreachField } from "./details";
import { showDialog } from "./dialogs";
import { allow, button, by, counted, el, onPress } from "./dom";
import { Histogram } from "./histogram";
import { Host, Refused } from "./host";
import { keyList, listen } from "./keys";
import { Reviewer } from "./reviewer";
import { SkillFilter } from "./skills";
import type { Shortlist } from "./state";
import { Table } from "./table";
import { emptyText, leftOut, summary } from "./texts";
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
let reviewer: Reviewer | undefined;

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
const decisions = new DecisionFilter((show) => {
  filter((current) => (current.show = current.show === show ? undefined : show));
});

const reporter: Reporter = {
  report: (...content) => by("notice").replaceChildren(...content),
  changed: () => refresh(),
};

function showProblem(sentence: string, again?: () => void): void {
  const retry = again && button("Try again", () => void (showProblem(""), again()));
  const close = button("Dismiss", () => showProblem(""));
  by("problem").replaceChildren(...(sentence ? [el("p", {}, sentence), retry ?? "", close] : []));
}

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
  const made = new Reviewer(host, shown, token, () => visible, reporter);
  const current = made.list;
  reviewer = made;
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
    decide: (id, action) => made.decide([id], action),
    note: (id, note) => made.review([id], { note }),
    wholeNote: (id) =>
      made.wholeNote(id).catch((error: unknown) => {
        showProblem(words(error));
        return undefined;
      }),
  });
  const first = shown.left_out ? 1 : 2;
  loading = shown.status !== "running" && (shown.has_more || first === 1);
  refresh();
  by("people").classList.add("first");
  requestAnimationFrame(() =>
    setTimeout(() => {
      performance.measure("fj-shown", "fj-received");
      by("people").classList.remove("first");
    }),
  );
  if (shown.status === "running") void follow(current);
  else if (loading) void load(current, first);
}

function refresh(change?: () => void): void {
  change?.();
  if (!list || !table) return;
  visible = list.visible();
  table.show(visible);
  histogram.update(list.cards, list.minScore);
  skills.update(list);
  decisions.update(list);
  reviewer?.update();
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
  const exported = peopleToExport(current, visible);
  by("export").textContent = exported.label;
  allow(by("export"), (exported.ids ?? cards).length > 0 && !busy);
  const asked = peopleToAskAbout(current);
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
  const out = leftOut(current);
  by("left-out").hidden = !out && !current.showsLeftOut;
  by("left-out-text").textContent = out ? `Left out: ${out}.` : "";
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

function progress(bar: HTMLProgressElement, value: number, most: number): void {
  if (most > 0) {
    bar.max = most;
    bar.value = Math.min(value, most);
  } else bar.removeAttribute("value");
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
      ? [
          outreachField(current.marks(id).outreach, (outreach) =>
            reviewer?.review([id], { outreach }),
          ),
        ]
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
        const first = { ...current.listed, limit: PAGE_SIZE };
        const got = await host.call<CandidateList>("list_profiles", first);
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
      const args = { ...current.listed, page, limit: PAGE_SIZE };
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
  (current) => askAssistant(host, current, peopleToAskAbout(current).ids, reporter),
  SELECT_FIRST,
);
act("export", (current) =>
  exportPeople(host, current, peopleToExport(current, visible).ids, reporter),
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
    () => reviewer?.decideSelected(action),
    () => reporter.report(SELECT_FIRST),
  );
  return pressed;
});
by("review").append(
  el("span", { class: "joined" }, ...forSelected.slice(0, 3)),
  ...forSelected.slice(3),
);
const undo = (): void => {
  const [id, ...others] = reviewer?.undo() ?? [];
  if (id !== undefined && !others.length) table?.focus(id);
};
onPress(by("undo"), undo);
onPress(by("fullscreen"), () => void perform(() => host.toggleFullScreen()));
onPress(
  by("compare"),
  () => reviewer?.compareSelected(),
  () => reporter.report(`Select ${FEWEST} to ${MOST} candidates to compare.`),
);
onPress(by("keys"), showKeys);
onPress(by("show-left-out"), () => {
  filter((current) => (current.showsLeftOut = !current.showsLeftOut));
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
  if (list.selected.has(id)) reviewer?.decideSelected(action);
  else {
    reviewer?.decide([id], action);
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
