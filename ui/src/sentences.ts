/** Sentences for people: without the names of tools and parameters, and without half words. */

/** The name of a tool or a parameter, such as `list_sessions`. */
const NAME = /(?<![\w@.-])[a-z]+(_[a-z]+)+(?![\w@-])/;
/** Where a part of a sentence ends. */
const PARTS = /[;:,](?= )|\s(?=and |or |then )/g;
const SENTENCES = /(?<=[.!?])\s+(?=[A-Z]|[a-z]+_)/;

/** A sentence of the server, which often ends with what the model can call next. */
export function plain(text: string): string {
  const said = text
    .replace(
      /\b(c)all [a-z]+_[a-z_]+ again/gi,
      (_, first) => `${first === "C" ? "T" : "t"}ry again`,
    )
    .replaceAll(" (do_not_contact)", "")
    .replace(/\bsession_id\b/g, "search")
    .replace(/\bcandidate_ids?\b/g, "candidate");
  const kept = said.split(SENTENCES).flatMap((sentence) => {
    const named = sentence.search(NAME);
    if (named < 0) return [sentence];
    const ends = [...sentence.slice(0, named).matchAll(PARTS)];
    const end = ends.at(-1)?.index;
    return end ? [`${sentence.slice(0, end).replace(/[\s,;:]+$/, "")}.`] : [];
  });
  return kept.join(" ");
}

/** A warning of the server, without the sentences that are for the model. */
export function withoutAdvice(text: string): string {
  return text
    .split(SENTENCES)
    .filter((sentence) => !NAME.test(sentence))
    .join(" ");
}

/** A text that somebody cut, without the half of a word before the ellipsis. */
export function wholeWords(text: string): string {
  if (!text.endsWith("…")) return text;
  const whole = text.replace(/[\s,;:(–-]+[^\s]*…$/, "");
  // Some languages have no blanks between words.
  return whole.length < text.length - 40 ? text : `${whole} …`;
}

/** The first words of a long text. */
export function firstWords(text: string, most: number): string {
  return wholeWords(`${text.slice(0, most)}…`);
}

/** The first letters of a name; in scripts where two letters would join, the first one. */
export function initials(name: string): string {
  const letters = name
    .split(/\s+/)
    .map((word) => [...new Intl.Segmenter().segment(word)].map(({ segment }) => segment))
    .flatMap((word) => word.find((letter) => /\p{L}/u.test(letter)) ?? []);
  const [first = "", last = ""] = [letters[0], letters.length > 1 ? letters.at(-1) : ""];
  return /^\p{Script=Latin}/u.test(first) ? (first + last).toUpperCase() : first;
}

/** Keeps each text that has not been said before. */
export function sayOnce(): (texts: string[] | undefined) => string[] {
  const bare = (text: string) =>
    text
      .toLowerCase()
      .replace(/[\s.;:!?]+/g, " ")
      .trim();
  let said = "";
  return (texts = []) =>
    texts.filter((text) => {
      const isNew = !said.includes(bare(text));
      said += `\n${bare(text)}`;
      return isNew;
    });
}
