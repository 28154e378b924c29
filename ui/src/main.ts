/** The shortlist page: receives results from the host, shows them, and runs the actions. */

import {
  askAssistant,
  type Desk,
  exportPeople,
  fetchMore,
  peopleToAskAbout,
  peopleToExport,
  priceOf,
  reveal,
  words,
} from "./actions";
import { type Action, ACTIONS, CONTACTED, DecisionFilter, isDone } from "./decisions";
import { details, failedDetails, loadingDetails, outreachField, reasonField } from "./details";
import { showDialog } from "./dialogs";
import { button, by, counted, el, onPress } from "./dom";
import { FacetFilters } from "./facets";
import { Histogram } from "./histogram";
import { Host, type Listed, Refused } from "./host";
import { keyList, listen } from "./keys";
import { Loader } from "./loader";
import { Money } from "./money";
import { Reviewer } from "./reviewer";
import { SkillFilter } from "./skills";
import type { Channel, Shortlist } from "./state";
import { showSurroundings } from "./surroundings";
import { Table } from "./table";
import type { Card, FullCandidate, ShownCandidates } from "./types";

const host = new Host();
const text = by<HTMLInputElement>("text");

/** Everything about the list that is shown. */
interface View extends Desk {
  table: Table;
  loader: Loader;
  reviewer: Reviewer;
  visible: Card[];
}

let view: View | undefined;
let busy = false;

// On a narrow screen the filters are folded, so that the first candidate is in sight.
const wide = matchMedia("(min-width: 980px)");
const fold = (): void => void (by<HTMLDetailsElement>("fold").open = wide.matches);
wide.addEventListener("change", fold);
fold();

new ResizeObserver(() => {
  document.documentElement.style.setProperty("--bar", `${by("bar").offsetHeight}px`);
}).observe(by("bar"));

const histogram = new Histogram((minScore) => {
  filter((list) => (list.minScore = minScore));
});
const skills = new SkillFilter((skill) => {
  filter((list) => list.skills.delete(skill) || list.skills.add(skill));
});
const decisions = new DecisionFilter((show) => {
  filter((list) => (list.show = list.show === show ? undefined : show));
});
const facets = new FacetFilters(filter);

const reporter = {
  report: (...content: (Node | string)[]) => by("notice").replaceChildren(...content),
  changed: () => refresh(),
};

function showProblem(sentence: string, again?: () => void): void {
  const retry = again && button("Try again", () => void (showProblem(""), again()));
  const close = button("Dismiss", () => showProblem(""));
  by("problem").replaceChildren(...(sentence ? [el("p", {}, sentence), retry ?? "", close] : []));
}

function receive(read: () => unknown): void {
  performance.mark("fj-received");
  view?.loader.end();
  busy = false;
  showProblem("");
  reporter.report("");
  by("loading").hidden = true;
  let shown: Listed<ShownCandidates>;
  try {
    shown = read() as Listed<ShownCandidates>;
  } catch (error) {
    showProblem(words(error));
    return;
  }
  const reviewer = new Reviewer(host, shown, () => view?.visible ?? [], reporter);
  const { list } = reviewer;
  const money = new Money(host, list.sessionId, shown.prices ?? {}, refresh);
  const loader = new Loader(host, list, {
    changed: refresh,
    failed: showProblem,
    added: (bought) => reportNew(list, bought),
  });
  const select = (ids: string[], on: boolean) => mark(list, ids, on);
  const table = new Table(list, {
    sort: (column) => refresh(() => (list.sortBy(column), table.restart())),
    select: (id, on) => select([id], on),
    selectAll: (on) =>
      select(
        (view?.visible ?? []).map((card) => card.candidate_id),
        on,
      ),
    open: (id, panel) => void open(id, panel),
    link: (url) => void perform(() => host.open(url)),
    decide: (id, action) => reviewer.decide([id], action),
    note: (id, note) => reviewer.review([id], { note }),
    wholeNote: (id) =>
      reviewer.wholeNote(id).catch((error: unknown) => {
        showProblem(words(error));
        return undefined;
      }),
  });
  view = { host, list, money, reporter, table, loader, reviewer, visible: [] };
  text.value = list.text;
  by("shortlist").hidden = false;
  by("sandbox").hidden = !list.sandbox;
  const first = shown.left_out ? 1 : 2;
  loader.loading = shown.status !== "running" && (shown.has_more || first === 1);
  refresh();
  requestAnimationFrame(() => setTimeout(() => performance.measure("fj-shown", "fj-received")));
  if (shown.status === "running") void loader.follow();
  else if (loader.loading) void loader.load(first);
}

