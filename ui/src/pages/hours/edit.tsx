import { ActionIcon, Button, Fieldset, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { api } from "@/api/client";
import { Dialog } from "@/parts/dialog";
import { useWords } from "@/words/words";
import {
  bodyOf,
  DAYS,
  type Day,
  type Edited,
  editedOf,
  freshHoliday,
  freshHours,
  freshSpan,
  type Holiday,
  type Hours,
  isOvernight,
  type Span,
  zones,
} from "./form";
import { WORDS } from "./words";

const PATH = "/api/v1/hours";
const CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]";

export function EditHours({ hours, close, saved }: { hours: Hours | null; close: () => void; saved: () => void }) {
  const t = useWords(WORDS);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [form, setForm] = useState<Edited>(() => (hours ? editedOf(hours.form) : freshHours(here)));
  const change = (part: Partial<Edited>) => setForm((before) => ({ ...before, ...part }));
  const places = useMemo(() => [...new Set([...zones(), form.zone])].sort(), [form.zone]);
  const save = async () => {
    const body = bodyOf(form);
    if (hours) await api.PATCH(`${PATH}/{hours}`, { params: { path: { hours: hours.id } }, body });
    else await api.POST(PATH, { body });
    saved();
  };
  return (
    <Dialog
      opened
      close={close}
      title={hours ? hours.form.name : t.add}
      verb={hours ? undefined : t.add}
      refused={t.refused}
      act={save}
      size="lg"
    >
      <TextInput
        label={t.name}
        required
        maxLength={100}
        value={form.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        data-autofocus
      />
      <Select
        label={t.zone}
        description={t.zoneHint}
        searchable
        allowDeselect={false}
        limit={100}
        data={places}
        value={form.zone}
        onChange={(zone) => zone && change({ zone })}
      />
      <Fieldset legend={t.week}>
        <Text size="sm" c="dimmed" mb="sm">
          {t.spanHint}
        </Text>
        <Stack gap="sm">
          {DAYS.map((day) => (
            <DayTimes
              key={day}
              day={day}
              spans={form.week[day]}
              set={(spans) => change({ week: { ...form.week, [day]: spans } })}
            />
          ))}
        </Stack>
      </Fieldset>
      <Holidays holidays={form.holidays} set={(holidays) => change({ holidays })} />
    </Dialog>
  );
}

interface DayProps {
  day: Day;
  spans: readonly Span[];
  set: (spans: readonly Span[]) => void;
}

function DayTimes({ day, spans, set }: DayProps) {
  const t = useWords(WORDS);
  const name = t.days[day];
  const change = (key: number, part: Partial<Span>) =>
    set(spans.map((span) => (span.key === key ? { ...span, ...part } : span)));
  return (
    <Group align="flex-start" wrap="nowrap" gap="sm">
      <Text size="sm" w={100} pt={6}>
        {name}
      </Text>
      <Stack gap={6} style={{ flex: 1 }}>
        {!spans.length && (
          <Text size="sm" c="dimmed" pt={6}>
            {t.closedAllDay}
          </Text>
        )}
        {spans.map((span, at) => (
          <Group key={span.key} gap="xs">
            <Clock
              label={t.opens(name, at + 1)}
              value={span.opens}
              set={(opens) => change(span.key, { opens })}
              pattern={CLOCK}
            />
            <Text size="sm">–</Text>
            <Clock
              label={t.closes(name, at + 1)}
              value={span.closes}
              set={(closes) => change(span.key, { closes })}
              pattern={`${CLOCK}|24:00`}
            />
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={t.removeSpan(name, at + 1)}
              onClick={() => set(spans.filter(({ key }) => key !== span.key))}
            >
              <IconTrash size={16} />
            </ActionIcon>
            {isOvernight(span) && (
              <Text size="xs" c="dimmed">
                {t.overnight}
              </Text>
            )}
          </Group>
        ))}
      </Stack>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t.addSpanOf(name)}
        title={t.addSpan}
        disabled={spans.length >= 10}
        onClick={() => set([...spans, freshSpan(spans.at(-1))])}
      >
        <IconPlus size={16} />
      </ActionIcon>
    </Group>
  );
}

/** A clock of 24 hours in every browser, and 24:00 at its end, which the browser's own field does not know. */
function Clock(props: { label: string; value: string; set: (value: string) => void; pattern: string }) {
  return (
    <TextInput
      aria-label={props.label}
      title={props.label}
      w={84}
      required
      inputMode="numeric"
      placeholder="00:00"
      maxLength={5}
      pattern={props.pattern}
      value={props.value}
      onChange={(event) => props.set(event.currentTarget.value)}
    />
  );
}

function Holidays({ holidays, set }: { holidays: readonly Holiday[]; set: (some: readonly Holiday[]) => void }) {
  const t = useWords(WORDS);
  const change = (key: number, part: Partial<Holiday>) =>
    set(holidays.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    <Fieldset legend={t.holidays}>
      <Stack gap="sm">
        {holidays.map((one, at) => (
          <Group key={one.key} align="flex-end" gap="xs">
            <TextInput
              label={t.name}
              aria-label={t.holidayName(at + 1)}
              required
              maxLength={100}
              style={{ flex: 1, minWidth: 140 }}
              value={one.name}
              onChange={(event) => change(one.key, { name: event.currentTarget.value })}
            />
            <TextInput
              type="date"
              label={t.first}
              required
              value={one.first}
              onChange={(event) => change(one.key, { first: event.currentTarget.value })}
            />
            <TextInput
              type="date"
              label={t.last}
              min={one.first}
              value={one.last}
              onChange={(event) => change(one.key, { last: event.currentTarget.value })}
            />
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={t.removeHoliday(one.name || String(at + 1))}
              onClick={() => set(holidays.filter(({ key }) => key !== one.key))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={16} />}
            disabled={holidays.length >= 200}
            onClick={() => set([...holidays, freshHoliday()])}
          >
            {t.addHoliday}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
