/** The histogram of scores, with a slider for the minimum score to show. */

import { by, counted, el } from "./dom";
import type { Card } from "./types";

const MOST = 5;
const STEP = 0.25;
const BARS = MOST / STEP;

export class Histogram {
  readonly #bars: HTMLElement[] = [];
  readonly #handle = by<HTMLInputElement>("min-score");
  readonly #value = by("min-score-value");

  constructor(onChange: (minScore: number) => void) {
    const bars = by("bars");
    for (let place = 0; place < BARS; place++) {
      const bar = el("span", { class: "bar" }, el("i"));
      bar.addEventListener("click", () => {
        const score = place * STEP;
        onChange(Number(this.#handle.value) === score ? 0 : score);
      });
      this.#bars.push(bar);
      bars.append(bar);
    }
    this.#handle.addEventListener("input", () => onChange(Number(this.#handle.value)));
  }

  update(cards: Card[], minScore: number): void {
    const counts = new Array<number>(BARS).fill(0);
    for (const { score } of cards) {
      if (score === undefined) continue;
      const place = Math.min(BARS - 1, Math.max(0, Math.floor(score / STEP)));
      counts[place] = (counts[place] ?? 0) + 1;
    }
    const most = Math.max(1, ...counts);
    this.#bars.forEach((bar, place) => {
      const count = counts[place] ?? 0;
      const low = place * STEP;
      bar.style.setProperty("--share", String(count / most));
      bar.classList.toggle("out", low < minScore);
      bar.title = `${low} to ${low + STEP}: ${counted(count, "candidate")}`;
    });
    const label = minScore ? `${minScore} or more` : "any";
    this.#handle.value = String(minScore);
    this.#handle.setAttribute("aria-valuetext", label);
    this.#value.textContent = label;
  }
}