function refresh(change?: () => void): void {
  change?.();
  if (!view) return;
  const { list } = view;
  view.visible = list.visible();
  view.table.show(view.visible);
  histogram.update(list.cards, list.minScore);
  skills.update(list);
  decisions.update(list);
  facets.update(list);
  view.reviewer.update();
  surround(view);
}

function surround(current: View): void {
  showSurroundings({ ...current, busy, loading: current.loader.loading });
}

/** Changes a filter; those who do not fit leave, even if they were reviewed just now. */
function filter(change: (list: Shortlist) => unknown): void {
  if (!view) return;
  view.list.staying.clear();
  view.table.restart();
  change(view.list);
  refresh();
}

function mark(list: Shortlist, ids: string[], on: boolean): void {
  for (const id of ids)
    if (on) list.selected.add(id);
    else list.selected.delete(id);
  view?.table.mark();
  if (view) surround(view);
}

/** Runs one action at a time, and shows why it failed. */
async function perform(action: () => Promise<unknown>): Promise<void> {
  if (busy) return;
  const mine = view;
  busy = true;
  showProblem("");
  refresh();
  try {
    await action();
  } catch (error) {
    reporter.report("");
    showProblem(words(error));
  } finally {
    if (mine === view) busy = false;
    refresh();
  }
}

/** Says what fetching more has brought, which is above all others now. */
function reportNew(list: Shortlist, bought: string): void {
  const added = list.fresh.size;
  if (!added) {
    reporter.report(`No new candidates were found. ${bought}`);
    return;
  }
  const show = button(
    "Show new",
    () => filter((current) => (current.clearFilters(), (current.show = "new"))),
    "link",
  );
  reporter.report(`${counted(added, "new candidate")}, above the others. ${bought} `, show);
  by("shortlist").scrollTop = 0;
}

async function open(id: string, panel: HTMLElement): Promise<void> {
  if (!view) return;
  const current = view;
  const { list, table, money, reviewer } = current;
  panel.replaceChildren(loadingDetails());
  try {
    const ids = { session_id: list.sessionId, candidate_id: id };
    const person = await host.call<FullCandidate>("get_candidate", ids);
    const channels = ["email", "phone"] as const;
    for (const channel of channels) {
      const values = person[channel];
      if (values?.length) list.setContact(id, channel, { outcome: "already_revealed", values });
    }
    const offers = channels
      .filter((channel) => list.canSpend && !list.contact(id, channel)?.values.length)
      .map((channel) =>
        button(money.label(`Reveal ${channel}`, priceOf(channel)), () => {
          const bought = perform(() => buy(current, [id], channel));
          void bought.then(() => {
            if (list.contact(id, channel)?.values.length) void open(id, panel);
          });
        }),
      );
    const { outreach } = list.marks(id);
    const states = list.canReview
      ? [
          outreachField(outreach, (chosen) => reviewer.review([id], { outreach: chosen })),
          reasonField((reason) => reviewer.review([id], { reason })),
        ]
      : [];
    panel.replaceChildren(details(person, [...offers, ...states]));
    table.mark();
  } catch (error) {
    panel.replaceChildren(failedDetails(words(error), () => void open(id, panel)));
  }
}

/** Lists everybody again, after a view of some of the candidates. */
function widen({ list, loader }: View): Promise<void> {
  if (text.value === list.query) text.value = list.text = "";
  list.query = "";
  list.candidateIds = [];
  return loader.load(1);
}

/** Runs an action when its button is pressed. */
function act(id: string, action: (current: View) => Promise<unknown>): void {
  onPress(by(id), () => {
    const current = view;
    if (current) void perform(() => action(current));
  });
}

/** Whether something was paid for although the app lost the answer, so that the list has more. */
const isCharged = (error: unknown): boolean => error instanceof Refused && error.charged;

