import { readFileSync } from 'node:fs'
import nunjucks from 'nunjucks'
import type { TemplateName } from '../domain/templates.ts'
import { cy } from './cy.ts'
import { en } from './en.ts'
import type { Words } from './words.ts'

export const languages = ['en', 'cy'] as const
export type Language = (typeof languages)[number]

export const wordsIn: Readonly<Record<Language, Words>> = { en, cy }

/** How a message reads in the page. */
export type PageText = { subject: string; body: string }
/** An e-mail, ready to be addressed. */
export type MailText = { subject: string; text: string; html: string }

// Plain text is not escaped; the HTML part is, by the environment. A parameter that is missing is a mistake of ours and fails loudly.
const plain = new nunjucks.Environment(null, { autoescape: false, throwOnUndefined: true })
const hypertext = new nunjucks.Environment(null, { autoescape: true, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true })
const layout = nunjucks.compile(readFileSync(new URL('./mail.njk', import.meta.url), 'utf8'), hypertext)

const fill = (text: string, params: Record<string, string>): string => plain.renderString(text, params)

/** The words of a message for the page: one subject, paragraphs between empty lines. */
export const renderPage = (template: TemplateName, language: Language, { place }: { place: string }): PageText => {
  const { subject, body } = wordsIn[language].messages[template]
  return { subject: fill(subject, { place }), body: body.map((paragraph) => fill(paragraph, { place })).join('\n\n') }
}

/** The words of an e-mail, as plain text and as simple HTML. `isOnce`: the link is a secret that works once; `name` is absent where nobody knows it. */
export const renderMail = (
  template: TemplateName,
  language: Language,
  { place, name, link, isOnce, settingsLink }: { place: string; name?: string | undefined; link: string; isOnce: boolean; settingsLink: string },
): MailText => {
  const words = wordsIn[language]
  const message = words.messages[template]
  const subject = fill(message.subject, { place })
  const content = {
    language,
    subject,
    greeting: name === undefined ? words.greetingUnnamed : fill(words.greeting, { name }),
    paragraphs: message.body.map((paragraph) => fill(paragraph, { place })),
    action: message.action,
    link,
    afterLink: isOnce ? [words.linkOnce] : [],
    signedOff: fill(words.signedOff, { place }),
    footer: isOnce ? '' : words.whyYou,
    settingsLink: isOnce ? '' : settingsLink,
  }
  const text = [
    content.greeting,
    ...content.paragraphs,
    `${content.action}:\n${link}`,
    ...content.afterLink,
    content.signedOff,
    ...(isOnce ? [] : [`${content.footer}\n${settingsLink}`]),
  ].join('\n\n')
  return { subject, text: `${text}\n`, html: layout.render(content) }
}
