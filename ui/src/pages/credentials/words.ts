import { words } from "@/words/words";

export const en = {
  title: "Credentials",
  hint: "Keys of models and voices, tokens and carriers' passwords, under names. They are sealed: nobody can read them here again.",
  none: "No credential is kept",
  noneHint: "Keep a key under a name, then refer to it by that name, such as credential: openai.",
  add: "Keep a credential",
  refused: "It was not kept",
  name: "Name",
  nameHint: "Small letters, figures, - and _",
  kind: "What it is",
  kinds: { provider: "Key of a model or voice", oauth: "Token", sip: "Password of a carrier" },
  secret: "Secret",
  ends: "Ends in",
  used: "Last used",
  never: "never",
  changed: "Changed",
  rotate: "Replace",
  rotateOf: (name: string) => `Replace the secret of ${name}`,
  rotated: "The new secret counts from now on",
  removeOf: (name: string) => `Forget ${name}`,
  removeHint: "What refers to it stops working. The secret cannot be had back.",
  removed: "It was forgotten",
};

export const WORDS = words(en, () => import("./de"));