const buy = (current: View, ids: string[], channel: Channel): Promise<void> =>
  reveal(current, ids, channel).catch((error: unknown) => {
    if (isCharged(error)) void current.loader.load(1);
    throw error;
  });
for (const channel of ["email", "phone"] as const)
  act(`reveal-${channel}`, (current) => buy(current, [...current.list.selected], channel));
act("ask", (current) => askAssistant(current, peopleToAskAbout(current.list).ids));
act("export", (current) =>
  exportPeople(current, peopleToExport(current.list, current.visible).ids),
);
act("fetch-more", async (current) => {
  const bought = await fetchMore(current).catch((error: unknown) => {
    if (isCharged(error)) void current.loader.follow("");
    throw error;
  });
  if (bought !== undefined) void current.loader.follow(bought);
});
act("all-candidates", async (current) => {
  current.list.leastScore = 0;
  await widen(current);
});
const forSelected = ACTIONS.map((action) =>
  button(action.label, () => view?.reviewer.decideSelected(action), `toggle ${action.key}`),
);
by("review").append(
  el("span", { class: "joined" }, ...forSelected.slice(0, 3)),
  ...forSelected.slice(3),
);
const undo = (): void => {
  const [id, ...others] = view?.reviewer.undo() ?? [];
  if (id !== undefined && !others.length) view?.table.focus(id);
};
onPress(by("undo"), undo);
onPress(by("fullscreen"), () => void perform(() => host.toggleFullScreen()));
onPress(by("compare"), () => view?.reviewer.compareSelected());
onPress(by("keys"), showKeys);
onPress(by("show-left-out"), () => {
  filter((list) => (list.showsLeftOut = !list.showsLeftOut));
});
onPress(by("clear"), () => {
  filter((list) => list.clearFilters());
  text.value = view?.list.text ?? "";
  text.focus();
});
onPress(by("remedy"), () => by(by("remedy").dataset.press ?? "").click());
text.addEventListener("input", () => {
  if (!view) return;
  const { list } = view;
  list.text = text.value;
  // The server has left out those who do not fit the query, but they may fit other words.
  if (list.query && list.text !== list.query) void widen(view);
  filter(() => undefined);
});

function showKeys(): void {
  showDialog("Keys", [keyList(view?.list.canReview ?? false)]);
}

/** Decides about the candidate in whose row the focus is, or about all selected ones. */
function decideAt(target: HTMLElement, action: Action): boolean {
  const id = view?.table.at(target);
  if (!view || id === undefined || !view.list.canReview) return false;
  const { list, reviewer, table } = view;
  if (list.selected.has(id)) reviewer.decideSelected(action);
  else {
    reviewer.decide([id], action);
    if (action !== CONTACTED && isDone(action, list.marks(id))) table.move(id, 1);
  }
  return true;
}

/** What a key does with the candidate in whose row the focus is. */
const inRow = (act: (id: string, current: View) => void) => (target: HTMLElement) => {
  const id = view?.table.at(target);
  if (view && id !== undefined) act(id, view);
  return id !== undefined;
};
const move = (by: number) => (target: HTMLElement) => view?.table.move(view.table.at(target), by);
const scroll = (by: number) => (target: HTMLElement) =>
  // Elsewhere these keys scroll, such as in an opened profile.
  target.closest("#people > tr:not(.opened)") ? move(by)(target) : false;
const explain = (place: number) => (target: HTMLElement) =>
  view?.reviewer.explain(place, view.table.at(target)) ?? false;

listen({
  j: move(1),
  k: move(-1),
  ArrowDown: scroll(1),
  ArrowUp: scroll(-1),
  x: inRow((id, { list }) => mark(list, [id], !list.selected.has(id))),
  Enter: (target) => target.matches("input") && inRow((id, { table }) => table.toggle(id))(target),
  ...Object.fromEntries(
    ACTIONS.map((action) => [action.key, (target: HTMLElement) => decideAt(target, action)]),
  ),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((place) => [String(place), explain(place)])),
  n: inRow((id, { table }) => void table.editNote(id)),
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
      view?.loader.end();
      await view?.list.reviews.settled();
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
