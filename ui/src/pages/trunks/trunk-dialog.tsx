import { Checkbox, NumberInput, PasswordInput, Select, SimpleGrid, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { Dialog } from "@/parts/dialog";
import { useWords } from "@/words/words";
import { fieldsOf, formOf, type TrunkForm } from "./form";
import { WORDS } from "./words";

interface Props {
  /** The trunk to change; none: a new one. */
  trunk?: Schemas["TrunkOut"];
  close: () => void;
  saved: () => void;
}

/** The fields that most trunks need; the API has the rest, and what is not shown stays. */
export function TrunkDialog({ trunk, close, saved }: Props) {
  const t = useWords(WORDS);
  const kinds = remote.useQuery("get", "/api/v1/trunk-kinds", {}, { staleTime: Number.POSITIVE_INFINITY });
  const [form, setForm] = useState<TrunkForm>(formOf(trunk?.settings ?? {}));
  const change = (part: Partial<TrunkForm>) => setForm((before) => ({ ...before, ...part }));
  const choose = (kind: string | null) => {
    if (!kind) return;
    const usual = (kinds.data?.[kind] ?? {}) as Record<string, unknown>;
    setForm((before) => ({ ...formOf({ ...usual, kind }), name: before.name, domain: before.domain }));
  };
  const save = async () => {
    const fields = fieldsOf(form);
    if (trunk) await api.PATCH("/api/v1/trunks/{trunk_id}", { params: { path: { trunk_id: trunk.id } }, body: fields });
    else await api.POST("/api/v1/trunks", { body: fields });
    saved();
  };
  const text = (field: keyof TrunkForm) => ({
    label: t[field as "domain"],
    value: String(form[field]),
    onChange: (event: { currentTarget: { value: string } }) => change({ [field]: event.currentTarget.value }),
  });
  const known: Readonly<Record<string, string>> = t.kinds;
  return (
    <Dialog
      opened
      close={close}
      size="lg"
      title={trunk ? form.name : t.add}
      verb={trunk ? undefined : t.add}
      refused={t.refused}
      act={save}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput {...text("name")} required maxLength={100} data-autofocus />
        <Select
          label={t.kind}
          description={trunk ? undefined : t.kindHint}
          inputWrapperOrder={["label", "input", "description"]}
          allowDeselect={false}
          disabled={Boolean(trunk)}
          value={form.kind}
          onChange={choose}
          data={Object.keys(kinds.data ?? { [form.kind]: 0 }).map((kind) => ({
            value: kind,
            label: known[kind] ?? kind,
          }))}
        />
      </SimpleGrid>
      <Checkbox
        label={t.use}
        checked={form.enabled}
        onChange={(event) => change({ enabled: event.currentTarget.checked })}
      />
      <TextInput {...text("domain")} description={t.domainHint} />
      <Textarea {...text("proxies")} description={t.proxiesHint} autosize minRows={1} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput {...text("user")} autoComplete="off" />
        <PasswordInput
          {...text("password")}
          autoComplete="new-password"
          placeholder={trunk?.secrets.includes("password") ? t.kept : undefined}
        />
      </SimpleGrid>
      <Checkbox
        label={t.registers}
        checked={form.registers}
        onChange={(event) => change({ registers: event.currentTarget.checked })}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Textarea {...text("networks")} description={t.networksHint} autosize minRows={2} maxRows={8} />
        <Textarea {...text("callers")} description={t.callersHint} autosize minRows={2} maxRows={8} />
        <Textarea {...text("allow")} description={t.allowHint} autosize minRows={2} maxRows={8} />
        <div>
          <TextInput {...text("country")} description={t.countryHint} inputMode="numeric" />
          <NumberInput
            label={t.max_calls}
            description={t.maxCallsHint}
            min={0}
            mt="xs"
            value={form.max_calls}
            onChange={(value) => change({ max_calls: Number(value) || 0 })}
          />
        </div>
      </SimpleGrid>
    </Dialog>
  );
}
