/** The filters by place, company and years of experience. */

import { by, el } from "./dom";
import type { Facet, Shortlist } from "./state";

/** A choice of one value that candidates have. */
class Choice {
  readonly #field: HTMLSelectElement;
  #shown = "";

  constructor(
    id: string,
    private readonly all: string,
    onChange: (value: string) => void,
  ) {
    this.#field = by<HTMLSelectElement>(id);
    this.#field.addEventListener("change", () => onChange(this.#field.value));
  }

  /** @param groups the values, in the order to show. */
  update(value: string, groups: [label: string, facets: Facet[]][]): void {
    const offered = groups.filter(([, facets]) => facets.length > 0);
    const shown = JSON.stringify(offered);
    if (shown !== this.#shown) {
      this.#shown = shown;
      const options = (facets: Facet[]) =>
        facets.map(([one, people]) => el("option", { value: one }, `${one} (${people})`));
      this.#field.replaceChildren(
        el("option", { value: "" }, this.all),
        ...offered.flatMap(([label, facets]) =>
          offered.length > 1 ? [el("optgroup", { label }, ...options(facets))] : options(facets),
        ),
      );
    }
    this.#field.value = value;
  }
}

export class FacetFilters {
  readonly #place: Choice;
  readonly #company: Choice;
  readonly #years = [by<HTMLInputElement>("least-years"), by<HTMLInputElement>("most-years")];

  /** @param change is called with what to change of the list. */
  constructor(change: (apply: (list: Shortlist) => void) => void) {
    this.#place = new Choice("place", "Any location", (value) =>
      change((list) => (list.place = value)),
    );
    this.#company = new Choice("company", "Any company", (value) =>
      change((list) => (list.company = value)),
    );
    for (const field of this.#years)
      field.addEventListener("input", () =>
        change((list) => {
          const [least, most] = this.#years.map(({ value }) => (value ? Number(value) : undefined));
          Object.assign(list, { leastYears: least, mostYears: most });
        }),
      );
  }

  update(list: Shortlist): void {
    const countries = list.countries();
    this.#place.update(list.place, [
      ["Country", countries.length > 1 ? countries : []],
      ["City", list.places()],
    ]);
    this.#company.update(list.company, [["Company", list.companies()]]);
    for (const [place, years] of [list.leastYears, list.mostYears].entries()) {
      const field = this.#years[place];
      // What is being typed stays as it is.
      if (field && Number(field.value) !== (years ?? 0)) field.value = String(years ?? "");
    }
  }
}
