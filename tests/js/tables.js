// The server's tables, for tests of what reads them: test_vectors.py writes the file.

import { readFileSync } from "node:fs";
import { TABLES } from "../../static/js/tables.js";

Object.assign(TABLES, JSON.parse(readFileSync(new URL("../golden/tables.json", import.meta.url), "utf8")));

export { TABLES };
