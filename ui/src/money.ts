/** Prices, the balance and the day's budget, as far as the server knows them. */

import { counted, el } from "./dom";
import type { Host } from "./host";
import type { Credits, Prices, SpendingReport } from "./types";

export class Money {
  #left: number | undefined;
  #report: SpendingReport | undefined;

  /**
   * @param sessionId is the session that is paid for.
   * @param prices for the next purchases.
   * @param changed is called when a price has become known.
   */
  constructor(
    private readonly host: Host,
    private readonly sessionId: string,
    private prices: Prices,
    private readonly changed: () => void,
  ) {}

  price(what: keyof Prices): number | undefined {
    return this.prices[what];
  }

  /** "Reveal email · 1 credit": the label of a button that pays. */
  label(action: string, what: keyof Prices): string {
    const price = this.prices[what];
    return `${action} · ${price === undefined ? "costs credits" : counted(price, "credit")}`;
  }

  paid({ remaining }: Credits): void {
    if (remaining !== undefined) this.#left = remaining;
    void this.look();
  }

  /** Asks the server for the newest figures; without an answer the last ones stay. */
  async look(): Promise<SpendingReport | undefined> {
    try {
      const report = await this.host.call<SpendingReport>("get_spending", {});
      this.#report = report;
      this.#left = report.remaining_credits ?? this.#left;
      this.prices = { ...this.prices, ...report._meta?.["fj-mcp/prices"] };
      this.changed();
      return report;
    } catch {
      return undefined;
    }
  }

  /** What is left before something is paid, with a warning if that is too little. */
  balance(cost: number | undefined): HTMLElement {
    const line = el("p", { class: "quiet" });
    const tell = () => line.replaceChildren(...this.#balance(cost));
    tell();
    void this.look().then(tell);
    return line;
  }

  #balance(cost = 0): (Node | string)[] {
    const { spent_today: spent = 0, budget, yours } = this.#report ?? {};
    const parts: string[] = [];
    if (this.#left !== undefined) parts.push(`${counted(this.#left, "credit")} left`);
    if (budget !== undefined) parts.push(`${spent} of today's ${budget} spent`);
    else if (this.#report) parts.push(`${spent} spent today`);
    if (yours?.budget !== undefined)
      parts.push(`${yours.spent_today} of your ${yours.budget} for today`);
    const short = this.#left !== undefined && cost > this.#left;
    const overOwn = yours?.left !== undefined && cost > yours.left;
    const over = overOwn || (budget !== undefined && spent + cost > budget);
    const warning = short
      ? "There are not enough credits left."
      : over && `That is more than ${overOwn ? "your" : "today's"} budget allows.`;
    return [
      parts.length ? `${parts.join(", ")}. ` : "",
      warning ? el("strong", { class: "wrong" }, warning) : "",
    ];
  }

  /**
   * What became of a purchase that the app did not carry out, or whose answer it lost.
   *
   * @param before what the session had cost before it.
   */
  async verdict(before: number | undefined): Promise<{ charged: boolean; sentence: string }> {
    const now = await this.look();
    const after = this.cost;
    if (!now || before === undefined || after === undefined)
      return { charged: false, sentence: "" };
    if (after > before)
      return { charged: true, sentence: `${counted(after - before, "credit")} charged.` };
    const open = now.purchases.some(
      ({ session_id: session, outcome }) =>
        session === this.sessionId && (outcome === "unknown" || outcome === "pending"),
    );
    return {
      charged: false,
      sentence: open ? "Whether it was charged is not certain yet." : "Nothing was charged.",
    };
  }

  /** What the session has cost so far, if that is known. */
  get cost(): number | undefined {
    const lines = this.#report?.by_session;
    const own = lines?.find((line) => line.session_id === this.sessionId);
    if (own) return own.credits + (own.estimated ?? 0);
    // A line for several sessions may have this one.
    return lines?.every((line) => line.session_id) ? 0 : undefined;
  }
}
