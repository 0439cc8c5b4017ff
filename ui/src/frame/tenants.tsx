/** For whom one acts: one's own organisation, or one below it. */
import { Alert, Button, Group, Menu } from "@mantine/core";
import { IconBuilding } from "@tabler/icons-react";
import { Link } from "react-router";
import { actFor, actingFor, remote } from "@/api/client";
import { useWords } from "@/words/words";
import { useSession } from "./session";
import { WORDS } from "./words";

const NAME_KEPT = "switchroom-tenant-name";
const MOST = 8; // more than that are chosen on a page of their own

interface Whom {
  readonly id: string;
  readonly name: string;
}

/** Every answer on the page is somebody else's from now on: begin anew. */
export function switchTo(tenant: Whom | null): void {
  actFor(tenant?.id ?? "");
  sessionStorage.setItem(NAME_KEPT, tenant?.name ?? "");
  location.assign("/console/");
}

/** The organisations below one's own, in the account's menu. */
export function TenantItems() {
  const t = useWords(WORDS);
  const { person, may } = useSession();
  const asked = remote.useQuery(
    "get",
    "/api/v1/tenants",
    { params: { query: { limit: MOST + 2 } } },
    { enabled: may("admin", "supervisor") && actingFor() === "", staleTime: 60_000 },
  );
  const below = asked.data?.tenants.filter((tenant) => tenant.id !== person.tenant) ?? [];
  if (!below.length) return null;
  return (
    <>
      <Menu.Divider />
      <Menu.Label>{t.tenant}</Menu.Label>
      {below.slice(0, MOST).map((tenant) => (
        <Menu.Item key={tenant.id} leftSection={<IconBuilding size={16} />} onClick={() => switchTo(tenant)}>
          {tenant.name}
        </Menu.Item>
      ))}
      {below.length > MOST && (
        <Menu.Item component={Link} to="/organisations">
          {t.moreTenants}
        </Menu.Item>
      )}
    </>
  );
}

/** Says so while one acts for somebody else, on every page. */
export function ActingNotice() {
  const t = useWords(WORDS);
  const tenant = actingFor();
  if (!tenant) return null;
  return (
    <Alert color="yellow" variant="outline" icon={<IconBuilding />} mb="md" py="xs">
      <Group justify="space-between">
        {t.actingFor(sessionStorage.getItem(NAME_KEPT) || tenant)}
        <Button size="xs" variant="default" onClick={() => switchTo(null)}>
          {t.back}
        </Button>
      </Group>
    </Alert>
  );
}
