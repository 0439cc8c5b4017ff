/** Under whose name the console is seen: asked by the host's name, before anybody has signed in. */
import { useQuery } from "@tanstack/react-query";

export interface Brand {
  readonly name: string;
  readonly logo: string;
  readonly colour: string;
}

export const HOUSE: Brand = { name: "Switchroom", logo: "/static/icon.svg", colour: "#0f766e" };

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Read what the server tells of a brand; what it does not tell is the house's. */
export function brandOf(told: Readonly<Record<string, unknown>>): Brand {
  return {
    name: text(told.name) || HOUSE.name,
    logo: text(told.logo) || HOUSE.logo,
    colour: text(told.colour) || text(told.primary) || HOUSE.colour,
  };
}

async function fetchBrand(): Promise<Brand> {
  const response = await fetch("/api/v1/brand").catch(() => null);
  if (!response?.ok) return HOUSE;
  return brandOf((await response.json()) as Record<string, unknown>);
}

export function useBrand(): Brand {
  return useQuery({ queryKey: ["brand"], queryFn: fetchBrand, staleTime: 300_000 }).data ?? HOUSE;
}
