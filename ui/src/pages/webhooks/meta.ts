import { IconWebhook } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "webhooks",
  label: { en: "Webhooks", de: "Webhooks" },
  icon: IconWebhook,
  section: "connect",
  order: 30,
  roles: ["admin"],
  go: "w",
  load: () => import("./webhooks"),
  more: [{ path: "webhooks/:webhook", load: () => import("./webhook") }],
};
