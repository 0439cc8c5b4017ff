import { words } from "@/words/words";

export const en = {
  title: "Organisations",
  hint: "Yours, and those below it. Act for one to see and change what is its.",
  add: "Add an organisation",
  name: "Name",
  slug: "Short name",
  slugHint: "In addresses and host names, for good: small letters, digits and hyphens",
  kind: "Kind",
  kinds: { platform: "Platform", reseller: "Reseller", tenant: "Tenant" },
  state: "State",
  states: { active: "active", suspended: "suspended", parent_suspended: "suspended from above" },
  since: "Since",
  act: "Act for it",
  actOf: (name: string) => `Act for ${name}`,
  suspend: "Suspend",
  suspendOf: (name: string) => `Suspend ${name}`,
  suspendSure: (name: string) => `Suspend ${name}?`,
  suspendHint: "No more calls are taken or made for it and those below it. Calls that are up go on.",
  resume: "Resume",
  resumeOf: (name: string) => `Resume ${name}`,
  refused: "The organisation was not added",
  added: "The organisation is added",
  none: "There are none",
  noneHint: "Add one to have it under your own brand and prices.",
};

export const WORDS = words(en, () => import("./de"));
