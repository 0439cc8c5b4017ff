import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Verbrauch",
  hint: "Was verbraucht wurde, was es kostete, und wie viel Guthaben noch da ist.",
  available: "Verfügbares Guthaben",
  held: "Für Gespräche zurückgelegt",
  spent: "Verbraucht",
  pays: (mark: string) => `Meldung unter ${mark}`,
  afterwards: "Wird danach bezahlt",
  by: "Zusammengefasst nach",
  bys: { meter: "Zähler", provider: "Anbieter", day: "Tag", tenant: "Organisation" },
  key: "Was",
  amount: "Menge",
  credits: "Guthaben",
  cost: "Kosten",
  calls: "Gespräche",
  none: "In dieser Zeit wurde nichts verbraucht",
  noneHint: "Sekunden, Zeichen und Token werden während der Gespräche gezählt und erscheinen hier.",
  statement: "Abrechnung",
  statementHint: "Gespräche und Kosten eines Monats als CSV",
  month: "Monat",
  download: "Herunterladen",
  ledger: "Guthabenbuch",
  when: "Wann",
  kind: "Art",
  note: "Notiz",
  change: "Guthaben",
  noLedger: "Es ist noch kein Guthaben gekommen oder gegangen.",
  meters: {
    call_seconds: "Gesprächssekunden",
    stt_seconds: "gehörte Sekunden",
    tts_characters: "gesprochene Zeichen",
    llm_tokens_in: "gelesene Token",
    llm_tokens_out: "geschriebene Token",
  },
};

export default de;
