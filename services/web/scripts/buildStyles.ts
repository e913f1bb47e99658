import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileStyles } from './compileStyles.ts'

// The style sheet is kept in the repository, so that a place starts without a compiler; styles.test.ts fails when it is behind its source.
const path = join(import.meta.dirname, '../src/assets/patchwork.css')
writeFileSync(path, compileStyles())
