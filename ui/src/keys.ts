/** Keys for going through the list; they work while no field is being typed in. */

import { el } from "./dom";

export interface Keys {
  /** What each key does; it returns false to leave the key alone. */
  [key: string]: (target: HTMLElement) => boolean | void;
}

/** Keys that may be held down. */
const HELD = new Set(["j", "k", "ArrowDown", "ArrowUp"]);

export function listen(keys: Keys): void {
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, isComposing, repeat } = event;
    const target = event.target as HTMLElement;
    const typing = "textarea, select, dialog, input:not([type=checkbox])";
    const name = key.length === 1 ? key.toLowerCase() : key;
    const act = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (!act || ctrlKey || metaKey || altKey || isComposing) return;
    if (event.defaultPrevented || target.closest(typing) || (repeat && !HELD.has(name))) return;
    if (act(target) !== false) event.preventDefault();
  });
}

const MOVING: [string, string][] = [
  ["j or ↓", "Next candidate"],
  ["k or ↑", "Previous candidate"],
  ["Enter", "Open or close the profile"],
  ["x", "Select"],
];
const REVIEWING: [string, string][] = [
  ["s", "Shortlist, and go to the next"],
  ["m", "Maybe, and go to the next"],
  ["r", "Reject, and go to the next"],
  ["1 to 7", "Reason of the last rejection: 1 skills, 2 experience, and so on"],
  ["c", "Contacted"],
  ["n", "Note"],
  ["u", "Undo the last change"],
];

/** The keys and what they do. */
export function keyList(canReview: boolean): HTMLElement {
  const keys = [...MOVING, ...(canReview ? REVIEWING : []), ["?", "This list"] as const];
  const lines = keys.map(([key, meaning]) => [
    el(
      "dt",
      {},
      ...key.split(/( or | to )/).map((part) => (/^ /.test(part) ? part : el("kbd", {}, part))),
    ),
    el("dd", {}, meaning),
  ]);
  return el(
    "div",
    {},
    el("dl", { class: "keys" }, ...lines.flat()),
    canReview &&
      el(
        "p",
        { class: "quiet" },
        "The same key again takes a mark back. On a selected candidate, keys apply to all selected ones.",
      ),
  );
}
