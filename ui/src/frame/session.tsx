/** Who is signed in. Below the provider there is always somebody; without a session it leads to the sign-in page. */
import { type UseQueryResult, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo } from "react";
import { useLocation, useNavigate } from "react-router";
import { actFor, api, refresh, remote, type Schemas, signedOut } from "@/api/client";
import { isRole, type Role } from "@/api/people";
import { asProblem } from "@/api/problem";
import { Failed } from "@/parts/failed";
import { PageLoading } from "@/parts/loading";

export type Person = Schemas["Person"];

interface Session {
  readonly person: Person;
  readonly role: Role;
  readonly may: (...roles: readonly Role[]) => boolean;
  readonly signOut: () => Promise<void>;
}

const Context = createContext<Session | null>(null);

const FRESH = 15 * 60_000; // a session lasts half an hour

export function useSession(): Session {
  const session = use(Context);
  if (!session) throw new Error("useSession is for what stands below SessionProvider");
  return session;
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const me: UseQueryResult<Person, unknown> = remote.useQuery(
    "get",
    "/api/auth/me",
    {},
    { retry: false, staleTime: 60_000 },
  );
  const navigate = useNavigate();
  const client = useQueryClient();
  const { pathname, search } = useLocation();
  const here = pathname + search;

  useEffect(() => {
    const leave = () => {
      client.clear();
      void navigate(`/sign-in?next=${encodeURIComponent(here)}`, { replace: true });
    };
    signedOut.addEventListener("signed-out", leave);
    return () => signedOut.removeEventListener("signed-out", leave);
  }, [client, navigate, here]);

  useEffect(() => {
    const timer = setInterval(() => void refresh(), FRESH);
    return () => clearInterval(timer);
  }, []);

  const signOut = useCallback(async () => {
    await api.POST("/api/auth/logout");
    actFor("");
    client.clear();
    await navigate("/sign-in", { replace: true });
  }, [client, navigate]);

  const person = me.data;
  const session = useMemo<Session | null>(() => {
    if (!person) return null;
    const role: Role = isRole(person.role) ? person.role : "agent";
    return { person, role, may: (...roles) => roles.includes(role), signOut };
  }, [person, signOut]);

  if (session) return <Context value={session}>{children}</Context>;
  if (me.error && asProblem(me.error).status !== 401) return <Failed error={me.error} retry={me.refetch} />;
  return <PageLoading />;
}
