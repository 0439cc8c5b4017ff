import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useBrand } from "@/frame/brand";

interface Props {
  title: string;
  /** One sentence on what the page is for. */
  hint?: string;
  /** Buttons at the right. */
  children?: ReactNode;
}

/** The top of a page; also names the browser's tab. */
export function Heading({ title, hint, children }: Props) {
  const brand = useBrand();
  useEffect(() => {
    document.title = `${title} · ${brand.name}`;
  }, [title, brand.name]);
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="sm">
      <div style={{ minWidth: 0 }}>
        <Title order={1} style={{ overflowWrap: "anywhere" }}>
          {title}
        </Title>
        {hint && (
          <Text c="dimmed" maw={640}>
            {hint}
          </Text>
        )}
      </div>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
