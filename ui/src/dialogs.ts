/** Dialogs that ask the user something, or show something; Escape closes them. */

import { by, el, type Child } from "./dom";

interface Question {
  title: string;
  body: Child[];
  confirm: string;
}

/** Asks; true if the user confirmed. */
export function confirmed({ title, body, confirm }: Question): Promise<boolean> {
  const dialog = open(title, body, "Cancel", confirm);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), {
      once: true,
    });
  });
}

/** Shows something until the user closes it. */
export function showDialog(title: string, body: Child[], kind = ""): void {
  open(title, body, "Close", undefined, kind);
}

/** Opens near the pressed button, because the page may be far taller than its visible part. */
function open(
  title: string,
  body: Child[],
  cancel: string,
  confirm?: string,
  kind = "",
): HTMLDialogElement {
  const dialog = by<HTMLDialogElement>("dialog");
  dialog.className = kind;
  by("dialog-title").textContent = title;
  by("dialog-body").replaceChildren(...body.filter((part) => part !== false && part !== undefined));
  const [no, yes] = [by("dialog-cancel"), by("dialog-confirm")];
  no.textContent = cancel;
  yes.textContent = confirm ?? "";
  yes.hidden = confirm === undefined;
  // Not a form: a frame that may not submit forms could not close it.
  yes.onclick = () => dialog.close("confirm");
  no.onclick = () => dialog.close();
  const pressed = document.activeElement?.getBoundingClientRect();
  dialog.returnValue = "";
  dialog.showModal();
  dialog.querySelector("textarea")?.focus();
  const lowest = window.innerHeight - dialog.offsetHeight - 16;
  dialog.style.top = `${Math.max(16, Math.min((pressed?.top ?? 0) - 40, lowest))}px`;
  return dialog;
}

/** Asks for a text; undefined if the user canceled. */
export async function promptText(
  title: string,
  label: string,
  text: string,
  about: Child,
  confirm: string,
): Promise<string | undefined> {
  const field = el("textarea", { rows: "3", maxlength: "1000" });
  field.value = text;
  const yes = await confirmed({ title, body: [el("label", {}, label, field), about], confirm });
  return yes && field.value.trim() ? field.value.trim() : undefined;
}

/** A list of names; beyond `most`, only the number of the rest. */
export function nameList(names: string[], most = 10): HTMLElement {
  const shown = names.slice(0, names.length > most + 1 ? most : names.length);
  const rest = names.length - shown.length;
  return el(
    "ul",
    { class: "names" },
    ...shown.map((name) => el("li", {}, name)),
    rest > 0 && el("li", {}, `and ${rest} more`),
  );
}
