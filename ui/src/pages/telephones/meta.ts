import { IconDeviceLandlinePhone } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "telephones",
  label: { en: "Telephones", de: "Telefone" },
  icon: IconDeviceLandlinePhone,
  section: "connect",
  order: 30,
  roles: ["admin", "supervisor"],
  load: () => import("./telephones"),
};
