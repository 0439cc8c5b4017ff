import type { Translated } from "@/words/words";
import type { en } from "./call-words";

const de: Translated<typeof en> = {
  when: "Beginn",
  from: "Von",
  to: "An",
  how: "Über",
  length: "Dauer",
  state: "Stand",
  unknown: "Unbekannt",
  states: {
    offered: "angeboten",
    dialing: "wählt",
    ringing: "klingelt",
    talking: "im Gespräch",
    held: "gehalten",
    ended: "beendet",
  },
  reasons: {
    caller_hangup: "Anrufer hat aufgelegt",
    agent_hangup: "vom Agenten beendet",
    transfer: "weitergeleitet",
    timeout: "längste Dauer erreicht",
    error: "gescheitert",
    busy: "besetzt",
    no_answer: "keine Antwort",
    rejected: "abgewiesen",
    drained: "für einen Neustart beendet",
    credit: "Guthaben erschöpft",
  },
};

export default de;
