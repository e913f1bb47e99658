import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compile } from 'sass'

const nodeModules = join(dirname(createRequire(import.meta.url).resolve('govuk-frontend/package.json')), '..')

/** The one style sheet of all pages, from `src/styles`. */
export const compileStyles = (): string =>
  `${compile(join(import.meta.dirname, '../src/styles/patchwork.scss'), { style: 'compressed', loadPaths: [nodeModules], quietDeps: true, charset: false }).css}\n`
