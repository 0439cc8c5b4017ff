import { words } from "@/words/words";

export const en = {
  title: "Sign in",
  to: (name: string) => `Sign in to ${name}`,
  email: "E-mail address",
  password: "Password",
  showPassword: "Show the password, or hide it",
  submit: "Sign in",
  forgot: "Password forgotten?",
  second: "One more step",
  code: "Code",
  codeHint: "From your authenticator app, or one of your recovery codes",
  verify: "Go on",
  again: "Begin again",
};

export const WORDS = words(en, () => import("./de"));
