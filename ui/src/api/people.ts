/** Whom the server knows: roles, and who may see what. */

export const ROLES = ["admin", "supervisor", "agent", "developer"] as const;

export type Role = (typeof ROLES)[number];

export function isRole(name: string): name is Role {
  return (ROLES as readonly string[]).includes(name);
}
