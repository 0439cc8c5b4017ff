/** Two keys, one after the other: `g` and then the page's own. Pure, so that it can be tried without a keyboard. */

const PATIENCE = 1200; // milliseconds between the two

export interface Pressed {
  readonly key: string;
  readonly at: number;
}

export type Meant =
  | { readonly kind: "go"; readonly key: string }
  | { readonly kind: "help" }
  | { readonly kind: "none" };

/** Return what a key means after the one before it. */
export function meaning(key: string, at: number, before: Pressed | null): Meant {
  if (before?.key === "g" && at - before.at <= PATIENCE) return { kind: "go", key };
  if (key === "?") return { kind: "help" };
  return { kind: "none" };
}

/** Whether a key that is pressed there is meant for the element itself. */
export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}
