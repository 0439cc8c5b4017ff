import { Anchor, Breadcrumbs, Button, Group, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, remote, type Schemas } from "@/api/client";
import { useConfirm } from "@/parts/confirm";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { PageLoading } from "@/parts/loading";
import { Secret } from "@/parts/secret";
import { complain, tell } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { Deliveries } from "./deliveries";
import { Fields } from "./fields";
import { State } from "./state";
import { PATH } from "./webhooks";
import { WORDS } from "./words";

type Webhook = Schemas["WebhookOut"];

export default function WebhookPage() {
  const { webhook: id = "" } = useParams();
  const found = remote.useQuery("get", `${PATH}/{webhook}`, { params: { path: { webhook: id } } });
  if (found.error) return <Failed error={found.error} retry={found.refetch} />;
  if (!found.data) return <PageLoading />;
  return <Shown webhook={found.data} />;
}

function Shown({ webhook }: { webhook: Webhook }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const confirm = useConfirm();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const [secret, setSecret] = useState("");
  const params = { params: { path: { webhook: webhook.id } } };
  const changed = () => client.invalidateQueries({ queryKey: ["get"] });
  const act = (done: () => Promise<unknown>) => done().then(changed, complain);
  return (
    <Stack>
      <Breadcrumbs>
        <Anchor component={Link} to="/webhooks">
          {t.title}
        </Anchor>
        <Text size="sm">{webhook.description || webhook.url}</Text>
      </Breadcrumbs>
      <Heading title={webhook.description || t.title} hint={webhook.url}>
        <State webhook={webhook} />
      </Heading>
      <Group gap="xs">
        <Button variant="default" onClick={() => setEditing(true)}>
          {t.edit}
        </Button>
        <Button
          variant="default"
          onClick={() => act(() => api.PATCH(`${PATH}/{webhook}`, { ...params, body: { enabled: !webhook.enabled } }))}
        >
          {webhook.enabled ? t.turnOff : t.turnOn}
        </Button>
        <Button
          variant="default"
          onClick={() => act(() => api.POST(`${PATH}/{webhook}/test`, params).then(() => tell(t.tested)))}
        >
          {t.test}
        </Button>
        <Button
          variant="default"
          onClick={() =>
            confirm({
              title: t.rotateSure,
              hint: t.rotateHint,
              verb: t.rotate,
              act: () =>
                act(() =>
                  api.POST(`${PATH}/{webhook}/rotate`, params).then(({ data }) => setSecret(data?.secret ?? "")),
                ),
            })
          }
        >
          {t.rotate}
        </Button>
        <Button
          variant="default"
          c="var(--mantine-color-error)"
          onClick={() =>
            confirm({
              title: t.removeSure,
              hint: t.removeHint,
              verb: parts.remove,
              act: () =>
                act(async () => {
                  await api.DELETE(`${PATH}/{webhook}`, params);
                  tell(t.removed);
                  await navigate("/webhooks");
                }),
            })
          }
        >
          {parts.remove}
        </Button>
      </Group>
      {secret && <Secret label={t.secretOf(webhook.url)} value={secret} />}
      <Deliveries webhook={webhook.id} />
      {editing && <Fields webhook={webhook} close={() => setEditing(false)} done={() => void changed()} />}
    </Stack>
  );
}
