import { IconLayoutDashboard } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "",
  label: { en: "Overview", de: "Übersicht" },
  icon: IconLayoutDashboard,
  section: "work",
  order: 0,
  go: "o",
  load: () => import("./overview"),
};
