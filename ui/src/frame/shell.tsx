/** The frame around every page: brand and account at the top, navigation at the side, the page in the middle. */
import {
  ActionIcon,
  AppShell,
  Box,
  Burger,
  Button,
  Container,
  Group,
  Kbd,
  NavLink,
  ScrollArea,
  Text,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { IconMicrophone, IconSearch } from "@tabler/icons-react";
import { Suspense, useEffect, useRef } from "react";
import { Link, Outlet, useLocation } from "react-router";
import { PageLoading } from "@/parts/loading";
import { useSpoken, useWords } from "@/words/words";
import { AccountMenu } from "./account-menu";
import { useBrand } from "./brand";
import { pagesFor, SECTIONS } from "./page";
import { Palette } from "./palette";
import { useSession } from "./session";
import classes from "./shell.module.css";
import { Shortcuts } from "./shortcuts";
import { ActingNotice } from "./tenants";
import { WORDS } from "./words";

/** Moves the focus to the page when it changes, so that a screen reader and the Tab key begin there. */
function useFocusOnPage(pathname: string) {
  const main = useRef<HTMLDivElement>(null);
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname]);
  return main;
}

function Navigation({ close }: { close: () => void }) {
  const t = useWords(WORDS);
  const spoken = useSpoken();
  const { role } = useSession();
  const { pathname } = useLocation();
  const pages = pagesFor(role);
  const isHere = (path: string) => (path === "" ? pathname === "/" : `${pathname}/`.startsWith(`/${path}/`));
  return (
    <>
      {SECTIONS.filter((section) => pages.some((page) => page.section === section)).map((section) => (
        <Box key={section} mb="md">
          <Text size="xs" fw={600} c="dimmed" px="sm" mb={4} id={`section-${section}`}>
            {t.section[section]}
          </Text>
          <ul aria-labelledby={`section-${section}`} className={classes.list}>
            {pages
              .filter((page) => page.section === section)
              .map((page) => (
                <li key={page.path}>
                  <NavLink
                    component={Link}
                    to={`/${page.path}`}
                    label={spoken(page.label)}
                    leftSection={<page.icon size={19} stroke={1.7} aria-hidden />}
                    active={isHere(page.path)}
                    aria-current={isHere(page.path) ? "page" : undefined}
                    onClick={close}
                    className={classes.link}
                  />
                </li>
              ))}
          </ul>
        </Box>
      ))}
    </>
  );
}

export function Shell() {
  const t = useWords(WORDS);
  const brand = useBrand();
  const [opened, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  const main = useFocusOnPage(pathname);
  return (
    <>
      <a href="#page" className={classes.skip}>
        {t.skip}
      </a>
      <AppShell
        header={{ height: 58 }}
        navbar={{ width: 232, breakpoint: "md", collapsed: { mobile: !opened } }}
        padding={{ base: "md", sm: "lg" }}
      >
        <AppShell.Header className={classes.bar}>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
            <Group gap="xs" wrap="nowrap" className={classes.brand}>
              <Burger
                opened={opened}
                onClick={toggle}
                hiddenFrom="md"
                size="sm"
                aria-label={opened ? t.closeMenu : t.openMenu}
                aria-expanded={opened}
              />
              <Link to="/" className={classes.name}>
                <img src={brand.logo} alt="" height={26} />
                <span>{brand.name}</span>
              </Link>
            </Group>
            <Group gap="xs" wrap="nowrap">
              <Button
                variant="default"
                className={classes.search}
                leftSection={<IconSearch size={16} />}
                rightSection={<Kbd size="xs">Ctrl K</Kbd>}
                onClick={spotlight.open}
                visibleFrom="sm"
              >
                {t.search}
              </Button>
              <ActionIcon variant="default" size={36} onClick={spotlight.open} aria-label={t.search} hiddenFrom="sm">
                <IconSearch size={18} />
              </ActionIcon>
              <ActionIcon
                variant="default"
                size={36}
                component="a"
                href="/voice_assistant"
                aria-label={t.voice}
                title={t.voice}
              >
                <IconMicrophone size={18} />
              </ActionIcon>
              <AccountMenu />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar p="sm" className={classes.bar} aria-label={t.navigation}>
          <ScrollArea type="auto" offsetScrollbars>
            <Navigation close={close} />
          </ScrollArea>
        </AppShell.Navbar>
        <AppShell.Main>
          <ActingNotice />
          <Container size="xl" px={0} id="page" ref={main} tabIndex={-1} className={classes.page}>
            <Suspense fallback={<PageLoading />}>
              <Outlet />
            </Suspense>
          </Container>
        </AppShell.Main>
      </AppShell>
      <Palette />
      <Shortcuts />
    </>
  );
}
