import "@mantine/charts/styles.css";
import { BarChart, LineChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import { remote, type Schemas } from "@/api/client";
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
    [t.rate]: point.calls ? point.answered / point.calls : null,
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
      <Card title={t.rateChart}>
        {found.calls === 0 ? (
          <Nothing text={t.nothing} />
        ) : (
          <figure style={{ margin: 0 }} aria-label={t.rateChart}>
            <LineChart
              {...shared}
              withLegend={false}
              curveType="monotone"
              connectNulls
              series={[{ name: t.rate, color: "brand" }]}
              yAxisProps={{ width: 52, domain: [0, 1] }}
              valueFormatter={(value) => show.percent(value)}
            />
          </figure>
        )}
      </Card>
      <Cost since={found.since} until={found.until} />
    </>
  );
}

/** What each day cost, a bar for each currency; not there for who may not know it. */
function Cost({ since, until }: { since: string; until: string }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const query = { from: since, to: until, by: "day" as const };
  const used = remote.useQuery("get", "/api/v1/usage", { params: { query } }, { retry: false });
  if (used.error) return null;
  const items = (used.data?.items ?? []).filter((item) => item.currency);
  const currencies = [...new Set(items.map((item) => item.currency))];
  const days = new Map<string, Record<string, number>>();
  for (const item of items) {
    const sums = days.get(item.key) ?? {};
    days.set(item.key, { ...sums, [item.currency]: (sums[item.currency] ?? 0) + item.cost });
  }
  const data = [...days].map(([day, sums]) => ({ at: show.day(`${day}T12:00:00`), ...sums }));
  return (
    <Card title={t.costChart}>
      {data.length === 0 ? (
        <Nothing text={t.noCost} />
      ) : (
        <figure style={{ margin: 0 }} aria-label={t.costChart}>
          <BarChart
            h={HEIGHT}
            data={data}
            dataKey="at"
            tickLine="none"
            maxBarWidth={64}
            withLegend={currencies.length > 1}
            series={currencies.map((name, index) => ({ name, color: index ? "orange.7" : "brand" }))}
            yAxisProps={{ width: 72 }}
            valueFormatter={(value) => show.money(value, currencies[0] ?? "EUR")}
          />
        </figure>
      )}
    </Card>
  );
}

function Nothing({ text }: { text: string }) {
  return (
    <Text c="dimmed" mih={HEIGHT} style={{ display: "grid", placeContent: "center" }}>
      {text}
    </Text>
  );
}
