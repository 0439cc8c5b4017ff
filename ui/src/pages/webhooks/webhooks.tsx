import { Anchor, Badge, Button, Code, Group, Stack } from "@mantine/core";
import { IconPlus, IconWebhook } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { remote, type Schemas } from "@/api/client";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { Secret } from "@/parts/secret";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { Fields } from "./fields";
import { State } from "./state";
import { WORDS } from "./words";

type Webhook = Schemas["WebhookOut"];

export const PATH = "/api/v1/webhooks";

export default function Webhooks() {
  const t = useWords(WORDS);
  const show = useFormats();
  const client = useQueryClient();
  const asked = remote.useQuery("get", PATH);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ url: string; secret: string } | null>(null);
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint}>
        <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
          {t.add}
        </Button>
      </Heading>
      {made && <Secret label={t.secretOf(made.url)} value={made.secret} />}
      <Listing
        asked={{ ...asked, data: asked.data?.items }}
        label={t.title}
        id={(webhook) => webhook.id}
        empty={{ icon: IconWebhook, title: t.none, hint: t.noneHint }}
        columns={[
          {
            name: t.url,
            show: (webhook: Webhook) => (
              <Anchor component={Link} to={`/webhooks/${webhook.id}`} style={{ overflowWrap: "anywhere" }}>
                {webhook.description || webhook.url}
              </Anchor>
            ),
          },
          { name: t.topics, show: (webhook) => <Topics topics={webhook.topics} /> },
          { name: t.state, show: (webhook) => <State webhook={webhook} /> },
          { name: t.delivered, show: (webhook) => (webhook.delivered ? show.ago(webhook.delivered) : t.never) },
        ]}
      />
      {adding && (
        <Fields
          close={() => setAdding(false)}
          done={(webhook, secret = "") => {
            setMade({ url: webhook.url, secret });
            void client.invalidateQueries({ queryKey: ["get", PATH] });
          }}
        />
      )}
    </Stack>
  );
}

function Topics({ topics }: { topics: readonly string[] }) {
  return (
    <Group gap={4}>
      {topics.slice(0, 4).map((topic) => (
        <Code key={topic}>{topic}</Code>
      ))}
      {topics.length > 4 && <Badge variant="default">+{topics.length - 4}</Badge>}
    </Group>
  );
}
