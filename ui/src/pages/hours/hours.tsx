import { Button, Group, Stack, Text } from "@mantine/core";
import { IconClock, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote } from "@/api/client";
import { useSession } from "@/frame/session";
import { useConfirm } from "@/parts/confirm";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { complain, tell } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { EditHours } from "./edit";
import { DAYS, type Hours } from "./form";
import { WORDS } from "./words";

const PATH = "/api/v1/hours";

export default function HoursPage() {
  const t = useWords(WORDS);
  const { may } = useSession();
  const client = useQueryClient();
  const [editing, setEditing] = useState<Hours | "new" | null>(null);
  const asked = remote.useQuery("get", PATH, { params: { query: { limit: 200 } } }, { refetchInterval: 60_000 });
  const changed = () =>
    void client.invalidateQueries({
      predicate: ({ queryKey }) => /^\/api\/v1\/(hours|numbers)/.test(String(queryKey[1])),
    });
  return (
    <>
      <Heading title={t.title} hint={t.hint}>
        {may("admin") && (
          <Button leftSection={<IconPlus size={18} />} onClick={() => setEditing("new")}>
            {t.add}
          </Button>
        )}
      </Heading>
      <Listing
        asked={{ ...asked, data: asked.data?.items }}
        label={t.title}
        id={(one) => one.id}
        empty={{ icon: IconClock, title: t.none, hint: t.noneHint }}
        columns={[
          {
            name: t.name,
            show: (one) => (
              <div>
                {one.form.name}
                <Text size="sm" c="dimmed">
                  {one.form.zone}
                </Text>
              </div>
            ),
          },
          { name: t.now, show: (one) => <span title={one.why}>{t.states[one.state]}</span> },
          { name: t.week, show: (one) => <Week hours={one} /> },
          { name: t.holidays, show: (one) => t.holidayCount(one.form.holidays?.length ?? 0) },
          {
            name: "",
            end: true,
            show: (one) => may("admin") && <Acts hours={one} edit={() => setEditing(one)} changed={changed} />,
          },
        ]}
      />
      {editing && (
        <EditHours hours={editing === "new" ? null : editing} close={() => setEditing(null)} saved={changed} />
      )}
    </>
  );
}

/** The days with their times; neighbours that are alike are one line. */
function Week({ hours }: { hours: Hours }) {
  const t = useWords(WORDS);
  const lines: { first: string; last: string; times: string }[] = [];
  for (const day of DAYS) {
    const spans = hours.form.week?.[day] ?? [];
    const times = spans.map(({ opens, closes }) => `${opens}–${closes}`).join(", ") || t.closedAllDay;
    const before = lines.at(-1);
    if (before?.times === times) before.last = t.days[day];
    else lines.push({ first: t.days[day], last: t.days[day], times });
  }
  return (
    <Stack gap={0}>
      {lines.map(({ first, last, times }) => (
        <Text key={first} size="sm">
          {first === last ? first : `${first} – ${last}`}: {times}
        </Text>
      ))}
    </Stack>
  );
}

function Acts({ hours, edit, changed }: { hours: Hours; edit: () => void; changed: () => void }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const confirm = useConfirm();
  const { name } = hours.form;
  const remove = () =>
    api
      .DELETE(`${PATH}/{hours}`, { params: { path: { hours: hours.id } } })
      .then(() => tell(t.removed))
      .catch(complain)
      .then(changed);
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      <Button size="xs" variant="default" aria-label={t.editOf(name)} onClick={edit}>
        {parts.edit}
      </Button>
      <Button
        size="xs"
        variant="default"
        aria-label={t.removeOf(name)}
        onClick={() => confirm({ title: t.removeSure(name), hint: t.removeHint, verb: parts.remove, act: remove })}
      >
        {parts.remove}
      </Button>
    </Group>
  );
}
