import { words } from "@/words/words";

export const en = {
  title: "API keys",
  hint: "What programs sign in with. A key is shown once, and can do only what its scopes say.",
  make: "Make a key",
  none: "There are no keys",
  noneHint: "Make one for each program that uses the API, so that each can be revoked by itself.",
  name: "Name",
  nameHint: "To know it by, such as the program that has it",
  scopes: "May",
  scope: {
    "calls:read": "read calls",
    "calls:write": "steer and make calls",
    "admin:read": "read settings",
    "admin:write": "change settings",
    mcp: "use the tools (MCP)",
    "agent:process": "write to agents",
  },
  expires: "Good until",
  expiresHint: "Left empty: until it is revoked",
  never: "for ever",
  used: "Last used",
  notUsed: "never",
  state: "State",
  good: "good",
  revoked: "revoked",
  expired: "expired",
  revoke: "Revoke",
  revokeOf: (name: string) => `Revoke ${name}`,
  revokeSure: (name: string) => `Revoke the key ${name}?`,
  revokeHint: "Programs that use it are refused from now on. This cannot be taken back.",
  revokedNow: "The key is revoked",
  refused: "The key was not made",
  made: (name: string) => `The key ${name}`,
  noScope: "Choose at least one scope",
};

export const WORDS = words(en, () => import("./de"));
