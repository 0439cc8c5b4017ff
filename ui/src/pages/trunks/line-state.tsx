import { Badge } from "@mantine/core";
import type { Schemas } from "@/api/client";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

const COLOURS: Readonly<Record<string, string>> = { registered: "green", failed: "red" };

/** Whether we are registered with the trunk. */
export function LineState({ line }: { line: Schemas["TrunkOut"]["line"] }) {
  const t = useWords(WORDS);
  const names: Readonly<Record<string, string>> = t.lines;
  const colour = COLOURS[line.state];
  return (
    <Badge variant={colour ? "filled" : "default"} color={colour} tt="none" title={line.why || undefined}>
      {names[line.state] ?? line.state}
    </Badge>
  );
}
