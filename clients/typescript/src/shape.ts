/** What a field of a body holds. */
export type Kind = "text" | "text or null" | "number" | "boolean" | "list" | "object";

/** The fields without which a body is not the one that was asked for. */
export type Shape = Readonly<Record<string, Kind>>;

/** Whether the body is an object with these fields. Others do not matter: a later release may have more. */
export function hasShape(body: unknown, shape: Shape): boolean {
  if (!isObject(body)) {
    return false;
  }
  return Object.entries(shape).every(([field, kind]) => isOf(kind, body[field]));
}

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "text or null":
      return typeof value === "string" || value === null;
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "list":
      return Array.isArray(value);
    case "object":
      return isObject(value);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
