import { Button, Group, Modal, Text } from "@mantine/core";
import { useEffect } from "react";
import { useBlocker } from "react-router";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** Asks before a page with changes is left, by a link or by closing the tab. A form may stand beside others on its page. */
export function Unsaved({ when }: { when: boolean }) {
  return when ? <Guard /> : null; // the router hears one guard only: the one of a form without changes must not be it
}

function Guard() {
  const t = useWords(WORDS);
  const blocker = useBlocker(({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname);
  useEffect(() => {
    const stop = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", stop);
    return () => removeEventListener("beforeunload", stop);
  }, []);
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
