import { Badge, Button, Code, Drawer, Group, SegmentedControl, Stack, Table, Text } from "@mantine/core";
import { IconMailOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { Empty } from "@/parts/empty";
import { Failed } from "@/parts/failed";
import { Loading } from "@/parts/loading";
import { Rows } from "@/parts/rows";
import { complain, tell } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Delivery = Schemas["DeliveryOut"];

const SHOWN = ["all", "pending", "delivered", "failed"] as const;

/** What was sent to a webhook and what came of it; anything can be sent again. */
export function Deliveries({ webhook }: { webhook: string }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const show = useFormats();
  const client = useQueryClient();
  const [shown, setShown] = useState<(typeof SHOWN)[number]>("all");
  const [looked, setLooked] = useState<Delivery | null>(null);
  const query = { limit: 30, state: shown === "all" ? undefined : shown };
  const asked = remote.useInfiniteQuery(
    "get",
    "/api/v1/webhooks/{webhook}/deliveries",
    { params: { path: { webhook }, query } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next ?? undefined,
      refetchInterval: 5_000,
    },
  );
  const items = asked.data?.pages.flatMap((page) => page.items);
  const again = () => client.invalidateQueries({ queryKey: ["get", "/api/v1/webhooks/{webhook}/deliveries"] });
  const replay = (delivery: Delivery) =>
    api
      .POST("/api/v1/webhooks/deliveries/{delivery}/replay", { params: { path: { delivery: delivery.id } } })
      .then(() => tell(t.replayed))
      .then(again, complain);
  const replayAll = () =>
    api
      .POST("/api/v1/webhooks/{webhook}/replay", { params: { path: { webhook } }, body: { what: "failed" } })
      .then(({ data }) => tell(t.replayedMany(show.number(data?.count ?? 0))))
      .then(again, complain);
  return (
    <Card
      title={t.deliveries}
      aside={
        <Button size="xs" variant="default" onClick={replayAll}>
          {t.replayFailed}
        </Button>
      }
    >
      <Stack>
        <SegmentedControl
          aria-label={t.which}
          value={shown}
          onChange={(value) => setShown(value as typeof shown)}
          data={SHOWN.map((value) => ({ value, label: value === "all" ? t.all : t.states[value] }))}
          style={{ alignSelf: "flex-start" }}
        />
        {asked.error && <Failed error={asked.error} retry={asked.refetch} />}
        {asked.isPending && <Loading />}
        {items?.length === 0 && (
          <Empty icon={IconMailOff} title={shown === "all" ? t.noDeliveries : t.noMatch}>
            {t.noDeliveriesHint}
          </Empty>
        )}
        {items && items.length > 0 && (
          <Rows
            items={items}
            id={(delivery) => delivery.id}
            label={t.deliveries}
            columns={[
              { name: t.event, show: (delivery) => <Code>{delivery.topic}</Code> },
              { name: t.state, show: (delivery) => <DeliveryState delivery={delivery} /> },
              { name: t.answer, show: (delivery) => delivery.status ?? t.noAnswer },
              { name: t.tries, show: (delivery) => show.number(delivery.tries) },
              { name: t.made, show: (delivery) => show.ago(delivery.created) },
              {
                name: parts.actions,
                end: true,
                show: (delivery) => (
                  <Group gap="xs" justify="flex-end" wrap="nowrap">
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={t.attemptsOf(delivery.topic)}
                      onClick={() => setLooked(delivery)}
                    >
                      {t.show}
                    </Button>
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={t.replayOf(delivery.topic)}
                      onClick={() => replay(delivery)}
                    >
                      {t.replay}
                    </Button>
                  </Group>
                ),
              },
            ]}
          />
        )}
        {asked.hasNextPage && (
          <Button
            variant="default"
            loading={asked.isFetchingNextPage}
            onClick={() => asked.fetchNextPage()}
            style={{ alignSelf: "center" }}
          >
            {parts.more}
          </Button>
        )}
      </Stack>
      <Drawer
        opened={looked !== null}
        onClose={() => setLooked(null)}
        position="right"
        size="lg"
        title={looked && t.attemptsOf(looked.topic)}
        closeButtonProps={{ "aria-label": parts.close }}
      >
        {looked && <Attempts attempts={looked.attempts} />}
      </Drawer>
    </Card>
  );
}

function DeliveryState({ delivery }: { delivery: Delivery }) {
  const t = useWords(WORDS);
  const show = useFormats();
  return (
    <Stack gap={2}>
      <Badge variant="default" tt="none" c={delivery.state === "failed" ? "var(--mantine-color-error)" : undefined}>
        {t.states[delivery.state]}
      </Badge>
      {delivery.state === "pending" && delivery.due && (
        <Text size="xs" c="dimmed">
          {t.next(show.ago(delivery.due))}
        </Text>
      )}
    </Stack>
  );
}

function Attempts({ attempts }: { attempts: Delivery["attempts"] }) {
  const t = useWords(WORDS);
  const show = useFormats();
  if (!attempts.length) return <Text>{t.noAttempts}</Text>;
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t.made}</Table.Th>
          <Table.Th>{t.answer}</Table.Th>
          <Table.Th>{t.took}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {attempts.map((attempt) => (
          <Table.Tr key={attempt.at}>
            <Table.Td>{show.moment(attempt.at)}</Table.Td>
            <Table.Td>
              {attempt.status ?? t.noAnswer}
              {(attempt.problem || attempt.excerpt) && (
                <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  {attempt.problem || attempt.excerpt}
                </Text>
              )}
            </Table.Td>
            <Table.Td>{show.wait(attempt.duration)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
