import { Alert, Anchor, Group, Loader, Table, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCircleCheck, IconTool } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, type Schemas } from "@/api/client";
import { Failed } from "@/parts/failed";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

export interface Verdict {
  readonly usable: boolean;
  readonly problems: readonly Schemas["ProblemOut"][] | undefined;
  readonly error: unknown;
  readonly checking: boolean;
}

const PAUSE = 500;

/** What the server says about a text, a moment after it was changed. */
export function useVerdict(text: string): Verdict {
  const [settled] = useDebouncedValue(text, PAUSE);
  const asked = useQuery({
    queryKey: ["flow verdict", settled],
    queryFn: async () => (await api.POST("/api/v1/flows/validate", { body: { text: settled } })).data,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const checking = asked.isFetching || settled !== text;
  return {
    usable: asked.data?.usable === true && !checking,
    problems: asked.data?.problems,
    error: asked.error,
    checking,
  };
}

/** What keeps a text from being published, each with the way to it. */
export function Problems({ verdict, broken, go }: { verdict: Verdict; broken: string; go: (node: string) => void }) {
  const t = useWords(WORDS);
  const show = useFormats();
  if (broken) {
    return (
      <Alert color="red" variant="outline" title={t.noYaml} role="alert">
        {broken}
      </Alert>
    );
  }
  if (verdict.error) return <Failed error={verdict.error} />;
  if (!verdict.problems) {
    return (
      <Group gap="xs" role="status">
        <Loader size="xs" /> <Text size="sm">{t.checking}</Text>
      </Group>
    );
  }
  if (!verdict.problems.length) {
    return <Alert color="teal" variant="outline" icon={<IconCircleCheck />} title={t.usable} role="status" />;
  }
  return (
    <Alert
      color="red"
      variant="outline"
      icon={<IconTool />}
      title={t.problems(show.number(verdict.problems.length))}
      role="status"
    >
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.where}</Table.Th>
            <Table.Th>{t.what}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {verdict.problems.map((problem) => (
            <Table.Tr key={`${problem.node} ${problem.field} ${problem.message}`}>
              <Table.Td>
                {problem.node ? (
                  <Anchor
                    component="button"
                    type="button"
                    onClick={() => go(problem.node)}
                    aria-label={t.goThere(problem.node)}
                  >
                    {problem.node} {problem.field}
                  </Anchor>
                ) : (
                  `${t.wholeFlow} ${problem.field}`
                )}
              </Table.Td>
              <Table.Td>{problem.message}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Alert>
  );
}
