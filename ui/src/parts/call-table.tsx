/** Calls as a list, wherever some are shown. */
import { Anchor, Badge } from "@mantine/core";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { spokenAddress } from "./addresses";
import { WORDS } from "./call-words";
import { type Column, Rows } from "./rows";

type Call = Schemas["CallOut"];

function known(table: Readonly<Record<string, string>>, key: string): string {
  return table[key] ?? key.replaceAll("_", " ");
}

const COLOURS: Readonly<Record<string, string>> = {
  talking: "green",
  held: "yellow",
  ringing: "yellow",
  offered: "yellow",
  dialing: "yellow",
};

/** How a call stands, or how it ended. */
export function CallState({ call }: { call: Pick<Call, "state" | "reason" | "error"> }) {
  const t = useWords(WORDS);
  const failed = call.error !== "";
  const text = call.state === "ended" && call.reason ? known(t.reasons, call.reason) : known(t.states, call.state);
  return (
    <Badge
      variant={call.state === "ended" ? (failed ? "outline" : "default") : "filled"}
      color={failed ? "red" : (COLOURS[call.state] ?? "gray")}
      tt="none"
    >
      {text}
    </Badge>
  );
}

export function CallTable({ calls, label }: { calls: readonly Call[]; label: string }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const columns: Column<Call>[] = [
    {
      name: t.from,
      show: (call) => (
        <Anchor component={Link} to={`/calls/${call.id}`}>
          {call.caller_name || spokenAddress(call.caller) || t.unknown}
        </Anchor>
      ),
    },
    { name: t.to, show: (call) => spokenAddress(call.dialled) },
    { name: t.how, show: (call) => call.source },
    { name: t.when, show: (call) => show.moment(call.started) },
    { name: t.state, show: (call) => <CallState call={call} /> },
    { name: t.length, show: (call) => show.length(call.duration), end: true },
  ];
  return <Rows items={calls} columns={columns} id={(call) => call.id} label={label} />;
}
