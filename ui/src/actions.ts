/** The actions on candidates: reveal, fetch more, export, ask the assistant. */

import { confirmed, nameList, promptText } from "./dialogs";
import { copyable, counted, el } from "./dom";
import { type Host, Refused } from "./host";
import type { Money } from "./money";
import { plain, withoutAdvice } from "./sentences";
import type { Channel, Outcome, Shortlist } from "./state";
import type { Card, Credits, ExportedProfiles, MoreProfiles, RevealedContacts } from "./types";

const MOST_AT_ONCE = 10;

/** Shows the progress and result of an action. */
export interface Reporter {
  report(...content: (Node | string)[]): void;
  changed(): void;
}

/** What every action works with. */
export interface Desk {
  host: Host;
  list: Shortlist;
  money: Money;
  reporter: Reporter;
}

const CONTACTS = {
  email: { one: "email address", several: "email addresses" },
  phone: { one: "phone number", several: "phone numbers" },
};

const OUTCOMES: [Outcome, string][] = [
  ["found", "found"],
  ["already_revealed", "already revealed"],
  ["pending", "on the way"],
  ["not_found", "not found"],
  ["unknown", "not confirmed yet"],
];

export const priceOf = (channel: Channel) => `reveal_${channel}` as const;

export async function reveal(desk: Desk, chosen: string[], channel: Channel): Promise<void> {
  const { host, list, money, reporter } = desk;
  const ids = chosen.filter((id) => list.mayContact(id));
  const barred = chosen.length - ids.length;
  if (!ids.length) {
    reporter.report("They must not be contacted, so nothing was revealed.");
    return;
  }
  const { one, several } = CONTACTS[channel];
  const known = ids.filter((id) => isRevealed(list, id, channel)).length;
  const contacts = ids.length === 1 ? `the ${one}` : counted(ids.length, one, several);
  const price = money.price(priceOf(channel));
  const cost = price === undefined ? undefined : price * (ids.length - known);
  const yes = await confirmed({
    title: `Reveal ${contacts}?`,
    body: [
      nameList(ids.map((id) => list.name(id))),
      el("p", { class: "cost" }, revealCost(price, ids.length - known)),
      known > 0 && el("p", {}, `${known} of ${ids.length} already revealed, at no cost.`),
      barred > 0 && el("p", {}, `${barred} selected must not be contacted and will be left out.`),
      money.balance(cost),
    ],
    confirm: cost === undefined ? "Reveal" : `Reveal · ${counted(cost, "credit")}`,
  });
  if (!yes) return;
  // The server names people by id.
  const named = (text: string): string =>
    ids.reduce((left, id) => left.replaceAll(id, list.name(id)), text);
  const outcomes = new Map<Outcome, number>();
  const warnings: string[] = [];
  let charged: number | undefined;
  let remaining: number | undefined;
  for (let start = 0; start < ids.length; start += MOST_AT_ONCE) {
    const some = ids.slice(start, start + MOST_AT_ONCE);
    reporter.report(`Revealing ${start + 1} to ${start + some.length} of ${ids.length}…`);
    const args = { session_id: list.sessionId, candidate_ids: some, channel };
    const before = charged === undefined ? money.cost : undefined;
    const { results, credits, warning } = await paid(
      desk,
      before,
      host.call<RevealedContacts>("reveal_contacts", args, true),
    ).catch((error: unknown) => {
      const done = start ? `${summary(outcomes)} before this error: ` : "";
      const { byApp, charged } = error instanceof Refused ? error : new Refused("");
      throw new Refused(named(`${done}${words(error)}`), byApp, charged);
    });
    for (const { candidate_id, status, values = [] } of results) {
      list.setContact(candidate_id, channel, { outcome: status, values });
      outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
    }
    if (credits?.charged !== undefined) charged = (charged ?? 0) + credits.charged;
    remaining = credits?.remaining ?? remaining;
    if (warning) warnings.push(named(plain(warning)));
    reporter.changed();
  }
  money.paid({ remaining });
  reporter.report(sentences(summary(outcomes), spent({ charged, remaining }), ...warnings));
}

/** Waits for a purchase. If the app did not carry it out, the error says whether it cost. */
async function paid<T>(
  { money }: Desk,
  before: number | undefined,
  purchase: Promise<T>,
): Promise<T> {
  try {
    return await purchase;
  } catch (error) {
    if (!(error instanceof Refused && error.byApp)) throw error;
    const { charged, sentence } = await money.verdict(before);
    throw new Refused(sentences(error.message, sentence), true, charged);
  }
}

function isRevealed(list: Shortlist, id: string, channel: Channel): boolean {
  const outcome = list.contact(id, channel)?.outcome;
  return outcome === "found" || outcome === "already_revealed";
}

function revealCost(price: number | undefined, people: number): string {
  if (!people) return "This is free.";
  if (price === undefined)
    return "This costs credits for each candidate. FutureJobs does not publish the price, and none has been paid yet.";
  const each = `${counted(price, "credit")} each`;
  const total = people === 1 ? counted(price, "credit") : `${price * people} credits, ${each}`;
  return `This costs about ${total}: the last price seen.`;
}

