import { Button, Group, Modal, Text } from "@mantine/core";
import { useEffect } from "react";
import { useBlocker } from "react-router";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** Asks before a page with changes is left, by a link or by closing the tab. */
export function Unsaved({ when }: { when: boolean }) {
  const t = useWords(WORDS);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => when && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!when) return;
    const stop = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", stop);
    return () => removeEventListener("beforeunload", stop);
  }, [when]);
  return (
    <Modal
      opened={blocker.state === "blocked"}
      onClose={() => blocker.reset?.()}
      title={t.leave}
      closeButtonProps={{ "aria-label": t.close }}
    >
      <Text size="sm" mb="md">
        {t.leaveHint}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={() => blocker.reset?.()} data-autofocus>
          {t.stay}
        </Button>
        <Button color="red" onClick={() => blocker.proceed?.()}>
          {t.leaveAnyway}
        </Button>
      </Group>
    </Modal>
  );
}
