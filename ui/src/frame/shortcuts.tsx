/** The keys that work everywhere, and the help that lists them. */
import { Kbd, Modal, Table } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { WORDS as PARTS } from "@/parts/words";
import { useSpoken, useWords } from "@/words/words";
import { isWriting, meaning, type Pressed } from "./keys";
import { pagesFor } from "./page";
import { useSession } from "./session";
import { WORDS } from "./words";

export function Shortcuts() {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const spoken = useSpoken();
  const { role } = useSession();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure(false);
  const before = useRef<Pressed | null>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      const meant = meaning(event.key, event.timeStamp, before.current);
      before.current = { key: event.key, at: event.timeStamp };
      if (meant.kind === "help") open();
      if (meant.kind !== "go") return;
      const page = pagesFor(role).find((one) => one.go === meant.key);
      if (page) void navigate(`/${page.path}`);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [navigate, open, role]);
  return (
    <Modal opened={opened} onClose={close} title={t.shortcuts} closeButtonProps={{ "aria-label": parts.close }}>
      <Table verticalSpacing={6}>
        <Table.Tbody>
          <Row keys={["Ctrl", "K"]} what={t.paletteOpen} />
          <Row keys={["?"]} what={t.shortcutsOpen} />
          {pagesFor(role).map((page) =>
            page.go ? (
              <Row key={page.path} keys={["g", page.go]} what={t.goTo(spoken(page.label))} then={t.after} />
            ) : null,
          )}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

function Row({ keys, what, then }: { keys: readonly string[]; what: string; then?: string }) {
  return (
    <Table.Tr>
      <Table.Th w={140} fw={400}>
        {keys.map((key, index) => (
          <span key={key}>
            {index > 0 && (then ? ` ${then} ` : " + ")}
            <Kbd>{key}</Kbd>
          </span>
        ))}
      </Table.Th>
      <Table.Td>{what}</Table.Td>
    </Table.Tr>
  );
}
