import { IconHistory } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "audit",
  label: { en: "Audit log", de: "Protokoll" },
  icon: IconHistory,
  section: "house",
  order: 45,
  roles: ["admin"],
  load: () => import("./audit"),
};
