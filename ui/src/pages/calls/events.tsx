import { Accordion, Code, Text } from "@mantine/core";
import { useState } from "react";
import { remote } from "@/api/client";
import { Failed } from "@/parts/failed";
import { Loading } from "@/parts/loading";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import classes from "./call.module.css";
import { WORDS } from "./words";

/** The call's journal, asked for when it is opened. */
export function Events({ call, began }: { call: string; began: string | null }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const [opened, setOpened] = useState<string | null>(null);
  const events = remote.useQuery(
    "get",
    "/api/v1/calls/{call_id}/events",
    { params: { path: { call_id: call } } },
    { enabled: opened !== null },
  );
  const offset = (at: string | null) => {
    const seconds = at && began ? (new Date(at).getTime() - new Date(began).getTime()) / 1000 : 0;
    return seconds < 0 ? t.before : show.length(seconds);
  };
  return (
    <Accordion variant="contained" order={2} value={opened} onChange={setOpened} className={classes.events}>
      <Accordion.Item value="events">
        <Accordion.Control>{events.data ? t.eventCount(show.number(events.data.length)) : t.events}</Accordion.Control>
        <Accordion.Panel>
          {events.error && <Failed error={events.error} retry={events.refetch} />}
          {events.isLoading && <Loading rows={4} />}
          <ol className={classes.journal}>
            {events.data?.map((event) => (
              <li key={event.id}>
                <details>
                  <summary>
                    <Text component="span" size="xs" c="dimmed" className={classes.offset}>
                      {offset(event.at)}
                    </Text>{" "}
                    <Code>{event.topic}</Code>
                  </summary>
                  <Code block>{JSON.stringify(event.data, null, 1)}</Code>
                </details>
              </li>
            ))}
          </ol>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
