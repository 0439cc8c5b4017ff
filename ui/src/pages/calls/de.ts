import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Gespräche",
  hint: "Alle, die anriefen oder angerufen wurden, die neuesten zuerst.",
  none: "Noch hat niemand angerufen",
  noneHint: "Sprechen Sie im Browser mit dem Agenten, oder rufen Sie seine Nummer an; der Anruf erscheint sofort hier.",
};

export default de;
