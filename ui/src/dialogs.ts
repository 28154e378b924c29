/** Questions to the person, each in a dialog that Escape closes. */

import { by, el, type Child } from "./dom";

interface Question {
  title: string;
  body: Child[];
  confirm: string;
}

/** Asks, near what was pressed: the page may be far taller than what is seen of it. */
export function asked({ title, body, confirm }: Question): Promise<boolean> {
  const dialog = by<HTMLDialogElement>("dialog");
  by("dialog-title").textContent = title;
  by("dialog-body").replaceChildren(...body.filter((part) => part !== false && part !== undefined));
  const yes = by("dialog-confirm");
  yes.textContent = confirm;
  // Not a form: a frame without leave to submit one would not close it.
  yes.onclick = () => dialog.close("confirm");
  by("dialog-cancel").onclick = () => dialog.close();
  const pressed = document.activeElement?.getBoundingClientRect();
  dialog.returnValue = "";
  dialog.showModal();
  dialog.querySelector("textarea")?.focus();
  const lowest = window.innerHeight - dialog.offsetHeight - 16;
  dialog.style.top = `${Math.max(16, Math.min((pressed?.top ?? 0) - 40, lowest))}px`;
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), {
      once: true,
    });
  });
}

/** Asks for a text; undefined where the person gave up. */
export async function askedText(
  title: string,
  label: string,
  text: string,
  about: Child,
  confirm: string,
): Promise<string | undefined> {
  const field = el("textarea", { rows: "3", maxlength: "1000" });
  field.value = text;
  const yes = await asked({ title, body: [el("label", {}, label, field), about], confirm });
  return yes && field.value.trim() ? field.value.trim() : undefined;
}

/** Some names as a list, the many as a number. */
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
