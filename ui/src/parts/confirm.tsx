import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useCallback } from "react";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

interface Question {
  title: string;
  /** What will be lost, or what goes on. */
  hint: string;
  /** The verb on the button. */
  verb: string;
  act: () => unknown;
}

/** Return a function that asks before something is done that cannot be undone. */
export function useConfirm(): (question: Question) => void {
  const t = useWords(WORDS);
  return useCallback(
    ({ title, hint, verb, act }: Question) => {
      modals.openConfirmModal({
        title,
        children: <Text size="sm">{hint}</Text>,
        labels: { confirm: verb, cancel: t.cancel },
        confirmProps: { color: "red" },
        closeButtonProps: { "aria-label": t.close },
        onConfirm: () => void act(),
      });
    },
    [t],
  );
}
