import { IconReceipt } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "usage",
  label: { en: "Usage", de: "Verbrauch" },
  icon: IconReceipt,
  section: "house",
  order: 20,
  roles: ["admin"],
  go: "u",
  load: () => import("./usage"),
};
