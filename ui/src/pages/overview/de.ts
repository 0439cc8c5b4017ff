import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Übersicht",
  live: "Gespräche jetzt",
  nobody: "Niemand ist in der Leitung. Ein Anruf erscheint hier, sobald es klingelt.",
  range: "Zeitraum",
  day: "24 Stunden",
  week: "7 Tage",
  month: "30 Tage",
  calls: "Gespräche",
  answered: "angenommen",
  notAnswered: "nicht angenommen",
  rate: "Annahmequote",
  wait: "Wartezeit auf Antwort",
  waitHint: (p95: string) => `95 von 100 innerhalb ${p95}`,
  talk: "Gesprächszeit",
  cost: "Kosten",
  failed: (count: string) => `${count} gescheitert`,
  callsChart: "Gespräche im Lauf der Zeit",
  waitChart: "Wartezeit auf Antwort in Sekunden",
  rateChart: "Annahmequote",
  costChart: "Kosten je Tag",
  noCost: "In dieser Zeit wurde nichts verbraucht.",
  half: "Hälfte der Antworten",
  most: "95 von 100",
  agents: "Agenten",
  agent: "Agent",
  share: "Anteil",
  minutes: "Minuten",
  nothing: "Keine Gespräche in dieser Zeit.",
  nothingSaid: "Keine Antworten in dieser Zeit.",
};

export default de;
