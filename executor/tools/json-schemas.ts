/** Has JSON Schemas ready before the first tool is read, so that a bad one is refused at once. */

import { loadJsonSchemas } from '../../protocol/tool/schema.ts'

await loadJsonSchemas()
