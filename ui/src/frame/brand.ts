/** Under whose name the console is seen: asked by the host's name, before anybody has signed in. */
import { useQuery } from "@tanstack/react-query";
import { api, type Schemas } from "@/api/client";

export interface Brand {
  readonly name: string;
  readonly logo: string;
  readonly colour: string;
}

export const HOUSE: Brand = { name: "Switchroom", logo: "/static/icon.svg", colour: "#0f766e" };

/** What the server does not tell is the house's. */
export function brandOf(told: Schemas["BrandOut"]): Brand {
  return { name: told.name || HOUSE.name, logo: told.logo ?? HOUSE.logo, colour: told.color || HOUSE.colour };
}

async function fetchBrand(): Promise<Brand> {
  const answer = await api.GET("/api/v1/brand").catch(() => null);
  return answer?.data ? brandOf(answer.data) : HOUSE;
}

export function useBrand(): Brand {
  return useQuery({ queryKey: ["brand"], queryFn: fetchBrand, staleTime: 300_000 }).data ?? HOUSE;
}
