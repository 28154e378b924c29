/** The words of a search in the list, read as the server reads queries. */

export const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .trim()
    .toLowerCase();

export interface Term {
  word: string;
  excluded: boolean;
}

const MARKS = "!\\-\u2010-\u2015\u2212";
const TERM = new RegExp(
  `[(\\[{'\`\u2018\u2019]*([${MARKS}]*)(?:"([^"]*)"|([^\\s",;\u3001\uff0c\uff1b]+))`,
  "g",
);
/** Before a word to leave out, inside quotation marks. */
const MARKED = new RegExp(`\\s+(?=[${MARKS}]+[^\\s${MARKS}])`);
const MARK = new RegExp(`^[${MARKS}]+`);
const BRACKETS = /^[()[\]{}'`\u2018\u2019]+|[()[\]{}'`\u2018\u2019]+$/g;
const NEGATORS = new Set(["not", "no", "without", "except", "exclude", "excluding"]);

/**
 * The words of a search: each must occur, `-word` must not, "two words" stay together.
 *
 * It takes the same forms as the server's queries (`fj_mcp/shortlist/queries.py`); a search that is
 * not finished, such as a dash, has no words yet.
 */
export function terms(text: string): Term[] {
  const found: Term[] = [];
  let negator = "";
  for (const [, mark = "", phrase, bare = ""] of text.replace(/[“”„‟«»＂]/g, '"').matchAll(TERM)) {
    const plain = bare.replace(BRACKETS, "");
    const name = plain.toLowerCase();
    if (!mark && NEGATORS.has(name)) {
      negator = name;
      continue;
    }
    if (name === "and" || name === "but" || (negator === "except" && name === "for")) continue;
    const excluded = mark !== "" || negator !== "";
    (phrase?.trim().split(MARKED) ?? [plain]).forEach((piece, place) => {
      const word = folded(piece.replace(MARK, ""));
      if (!/[^\s!-]/.test(word)) return;
      found.push({ word, excluded: MARK.test(piece) || (excluded && !place) });
      negator = "";
    });
  }
  return found;
}

/** Whether a search joins words with OR, which neither the page nor the server can do. */
export function isEither(text: string): boolean {
  const loose = text.replace(/[“”„‟«»＂]/g, '"').replace(/"[^"]*"/g, "");
  return loose.includes("|") || /(^|[\s(])or([\s)]|$)/i.test(loose);
}
