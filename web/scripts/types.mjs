// Writes src/lib/api-types.ts from docs/openapi.json: `npm run types`. A test compares the two, so a
// change of the API that the page does not know about is found before it is run.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A schema as a TypeScript type. */
function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const either = schema.oneOf ?? schema.anyOf;
  if (either) return either.map(typeOf).join(" | ");
  if (Array.isArray(schema.type))
    return schema.type.map((type) => typeOf({ ...schema, type })).join(" | ");
  switch (schema.type) {
    case "integer":
    case "number":
      return "number";
    case "array": {
      const item = typeOf(schema.items ?? {});
      return item.includes(" ") ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return schema.properties ? members(schema, " ") : "Record<string, unknown>";
    case undefined:
      return "unknown";
    default:
      return schema.type;
  }
}

function members(schema, gap) {
  const required = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties).map(([name, value]) => {
    const note = value.description && gap === "\n" ? `  /** ${value.description} */\n` : "";
    const key = `${/^\w+$/.test(name) ? name : JSON.stringify(name)}${required.has(name) ? "" : "?"}`;
    return `${note}${gap === "\n" ? "  " : ""}${key}: ${typeOf(value)};`;
  });
  return `{${gap}${lines.join(gap)}${gap}}`;
}

export function types(document) {
  const out = ["// Written by scripts/types.mjs from docs/openapi.json: `npm run types`.", ""];
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    if (schema.description) out.push(`/** ${schema.description} */`);
    const plain = schema.type === "object" && schema.properties && !schema.oneOf;
    out.push(
      plain
        ? `export interface ${name} ${members(schema, "\n")}`
        : `export type ${name} = ${typeOf(schema)};`,
    );
    out.push("");
  }
  return out.join("\n");
}

export const wanted = () =>
  types(JSON.parse(readFileSync(here("../../docs/openapi.json"), "utf8")));

if (process.argv[1] === here(import.meta.url))
  writeFileSync(here("../src/lib/api-types.ts"), wanted());
