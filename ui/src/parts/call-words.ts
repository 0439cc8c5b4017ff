import { words } from "@/words/words";

export const en = {
  when: "Began",
  from: "From",
  to: "To",
  how: "By",
  length: "Length",
  state: "State",
  unknown: "Unknown caller",
  states: {
    offered: "offered",
    dialing: "dialling",
    ringing: "ringing",
    talking: "talking",
    held: "on hold",
    ended: "ended",
  },
  reasons: {
    caller_hangup: "caller hung up",
    agent_hangup: "agent ended it",
    transfer: "transferred",
    timeout: "longest duration reached",
    error: "failed",
    busy: "busy",
    no_answer: "no answer",
    rejected: "rejected",
    drained: "ended for a restart",
    credit: "credit ran out",
  },
};

export const WORDS = words(en, () => import("./call-de"));
