/** For whom one acts: one's own organisation, or one below it. */
import { Alert, Button, Group } from "@mantine/core";
import { IconBuilding } from "@tabler/icons-react";
import { actFor, actingFor } from "@/api/client";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** Every answer on the page is somebody else's from now on: begin anew. */
function switchTo(tenant: string) {
  actFor(tenant);
  location.assign("/console/");
}

export function TenantItems() {
  return null;
}

/** Says so while one acts for somebody else, on every page. */
export function ActingNotice() {
  const t = useWords(WORDS);
  const tenant = actingFor();
  if (!tenant) return null;
  return (
    <Alert color="yellow" variant="outline" icon={<IconBuilding />} mb="md" py="xs">
      <Group justify="space-between">
        {t.actingFor(tenant)}
        <Button size="xs" variant="default" onClick={() => switchTo("")}>
          {t.back}
        </Button>
      </Group>
    </Alert>
  );
}
