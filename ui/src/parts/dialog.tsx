import { Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";
import { useWords } from "@/words/words";
import { Failed } from "./failed";
import { WORDS } from "./words";

interface Props {
  title: string;
  opened: boolean;
  close: () => void;
  /** The verb on the button. */
  verb?: string;
  /** What was refused, said above the problem. */
  refused: string;
  /** Throws what the server says; the dialog shows it and stays. */
  act: () => Promise<unknown>;
  children: ReactNode;
  size?: string;
}

/** A form in a window of its own: stays open until the server has taken it, and says why it did not. */
export function Dialog({ title, opened, close, verb, refused, act, children, size }: Props) {
  const t = useWords(WORDS);
  const acting = useMutation({ mutationFn: act, onSuccess: close });
  const forget = useRef(acting.reset);
  forget.current = acting.reset;
  useEffect(() => {
    if (opened) forget.current();
  }, [opened]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    acting.mutate();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      size={size ?? "md"}
      closeButtonProps={{ "aria-label": t.close }}
    >
      <form onSubmit={submit}>
        <Stack>
          {acting.error && <Failed error={acting.error} title={refused} />}
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t.cancel}
            </Button>
            <Button type="submit" loading={acting.isPending}>
              {verb ?? t.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
