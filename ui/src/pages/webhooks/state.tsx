import { Badge } from "@mantine/core";
import type { Schemas } from "@/api/client";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** Whether a webhook is told anything, and if not, why. */
export function State({ webhook }: { webhook: Schemas["WebhookOut"] }) {
  const t = useWords(WORDS);
  const why: Readonly<Record<string, string>> = { gone: t.gone, failing: t.failing };
  const label = webhook.enabled ? t.on : (why[webhook.disabled_why] ?? t.off);
  return (
    <Badge variant="default" tt="none" c={webhook.disabled_why ? "var(--mantine-color-error)" : undefined}>
      {label}
    </Badge>
  );
}
