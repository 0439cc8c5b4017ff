import { IconHash } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "numbers",
  label: { en: "Numbers", de: "Nummern" },
  icon: IconHash,
  section: "connect",
  order: 10,
  go: "n",
  load: () => import("./numbers"),
};
