import { List, Spoiler, Stack, Text, Textarea, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { Dialog } from "@/parts/dialog";
import { Failed } from "@/parts/failed";
import { Loading } from "@/parts/loading";
import { tell } from "@/parts/toasts";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import classes from "./graph.module.css";
import { WORDS } from "./words";

/** Makes the draft what answers, after a look at what that changes. */
export function Publish({ flow, close }: { flow: Schemas["FlowWithDraft"]; close: () => void }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const publish = async () => {
    const { data } = await api.POST("/api/v1/flows/{flow}/publish", {
      params: { path: { flow: flow.name } },
      body: { note, revision: flow.revision },
    });
    if (data) tell(t.publishedNow(show.number(data.number)));
    await client.invalidateQueries({ queryKey: ["get"] });
  };
  return (
    <Dialog opened close={close} title={t.publish} verb={t.publish} refused={t.notPublished} act={publish} size="lg">
      <Text size="sm">{t.publishHint}</Text>
      {flow.published > 0 && <Changes flow={flow.name} />}
      <Textarea
        label={t.note}
        description={t.noteHint}
        maxLength={2000}
        autosize
        minRows={2}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
      />
    </Dialog>
  );
}

function Changes({ flow }: { flow: string }) {
  const t = useWords(WORDS);
  const asked = remote.useQuery("get", "/api/v1/flows/{flow}/diff", { params: { path: { flow } } }, { staleTime: 0 });
  if (asked.error) return <Failed error={asked.error} retry={asked.refetch} />;
  if (!asked.data) return <Loading rows={3} height={20} />;
  return (
    <Stack gap="xs">
      <Title order={3}>{t.changes}</Title>
      {asked.data.same ? (
        <Text size="sm">{t.noChange}</Text>
      ) : (
        <Spoiler maxHeight={180} showLabel="…" hideLabel="…">
          <List size="sm">
            {asked.data.changes.map((change) => (
              <List.Item key={change.words}>{change.words}</List.Item>
            ))}
          </List>
        </Spoiler>
      )}
      {asked.data.text && (
        <details>
          <summary>{t.lines}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <pre className={classes.diff} tabIndex={0}>
            {asked.data.text}
          </pre>
        </details>
      )}
    </Stack>
  );
}
