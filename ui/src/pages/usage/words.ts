import { words } from "@/words/words";

export const en = {
  title: "Usage",
  hint: "What was used, what it cost, and how much credit is left.",
  available: "Credits available",
  held: "Held for calls",
  spent: "Spent",
  pays: (mark: string) => `Told when it is below ${mark}`,
  afterwards: "Paid afterwards",
  by: "Summed up by",
  bys: { meter: "Meter", provider: "Provider", day: "Day", tenant: "Organisation" },
  key: "What",
  amount: "Amount",
  credits: "Credits",
  cost: "Cost",
  calls: "Calls",
  none: "Nothing was used in this time",
  noneHint: "Seconds, characters and tokens are counted while calls go on, and appear here.",
  statement: "Statement",
  statementHint: "A month's calls and costs as CSV",
  month: "Month",
  download: "Download",
  ledger: "Credit ledger",
  when: "When",
  kind: "Kind",
  note: "Note",
  change: "Credits",
  noLedger: "No credit has come or gone.",
  meters: {
    call_seconds: "seconds of call",
    stt_seconds: "seconds heard",
    tts_characters: "characters spoken",
    llm_tokens_in: "tokens read",
    llm_tokens_out: "tokens written",
  },
};

export const WORDS = words(en, () => import("./de"));
