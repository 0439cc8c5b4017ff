import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Nummern",
  hint: "Was Anrufer wählen, und wer wann antwortet.",
  add: "Nummer anlegen",
  none: "Es gibt keine Nummern",
  noneHint:
    "Legen Sie die an, die Ihre Leitungen bringen, und sagen Sie, welcher Agent, Ablauf oder welche Warteschlange antwortet.",
  number: "Nummer",
  numberHint: "Als +493012345678, oder ein Name wie empfang",
  label: "Bezeichnung",
  hours: "Geschäftszeiten",
  always: "immer geöffnet",
  open: "Solange geöffnet ist",
  closed: "Solange geschlossen ist",
  holiday: "An Feiertagen",
  asClosed: "wie wenn geschlossen ist",
  nobody: "niemand",
  now: "Jetzt antwortet",
  kinds: { agent: "Agent", flow: "Ablauf", queue: "Warteschlange" },
  states: { open: "geöffnet", closed: "geschlossen", holiday: "Feiertag" },
  refused: "Die Nummer wurde nicht gespeichert",
  editOf: (number: string) => `${number} bearbeiten`,
  removeOf: (number: string) => `${number} entfernen`,
  removeSure: (number: string) => `${number} entfernen?`,
  removeHint: "Anrufe dorthin werden nicht mehr angenommen.",
  trunk: "Kommt über",
};

export default de;
