import { words } from "@/words/words";

export const en = {
  title: "Overview",
  live: "Calls now",
  nobody: "Nobody is on the line",
  nobodyHint: "A call appears here as soon as it rings.",
};

export const WORDS = words(en, () => import("./de"));
