import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import nunjucks from 'nunjucks'

const source = join(import.meta.dirname, '..')
const govuk = join(dirname(createRequire(import.meta.url).resolve('govuk-frontend/package.json')), 'dist')

/** Renders `pages/<page>/page.njk` and the shell around it. Everything is escaped unless a template says otherwise. */
export const createTemplates = (globals: Readonly<Record<string, unknown>>): { render(template: string, context: object): string } => {
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader([source, govuk]), { autoescape: true, trimBlocks: true, lstripBlocks: true })
  for (const [name, value] of Object.entries(globals)) environment.addGlobal(name, value)
  return { render: (template, context) => environment.render(template, context) }
}

/** Marks markup that we made ourselves as safe. */
export const safeMarkup = (markup: string): nunjucks.runtime.SafeString => new nunjucks.runtime.SafeString(markup)
