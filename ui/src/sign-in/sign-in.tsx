import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";
import { api } from "@/api/client";
import { asProblem } from "@/api/problem";
import { useBrand } from "@/frame/brand";
import { useWords } from "@/words/words";
import { Door } from "./door";
import { WORDS } from "./words";

/** Only addresses of the console itself: a link must not lead elsewhere through us. */
function local(next: string | null): string {
  return next?.startsWith("/") && !next.startsWith("//") ? next : "/";
}

export default function SignIn() {
  const t = useWords(WORDS);
  const brand = useBrand();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [wanted] = useSearchParams();
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "", password: "" } });
  const signIn = useMutation({
    mutationFn: (values: { email: string; password: string }) => api.POST("/api/auth/login", { body: values }),
    onSuccess: async () => {
      await client.resetQueries({ queryKey: ["get", "/api/auth/me"] });
      await navigate(local(wanted.get("next")), { replace: true });
    },
  });
  return (
    <Door title={t.to(brand.name)}>
      <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
        <Stack>
          {signIn.error && (
            <Alert color="red" variant="outline" role="alert">
              {asProblem(signIn.error).message}
            </Alert>
          )}
          <TextInput
            label={t.email}
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            data-autofocus
            autoFocus
            key={form.key("email")}
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t.password}
            autoComplete="current-password"
            required
            withAsterisk={false}
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
          <Button type="submit" loading={signIn.isPending}>
            {t.submit}
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
