/** What can be done about the candidates: reveal, fetch more, export, ask the assistant. */

import { asked, askedText, nameList } from "./dialogs";
import { counted, el } from "./dom";
import { type Host, Refused } from "./host";
import type { Channel, Outcome, Shortlist } from "./state";
import type { Credits, ExportedProfiles, MoreProfiles, RevealedContacts } from "./types";

const MOST_AT_ONCE = 10;

/** Where actions tell how they go. */
export interface Teller {
  say(text: string): void;
  changed(): void;
}

const CONTACTS = {
  email: { one: "e-mail address", several: "e-mail addresses" },
  phone: { one: "phone number", several: "phone numbers" },
};

const OUTCOMES: [Outcome, string][] = [
  ["found", "found"],
  ["already_revealed", "already revealed"],
  ["pending", "on its way"],
  ["not_found", "not found"],
  ["unknown", "not certain yet"],
];

export async function reveal(
  host: Host,
  list: Shortlist,
  ids: string[],
  channel: Channel,
  teller: Teller,
): Promise<void> {
  const { one, several } = CONTACTS[channel];
  const known = ids.filter((id) => isRevealed(list, id, channel)).length;
  const wish = ids.length === 1 ? `the ${one}` : counted(ids.length, one, several);
  const yes = await asked({
    title: `Reveal ${wish}?`,
    body: [
      nameList(ids.map((id) => list.name(id))),
      el("p", { class: "cost" }, revealCost(list, ids.length - known)),
      known > 0 && el("p", {}, `${known} of ${ids.length} already revealed, which costs nothing.`),
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
    teller.say(`Revealing ${start + 1} to ${start + some.length} of ${ids.length}…`);
    const args = { session_id: list.sessionId, candidate_ids: some, channel };
    const { results, credits, warning } = await host
      .call<RevealedContacts>("reveal_contacts", args, true)
      .catch((error: unknown) => {
        throw start ? new Refused(`${told(outcomes)} before this: ${words(error)}`) : error;
      });
    for (const { candidate_id, status, values = [] } of results) {
      list.setContact(candidate_id, channel, { outcome: status, values });
      outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
    }
    if (credits?.charged !== undefined) charged = (charged ?? 0) + credits.charged;
    remaining = credits?.remaining ?? remaining;
    if (warning) warnings.push(warning);
    teller.changed();
  }
  teller.say(sentences(told(outcomes), spent({ charged, remaining }), ...warnings));
}

function isRevealed(list: Shortlist, id: string, channel: Channel): boolean {
  const outcome = list.contact(id, channel)?.outcome;
  return outcome === "found" || outcome === "already_revealed";
}

function revealCost({ prices }: Shortlist, people: number): string {
  if (!people) return "This costs nothing.";
  if (prices.reveal === undefined) {
    return "This costs credits for each candidate. FutureJobs does not publish the price.";
  }
  const each = counted(prices.reveal, "credit");
  if (people === 1) return `This costs about ${each}.`;
  return `This costs about ${each} for each candidate, ${prices.reveal * people} in all.`;
}

/** Buys further candidates. Returns whether any are on their way. */
export async function fetchMore(host: Host, list: Shortlist, teller: Teller): Promise<boolean> {
  const price = list.prices.fetch_more;
  const cost =
    price === undefined
      ? "This costs credits. FutureJobs does not publish the price."
      : `This costs ${counted(price, "credit")}.`;
  const yes = await asked({
    title: "Fetch more candidates?",
    body: [
      el("p", {}, "FutureJobs looks for further people with the same filters."),
      el("p", { class: "cost" }, cost),
    ],
    confirm: "Fetch more",
  });
  if (!yes) return false;
  teller.say("Asking FutureJobs for more candidates…");
  const args = { session_id: list.sessionId };
  const { status, exhausted, credits, warning } = await host.call<MoreProfiles>(
    "fetch_more_profiles",
    args,
    true,
  );
  list.exhausted = exhausted ?? false;
  list.status = status;
  teller.say(
    sentences(
      exhausted ? "There is nobody else with these filters" : "More candidates are being matched",
      spent(credits ?? {}),
      warning,
    ),
  );
  return !exhausted;
}

export async function exportPeople(host: Host, list: Shortlist, teller: Teller): Promise<void> {
  teller.say("Exporting…");
  const ids = [...list.selected];
  const { rows, path, uri, warning } = await host.call<ExportedProfiles>("export_profiles", {
    session_id: list.sessionId,
    format: "csv",
    ...(ids.length ? { candidate_ids: ids } : {}),
    ...(!ids.length && list.leastScore > 0 ? { min_score: list.leastScore } : {}),
  });
  const place = path ?? uri;
  // The address comes last and without a full stop, to be copied.
  teller.say(
    [warning, `Exported ${counted(rows, "candidate")}${place ? `: ${place}` : "."}`]
      .filter(Boolean)
      .join(" "),
  );
}

export async function askAssistant(host: Host, list: Shortlist, teller: Teller): Promise<void> {
  const ids = [...list.selected];
  const question = await askedText(
    `Ask about ${counted(ids.length, "candidate")}`,
    "Question for the assistant",
    ids.length === 1 ? "What should I know about this candidate?" : "Compare these candidates.",
    nameList(ids.map((id) => list.name(id))),
    "Ask",
  );
  if (question === undefined) return;
  // Quoted and short, because a name is whatever a stranger wrote there.
  const people = ids.map((id) => `- ${id}: ${JSON.stringify(list.name(id).slice(0, 80))}`);
  const about = `Session ${list.sessionId}, candidates by id and name as written in their profile:`;
  await host.tell(`${question}\n\n${about}\n${people.join("\n")}`);
  teller.say("The assistant has your question.");
}

function told(outcomes: Map<Outcome, number>): string {
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
    .map((text) => (/[.!?]$/.test(text) ? text : `${text}.`))
    .join(" ");
}

export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
