import { IconPhone } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "calls",
  label: { en: "Calls", de: "Gespräche" },
  icon: IconPhone,
  section: "work",
  order: 10,
  go: "c",
  load: () => import("./calls"),
  more: [{ path: "calls/:call", load: () => import("./call") }],
};
