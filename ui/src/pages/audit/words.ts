import { words } from "@/words/words";

export const en = {
  title: "Audit log",
  hint: "Who changed what, and who signed in, newest first.",
  none: "The log holds nothing like that",
  noneHint: "Changes and sign-ins appear here as they happen.",
  action: "Action",
  actionHint: "How it begins",
  subject: "What it was done to",
  when: "When",
  actor: "Who",
  outcome: "Outcome",
  address: "From",
};

export const WORDS = words(en, () => import("./de"));
