import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Organisationen",
  hint: "Ihre und die darunter. Handeln Sie für eine, um zu sehen und zu ändern, was ihr gehört.",
  add: "Organisation anlegen",
  name: "Name",
  slug: "Kurzname",
  slugHint: "In Adressen und Hostnamen, für immer: kleine Buchstaben, Ziffern und Bindestriche",
  kind: "Art",
  kinds: { platform: "Plattform", reseller: "Wiederverkäufer", tenant: "Mandant" },
  state: "Stand",
  states: { active: "aktiv", suspended: "ausgesetzt", parent_suspended: "von oben ausgesetzt" },
  since: "Seit",
  act: "Für sie handeln",
  actOf: (name: string) => `Für ${name} handeln`,
  suspend: "Aussetzen",
  suspendOf: (name: string) => `${name} aussetzen`,
  suspendSure: (name: string) => `${name} aussetzen?`,
  suspendHint: "Für sie und die darunter werden keine Anrufe mehr angenommen oder gemacht. Laufende gehen weiter.",
  resume: "Fortsetzen",
  resumeOf: (name: string) => `${name} fortsetzen`,
  refused: "Die Organisation wurde nicht angelegt",
  added: "Die Organisation ist angelegt",
  none: "Es gibt keine",
  noneHint: "Legen Sie eine an, um sie unter eigener Marke und eigenen Preisen zu führen.",
};

export default de;
