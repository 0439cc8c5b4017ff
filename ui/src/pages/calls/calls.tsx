import { Button, Group, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconMessage, IconPhoneOff, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useCallChanges } from "@/api/changes";
import { remote } from "@/api/client";
import { CallTable } from "@/parts/call-table";
import { Empty } from "@/parts/empty";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { Loading } from "@/parts/loading";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

const SHOWN = ["all", "live", "failed"] as const;

/** The filters are part of the address, so that a list can be kept and shown to others. */
function useFilters() {
  const [params, setParams] = useSearchParams();
  const set = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value && value !== "all") after.set(name, value);
        else after.delete(name);
        return after;
      },
      { replace: true },
    );
  return {
    show: params.get("show") ?? "all",
    source: params.get("source"),
    caller: params.get("caller") ?? "",
    words: params.get("words") ?? "",
    set,
  };
}

export default function Calls() {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const filters = useFilters();
  const [caller, setCaller] = useState(filters.caller);
  const [words, setWords] = useState(filters.words);
  const [asked] = useDebouncedValue(caller.trim(), 400);
  const [said] = useDebouncedValue(words.trim(), 400);
  useCallChanges();
  const query = {
    limit: 30,
    live: filters.show === "live" || undefined,
    failed: filters.show === "failed" || undefined,
    source: filters.source ?? undefined,
    number: asked ? (asked.endsWith("*") ? asked : `${asked}*`) : undefined,
    text: said || undefined,
  };
  const calls = remote.useInfiniteQuery(
    "get",
    "/api/v1/calls",
    { params: { query } },
    { pageParamName: "cursor", initialPageParam: null, getNextPageParam: (page) => page.next ?? undefined },
  );
  const items = calls.data?.pages.flatMap((page) => page.items);
  const filtered = filters.show !== "all" || Boolean(filters.source) || Boolean(asked || said);
  return (
    <>
      <Heading title={t.title} hint={t.hint} />
      <Group mb="md" align="flex-end">
        <SegmentedControl
          aria-label={t.which}
          value={filters.show}
          onChange={(value) => filters.set("show", value)}
          data={SHOWN.map((value) => ({ value, label: t[value] }))}
        />
        <Select
          aria-label={t.source}
          placeholder={t.anySource}
          clearable
          value={filters.source}
          onChange={(value) => filters.set("source", value)}
          data={Object.entries(t.sources).map(([value, label]) => ({ value, label }))}
          w={160}
        />
        <TextInput
          aria-label={t.caller}
          placeholder={t.callerHint}
          leftSection={<IconSearch size={16} />}
          value={caller}
          onChange={(event) => {
            setCaller(event.currentTarget.value);
            filters.set("caller", event.currentTarget.value.trim());
          }}
          w={220}
        />
        <TextInput
          aria-label={t.said}
          placeholder={t.said}
          leftSection={<IconMessage size={16} />}
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            filters.set("words", event.currentTarget.value.trim());
          }}
          w={220}
        />
      </Group>
      {calls.error && <Failed error={calls.error} retry={calls.refetch} />}
      {calls.isPending && <Loading />}
      {items?.length === 0 && (
        <Empty icon={IconPhoneOff} title={filtered ? t.noMatch : t.none}>
          {filtered ? t.noMatchHint : t.noneHint}
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
