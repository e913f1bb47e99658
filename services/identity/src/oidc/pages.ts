import type { IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import nunjucks from 'nunjucks'
import { fill, type Language, languageOf, languages, words } from './words.ts'

export type SignInPage = {
  language: Language
  /** The address of the page, without a query. */
  action: string
  /** What was typed as an address, to be shown again. */
  email?: string
  errors?: readonly { field: 'email' | 'password'; text: string }[]
}

export type Pages = {
  signIn(page: SignInPage): string
  checkMail(page: { language: Language; action: string; again: string }): string
  /** In a place that no e-mail leaves. */
  askToVouch(page: { language: Language; action: string }): string
  mailSent(page: { language: Language; action: string }): string
  timedOut(language: Language): string
  problem(request: IncomingMessage, code: string): string
  signOut(request: IncomingMessage, form: string): string
  signedOut(request: IncomingMessage): string
}

/**
 * The pages of signing in and out, on govuk-frontend's markup; the style sheet is the web service's, and a plain page without it. `isDemonstration` says
 * whether the people here are invented, which every page then says.
 */
export const createPages = (publicUrl: string, isDemonstration: () => boolean): Pages => {
  const require = createRequire(import.meta.url)
  const here = dirname(fileURLToPath(import.meta.url))
  const frontend = join(dirname(require.resolve('govuk-frontend/package.json')), 'dist')
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader([join(here, 'pages'), frontend], { noCache: false, watch: false }), {
    autoescape: true,
    throwOnUndefined: false,
    trimBlocks: true,
    lstripBlocks: true,
  })
  const render = (template: string, language: Language, values: object): string =>
    environment.render(template, { words: words[language], language, other: otherThan(language), publicUrl, isDemonstration: isDemonstration(), ...values })
  const languageFor = (request: IncomingMessage): Language => languageOf(undefined, request.headers.cookie)
  return {
    signIn: ({ language, ...values }) =>
      render('signIn.njk', language, { ...values, errorOf: Object.fromEntries((values.errors ?? []).map(({ field, text }) => [field, text])) }),
    checkMail: ({ language, ...values }) => render('checkMail.njk', language, values),
    askToVouch: ({ language, ...values }) => render('askToVouch.njk', language, values),
    mailSent: ({ language, ...values }) => render('mailSent.njk', language, values),
    timedOut: (language) => render('notice.njk', language, { title: words[language].timedOutTitle, text: words[language].timedOutText }),
    problem: (request, code) => {
      const language = languageFor(request)
      const { problemPageTitle, problemPageText, problemCode } = words[language]
      const known = /^[a-z_]{1,60}$/.test(code) ? code : 'unknown'
      return render('notice.njk', language, { title: problemPageTitle, text: problemPageText, code: fill(problemCode, { code: known }) })
    },
    signOut: (request, form) => render('signOut.njk', languageFor(request), { form }),
    signedOut: (request) => render('notice.njk', languageFor(request), { title: words[languageFor(request)].signedOutTitle }),
  }
}

const otherThan = (language: Language): { language: Language; name: string } => {
  const other = languages.find((one) => one !== language) ?? language
  return { language: other, name: words[other].languageName }
}