/** Buys more candidates. Returns what they cost, as a sentence, if any are on their way. */
export async function fetchMore(desk: Desk): Promise<string | undefined> {
  const { host, list, money, reporter } = desk;
  const price = money.price("fetch_more");
  const cost =
    price === undefined
      ? "This costs credits. FutureJobs does not publish the price."
      : `This costs ${counted(price, "credit")}.`;
  const yes = await confirmed({
    title: "Fetch more candidates?",
    body: [
      el("p", {}, "FutureJobs will look for more candidates with the same filters."),
      el("p", { class: "cost" }, cost),
      money.balance(price),
    ],
    confirm: money.label("Fetch more", "fetch_more"),
  });
  if (!yes) return undefined;
  reporter.report("Asking FutureJobs for more candidates…");
  const args = { session_id: list.sessionId };
  const bought = host.call<MoreProfiles>("fetch_more_profiles", args, true);
  const { status, exhausted, credits = {}, warning } = await paid(desk, money.cost, bought);
  money.paid(credits);
  list.exhausted = exhausted ?? false;
  list.status = status;
  reporter.report(
    sentences(
      exhausted
        ? "There are no more candidates for these filters"
        : "More candidates are being matched",
      spent(credits),
      warning && plain(warning),
    ),
  );
  return exhausted ? undefined : sentences(spent(credits));
}

interface Chosen {
  /** Without ids, all candidates. */
  ids?: string[];
  label: string;
}

/** The candidates to export: the selected, the filtered or the shortlisted ones, or else all. */
export function peopleToExport(list: Shortlist, visible: Card[]): Chosen {
  const selected = [...list.selected];
  if (selected.length) return { ids: selected, label: `Export ${selected.length} selected` };
  if (list.filtered || list.showsLeftOut) {
    // An export has nobody who must not be contacted.
    const ids = visible.map((card) => card.candidate_id).filter((id) => list.mayContact(id));
    return { ids, label: `Export ${ids.length} shown` };
  }
  const kept = list.shortlisted;
  if (kept.length) return { ids: kept, label: `Export ${kept.length} shortlisted` };
  return { label: "Export all" };
}

/** The candidates to ask about: the selected ones, or else the shortlisted ones. */
export function peopleToAskAbout(list: Shortlist): Required<Chosen> {
  const kept = list.shortlisted;
  if (list.selected.size || !kept.length)
    return { ids: [...list.selected], label: "Ask the assistant" };
  return { ids: kept, label: `Ask about ${kept.length} shortlisted` };
}

export async function exportPeople(desk: Desk, ids: string[] | undefined): Promise<void> {
  const { host, list, reporter } = desk;
  reporter.report("Exporting…");
  await list.reviews.settled();
  const { rows, path, uri, warning } = await host.call<ExportedProfiles>("export_profiles", {
    session_id: list.sessionId,
    format: "csv",
    ...(ids ? { candidate_ids: ids } : list.part),
  });
  const place = path ?? uri;
  const said = sentences(
    warning && withoutAdvice(warning),
    `Exported ${counted(rows, "candidate")}${place ? ":" : ""}`,
  );
  reporter.report(said, ...(place ? [" ", copyable(place)] : []));
}

export async function askAssistant(desk: Desk, ids: string[]): Promise<void> {
  const { host, list, reporter } = desk;
  const question = await promptText(
    `Ask about ${counted(ids.length, "candidate")}`,
    "Question for the assistant",
    ids.length === 1 ? "What should I know about this candidate?" : "Compare these candidates.",
    nameList(ids.map((id) => list.name(id))),
    "Ask",
  );
  if (question === undefined) return;
  // Quoted and shortened, because names are untrusted text.
  const people = ids.map((id) => `- ${id}: ${JSON.stringify(list.name(id).slice(0, 80))}`);
  const about = `Session ${list.sessionId}, candidates by id and name as written in their profile:`;
  await host.sendMessage(`${question}\n\n${about}\n${people.join("\n")}`);
  reporter.report("The assistant has your question.");
}

function summary(outcomes: Map<Outcome, number>): string {
  const parts = OUTCOMES.flatMap(([outcome, text]) =>
    outcomes.has(outcome) ? [`${outcomes.get(outcome)} ${text}`] : [],
  );
  return parts.join(", ");
}

function spent({ charged, remaining }: Credits): string {
  const left = remaining === undefined ? "" : `, ${remaining.toLocaleString("en")} left`;
  return charged === undefined ? "" : `${counted(charged, "credit")} charged${left}`;
}

function sentences(...texts: (string | undefined)[]): string {
  return texts
    .filter((text): text is string => Boolean(text))
    .map((text) => (/[.!?:]$/.test(text) ? text : `${text}.`))
    .join(" ");
}

export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
