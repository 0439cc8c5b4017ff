import { Button, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { useState } from "react";
import { remote } from "@/api/client";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

export default function AuditLog() {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const show = useFormats();
  const [action, setAction] = useState("");
  const [subject, setSubject] = useState("");
  const [wanted] = useDebouncedValue({ action: action.trim(), subject: subject.trim() }, 300);
  const query = { limit: 50, action: wanted.action || undefined, subject: wanted.subject || undefined };
  const asked = remote.useInfiniteQuery(
    "get",
    "/api/v1/audit",
    { params: { query } },
    { pageParamName: "cursor", initialPageParam: null, getNextPageParam: (page) => page.next ?? undefined },
  );
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint} />
      <Group>
        <TextInput
          label={t.action}
          placeholder={t.actionHint}
          maxLength={200}
          value={action}
          onChange={(event) => setAction(event.currentTarget.value)}
        />
        <TextInput
          label={t.subject}
          maxLength={64}
          value={subject}
          onChange={(event) => setSubject(event.currentTarget.value)}
        />
      </Group>
      <Listing
        asked={{ ...asked, data: asked.data?.pages.flatMap((page) => page.items) }}
        label={t.title}
        id={(line) => line.id}
        empty={{ icon: IconHistory, title: t.none, hint: t.noneHint }}
        columns={[
          { name: t.when, show: (line) => show.moment(line.at) },
          {
            name: t.actor,
            show: (line) => (
              <div>
                {line.actor || "–"}
                <Text size="xs" c="dimmed">
                  {line.actor_kind}
                  {line.actor_tenant && ` · ${line.actor_tenant}`}
                </Text>
              </div>
            ),
          },
          { name: t.action, show: (line) => <Code>{line.action}</Code> },
          { name: t.subject, show: (line) => line.subject || "–" },
          { name: t.outcome, show: (line) => line.outcome },
          { name: t.address, show: (line) => line.address || "–" },
        ]}
      />
      {asked.hasNextPage && (
        <Group>
          <Button variant="default" loading={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
            {parts.more}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
