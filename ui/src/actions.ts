/** The actions on candidates: reveal, fetch more, export, ask the assistant. */

import { confirmed, nameList, promptText } from "./dialogs";
import { button, counted, el } from "./dom";
import { type Host, Refused } from "./host";
import type { Channel, Outcome, Shortlist } from "./state";
import type { Card, Credits, ExportedProfiles, MoreProfiles, RevealedContacts } from "./types";

const MOST_AT_ONCE = 10;

/** Shows the progress and result of an action. */
export interface Reporter {
  report(...content: (Node | string)[]): void;
  changed(): void;
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

export async function reveal(
  host: Host,
  list: Shortlist,
  ids: string[],
  channel: Channel,
  reporter: Reporter,
): Promise<void> {
  const { one, several } = CONTACTS[channel];
  const known = ids.filter((id) => isRevealed(list, id, channel)).length;
  const contacts = ids.length === 1 ? `the ${one}` : counted(ids.length, one, several);
  const yes = await confirmed({
    title: `Reveal ${contacts}?`,
    body: [
      nameList(ids.map((id) => list.name(id))),
      el("p", { class: "cost" }, revealCost(list, channel, ids.length - known)),
      known > 0 && el("p", {}, `${known} of ${ids.length} already revealed, at no cost.`),
    ],
    confirm: "Reveal",
  });
  if (!yes) return;
  const outcomes = new Map<Outcome, number>();
  const warnings: string[] = [];
  let charged: number | undefined;
  let remaining: number | undefined;
  for (let start = 0; start < ids.length; start += MOST_AT_ONCE) {
    const some = ids.slice(start, start + MOST_AT_ONCE);
    reporter.report(`Revealing ${start + 1} to ${start + some.length} of ${ids.length}…`);
    const args = { session_id: list.sessionId, candidate_ids: some, channel };
    const { results, credits, warning } = await host
      .call<RevealedContacts>("reveal_contacts", args, true)
      .catch((error: unknown) => {
        throw start
          ? new Refused(`${summary(outcomes)} before this error: ${words(error)}`)
          : error;
      });
    for (const { candidate_id, status, values = [] } of results) {
      list.setContact(candidate_id, channel, { outcome: status, values });
      outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
    }
    if (credits?.charged !== undefined) charged = (charged ?? 0) + credits.charged;
    remaining = credits?.remaining ?? remaining;
    if (warning) warnings.push(warning);
    reporter.changed();
  }
  reporter.report(sentences(summary(outcomes), spent({ charged, remaining }), ...warnings));
}

function isRevealed(list: Shortlist, id: string, channel: Channel): boolean {
  const outcome = list.contact(id, channel)?.outcome;
  return outcome === "found" || outcome === "already_revealed";
}

function revealCost({ prices }: Shortlist, channel: Channel, people: number): string {
  if (!people) return "This is free.";
  const price = channel === "email" ? prices.reveal_email : prices.reveal_phone;
  if (price === undefined) {
    return "This costs credits for each candidate. FutureJobs does not publish the price.";
  }
  const each = counted(price, "credit");
  if (people === 1) return `This costs about ${each}.`;
  return `This costs about ${each} for each candidate, ${price * people} in total.`;
}

/** Buys more candidates. Returns what they cost, as a sentence, if any are on their way. */
export async function fetchMore(
  host: Host,
  list: Shortlist,
  reporter: Reporter,
): Promise<string | undefined> {
  const price = list.prices.fetch_more;
  const cost =
    price === undefined
      ? "This costs credits. FutureJobs does not publish the price."
      : `This costs ${counted(price, "credit")}.`;
  const yes = await confirmed({
    title: "Fetch more candidates?",
    body: [
      el("p", {}, "FutureJobs will look for more candidates with the same filters."),
      el("p", { class: "cost" }, cost),
    ],
    confirm: "Fetch more",
  });
  if (!yes) return undefined;
  reporter.report("Asking FutureJobs for more candidates…");
  const args = { session_id: list.sessionId };
  const { status, exhausted, credits, warning } = await host.call<MoreProfiles>(
    "fetch_more_profiles",
    args,
    true,
  );
  list.exhausted = exhausted ?? false;
  list.status = status;
  reporter.report(
    sentences(
      exhausted
        ? "There are no more candidates for these filters"
        : "More candidates are being matched",
      spent(credits ?? {}),
      warning,
    ),
  );
  return exhausted ? undefined : sentences(spent(credits ?? {}));
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
    const ids = visible
      .map((card) => card.candidate_id)
      .filter((id) => list.marks(id).outreach !== "do_not_contact");
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

export async function exportPeople(
  host: Host,
  list: Shortlist,
  ids: string[] | undefined,
  reporter: Reporter,
): Promise<void> {
  reporter.report("Exporting…");
  await list.reviews.settled();
  const { rows, path, uri, warning } = await host.call<ExportedProfiles>("export_profiles", {
    session_id: list.sessionId,
    format: "csv",
    ...(ids ? { candidate_ids: ids } : list.part),
  });
  const place = path ?? uri;
  const said = sentences(warning, `Exported ${counted(rows, "candidate")}${place ? ":" : ""}`);
  reporter.report(said, ...(place ? [" ", ...copyable(place)] : []));
}

/** A text with a button that copies it. The clipboard itself is closed to most frames. */
function copyable(text: string): (Node | string)[] {
  const shown = el("span", { class: "address" }, text);
  const copy = button(
    "Copy",
    () => {
      getSelection()?.selectAllChildren(shown);
      copy.textContent = document.execCommand("copy") ? "Copied" : "Selected, copy it now";
    },
    "link",
  );
  return [shown, " ", copy];
}

export async function askAssistant(
  host: Host,
  list: Shortlist,
  ids: string[],
  reporter: Reporter,
): Promise<void> {
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
