/** The histogram of the scores there are, with a slider for the minimum score to show. */

import { by, counted, el } from "./dom";
import { tenths } from "./state";
import type { Card } from "./types";

/** The fewest bars, of a tenth of a point each, so that a single score is not a slider's whole length. */
const FEWEST = 5;
const MOST_BARS = 25;

export class Histogram {
  readonly #bars = by("bars");
  readonly #handle = by<HTMLInputElement>("min-score");
  readonly #value = by("min-score-value");
  readonly #scale = by("scale");
  /** Everything that the bars show. */
  #shown = "";

  constructor(private readonly onChange: (minScore: number) => void) {
    this.#handle.addEventListener("input", () => {
      const score = Number(this.#handle.value);
      onChange(score > Number(this.#handle.min) ? score : 0);
    });
  }

  update(cards: Card[], minScore: number): void {
    const scores = cards.flatMap(({ score }) => score ?? []).map(tenths);
    by("scores").hidden = !scores.length && !minScore;
    const limit = minScore ? [tenths(minScore)] : [];
    const low = Math.min(...scores, ...limit, 50 - FEWEST);
    const high = Math.max(...scores, ...limit.map((one) => one - 1), low + FEWEST);
    const step = Math.ceil((high - low + 1) / MOST_BARS);
    const counts = new Array<number>(Math.ceil((high - low + 1) / step)).fill(0);
    for (const score of scores) {
      const place = Math.floor((score - low) / step);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    const shown = JSON.stringify([low, step, counts]);
    if (shown !== this.#shown) this.#draw(low, step, counts);
    this.#shown = shown;
    [...this.#bars.children].forEach((bar, place) =>
      bar.classList.toggle("out", low + place * step < tenths(minScore)),
    );
    const label = minScore ? `${minScore} or more` : "any";
    this.#handle.value = String(minScore);
    this.#handle.setAttribute("aria-valuetext", label);
    this.#value.textContent = label;
  }

  #draw(low: number, step: number, counts: number[]): void {
    const most = Math.max(1, ...counts);
    const bars = counts.map((count, place) => {
      const score = (low + place * step) / 10;
      const bar = el("span", { class: "bar" }, el("i"));
      bar.style.setProperty("--share", String(count / most));
      const next = (low + (place + 1) * step - 1) / 10;
      bar.title = `${step > 1 ? `${score} to ${next}` : score}: ${counted(count, "candidate")}`;
      bar.addEventListener("click", () =>
        this.onChange(Number(this.#handle.value) === score ? 0 : score),
      );
      return bar;
    });
    this.#bars.replaceChildren(...bars);
    const high = Math.min(50, low + counts.length * step);
    this.#handle.min = String(low / 10);
    this.#handle.max = String(high / 10);
    const marks = [low, (low + high) / 2, high].map((mark) => (mark / 10).toFixed(1));
    this.#scale.replaceChildren(...marks.map((mark) => el("span", {}, mark)));
  }
}
