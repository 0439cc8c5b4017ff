import { Container, Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

const WIDTHS = ["100%", "92%", "97%", "85%", "94%", "88%", "96%", "90%"];

/** Grey lines where rows will be. */
export function Loading({ rows = 6, height = 44 }: { rows?: number; height?: number }) {
  const t = useWords(WORDS);
  return (
    <Stack gap="xs" role="status" aria-live="polite">
      <VisuallyHidden>{t.loading}</VisuallyHidden>
      {WIDTHS.slice(0, rows).map((width) => (
        <Skeleton key={width} height={height} width={width} />
      ))}
    </Stack>
  );
}

/** A page that is on its way; says nothing in words, for even those may still be loading. */
export function PageLoading() {
  return (
    <Container size="lg" py="xl" aria-busy="true">
      <Skeleton height={34} width={220} mb="lg" />
      <Skeleton height={160} mb="md" />
      <Skeleton height={260} />
    </Container>
  );
}
