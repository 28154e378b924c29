/** One candidate in full, shown below their row. */

import { REASONS, WORDS } from "./decisions";
import { button, copyable, el } from "./dom";
import type { Outreach, Reason } from "./reviews";
import { firstWords, sayOnce, wholeWords } from "./sentences";
import type { Employment, FullCandidate } from "./types";

/** The characters of a text that are shown at first. */
const LONGEST = 280;

export function loadingDetails(): HTMLElement {
  return el("p", { class: "quiet", role: "status" }, "Loading profile…");
}

export function failedDetails(sentence: string, again: () => void): HTMLElement {
  return el(
    "div",
    { class: "failed", role: "alert" },
    el("p", {}, sentence),
    button("Try again", again),
  );
}

export function details(person: FullCandidate, actions: HTMLElement[]): HTMLElement {
  const jobs = [...(person.current_jobs ?? []), ...(person.past_jobs ?? [])];
  const once = sayOnce();
  const [why] = once(person.why ? [person.why] : []);
  return el(
    "div",
    { class: "details" },
    el(
      "div",
      {},
      section("Why", why && el("p", {}, wholeWords(why))),
      section("Highlights", lines(once(person.highlights), "observed")),
      section("Strengths", lines(once(person.strengths), "observed")),
      section("Points to verify", lines(once(person.weaknesses), "observed")),
      section("Education", lines(person.education)),
      section("Certifications", lines(person.certifications)),
      section("Honors", lines(person.honors)),
      section("Languages", person.languages && el("p", {}, person.languages.join(", "))),
    ),
    el(
      "div",
      {},
      section("Experience", jobs.length > 0 && el("ol", { class: "jobs" }, ...jobs.map(job))),
      section("Summary", person.summary && long(person.summary)),
      section("All skills", person.skills && el("p", {}, person.skills.join(", "))),
    ),
    el(
      "div",
      { class: "contact" },
      section("Location", person.region && el("p", {}, person.region)),
      section("Email", contacts(person.email)),
      section("Phone", contacts(person.phone)),
      ...actions,
    ),
  );
}

/** The outreach state of a candidate, to change. */
export function outreachField(state: Outreach, onChange: (state: Outreach) => void): HTMLElement {
  const states = ["none", "contacted", "replied", "do_not_contact"] as const;
  const options = states.map((value) => el("option", { value }, WORDS[value]));
  const field = el("select", { name: "outreach" }, ...options);
  field.value = state;
  field.addEventListener("change", () => onChange(field.value as Outreach));
  return el("label", { class: "label" }, "Outreach", field);
}

/** Why a candidate is rejected, to change; the row hides it while they are not. */
export function reasonField(onChange: (reason: Reason) => void): HTMLElement {
  const none = el("option", { value: "", disabled: "" }, "Not given");
  const options = REASONS.map(([value, label]) => el("option", { value }, label));
  const field = el("select", { name: "reason" }, none, ...options);
  field.addEventListener("change", () => onChange(field.value as Reason));
  return el("label", { class: "label" }, "Reason for rejecting", field);
}

function section(title: string, content: Node | string | false | undefined): HTMLElement | false {
  return content ? el("section", {}, el("h2", {}, title), content) : false;
}

function lines(texts: string[] | undefined, kind = ""): HTMLElement | false {
  return texts?.length
    ? el("ul", { class: kind }, ...texts.map((text) => el("li", {}, wholeWords(text))))
    : false;
}

function contacts(values: string[] | undefined): HTMLElement | false {
  return values?.length
    ? el("ul", {}, ...values.map((one) => el("li", {}, copyable(one, `Copy ${one}`))))
    : false;
}

/** A text whose end is shown on request. */
function long(text: string): HTMLElement {
  const shown = el("p", { class: "text", tabindex: "-1" });
  if (text.length <= LONGEST) return el("p", { class: "text" }, wholeWords(text));
  const all = button(
    "More",
    () => {
      shown.replaceChildren(wholeWords(text));
      shown.focus();
    },
    "link",
  );
  shown.append(firstWords(text, LONGEST), " ", all);
  return shown;
}

/** "Apr 2022" for 2022-04-01; other texts stay as they are. */
function month(date: string | undefined): string | undefined {
  if (!date || !/^\d{4}-\d\d(-\d\d)?$/.test(date)) return date;
  const day = new Date(`${date.slice(0, 7)}-01T00:00:00Z`);
  const format = { month: "short", year: "numeric", timeZone: "UTC" } as const;
  return Number.isNaN(day.getTime()) ? date : day.toLocaleDateString("en", format);
}

function job(position: Employment): HTMLElement {
  const { title, company, start, end, employees, industries = [], description } = position;
  const dates = [month(start), start && !end ? "now" : month(end)].filter(Boolean).join(" – ");
  const employer = [...industries, employees && `${employees} employees`]
    .filter(Boolean)
    .join(", ");
  return el(
    "li",
    {},
    el("strong", {}, title ?? company ?? "Position"),
    title && company ? ` at ${company}` : "",
    dates && el("span", { class: "dates" }, dates),
    employer && el("span", { class: "employer" }, employer),
    description && long(description),
  );
}
