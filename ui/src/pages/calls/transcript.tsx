import { Badge, Text, UnstyledButton } from "@mantine/core";
import { remote, type Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { Loading } from "@/parts/loading";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import classes from "./call.module.css";
import { WORDS } from "./words";

type Line = Schemas["LineOut"];

interface Props {
  call: string;
  goesOn: boolean;
  /** Where the player is, seconds. */
  at: number;
  play: (to: number) => void;
}

/** What was said and heard. A line plays from there; the one that is playing is marked. */
export function Transcript({ call, goesOn, at, play }: Props) {
  const t = useWords(WORDS);
  const show = useFormats();
  const lines = remote.useQuery("get", "/api/v1/calls/{call_id}/transcript", { params: { path: { call_id: call } } });
  const said = lines.data as readonly Line[] | undefined;
  return (
    <Card title={t.transcript}>
      {lines.error && <Failed error={lines.error} retry={lines.refetch} />}
      {lines.isPending && <Loading rows={4} />}
      {said?.length === 0 && <Text c="dimmed">{goesOn ? t.nothingSaidYet : t.nothingSaid}</Text>}
      <ol className={classes.lines}>
        {said?.map((line) => {
          const now = at > 0 && at >= line.start && at < line.end;
          const caller = line.who === "caller";
          return (
            <li key={`${line.turn}-${line.start}-${line.who}`} className={caller ? classes.caller : classes.agent}>
              <UnstyledButton
                className={classes.line}
                data-now={now || undefined}
                aria-current={now || undefined}
                title={goesOn ? undefined : t.playFrom(show.length(line.start))}
                disabled={goesOn}
                onClick={() => play(line.start)}
              >
                <Text component="span" size="xs" className={caller ? classes.callerInk : classes.agentInk} fw={600}>
                  {caller ? t.callerLane : t.agentLane} · {show.length(line.start)}
                </Text>
                <Text component="span" display="block">
                  {line.text}{" "}
                  {line.interrupted && (
                    <Badge size="xs" variant="default" tt="none">
                      {t.interrupted}
                    </Badge>
                  )}
                </Text>
              </UnstyledButton>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}
