/** Short messages at the edge of the window. */
import { notifications } from "@mantine/notifications";
import { asProblem } from "@/api/problem";

export function tell(message: string): void {
  notifications.show({ message, color: "teal" });
}

/** Say what the server would not do; stays until it is read. */
export function complain(error: unknown): void {
  notifications.show({ message: asProblem(error).message, color: "red", autoClose: 12_000, role: "alert" });
}
