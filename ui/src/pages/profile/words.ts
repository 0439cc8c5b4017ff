import { words } from "@/words/words";

export const en = {
  title: "Your account",
  hint: "Your name, password, PIN and second step.",
  name: "Name",
  nameSaved: "Your name is saved",
  refused: "It was not saved",
  password: "Password",
  old: "Password until now",
  fresh: "New password",
  change: "Change",
  passwordHint: "A new password signs you out everywhere, here too.",
  pin: "PIN",
  pinHint: "4 to 12 digits, to say who you are on the telephone. It is never shown.",
  pinSet: "The PIN is set",
  pinGone: "The PIN is taken away",
  takeAway: "Take away",
  second: "Second step",
  on: "A code is asked for when you sign in.",
  off: "Signing in takes your password only. With a code from an authenticator app, a stolen password is not enough.",
  turnOn: "Turn on",
  turnOff: "Turn off",
  secret: "Put this into your authenticator app",
  recovery: "Recovery codes, each good once",
  code: "Code from the app",
  confirm: "Confirm",
  isOn: "The second step is on",
  isOff: "The second step is off",
  everywhere: "Sign out everywhere",
  everywhereHint: "Every browser and program that is signed in as you has to sign in anew.",
};

export const WORDS = words(en, () => import("./de"));
