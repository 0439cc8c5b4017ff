import { Alert, Anchor, Breadcrumbs, Button, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, remote, type Schemas } from "@/api/client";
import { useSession } from "@/frame/session";
import { Card } from "@/parts/card";
import { useConfirm } from "@/parts/confirm";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { PageLoading } from "@/parts/loading";
import { complain, tell } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { LineState } from "./line-state";
import { TestButton } from "./test-button";
import { TrunkDialog } from "./trunk-dialog";
import { WORDS } from "./words";

export default function TrunkPage() {
  const { trunk: id = "" } = useParams();
  const found = remote.useQuery("get", "/api/v1/trunks/{trunk_id}", { params: { path: { trunk_id: id } } });
  if (found.error) return <Failed error={found.error} retry={found.refetch} />;
  if (!found.data) return <PageLoading />;
  return <Shown trunk={found.data} />;
}

function Shown({ trunk }: { trunk: Schemas["TrunkOut"] }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const { may } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const [editing, setEditing] = useState(false);
  const name = String(trunk.settings.name);
  const remove = async () => {
    await api.DELETE("/api/v1/trunks/{trunk_id}", { params: { path: { trunk_id: trunk.id } } });
    tell(t.removed);
    await client.invalidateQueries({ queryKey: ["get", "/api/v1/trunks"] });
    await navigate("/trunks");
  };
  return (
    <Stack>
      <Breadcrumbs>
        <Anchor component={Link} to="/trunks">
          {t.title}
        </Anchor>
        <Text size="sm">{name}</Text>
      </Breadcrumbs>
      <Heading title={name}>
        <LineState line={trunk.line} />
        {may("admin") && (
          <>
            <TestButton id={trunk.id} name={name} />
            <Button size="xs" variant="default" onClick={() => setEditing(true)}>
              {parts.edit}
            </Button>
            <Button
              size="xs"
              variant="default"
              c="var(--mantine-color-error)"
              onClick={() =>
                confirm({
                  title: t.removeSure(name),
                  hint: t.removeHint,
                  verb: parts.remove,
                  act: () => remove().catch(complain),
                })
              }
            >
              {parts.remove}
            </Button>
          </>
        )}
      </Heading>
      {trunk.line.why && (
        <Alert color="yellow" variant="outline">
          {trunk.line.why}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }} style={{ alignItems: "start" }}>
        <Card title={t.settings}>
          <Values values={trunk.settings} />
        </Card>
        <Capabilities id={trunk.id} />
      </SimpleGrid>
      {editing && (
        <TrunkDialog
          trunk={trunk}
          close={() => setEditing(false)}
          saved={() =>
            void client.invalidateQueries({
              predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/v1/trunks"),
            })
          }
        />
      )}
    </Stack>
  );
}

function Capabilities({ id }: { id: string }) {
  const t = useWords(WORDS);
  const found = remote.useQuery("get", "/api/v1/trunks/{trunk_id}/capabilities", {
    params: { path: { trunk_id: id } },
  });
  return (
    <Card title={t.can}>
      {found.error && <Failed error={found.error} retry={found.refetch} />}
      {found.data && <Values values={found.data} />}
    </Card>
  );
}

/** Names and values as the API has them: these are words of the field, the same in every language. */
function Values({ values }: { values: Readonly<Record<string, unknown>> }) {
  const t = useWords(WORDS);
  const said = (value: unknown): string => {
    if (typeof value === "boolean") return value ? t.yes : t.no;
    if (Array.isArray(value)) return value.map(String).join(", ");
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
  };
  return (
    <SimpleGrid component="dl" cols={2} m={0} spacing={6}>
      {Object.entries(values)
        .filter(([, value]) => said(value) !== "" && said(value) !== "{}")
        .map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <Text component="dt" size="sm" c="dimmed">
              {name.replaceAll("_", " ")}
            </Text>
            <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>
              {said(value)}
            </Text>
          </div>
        ))}
    </SimpleGrid>
  );
}
