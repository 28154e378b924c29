/** Loads a session's candidates: those matched so far, then page by page. */

import { words } from "./actions";
import type { Host } from "./host";
import type { Shortlist } from "./state";
import type { CandidateList, WaitedSession } from "./types";

const PAGE_SIZE = 20;
const MOST_PEOPLE = 1_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 5_000;

interface LoaderEvents {
  changed(): void;
  /** An error, and how to go on after it. */
  failed(sentence: string, again: () => void): void;
  /** Everybody is listed after a purchase, of which this is what it cost. */
  added(bought: string): void;
}

export class Loader {
  loading = false;
  /** Incremented for each list loaded; an earlier one stops. */
  #turn = 0;
  #ended = false;

  constructor(
    private readonly host: Host,
    private readonly list: Shortlist,
    private readonly events: LoaderEvents,
  ) {}

  /** Stops for good, because another list is shown. */
  end(): void {
    this.#ended = true;
  }

  /**
   * Polls the session until matching is over, then loads its candidates.
   *
   * @param bought what fetching more cost, as a sentence; then the new candidates are marked.
   */
  async follow(bought?: string): Promise<void> {
    const { host, list } = this;
    const args = { session_id: list.sessionId, max_wait_seconds: 0 };
    let listed = 0;
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
        const { status, matched, total } = await host.call<WaitedSession>("wait_for_session", args);
        if (this.#ended) return;
        Object.assign(list, { status, matched, expected: total });
        this.events.changed();
        if (status !== "running") break;
        if (bought === undefined && matched > listed) {
          const first = { ...list.listed, limit: PAGE_SIZE };
          const got = await host.call<CandidateList>("list_profiles", first);
          if (this.#ended) return;
          listed = matched;
          if (got.candidates.length) list.add(got);
          this.events.changed();
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
        if (this.#ended) return;
      }
    } catch (error) {
      if (!this.#ended) this.events.failed(words(error), () => void this.follow(bought));
      return;
    }
    await this.load(1, bought);
  }

  /** Loads the candidates page by page, showing each page as it arrives. */
  async load(from: number, bought?: string): Promise<void> {
    const { host, list } = this;
    const markNew = bought !== undefined;
    const turn = ++this.#turn;
    const stopped = (): boolean => this.#ended || turn !== this.#turn;
    const ids = from > 1 ? list.cards.map((card) => card.candidate_id) : [];
    this.loading = true;
    let page = from;
    try {
      for (let more = true; more && ids.length < MOST_PEOPLE; page++) {
        const args = { ...list.listed, page, limit: PAGE_SIZE };
        const { answered } = list.reviews;
        const got = await host.call<CandidateList>("list_profiles", args);
        if (stopped()) return;
        if (page === 1) {
          list.fresh.clear();
          list.newFirst = markNew;
        }
        list.add(got, markNew);
        list.reviews.listed(got.candidates, answered);
        ids.push(...got.candidates.map((card) => card.candidate_id));
        more = got.has_more;
        this.events.changed();
      }
      list.keep(ids);
      if (bought !== undefined) this.events.added(bought);
    } catch (error) {
      if (!stopped()) this.events.failed(words(error), () => void this.load(page, bought));
    } finally {
      if (!stopped()) this.loading = false;
      this.events.changed();
    }
  }
}
