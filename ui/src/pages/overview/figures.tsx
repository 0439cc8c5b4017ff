import { Paper, Progress, SimpleGrid, Text } from "@mantine/core";
import { remote, type Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { Rows } from "@/parts/rows";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Found = Schemas["OverviewOut"];

/** What was used in the same time; empty until it is known, or where one may not know it. */
function useCost(found: Found): string {
  const show = useFormats();
  const query = { from: found.since, to: found.until, by: "meter" as const };
  const used = remote.useQuery("get", "/api/v1/usage", { params: { query } }, { retry: false });
  const sums = new Map<string, number>();
  for (const sum of used.data?.items ?? []) {
    if (sum.currency) sums.set(sum.currency, (sums.get(sum.currency) ?? 0) + sum.cost);
  }
  return [...sums].map(([currency, cost]) => show.money(cost, currency)).join(", ");
}

export function Figures({ found }: { found: Found }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const cost = useCost(found);
  return (
    <SimpleGrid component="dl" cols={{ base: 2, md: 5 }} m={0}>
      <Figure
        name={t.calls}
        value={show.number(found.calls)}
        hint={found.failed ? t.failed(show.number(found.failed)) : undefined}
      />
      <Figure name={t.rate} value={found.calls ? show.percent(found.answered / found.calls) : "–"} />
      <Figure
        name={t.wait}
        value={show.wait(found.latency.p50)}
        hint={found.latency.p95 === null ? undefined : t.waitHint(show.wait(found.latency.p95))}
      />
      <Figure name={t.talk} value={show.length(found.seconds)} />
      <Figure name={t.cost} value={cost || "–"} />
    </SimpleGrid>
  );
}

function Figure({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <Paper withBorder bg="var(--card)" p="md">
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} fz="1.7rem" fw={650} lh={1.25} style={{ fontVariantNumeric: "tabular-nums" }}>
        {value}
      </Text>
      {hint && (
        <Text component="dd" m={0} size="sm" c="dimmed">
          {hint}
        </Text>
      )}
    </Paper>
  );
}

export function Agents({ found }: { found: Found }) {
  const t = useWords(WORDS);
  const show = useFormats();
  if (!found.agents.length) return null;
  return (
    <Card title={t.agents}>
      <Rows
        label={t.agents}
        items={found.agents}
        id={(agent) => agent.agent}
        columns={[
          { name: t.agent, show: (agent) => agent.name || agent.agent },
          {
            name: t.share,
            show: (agent) => (
              <Progress
                value={(100 * agent.calls) / Math.max(1, found.calls)}
                aria-label={show.percent(agent.calls / Math.max(1, found.calls))}
                w="100%"
                miw={120}
              />
            ),
          },
          { name: t.calls, show: (agent) => show.number(agent.calls), end: true },
          { name: t.minutes, show: (agent) => show.number(agent.seconds / 60, 1), end: true },
        ]}
      />
    </Card>
  );
}
