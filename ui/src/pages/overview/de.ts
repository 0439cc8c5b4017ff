import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Übersicht",
  live: "Gespräche jetzt",
  nobody: "Niemand ist in der Leitung",
  nobodyHint: "Ein Anruf erscheint hier, sobald es klingelt.",
};

export default de;
