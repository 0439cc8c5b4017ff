import "@mantine/charts/styles.css";
import { BarChart, LineChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import type { Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { localeOf, useFormats } from "@/words/formats";
import { useLanguage, useWords } from "@/words/words";
import type { Stretch } from "./stretch";
import { WORDS } from "./words";

const HEIGHT = 240;

function useTicks(stretch: Stretch): (at: string) => string {
  const { language } = useLanguage();
  const format = new Intl.DateTimeFormat(
    localeOf(language),
    stretch === "day"
      ? { hour: "2-digit", minute: "2-digit" }
      : { day: "numeric", month: "short", ...(stretch === "week" && { hour: "2-digit" }) },
  );
  return (at) => format.format(new Date(at));
}

export default function Charts({ found, stretch }: { found: Schemas["OverviewOut"]; stretch: Stretch }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const tick = useTicks(stretch);
  const points = found.points.map((point) => ({
    at: tick(point.at),
    [t.answered]: point.answered,
    [t.notAnswered]: point.calls - point.answered,
    [t.half]: point.latency.p50,
    [t.most]: point.latency.p95,
  }));
  const shared = { h: HEIGHT, data: points, dataKey: "at", withLegend: true, tickLine: "none" as const };
  return (
    <>
      <Card title={t.callsChart}>
        {found.calls === 0 ? (
          <Nothing text={t.nothing} />
        ) : (
          <figure style={{ margin: 0 }} aria-label={t.callsChart}>
            <BarChart
              {...shared}
              type="stacked"
              series={[
                { name: t.answered, color: "brand" },
                { name: t.notAnswered, color: "gray.6" },
              ]}
              yAxisProps={{ allowDecimals: false, width: 36 }}
            />
          </figure>
        )}
      </Card>
      <Card title={t.waitChart}>
        {found.latency.turns === 0 ? (
          <Nothing text={t.nothingSaid} />
        ) : (
          <figure style={{ margin: 0 }} aria-label={t.waitChart}>
            <LineChart
              {...shared}
              curveType="monotone"
              connectNulls
              series={[
                { name: t.half, color: "brand" },
                { name: t.most, color: "orange.7" },
              ]}
              yAxisProps={{ width: 44 }}
              valueFormatter={(value) => show.number(value, 2)}
            />
          </figure>
        )}
      </Card>
    </>
  );
}

function Nothing({ text }: { text: string }) {
  return (
    <Text c="dimmed" mih={HEIGHT} style={{ display: "grid", placeContent: "center" }}>
      {text}
    </Text>
  );
}
