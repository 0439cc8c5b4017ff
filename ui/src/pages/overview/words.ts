import { words } from "@/words/words";

export const en = {
  title: "Overview",
  live: "Calls now",
  nobody: "Nobody is on the line. A call appears here as soon as it rings.",
  range: "Stretch of time",
  day: "24 hours",
  week: "7 days",
  month: "30 days",
  calls: "Calls",
  answered: "answered",
  notAnswered: "not answered",
  rate: "Answer rate",
  wait: "Wait for a reply",
  waitHint: (p95: string) => `95 of 100 within ${p95}`,
  talk: "Talk time",
  cost: "Cost",
  failed: (count: string) => `${count} failed`,
  callsChart: "Calls over time",
  waitChart: "Wait for a reply, in seconds",
  half: "half of the replies",
  most: "95 of 100",
  agents: "Agents",
  agent: "Agent",
  share: "Share",
  minutes: "Minutes",
  nothing: "No calls in this time.",
  nothingSaid: "No replies in this time.",
};

export const WORDS = words(en, () => import("./de"));
