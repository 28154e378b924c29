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

/** Calls `act` on a click, or `refuse` if the button is disabled. */
export function onPress(pressed: HTMLElement, act: () => void, refuse?: () => void): void {
  pressed.addEventListener("click", () => {
    if (pressed.getAttribute("aria-disabled") !== "true") act();
    else refuse?.();
  });
}

/** Enables or disables a button without the loss of focus that `disabled` causes. */
export function allow(pressed: HTMLElement, on: boolean): void {
  if (on) pressed.removeAttribute("aria-disabled");
  else pressed.setAttribute("aria-disabled", "true");
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
