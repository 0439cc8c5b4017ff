import { Button, Drawer, Group, Paper, ScrollArea, Stack, Text, TextInput } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api, type Schemas } from "@/api/client";
import { Failed } from "@/parts/failed";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import type { Agent } from "./form";
import { WORDS } from "./words";

interface Line {
  readonly key: number;
  readonly who: "you" | "agent" | "note";
  readonly text: string;
  /** Seconds to the whole reply. */
  readonly took?: number;
}

function linesOf(
  reply: Schemas["Processed"],
  t: {
    tool: (n: string) => string;
    toolFailed: (n: string) => string;
    handedOver: (n: string) => string;
    over: string;
  },
): Omit<Line, "key">[] {
  const tools = reply.tool_calls.map((call) => ({
    who: "note" as const,
    text: (call.error ? t.toolFailed : t.tool)(call.tool),
  }));
  const said = reply.reply ? [{ who: "agent" as const, text: reply.reply, took: reply.timings.total }] : [];
  const after = [reply.transfer_marker ? t.handedOver(reply.transfer_marker) : "", reply.ended ? t.over : ""];
  return [...tools, ...said, ...after.filter(Boolean).map((text) => ({ who: "note" as const, text }))];
}

/** A conversation with the agent in writing, to try what was changed. */
export function Write({ agent, opened, close }: { agent: Agent; opened: boolean; close: () => void }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const show = useFormats();
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [user, setUser] = useState(() => crypto.randomUUID());
  const [text, setText] = useState("");
  const [waits, setWaits] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const end = useRef<HTMLDivElement>(null);
  const began = useRef("");
  const add = (more: readonly Omit<Line, "key">[]) =>
    setLines((before) => [...before, ...more.map((line, index) => ({ ...line, key: before.length + index }))]);
  const ask = async (prompt: string) => {
    setWaits(true);
    setError(null);
    try {
      const body = { prompt, user_id: user, channel: "console", agent: agent.id, metadata: {} };
      const { data } = await api.POST("/agent/process", {
        params: { header: { "idempotency-key": crypto.randomUUID() } },
        body,
      });
      if (data) add(linesOf(data as Schemas["Processed"], t)); // it could have been a stream
    } catch (problem) {
      setError(problem);
    }
    setWaits(false);
  };
  const greet = useRef(ask);
  greet.current = ask;
  useEffect(() => {
    if (!opened || began.current === user) return;
    began.current = user;
    void greet.current("");
  }, [opened, user]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something was said
  useEffect(() => {
    void end.current?.scrollIntoView({ block: "end" });
  }, [lines, waits]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    const said = text.trim();
    if (!said || waits) return;
    setText("");
    add([{ who: "you", text: said }]);
    void ask(said);
  };
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="right"
      size="md"
      title={`${t.write}: ${agent.name}`}
      closeButtonProps={{ "aria-label": parts.close }}
    >
      <Stack h="calc(100dvh - 100px)">
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" c="dimmed">
            {t.writeHint}
          </Text>
          <Button
            size="xs"
            variant="default"
            style={{ flexShrink: 0 }}
            onClick={() => {
              setLines([]);
              setUser(crypto.randomUUID());
            }}
          >
            {t.restart}
          </Button>
        </Group>
        <ScrollArea
          style={{ flex: 1 }}
          type="auto"
          viewportProps={{ tabIndex: 0, role: "log", "aria-label": agent.name }}
        >
          <Stack gap="xs">
            {lines.map((line) =>
              line.who === "note" ? (
                <Text key={line.key} size="xs" c="dimmed" ta="center">
                  {line.text}
                </Text>
              ) : (
                <Paper
                  key={line.key}
                  withBorder
                  p="xs"
                  ml={line.who === "you" ? "xl" : 0}
                  mr={line.who === "you" ? 0 : "xl"}
                  bg={line.who === "you" ? "var(--mantine-color-default-hover)" : "var(--card)"}
                >
                  <Text size="xs" c="dimmed">
                    {line.who === "you" ? t.you : agent.name}
                    {line.took === undefined ? "" : ` · ${show.wait(line.took)}`}
                  </Text>
                  <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
                    {line.text}
                  </Text>
                </Paper>
              ),
            )}
            {waits && (
              <Text size="xs" c="dimmed" role="status">
                {t.thinks}
              </Text>
            )}
            <div ref={end} />
          </Stack>
        </ScrollArea>
        {error !== null && <Failed error={error} />}
        <form onSubmit={send}>
          <Group gap="xs" wrap="nowrap">
            <TextInput
              aria-label={t.message}
              placeholder={t.message}
              maxLength={8000}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              style={{ flex: 1 }}
              data-autofocus
            />
            <Button type="submit" leftSection={<IconSend size={16} />} disabled={waits}>
              {t.send}
            </Button>
          </Group>
        </form>
      </Stack>
    </Drawer>
  );
}
