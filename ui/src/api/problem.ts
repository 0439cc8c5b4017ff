/** What the server answers when it cannot do what was asked: RFC 9457 problem details. */

export interface FieldProblem {
  readonly where: string;
  readonly what: string;
}

export class Problem extends Error {
  constructor(
    /** The HTTP status; 0 where no answer came. */
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly retryable = false,
    readonly errors: readonly FieldProblem[] = [],
    /** Every member of the answer, for what a route adds to it. */
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = "Problem";
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isRecord)
    .map((item) => ({ where: String(item.where ?? item.field ?? ""), what: String(item.what ?? item.message ?? "") }));
}

/** Return the problem that an answer tells of. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (!isRecord(body)) {
    return new Problem(
      response.status,
      "error",
      response.statusText || `HTTP ${response.status}`,
      response.status > 500,
    );
  }
  const detail = typeof body.detail === "string" ? body.detail : response.statusText;
  const fields = fieldsOf(body.errors ?? body.problems);
  return new Problem(response.status, String(body.code ?? "error"), detail, body.retryable === true, fields, body);
}

/** Return anything that was thrown as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "offline", error instanceof Error ? error.message : String(error), true);
}
