import { Anchor, Button, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { remote } from "@/api/client";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { Rows } from "@/parts/rows";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** Every line of the ledger that is about credit to spend, newest first. */
export function Ledger() {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const show = useFormats();
  const asked = remote.useInfiniteQuery(
    "get",
    "/api/v1/credits/ledger",
    { params: { query: { limit: 20 } } },
    { pageParamName: "cursor", initialPageParam: null, getNextPageParam: (page) => page.next ?? undefined },
  );
  const lines = asked.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t.ledger}>
      {asked.error && <Failed error={asked.error} retry={asked.refetch} />}
      {asked.data && lines.length === 0 && <Text c="dimmed">{t.noLedger}</Text>}
      {lines.length > 0 && (
        <Stack align="center">
          <Rows
            label={t.ledger}
            items={lines}
            id={(line) => String(line.number)}
            columns={[
              { name: t.when, show: (line) => show.moment(line.at) },
              {
                name: t.kind,
                show: (line) =>
                  line.call ? (
                    <Anchor component={Link} to={`/calls/${line.call}`}>
                      {line.kind.replaceAll("_", " ")}
                    </Anchor>
                  ) : (
                    line.kind.replaceAll("_", " ")
                  ),
              },
              { name: t.note, show: (line) => line.note },
              { name: t.change, show: (line) => `${line.account}: ${show.number(line.amount)}`, end: true },
            ]}
          />
          {asked.hasNextPage && (
            <Button variant="default" loading={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
              {parts.more}
            </Button>
          )}
        </Stack>
      )}
    </Card>
  );
}
