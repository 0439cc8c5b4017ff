import { SegmentedControl, SimpleGrid, Stack, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useCallChanges } from "@/api/changes";
import { remote } from "@/api/client";
import { CallTable } from "@/parts/call-table";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { Loading } from "@/parts/loading";
import { useWords } from "@/words/words";
import { Agents, Figures } from "./figures";
import { STRETCHES, type Stretch, stretchTo } from "./stretch";
import { WORDS } from "./words";

const Charts = lazy(() => import("./charts")); // the chart library is half of everything: the figures do not wait for it

export default function Overview() {
  const t = useWords(WORDS);
  const [stretch, setStretch] = useState<Stretch>("day");
  const query = stretchTo(stretch, Date.now());
  const found = remote.useQuery("get", "/api/v1/overview", { params: { query } }, { refetchInterval: 30_000 });
  useCallChanges();
  return (
    <Stack gap="md">
      <Heading title={t.title}>
        <SegmentedControl
          aria-label={t.range}
          value={stretch}
          onChange={(value) => setStretch(value as Stretch)}
          data={(Object.keys(STRETCHES) as Stretch[]).map((value) => ({ value, label: t[value] }))}
        />
      </Heading>
      {found.error && <Failed error={found.error} retry={found.refetch} />}
      {found.isPending && <Loading rows={2} height={96} />}
      {found.data && <Figures found={found.data} />}
      <Live />
      {found.data && (
        <Suspense fallback={<Loading rows={1} height={300} />}>
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Charts found={found.data} stretch={stretch} />
          </SimpleGrid>
          <Agents found={found.data} />
        </Suspense>
      )}
    </Stack>
  );
}

function Live() {
  const t = useWords(WORDS);
  const calls = remote.useQuery(
    "get",
    "/api/v1/calls",
    { params: { query: { live: true } } },
    { refetchInterval: 5000 },
  );
  const items = calls.data?.items ?? [];
  return (
    <Card title={items.length ? `${t.live} (${items.length})` : t.live}>
      {calls.error && <Failed error={calls.error} retry={calls.refetch} />}
      {calls.isPending && <Loading rows={1} />}
      {calls.data && items.length === 0 && <Text c="dimmed">{t.nobody}</Text>}
      {items.length > 0 && <CallTable calls={items} label={t.live} />}
    </Card>
  );
}
