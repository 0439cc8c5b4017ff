import { Paper, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

/** A section of a page with its own heading. */
export function Card({ title, children, aside }: { title: string; children: ReactNode; aside?: ReactNode }) {
  const id = useId();
  return (
    <Paper component="section" withBorder bg="var(--card)" p="md" aria-labelledby={id}>
      <div
        style={{ display: "flex", justifyContent: "space-between", alignItems: "center", gap: 12, marginBottom: 12 }}
      >
        <Title order={2} id={id}>
          {title}
        </Title>
        {aside}
      </div>
      {children}
    </Paper>
  );
}
