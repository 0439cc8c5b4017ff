/** An agent as it is edited: texts where a field may be empty while somebody types. */
import { useCallback, useMemo, useState } from "react";
import type { Schemas } from "@/api/client";

export type Agent = Schemas["AgentOut"];
export type Change = Schemas["AgentChange"];

export interface Form {
  readonly agent: Agent;
  readonly set: <K extends keyof Agent>(name: K, value: Agent[K]) => void;
  readonly dirty: boolean;
  /** What is otherwise than it was. */
  readonly changed: Change;
  readonly discard: () => void;
}

export function useForm(saved: Agent): Form {
  const [edits, setEdits] = useState<Partial<Agent>>({});
  const set = useCallback(
    <K extends keyof Agent>(name: K, value: Agent[K]) => setEdits((before) => ({ ...before, [name]: value })),
    [],
  );
  const discard = useCallback(() => setEdits({}), []);
  const changed = useMemo(
    () =>
      Object.fromEntries(
        Object.entries(edits).filter(
          ([name, value]) => JSON.stringify(value) !== JSON.stringify(saved[name as keyof Agent]),
        ),
      ) as Change,
    [edits, saved],
  );
  return { agent: { ...saved, ...edits }, set, dirty: Object.keys(changed).length > 0, changed, discard };
}

export function voicesOf(text: string): Record<string, string> {
  const pairs = text
    .split("\n")
    .map((line) => line.split("=").map((part) => part.trim()))
    .filter((parts): parts is [string, string] => parts.length === 2 && Boolean(parts[0]) && Boolean(parts[1]));
  return Object.fromEntries(pairs);
}

export function textOf(voices: Readonly<Record<string, string>>): string {
  return Object.entries(voices)
    .map(([language, voice]) => `${language}=${voice}`)
    .join("\n");
}
