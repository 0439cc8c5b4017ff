import { words } from "@/words/words";

export const en = {
  title: "Voice models",
  hint: "What agents can listen, think and speak with, and how much of it was used.",
  month: "Month",
  parts: { recognisers: "Recognisers", models: "Language models", voices: "Voices" },
  noneOf: "There is none; the operator names them in the providers file.",
  name: "Name",
  model: "Model",
  ready: "State",
  isReady: "ready",
  lacksKey: "its key is missing",
  used: "Used this month",
  allowed: "Allowed",
  allow: (name: string) => `Agents may use ${name}`,
  units: {
    stt_seconds: (count: string) => `${count} s heard`,
    tts_characters: (count: string) => `${count} letters spoken`,
    llm_tokens_in: (count: string) => `${count} tokens read`,
    llm_tokens_out: (count: string) => `${count} tokens written`,
  },
};

export const WORDS = words(en, () => import("./de"));
