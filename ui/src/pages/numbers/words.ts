import { words } from "@/words/words";

export const en = {
  title: "Numbers",
  hint: "What callers dial, and who answers when.",
  add: "Add a number",
  none: "There are no numbers",
  noneHint: "Add the ones that your trunks bring, and say which agent, flow or queue answers them.",
  number: "Number",
  numberHint: "As +442079460000, or a name such as reception",
  label: "Label",
  hours: "Business hours",
  always: "always open",
  open: "While it is open",
  closed: "While it is closed",
  holiday: "On holidays",
  asClosed: "as when it is closed",
  nobody: "nobody",
  now: "Answered now by",
  kinds: { agent: "agent", flow: "flow", queue: "queue" },
  states: { open: "open", closed: "closed", holiday: "holiday" },
  refused: "The number was not saved",
  editOf: (number: string) => `Edit ${number}`,
  removeOf: (number: string) => `Remove ${number}`,
  removeSure: (number: string) => `Remove ${number}?`,
  removeHint: "Calls to it are no longer answered.",
  trunk: "Comes by",
};

export const WORDS = words(en, () => import("./de"));
