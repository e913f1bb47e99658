import type { About } from '../domain/message.ts'
import { type TemplateName, templates } from '../domain/templates.ts'

/** Where people see all their messages, and choose how they get them. */
export const messagesPath = '/messages'

const startPages = { resident: '/my', provider: '/provider', referrer: '/navigator', searcher: '/told-of', invited: '/', account: '/' } as const

const folders = { referral: 'referrals', offer: 'offers', pool: 'pools', search: 'searches' } as const

/** The page that a message leads to, as a path of this place: the record it is about, or else the reader's start page. Ids only, no secret. */
export const pathOf = (template: TemplateName, about: About | undefined): string => {
  const startPage = startPages[templates[template].reader]
  if (about === undefined || about.kind === 'challenge' || about.kind === 'membership-invitation') return startPage
  return `${startPage}/${folders[about.kind]}/${about.id}`
}
