import { Button, Stack } from "@mantine/core";
import { IconPhoneOff } from "@tabler/icons-react";
import { remote } from "@/api/client";
import { CallTable } from "@/parts/call-table";
import { Empty } from "@/parts/empty";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { Loading } from "@/parts/loading";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

export default function Calls() {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const calls = remote.useInfiniteQuery(
    "get",
    "/api/v1/calls",
    { params: { query: { limit: 30 } } },
    { pageParamName: "cursor", initialPageParam: undefined, getNextPageParam: (page) => page.next ?? undefined },
  );
  const items = calls.data?.pages.flatMap((page) => page.items);
  return (
    <>
      <Heading title={t.title} hint={t.hint} />
      {calls.error && <Failed error={calls.error} retry={calls.refetch} />}
      {calls.isPending && <Loading />}
      {items?.length === 0 && (
        <Empty icon={IconPhoneOff} title={t.none}>
          {t.noneHint}
        </Empty>
      )}
      {items && items.length > 0 && (
        <Stack align="center">
          <CallTable calls={items} label={t.title} />
          {calls.hasNextPage && (
            <Button variant="default" loading={calls.isFetchingNextPage} onClick={() => void calls.fetchNextPage()}>
              {parts.more}
            </Button>
          )}
        </Stack>
      )}
    </>
  );
}
