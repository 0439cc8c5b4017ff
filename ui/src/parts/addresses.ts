/** A SIP address as people write it: a phone number without the host that it came through. */
export function spokenAddress(address: string): string {
  const bare = address.replace(/^sips?:/, "");
  const at = bare.indexOf("@");
  const [user, host] = at < 0 ? [bare, ""] : [bare.slice(0, at), bare.slice(at + 1)];
  if (host === "anonymous.invalid") return user; // RFC 3323, 4.1.1.3
  return /^\+?\d+$/.test(user) ? user : bare;
}
