import { Badge, Button, Group, Select, TextInput } from "@mantine/core";
import { IconBuilding, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { useSession } from "@/frame/session";
import { switchTo } from "@/frame/tenants";
import { useConfirm } from "@/parts/confirm";
import { Dialog } from "@/parts/dialog";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { complain, tell } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Tenant = Schemas["TenantOut"];

const PATH = "/api/v1/tenants";

export default function Organisations() {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const show = useFormats();
  const { person } = useSession();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const asked = remote.useInfiniteQuery(
    "get",
    PATH,
    { params: { query: { limit: 50 } } },
    { pageParamName: "cursor", initialPageParam: null, getNextPageParam: (page) => page.next ?? undefined },
  );
  const tenants = asked.data?.pages.flatMap((page) => page.tenants);
  const names = new Map(tenants?.map((tenant) => [tenant.id, tenant.name]));
  const changed = () => void client.invalidateQueries({ queryKey: ["get", PATH] });
  const kinds: Readonly<Record<string, string>> = t.kinds;
  const states: Readonly<Record<string, string>> = t.states;
  return (
    <>
      <Heading title={t.title} hint={t.hint}>
        <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
          {t.add}
        </Button>
      </Heading>
      <Listing
        asked={{ ...asked, data: tenants }}
        label={t.title}
        id={(tenant) => tenant.id}
        empty={{ icon: IconBuilding, title: t.none, hint: t.noneHint }}
        columns={[
          {
            name: t.name,
            show: (tenant) => (tenant.parent ? `${tenant.name} · ${names.get(tenant.parent) ?? ""}` : tenant.name),
          },
          { name: t.slug, show: (tenant) => tenant.slug },
          { name: t.kind, show: (tenant) => kinds[tenant.kind] ?? tenant.kind },
          {
            name: t.state,
            show: (tenant) => (
              <Badge variant="default" tt="none">
                {states[tenant.state] ?? tenant.state}
              </Badge>
            ),
          },
          { name: t.since, show: (tenant) => show.day(tenant.created) },
          {
            name: "",
            end: true,
            show: (tenant) =>
              tenant.id !== person.tenant && tenant.parent && <Acts tenant={tenant} changed={changed} />,
          },
        ]}
      />
      {asked.hasNextPage && (
        <Button variant="default" mt="md" onClick={() => void asked.fetchNextPage()}>
          {parts.more}
        </Button>
      )}
      {adding && <NewTenant close={() => setAdding(false)} made={changed} />}
    </>
  );
}

function Acts({ tenant, changed }: { tenant: Tenant; changed: () => void }) {
  const t = useWords(WORDS);
  const confirm = useConfirm();
  const params = { params: { path: { tenant: tenant.id } } };
  const suspend = async () => {
    await api.POST(`${PATH}/{tenant}/suspend`, params);
    changed();
  };
  const resume = async () => {
    await api.POST(`${PATH}/{tenant}/resume`, params);
    changed();
  };
  return (
    <Group gap="xs" justify="flex-end">
      <Button size="xs" variant="default" aria-label={t.actOf(tenant.name)} onClick={() => switchTo(tenant)}>
        {t.act}
      </Button>
      {tenant.state === "active" ? (
        <Button
          size="xs"
          variant="default"
          aria-label={t.suspendOf(tenant.name)}
          onClick={() =>
            confirm({
              title: t.suspendSure(tenant.name),
              hint: t.suspendHint,
              verb: t.suspend,
              act: () => suspend().catch(complain),
            })
          }
        >
          {t.suspend}
        </Button>
      ) : (
        <Button
          size="xs"
          variant="default"
          aria-label={t.resumeOf(tenant.name)}
          onClick={() => void resume().catch(complain)}
        >
          {t.resume}
        </Button>
      )}
    </Group>
  );
}

function NewTenant({ close, made }: { close: () => void; made: () => void }) {
  const t = useWords(WORDS);
  const [name, setName] = useState("");
  const [slug, setSlug] = useState("");
  const [kind, setKind] = useState<"reseller" | "tenant">("tenant");
  const add = async () => {
    await api.POST(PATH, { body: { name: name.trim(), slug: slug.trim(), kind } });
    tell(t.added);
    made();
  };
  return (
    <Dialog opened close={close} title={t.add} verb={t.add} refused={t.refused} act={add}>
      <TextInput
        label={t.name}
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label={t.slug}
        description={t.slugHint}
        required
        maxLength={63}
        value={slug}
        onChange={(event) => setSlug(event.currentTarget.value)}
      />
      <Select
        label={t.kind}
        allowDeselect={false}
        value={kind}
        onChange={(value) => setKind(value === "reseller" ? "reseller" : "tenant")}
        data={[
          { value: "tenant", label: t.kinds.tenant },
          { value: "reseller", label: t.kinds.reseller },
        ]}
      />
    </Dialog>
  );
}
