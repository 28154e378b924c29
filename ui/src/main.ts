/** The shortlist page: receives results from the host, shows them, and runs the actions. */

import { askAssistant, exportPeople, fetchMore, reveal, type Reporter, words } from "./actions";
import { details, failedDetails, loadingDetails } from "./details";
import { allow, button, by, counted, el, onPress } from "./dom";
import { Histogram } from "./histogram";
import { Host, Refused } from "./host";
import { SkillFilter } from "./skills";
import { Shortlist } from "./state";
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

const histogram = new Histogram((minScore) => {
  if (list) list.minScore = minScore;
  refresh();
});
const skills = new SkillFilter((skill) => {
  if (list && !list.skills.delete(skill)) list.skills.add(skill);
  refresh();
});

const reporter: Reporter = {
  report: (sentence) => {
    by("notice").textContent = sentence;
  },
  changed: () => refresh(),
};

function showProblem(sentence: string, again?: () => void): void {
  const retry = again && button("Try again", () => void (showProblem(""), again()));
  const close = button("Dismiss", () => showProblem(""));
  by("problem").replaceChildren(...(sentence ? [el("p", {}, sentence), retry ?? "", close] : []));
}

function receive(read: () => unknown): void {
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
  const current = new Shortlist(shown);
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
  if (shown.status === "running") void follow(current, false);
  else if (loading) void load(current, 2, false);
}

function refresh(change?: () => void): void {
  change?.();
  if (!list || !table) return;
  visible = list.visible();
  table.show(visible);
  histogram.update(list.cards, list.minScore);
  skills.update(list);
  updateTexts(list);
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
  const count = current.filtered ? `${visible.length} of ${all} shown` : `${all} shown`;
  const chosen = `${selected.size} selected${hidden ? ` (${hidden} not shown)` : ""}`;
  const some = selected.size > 0;
  by("count").textContent = some ? `${count}, ${chosen}` : count;
  by("table").hidden = !visible.length;
  by("empty").hidden = visible.length > 0 || loading || status === "running";
  by("empty-text").textContent = current.either
    ? "All words of a search must occur, so it has no OR. Search for one after the other."
    : cards.length
      ? "No candidates match these filters."
      : "No candidates match this search. Ask the assistant to loosen one of its filters.";
  by("clear").hidden = !current.filtered;
  by("all-candidates").hidden = !Object.keys(current.part).length;
  for (const id of ["reveal-email", "reveal-phone", "fetch-more"])
    by(id).hidden = !current.canSpend;
  for (const id of ["reveal-email", "reveal-phone", "ask"]) allow(by(id), some && !busy);
  by("export").textContent = some ? `Export ${selected.size} selected` : "Export all";
  allow(by("export"), cards.length > 0 && !busy);
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

function summary({ status, total, matched, leastScore, fresh }: Shortlist): string {
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
    panel.replaceChildren(details(person, buy));
    table?.mark(visible);
  } catch (error) {
    panel.replaceChildren(failedDetails(words(error), () => void open(current, id, panel)));
  }
}

/** Polls a session until matching is over, then loads its candidates. */
async function follow(current: Shortlist, markNew: boolean): Promise<void> {
  const mine = run;
  const args = { session_id: current.sessionId, max_wait_seconds: 0 };
  try {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      const { status, matched, total } = await host.call<WaitedSession>("wait_for_session", args);
      if (mine !== run) return;
      Object.assign(current, { status, matched, expected: total });
      refresh();
      if (status !== "running") break;
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (mine !== run) return;
    }
  } catch (error) {
    if (mine === run) showProblem(words(error), () => void follow(current, markNew));
    return;
  }
  await load(current, 1, markNew);
}

/** Loads the candidates page by page, showing each page as it arrives. */
async function load(current: Shortlist, from: number, markNew: boolean): Promise<void> {
  const mine = run;
  const turn = ++loads;
  const stopped = (): boolean => mine !== run || turn !== loads;
  const listed = from > 1 ? current.cards : [];
  loading = true;
  let page = from;
  try {
    for (let more = true; more && listed.length < MOST_PEOPLE; page++) {
      const args = { session_id: current.sessionId, page, limit: PAGE_SIZE, ...current.part };
      const got = await host.call<CandidateList>("list_profiles", args);
      if (stopped()) return;
      if (page === 1) current.fresh.clear();
      current.add(got, markNew);
      listed.push(...got.candidates);
      more = got.has_more;
      refresh();
    }
    current.keep(listed);
    const added = current.fresh.size;
    if (markNew)
      reporter.report(
        added ? `${counted(added, "new candidate")}.` : "No new candidates were found.",
      );
  } catch (error) {
    const again = () => void load(current, page, markNew);
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
  return load(current, 1, false);
}

function act(id: string, action: (current: Shortlist) => Promise<unknown>): void {
  onPress(by(id), () => {
    const current = list;
    if (current) void perform(() => action(current));
  });
}

act("reveal-email", (current) => reveal(host, current, [...current.selected], "email", reporter));
act("reveal-phone", (current) => reveal(host, current, [...current.selected], "phone", reporter));
act("ask", (current) => askAssistant(host, current, reporter));
act("export", (current) => exportPeople(host, current, reporter));
act("fetch-more", async (current) => {
  if (await fetchMore(host, current, reporter)) void follow(current, true);
});
act("all-candidates", async (current) => {
  current.leastScore = 0;
  await widen(current);
});
onPress(by("clear"), () => {
  refresh(() => list?.clearFilters());
  text.value = list?.text ?? "";
  text.focus();
});
text.addEventListener("input", () => {
  if (list) list.text = text.value;
  // The server has left out those who do not fit the query, but they may fit other words.
  if (list?.query && list.text !== list.query) void widen(list);
  refresh();
});

function canceled(): void {
  by("loading").hidden = true;
  showProblem("The assistant stopped before the shortlist was ready.");
}

host
  .connect(receive, canceled, () => run++)
  .catch((error: unknown) => {
    by("loading").hidden = true;
    showProblem(
      error instanceof Refused ? error.message : `The shortlist could not start: ${words(error)}`,
    );
  });
