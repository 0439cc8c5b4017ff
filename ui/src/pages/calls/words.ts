import { words } from "@/words/words";

export const en = {
  title: "Calls",
  hint: "Everybody who called or was called, newest first.",
  none: "Nobody has called yet",
  noneHint: "Talk to the agent in the browser, or call its number; the call appears here while it goes on.",
};

export const WORDS = words(en, () => import("./de"));
