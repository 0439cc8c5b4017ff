import { SimpleGrid, Text } from "@mantine/core";
import { useState } from "react";
import { remote } from "@/api/client";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { Loading } from "@/parts/loading";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

const DAY = 24 * 60 * 60_000;

/** How long callers of this agent waited for its replies. */
export function Latency({ agent }: { agent: string }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const [since] = useState(() => new Date(Date.now() - DAY).toISOString());
  const asked = remote.useQuery("get", "/api/v1/agents/{agent_id}/latency", {
    params: { path: { agent_id: agent }, query: { since } },
  });
  return (
    <Card title={t.latency}>
      {asked.error && <Failed error={asked.error} retry={asked.refetch} />}
      {asked.isPending && <Loading rows={1} />}
      {asked.data && asked.data.turns === 0 && <Text c="dimmed">{t.noLatency}</Text>}
      {asked.data && asked.data.turns > 0 && (
        <SimpleGrid cols={3}>
          <Figure label={t.p50} value={show.wait(asked.data.whole.p50)} />
          <Figure label={t.p95} value={show.wait(asked.data.whole.p95)} />
          <Figure label={t.measured} value={show.number(asked.data.turns)} />
        </SimpleGrid>
      )}
    </Card>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text size="xl" fw={650}>
        {value}
      </Text>
    </div>
  );
}
