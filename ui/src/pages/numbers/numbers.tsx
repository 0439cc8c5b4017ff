import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { IconClock, IconHash, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, remote, type Schemas } from "@/api/client";
import { useSession } from "@/frame/session";
import { useConfirm } from "@/parts/confirm";
import { Dialog } from "@/parts/dialog";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { complain } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { choiceOf, targetOf, useTargets, written } from "./targets";
import { WORDS } from "./words";

type PhoneNumber = Schemas["NumberOut"];

const PATH = "/api/v1/numbers";

export default function Numbers() {
  const t = useWords(WORDS);
  const { may } = useSession();
  const { called } = useTargets();
  const client = useQueryClient();
  const [editing, setEditing] = useState<PhoneNumber | "new" | null>(null);
  const asked = remote.useQuery("get", PATH, { params: { query: { limit: 200 } } });
  const hours = useHours();
  const changed = () =>
    void client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith(PATH) });
  return (
    <>
      <Heading title={t.title} hint={t.hint}>
        <Button component={Link} to="/hours" variant="default" leftSection={<IconClock size={18} />}>
          {t.hours}
        </Button>
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
        empty={{ icon: IconHash, title: t.none, hint: t.noneHint }}
        columns={[
          {
            name: t.number,
            show: (one) => (
              <div>
                {written(one.number)}
                {one.label && (
                  <Text size="sm" c="dimmed">
                    {one.label}
                  </Text>
                )}
              </div>
            ),
          },
          { name: t.now, show: (one) => <Now number={one.id} /> },
          { name: t.open, show: (one) => called(one.open) },
          { name: t.closed, show: (one) => (one.hours ? called(one.closed) : t.always) },
          { name: t.hours, show: (one) => hours.find(({ value }) => value === one.hours)?.label ?? (one.hours || "–") },
          {
            name: "",
            end: true,
            show: (one) => may("admin") && <Acts number={one} edit={() => setEditing(one)} changed={changed} />,
          },
        ]}
      />
      {editing && (
        <NumberDialog number={editing === "new" ? null : editing} close={() => setEditing(null)} saved={changed} />
      )}
    </>
  );
}

function useHours(): { value: string; label: string }[] {
  const asked = remote.useQuery("get", "/api/v1/hours", {}, { staleTime: 60_000 });
  return (asked.data?.items ?? []).map((one) => ({ value: one.id, label: one.form.name }));
}

/** Who answers at this moment, as the engine would decide it. */
function Now({ number }: { number: string }) {
  const t = useWords(WORDS);
  const { called } = useTargets();
  const asked = remote.useQuery(
    "get",
    `${PATH}/{number}/now`,
    { params: { path: { number } } },
    { refetchInterval: 60_000, retry: false },
  );
  if (!asked.data) return asked.error ? t.nobody : null;
  return (
    <div>
      {called(asked.data.answers)}
      <Text size="sm" c="dimmed">
        {t.states[asked.data.state]}
      </Text>
    </div>
  );
}

function Acts({ number, edit, changed }: { number: PhoneNumber; edit: () => void; changed: () => void }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const confirm = useConfirm();
  const name = written(number.number);
  const remove = () =>
    api
      .DELETE(`${PATH}/{number}`, { params: { path: { number: number.id } } })
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

function NumberDialog({ number, close, saved }: { number: PhoneNumber | null; close: () => void; saved: () => void }) {
  const t = useWords(WORDS);
  const { choices } = useTargets();
  const hours = useHours();
  const [dialled, setDialled] = useState(number?.number ?? "");
  const [label, setLabel] = useState(number?.label ?? "");
  const [when, setWhen] = useState(number?.hours ?? "");
  const [open, setOpen] = useState(choiceOf(number?.open ?? null));
  const [closed, setClosed] = useState(choiceOf(number?.closed ?? null));
  const [holiday, setHoliday] = useState(choiceOf(number?.holiday ?? null));
  const save = async () => {
    const body = {
      label,
      hours: when,
      open: targetOf(open),
      closed: targetOf(closed),
      holiday: targetOf(holiday),
    };
    if (number) await api.PATCH(`${PATH}/{number}`, { params: { path: { number: number.id } }, body });
    else await api.POST(PATH, { body: { number: dialled.trim(), ...body } });
    saved();
  };
  const data = choices.map(({ group, items }) => ({ group, items: [...items] }));
  return (
    <Dialog
      opened
      close={close}
      title={number ? written(number.number) : t.add}
      verb={number ? undefined : t.add}
      refused={t.refused}
      act={save}
    >
      {!number && (
        <TextInput
          label={t.number}
          description={t.numberHint}
          required
          value={dialled}
          onChange={(event) => setDialled(event.currentTarget.value)}
          data-autofocus
        />
      )}
      <TextInput
        label={t.label}
        maxLength={200}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <Select label={t.open} data={data} value={open || null} onChange={(value) => setOpen(value ?? "")} clearable />
      <Select
        label={t.hours}
        placeholder={t.always}
        data={hours}
        value={when || null}
        onChange={(value) => setWhen(value ?? "")}
        clearable
      />
      {when && (
        <>
          <Select
            label={t.closed}
            required
            data={data}
            value={closed || null}
            onChange={(value) => setClosed(value ?? "")}
            clearable
          />
          <Select
            label={t.holiday}
            placeholder={t.asClosed}
            data={data}
            value={holiday || null}
            onChange={(value) => setHoliday(value ?? "")}
            clearable
          />
        </>
      )}
    </Dialog>
  );
}
