import { Badge, Group, Text } from "@mantine/core";
import { remote, type Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { Loading } from "@/parts/loading";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import classes from "./call.module.css";
import { WORDS } from "./words";

const OWNERS = ["endpointing", "stt", "llm", "tool", "tts", "wire"] as const;
const SHORTEST = 0.005; // seconds: what is less is not told
const LEAST = 1.5; // seconds: shorter waits are drawn to this scale, so that quick calls look quick

/** Each turn's wait as a bar, in the order in which one waited for another. */
export function Turns({ call }: { call: string }) {
  const t = useWords(WORDS);
  const turns = remote.useQuery("get", "/api/v1/calls/{call_id}/turns", { params: { path: { call_id: call } } });
  const timed = turns.data?.filter((turn) => turn.latency !== null) ?? [];
  const longest = Math.max(LEAST, ...timed.map((turn) => turn.latency ?? 0));
  return (
    <Card title={t.turns}>
      {turns.error && <Failed error={turns.error} retry={turns.refetch} />}
      {turns.isPending && <Loading rows={3} />}
      {turns.data && timed.length === 0 && <Text c="dimmed">{t.noTurns}</Text>}
      {timed.length > 0 && (
        <>
          <Text size="sm" c="dimmed" mb="xs">
            {t.turnsHint}
          </Text>
          <Legend turns={timed} />
          <ol className={classes.turns}>
            {timed.map((turn) => (
              <Turn key={turn.turn} turn={turn} longest={longest} />
            ))}
          </ol>
        </>
      )}
    </Card>
  );
}

function Legend({ turns }: { turns: readonly Schemas["TurnOut"][] }) {
  const t = useWords(WORDS);
  const used = OWNERS.filter((owner) => turns.some((turn) => (turn.shares[owner] ?? 0) >= SHORTEST));
  return (
    <Group gap="sm" mb="sm" aria-hidden>
      {used.map((owner) => (
        <Text key={owner} size="xs" component="span">
          <span className={classes.key} data-owner={owner} /> {t.owners[owner]}
        </Text>
      ))}
    </Group>
  );
}

function Turn({ turn, longest }: { turn: Schemas["TurnOut"]; longest: number }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const shares = OWNERS.map((owner) => ({ owner, seconds: turn.shares[owner] ?? 0 })).filter(
    (one) => one.seconds >= SHORTEST,
  );
  const words = shares.map(({ owner, seconds }) => `${t.owners[owner]} ${show.wait(seconds)}`).join(", ");
  return (
    <li>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" truncate title={turn.text}>
          {turn.text || t.notUnderstood}
        </Text>
        <Text size="sm" fw={650} style={{ whiteSpace: "nowrap", fontVariantNumeric: "tabular-nums" }}>
          {show.wait(turn.latency)}
        </Text>
      </Group>
      <div className={classes.bar} role="img" aria-label={words} title={words}>
        {shares.map(({ owner, seconds }) => (
          <span key={owner} data-owner={owner} style={{ width: `${(100 * seconds) / longest}%` }} />
        ))}
      </div>
      <Group gap={6}>
        <Text size="xs" c="dimmed">
          {words}
        </Text>
        {turn.adopted && (
          <Badge size="xs" variant="default" tt="none">
            {t.guessed}
          </Badge>
        )}
      </Group>
    </li>
  );
}
