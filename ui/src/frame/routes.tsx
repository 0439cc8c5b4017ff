/** The addresses of the console: the sign-in pages for everybody, the rest inside the frame, each page loaded when wanted. */
import { type ComponentType, lazy, Suspense } from "react";
import { createBrowserRouter, Outlet, type RouteObject, useRouteError } from "react-router";
import { Failed } from "@/parts/failed";
import { PageLoading } from "@/parts/loading";
import { NotFound } from "./not-found";
import { PAGES, type Page } from "./page";
import { SessionProvider, useSession } from "./session";
import { Shell } from "./shell";

function Guarded({ page, shown: Shown }: { page: Page; shown: ComponentType }) {
  const { may } = useSession();
  return page.roles && !may(...page.roles) ? <NotFound /> : <Shown />;
}

function Broken() {
  return <Failed error={useRouteError()} retry={() => location.reload()} />;
}

function routesOf(page: Page): RouteObject[] {
  const all = [{ path: page.path, load: page.load }, ...(page.more ?? [])];
  return all.map(({ path, load }) => {
    const shown = lazy(load);
    return {
      path: path || undefined,
      index: path === "",
      element: <Guarded page={page} shown={shown} />,
      errorElement: <Broken />,
    } as RouteObject;
  });
}

const SIGN_IN = {
  "sign-in": lazy(() => import("../sign-in/sign-in")),
};

export const router = createBrowserRouter(
  [
    {
      element: (
        <Suspense fallback={<PageLoading />}>
          <Outlet />
        </Suspense>
      ),
      errorElement: <Broken />,
      children: [
        ...Object.entries(SIGN_IN).map(([path, Shown]) => ({ path, element: <Shown /> })),
        {
          element: (
            <SessionProvider>
              <Shell />
            </SessionProvider>
          ),
          children: [...PAGES.flatMap(routesOf), { path: "*", element: <NotFound /> }],
        },
      ],
    },
  ],
  { basename: "/console" },
);
