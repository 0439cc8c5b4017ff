import { Checkbox, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { Dialog } from "@/parts/dialog";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Webhook = Schemas["WebhookOut"];

interface Props {
  /** What is changed; left out: a new one. */
  webhook?: Webhook;
  close: () => void;
  /** The secret is there for a new one alone. */
  done: (webhook: Webhook, secret?: string) => void;
}

/** What a webhook is told, and where. */
export function Fields({ webhook, close, done }: Props) {
  const t = useWords(WORDS);
  const kinds = remote.useQuery("get", "/api/v1/events", {}, { staleTime: Number.POSITIVE_INFINITY });
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [topics, setTopics] = useState<string[]>(webhook?.topics ?? ["*"]);
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [personal, setPersonal] = useState(webhook?.personal ?? false);
  const save = async () => {
    const body = { url, topics, description, personal };
    if (webhook) {
      const { data } = await api.PATCH("/api/v1/webhooks/{webhook}", {
        params: { path: { webhook: webhook.id } },
        body,
      });
      if (data) done(data);
    } else {
      const { data } = await api.POST("/api/v1/webhooks", { body: { ...body, enabled: true } });
      if (data) done(data, data.secret);
    }
  };
  return (
    <Dialog
      opened
      close={close}
      title={webhook ? t.edit : t.add}
      verb={webhook ? undefined : t.add}
      refused={t.refused}
      act={save}
      size="lg"
    >
      <TextInput
        label={t.url}
        description={t.urlHint}
        type="url"
        required
        maxLength={2048}
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        data-autofocus
      />
      <TagsInput
        label={t.topics}
        description={t.topicsHint}
        required
        data={suggestions(kinds.data?.items ?? [])}
        value={topics}
        onChange={setTopics}
        maxDropdownHeight={240}
        clearable
      />
      <TextInput
        label={t.description}
        maxLength={500}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Checkbox
        label={t.personal}
        description={t.personalHint}
        checked={personal}
        onChange={(event) => setPersonal(event.currentTarget.checked)}
      />
    </Dialog>
  );
}

/** Every topic that a webhook can hear of, and `call.*` for each family of them. */
function suggestions(kinds: readonly Schemas["EventKind"][]): string[] {
  const topics = kinds.filter((kind) => !kind.ephemeral).map((kind) => kind.topic);
  const families = topics.flatMap((topic) =>
    topic
      .split(".")
      .slice(0, -1)
      .map((_, at, parts) => parts.slice(0, at + 1).join(".")),
  );
  return ["*", ...new Set(families.map((family) => `${family}.*`)), ...topics];
}
