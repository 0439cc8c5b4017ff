import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useEffect, useMemo } from "react";
import { RouterProvider } from "react-router";
import { queries } from "./api/client";
import { useBrand } from "./frame/brand";
import { router } from "./frame/routes";
import { readableVariables, themeOf } from "./frame/theme";
import { PageLoading } from "./parts/loading";
import { LanguageProvider } from "./words/words";

function Branded({ nonce }: { nonce: string }) {
  const brand = useBrand();
  const theme = useMemo(() => themeOf(brand.colour), [brand.colour]);
  useEffect(() => {
    document.querySelector("link[rel=icon]")?.setAttribute("href", brand.logo);
  }, [brand.logo]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readableVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Suspense fallback={<PageLoading />}>
        <ModalsProvider>
          <Notifications position="top-right" />
          <RouterProvider router={router} />
        </ModalsProvider>
      </Suspense>
    </MantineProvider>
  );
}

export function App({ nonce }: { nonce: string }) {
  return (
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <Suspense>
          <Branded nonce={nonce} />
        </Suspense>
      </LanguageProvider>
    </QueryClientProvider>
  );
}
