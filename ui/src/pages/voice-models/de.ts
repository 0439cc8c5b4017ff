import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Sprachmodelle",
  hint: "Womit Agenten hören, denken und sprechen können, und wie viel davon verbraucht wurde.",
  month: "Monat",
  parts: { recognisers: "Erkenner", models: "Große Sprachmodelle", voices: "Stimmen" },
  noneOf: "Es gibt keine; der Betreiber nennt sie in der Datei der Anbieter.",
  name: "Name",
  model: "Modell",
  ready: "Zustand",
  isReady: "bereit",
  lacksKey: "sein Schlüssel fehlt",
  used: "In diesem Monat verbraucht",
  allowed: "Erlaubt",
  allow: (name: string) => `Agenten dürfen ${name} benutzen`,
  profiles: "Stimmprofile",
  addProfile: "Stimmprofil hinzufügen",
  noProfile: "Es gibt noch kein Stimmprofil",
  noProfileHint: "Ein Profil gibt einer Stimme, ihrem Tempo und ihrer Sprache einen Namen, auf den Agenten verweisen.",
  notTaken: "Das Stimmprofil wurde nicht angenommen",
  removeOf: (name: string) => `${name} entfernen`,
  removeHint: "Agenten, die es benutzen, brauchen zuerst eine andere Stimme.",
  listen: "Anhören",
  listenTo: (name: string) => `${name} anhören`,
  provider: "Anbieter",
  voice: "Stimme",
  voiceHint: "In den Worten des Anbieters; leer: seine beste",
  language: "Sprache",
  speed: "Tempo",
  sample: "Probe",
  sampleHint: "Was sie beim Anhören sagt; leer: ein üblicher Satz",
  units: {
    stt_seconds: (count: string) => `${count} s gehört`,
    tts_characters: (count: string) => `${count} Zeichen gesprochen`,
    llm_tokens_in: (count: string) => `${count} Token gelesen`,
    llm_tokens_out: (count: string) => `${count} Token geschrieben`,
  },
};

export default de;
