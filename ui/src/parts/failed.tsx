import { Alert, Button, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { asProblem } from "@/api/problem";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** What went wrong, in the server's words, and a way to try again. */
export function Failed({ error, retry, title }: { error: unknown; retry?: () => unknown; title?: string }) {
  const t = useWords(WORDS);
  const problem = asProblem(error);
  return (
    <Alert color="red" variant="outline" icon={<IconAlertTriangle />} title={title ?? t.failed} role="alert">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{problem.status === 0 ? t.offline : problem.message}</Text>
        {problem.errors.length > 1 && (
          <List size="sm">
            {problem.errors.map((one) => (
              <List.Item key={`${one.where} ${one.what}`}>
                <b>{one.where}</b> {one.what}
              </List.Item>
            ))}
          </List>
        )}
        {retry && (
          <Button size="xs" variant="default" onClick={() => void retry()}>
            {t.retry}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
