/** Ten shades of a brand's colour, and which of them can be read where. */
import type { MantineColorsTuple } from "@mantine/core";

type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** How far each shade is from the colour itself (shade 6): below it towards white, above it towards black. */
const TINTS = [0.92, 0.84, 0.68, 0.5, 0.34, 0.16, 0, -0.14, -0.28, -0.42];
const READABLE = 4.5; // WCAG 2.2, 1.4.3

export function parseHex(colour: string): Rgb | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  const parts = long ?? short?.map((part) => part + part);
  if (!parts) return null;
  return [
    Number.parseInt(parts[1] ?? "", 16),
    Number.parseInt(parts[2] ?? "", 16),
    Number.parseInt(parts[3] ?? "", 16),
  ];
}

function mixed(one: Rgb, other: Rgb, share: number): Rgb {
  const mix = (a: number, b: number) => Math.round(a + (b - a) * share);
  return [mix(one[0], other[0]), mix(one[1], other[1]), mix(one[2], other[2])];
}

function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: string, other: string): number {
  const [light, dark] = [parseHex(one) ?? WHITE, parseHex(other) ?? BLACK].map(luminance).sort((a, b) => b - a) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

export function shades(colour: string): MantineColorsTuple {
  const brand = parseHex(colour) ?? parseHex("#0f766e") ?? BLACK;
  return TINTS.map((tint) =>
    hex(mixed(brand, tint > 0 ? WHITE : BLACK, Math.abs(tint))),
  ) as unknown as MantineColorsTuple;
}

/** The shade nearest to the brand's own colour that can be read on `ground`, seen from shade 6 outwards. */
export function readableShade(tuple: MantineColorsTuple, ground: string, towards: "light" | "dark"): number {
  const order = towards === "dark" ? [6, 7, 8, 9] : [6, 5, 4, 3, 2, 1, 0];
  return order.find((shade) => contrast(tuple[shade] ?? "", ground) >= READABLE) ?? (towards === "dark" ? 9 : 0);
}
