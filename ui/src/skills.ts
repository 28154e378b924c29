/** The skill filter: shows only candidates who list every pressed skill. */

import { by, el } from "./dom";
import type { Shortlist } from "./state";

const FIRST_SHOWN = 12;

export class SkillFilter {
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #all = by("all-skills");
  #shown = FIRST_SHOWN;

  constructor(private readonly onPress: (skill: string) => void) {
    this.#all.addEventListener("click", () => {
      this.#shown = Infinity;
      for (const chip of this.#buttons.values()) chip.hidden = false;
      this.#all.hidden = true;
    });
  }

  update(list: Shortlist): void {
    const counted = list.commonSkills();
    const named = new Set(counted.map(([skill]) => skill));
    for (const [skill, chip] of this.#buttons) {
      if (named.has(skill)) continue;
      chip.remove();
      this.#buttons.delete(skill);
    }
    counted.forEach(([skill, people], place) => {
      const chip = this.#buttons.get(skill) ?? this.#chip(skill);
      chip.hidden = place >= this.#shown;
      chip.setAttribute("aria-pressed", String(list.skills.has(skill)));
      chip.lastElementChild?.replaceChildren(String(people));
    });
    by("skills").hidden = counted.length === 0;
    this.#all.hidden = counted.length <= this.#shown;
  }

  #chip(skill: string): HTMLButtonElement {
    const chip = el(
      "button",
      { type: "button", class: "chip", "aria-pressed": "false" },
      `${skill} `,
      el("span", { class: "people" }),
    );
    chip.addEventListener("click", () => this.onPress(skill));
    this.#buttons.set(skill, chip);
    this.#all.before(chip);
    return chip;
  }
}
