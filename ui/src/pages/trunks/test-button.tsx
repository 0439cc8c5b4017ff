import { Alert, Button, Modal, Text } from "@mantine/core";
import { IconAntennaBars5, IconCircleCheck, IconPlugConnectedX } from "@tabler/icons-react";
import { remote, type Schemas } from "@/api/client";
import { Failed } from "@/parts/failed";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** Asks the trunk whether it is there, and shows what came back and what to do about it. */
export function TestButton({ id, name }: { id: string; name: string }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const test = remote.useMutation("post", "/api/v1/trunks/{trunk_id}/test");
  const over = test.isSuccess || test.isError;
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconAntennaBars5 size={16} />}
        loading={test.isPending}
        aria-label={t.testOf(name)}
        onClick={() => test.mutate({ params: { path: { trunk_id: id } } })}
      >
        {t.test}
      </Button>
      <Modal opened={over} onClose={test.reset} title={t.testOf(name)} closeButtonProps={{ "aria-label": parts.close }}>
        {test.error && <Failed error={test.error} title={t.testRefused} />}
        {test.data && <Probed found={test.data} name={name} />}
      </Modal>
    </>
  );
}

function Probed({ found, name }: { found: Schemas["ProbedOut"]; name: string }) {
  const t = useWords(WORDS);
  const show = useFormats();
  return (
    <Alert
      color={found.answered ? "green" : "red"}
      variant="outline"
      icon={found.answered ? <IconCircleCheck /> : <IconPlugConnectedX />}
      title={found.answered ? t.works(name) : t.fails(name)}
    >
      {(found.status > 0 || found.reason) && (
        <Text size="sm">
          {found.status > 0 && found.status} {found.reason}
        </Text>
      )}
      {found.where && <Text size="sm">{t.took(found.where, show.wait(found.seconds))}</Text>}
      {found.advice && (
        <Text size="sm" mt="xs" fw={600}>
          {found.advice}
        </Text>
      )}
      {found.line.why && <Text size="sm">{found.line.why}</Text>}
    </Alert>
  );
}
