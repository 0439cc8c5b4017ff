/** A trunk's settings between what the server keeps and what a form shows: lists are lines of text. */
import type { paths } from "@/api/schema";

type Fields = paths["/api/v1/trunks"]["post"]["requestBody"]["content"]["application/json"];

export interface TrunkForm {
  name: string;
  kind: string;
  enabled: boolean;
  domain: string;
  proxies: string;
  user: string;
  password: string;
  registers: boolean;
  networks: string;
  callers: string;
  allow: string;
  country: string;
  max_calls: number;
}

type Settings = Readonly<Record<string, unknown>>;

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function lines(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join("\n") : "";
}

function list(value: string): string[] {
  return value
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean);
}

export function formOf(settings: Settings): TrunkForm {
  return {
    name: text(settings.name),
    kind: text(settings.kind) || "generic",
    enabled: settings.enabled !== false,
    domain: text(settings.domain),
    proxies: lines(settings.proxies),
    user: text(settings.user),
    password: "",
    registers: settings.registers === true,
    networks: lines(settings.networks),
    callers: lines(settings.callers),
    allow: lines(settings.allow),
    country: text(settings.country),
    max_calls: typeof settings.max_calls === "number" ? settings.max_calls : 0,
  };
}

/** What is sent: every field of the form, the password only where one was written. */
export function fieldsOf(form: TrunkForm) {
  const { password, proxies, networks, callers, allow, ...rest } = form;
  return {
    ...rest,
    kind: rest.kind as NonNullable<Fields["kind"]>,
    proxies: list(proxies),
    networks: list(networks),
    callers: list(callers),
    allow: list(allow),
    ...(password && { password }),
  };
}
