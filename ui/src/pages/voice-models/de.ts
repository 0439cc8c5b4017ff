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
  units: {
    stt_seconds: (count: string) => `${count} s gehört`,
    tts_characters: (count: string) => `${count} Zeichen gesprochen`,
    llm_tokens_in: (count: string) => `${count} Token gelesen`,
    llm_tokens_out: (count: string) => `${count} Token geschrieben`,
  },
};

export default de;
