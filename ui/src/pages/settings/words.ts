import { words } from "@/words/words";

export const en = {
  title: "Settings",
  hint: "Your brand, and what limits your calls. What is left empty is inherited.",
  brand: "Brand",
  brand_name: "Name",
  brand_color: "Colour",
  brand_accent_color: "Second colour",
  brand_domain: "Domain",
  domainHint: "The host name under which your people open the console",
  mail_from: "Sender of mails",
  inherited: (value: string) => `Inherited: ${value}`,
  preview: "Preview",
  previewHint: "So buttons and links look, light and dark.",
  button: "A button",
  link: "A link",
  logo: "Logo",
  logoHint: "PNG, WebP or SVG, half a megabyte at most",
  upload: "Upload a logo",
  removeLogo: "Remove the logo",
  logoRemoved: "The logo is removed",
  limits: "Limits",
  limitsHint: "Who is above you sets them; those of everybody above count too.",
  limit_calls: "Calls at once",
  limit_calls_per_minute: "Calls that begin in a minute",
  limit_seats: "People who answer calls",
  none: "no limit",
  sip: "Telephones register at",
  currency: "Currency",
};

export const WORDS = words(en, () => import("./de"));
