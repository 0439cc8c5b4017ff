import { words } from "@/words/words";

export const en = {
  failed: "This could not be loaded",
  offline: "The server does not answer. Check the connection, or wait until it has been restarted.",
  retry: "Try again",
  loading: "Loading …",
  more: "Load more",
  sure: "Are you sure?",
  cancel: "Cancel",
  save: "Save",
  saved: "Saved",
  create: "Create",
  close: "Close",
  remove: "Remove",
  edit: "Edit",
  actions: "Actions",
  copy: "Copy",
  copied: "Copied",
  leave: "Leave without saving?",
  leaveHint: "What you changed on this page has not been saved.",
  stay: "Stay",
  leaveAnyway: "Leave",
  onlyNow: "This is shown only now. Copy it and keep it safe: nobody can show it again.",
  unknownField: "Not taken",
};

export const WORDS = words(en, () => import("./de"));
