import { IconBuilding } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "organisations",
  label: { en: "Organisations", de: "Organisationen" },
  icon: IconBuilding,
  section: "house",
  order: 60,
  roles: ["admin"],
  load: () => import("./organisations"),
};
