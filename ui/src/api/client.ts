/**
 * How the console asks the server. Paths, parameters and answers are typed by the OpenAPI document.
 *
 * The session is a cookie that no script can read. When it has run out, one refresh is tried for all requests that
 * noticed, and they are asked again; if that fails too, whoever listens to `signedOut` leads to the sign-in page.
 */
import { QueryClient } from "@tanstack/react-query";
import createFetchClient from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { asProblem, Problem, problemOf } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const TENANT_HEADER = "Switchroom-Tenant";
const TENANT_KEPT = "switchroom-tenant";
const REFRESH = "/api/auth/refresh";
const OWN_401 = [REFRESH, "/api/auth/login", "/api/auth/password", "/api/auth/totp/verify"];

export const signedOut = new EventTarget();

let refreshing: Promise<boolean> | null = null;

function exchange(): Promise<boolean> {
  return fetch(REFRESH, { method: "POST" }).then(
    (response) => response.ok,
    () => false,
  );
}

/** Ask for a fresh session; true if there is one now. Requests at the same time share one, other tabs wait their turn. */
export function refresh(): Promise<boolean> {
  if (refreshing) return refreshing;
  const turn = async () =>
    "locks" in navigator ? navigator.locks.request("switchroom-refresh", exchange) : exchange();
  const begun = turn().finally(() => {
    refreshing = null;
  });
  refreshing = begun;
  return begun;
}

/** The tenant that is acted for in this tab; empty for one's own. */
export function actingFor(): string {
  return sessionStorage.getItem(TENANT_KEPT) ?? "";
}

export function actFor(tenant: string): void {
  if (tenant) sessionStorage.setItem(TENANT_KEPT, tenant);
  else sessionStorage.removeItem(TENANT_KEPT);
}

/** Fetch as the person who is signed in, for whom they act; refreshes the session once. Throws Problem. */
export async function ask(request: Request): Promise<Response> {
  const tenant = actingFor();
  if (tenant) request.headers.set(TENANT_HEADER, tenant);
  const again = request.clone();
  let response = await fetch(request).catch((error: unknown) => Promise.reject(asProblem(error)));
  const own = OWN_401.some((path) => new URL(request.url).pathname.startsWith(path));
  if (response.status === 401 && !own) {
    if (await refresh()) response = await fetch(again);
    if (response.status === 401) signedOut.dispatchEvent(new Event("signed-out"));
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export const api = createFetchClient<paths>({ baseUrl: location.origin, fetch: ask });

/** Hooks over `api`: `remote.useQuery("get", "/api/v1/calls", …)`. */
export const remote = createQueryClient(api);

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && error instanceof Problem && error.retryable,
    },
  },
});
