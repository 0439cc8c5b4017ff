import { IconUserCircle } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "profile",
  label: { en: "Your account", de: "Ihr Konto" },
  icon: IconUserCircle,
  section: "house",
  order: 90,
  load: () => import("./profile"),
};
