/** Creates and finds elements. Text is never parsed as markup. */

export type Child = Node | string | false | undefined;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const name in attributes) made.setAttribute(name, attributes[name] ?? "");
  for (const child of children) if (child) made.append(child);
  return made;
}

export function button(label: string, act: () => void, kind = ""): HTMLButtonElement {
  const made = el("button", { type: "button", class: kind }, label);
  onPress(made, act);
  return made;
}

/** Calls `act` on a click, or says why the button is disabled. */
export function onPress(pressed: HTMLElement, act: () => void): void {
  pressed.addEventListener("click", () => {
    if (pressed.getAttribute("aria-disabled") !== "true") act();
    else if (pressed.title) by("notice").textContent = pressed.title;
  });
}

/** Enables a button, or disables it for a reason, without the loss of focus of `disabled`. */
export function allow(pressed: HTMLElement, on: boolean, reason: string): void {
  if (on) {
    pressed.removeAttribute("aria-disabled");
    pressed.removeAttribute("title");
  } else {
    pressed.setAttribute("aria-disabled", "true");
    pressed.title = reason;
  }
}

/** A text with a button that copies it. The clipboard itself is closed to most frames. */
export function copyable(text: string, label?: string): HTMLElement {
  const shown = el("span", { class: "address" });
  // Long addresses break here first.
  const [start = "", ...rest] = text.split(/(?=[@/])/);
  shown.append(start, ...rest.flatMap((part) => [el("wbr"), part]));
  const copy = button(
    "Copy",
    () => {
      getSelection()?.selectAllChildren(shown);
      const copied = document.execCommand("copy");
      copy.textContent = copied ? "Copied" : "Selected, copy it now";
      copy.removeAttribute("aria-label");
      if (copied) getSelection()?.removeAllRanges();
    },
    "link",
  );
  if (label) copy.setAttribute("aria-label", label);
  return el("span", { class: "copyable" }, shown, " ", copy);
}

/** An element that the page always has. */
export function by<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found as T;
}

export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
}
