import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
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

/** Two steps: the password, and where somebody wanted it, a code. */
export default function SignIn() {
  const [challenge, setChallenge] = useState("");
  const navigate = useNavigate();
  const client = useQueryClient();
  const [wanted] = useSearchParams();
  const enter = async () => {
    await client.resetQueries({ queryKey: ["get", "/api/auth/me"] });
    await navigate(local(wanted.get("next")), { replace: true });
  };
  return challenge ? (
    <SecondStep challenge={challenge} enter={enter} again={() => setChallenge("")} />
  ) : (
    <FirstStep enter={enter} challenged={setChallenge} />
  );
}

interface FormProps {
  act: () => Promise<unknown>;
  verb: string;
  children: ReactNode;
}

function Form({ act, verb, children }: FormProps) {
  const acting = useMutation({ mutationFn: act });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    acting.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {acting.error && (
          <Alert color="red" variant="outline" role="alert">
            {asProblem(acting.error).message}
          </Alert>
        )}
        {children}
        <Button type="submit" loading={acting.isPending}>
          {verb}
        </Button>
      </Stack>
    </form>
  );
}

function FirstStep({ enter, challenged }: { enter: () => Promise<void>; challenged: (challenge: string) => void }) {
  const t = useWords(WORDS);
  const brand = useBrand();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const act = async () => {
    const { data } = await api.POST("/api/auth/login", { body: { email, password } });
    if (data && "challenge" in data) challenged(data.challenge);
    else await enter();
  };
  return (
    <Door title={t.to(brand.name)}>
      <Form act={act} verb={t.submit}>
        <TextInput
          label={t.email}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={t.password}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": t.showPassword }}
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Anchor href="/forgot-password" size="sm">
          {t.forgot}
        </Anchor>
      </Form>
    </Door>
  );
}

interface SecondStepProps {
  challenge: string;
  enter: () => Promise<void>;
  again: () => void;
}

function SecondStep({ challenge, enter, again }: SecondStepProps) {
  const t = useWords(WORDS);
  const [code, setCode] = useState("");
  const act = async () => {
    await api.POST("/api/auth/totp/verify", { body: { challenge, code: code.trim() } });
    await enter();
  };
  return (
    <Door title={t.second}>
      <Form act={act} verb={t.verify}>
        <TextInput
          label={t.code}
          description={t.codeHint}
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          autoFocus
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Anchor component="button" type="button" size="sm" onClick={again} style={{ alignSelf: "flex-start" }}>
          {t.again}
        </Anchor>
      </Form>
    </Door>
  );
}
