import { words } from "@/words/words";

export const en = {
  title: "Sign in",
  to: (name: string) => `Sign in to ${name}`,
  email: "E-mail address",
  password: "Password",
  submit: "Sign in",
};

export const WORDS = words(en, () => import("./de"));
