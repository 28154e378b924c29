/** The editor of a note, in the candidate's row. */

import { button, el } from "./dom";

/** The most characters that the server keeps. */
const LONGEST = 500;

/** Calls `done` with the new text, or without one if the user has left the note as it was. */
export function noteEditor(
  name: string,
  text: string,
  done: (text?: string) => void,
): { element: HTMLElement; field: HTMLTextAreaElement } {
  const field = el("textarea", {
    rows: "2",
    maxlength: String(LONGEST),
    "aria-label": `Note: ${name}`,
    placeholder: "Your team and the assistant can read it.",
  });
  field.value = text;
  const save = () => done(field.value.trim());
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) save();
    else if (event.key === "Escape") done();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const element = el(
    "div",
    { class: "editor" },
    field,
    button("Save", save, "main"),
    button("Cancel", () => done()),
    el("span", { class: "quiet" }, "Enter saves, Shift+Enter starts a line, Escape leaves."),
  );
  return { element, field };
}
