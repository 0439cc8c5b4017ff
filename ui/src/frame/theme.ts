/** The brand's colour and the house's measures as a Mantine theme, with the contrasts of WCAG AA. */
import {
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from "@mantine/core";
import { readableShade, shades } from "./colour";

const LIGHT_GROUND = "#f6f7f6";
const DARK_CARD = "#2e2e2e";
const HALFWAY = 0.179; // at this luminance black and white are read equally well

export function themeOf(colour: string): MantineThemeOverride {
  const brand = shades(colour);
  return createTheme({
    primaryColor: "brand",
    colors: { brand },
    primaryShade: readableShade(brand, LIGHT_GROUND, "dark") as 6, // one for both: text on it is chosen once
    autoContrast: true,
    luminanceThreshold: HALFWAY,
    defaultRadius: "md",
    cursorType: "pointer",
    respectReducedMotion: true,
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
    fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
    headings: {
      fontWeight: "650",
      sizes: { h1: { fontSize: "1.6rem" }, h2: { fontSize: "1.15rem" }, h3: { fontSize: "1rem" } },
    },
  });
}

function onDark(brand: MantineColorsTuple | undefined): string {
  const tuple = brand ?? shades("");
  return tuple[readableShade(tuple, DARK_CARD, "light")] ?? "#fff";
}

/** What Mantine draws too faintly for people who see less well. */
export const readableVariables: CSSVariablesResolver = (theme) => ({
  variables: {},
  light: {
    "--mantine-color-body": LIGHT_GROUND,
    "--mantine-color-dimmed": "#556",
    "--mantine-color-placeholder": "#667",
    "--mantine-color-error": "#b42318",
    "--card": "#fff",
    "--caller": "#4f46e5",
    "--agent": "#0f766e",
  },
  dark: {
    "--mantine-color-body": "#17191a",
    "--mantine-color-anchor": onDark(theme.colors.brand),
    "--mantine-color-brand-light-color": onDark(theme.colors.brand),
    "--mantine-primary-color-light-color": onDark(theme.colors.brand),
    "--mantine-color-dimmed": "#b4bab8",
    "--mantine-color-placeholder": "#a0a6a4",
    "--mantine-color-error": "#ff9c92",
    "--card": "#212425",
    "--caller": "#a5b4fc",
    "--agent": "#5eead4",
  },
});
