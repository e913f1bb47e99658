import { isExampleAddress } from '../channels/mailAddress.ts'
import type { Mail } from '../channels/mailServer.ts'
import type { DelayReason, KnownMessage, NotSentReason } from '../domain/message.ts'
import { isTemplate } from '../domain/templates.ts'
import type { PreferencesStore } from '../store/preferences.ts'
import { messagesPath, pathOf } from '../words/links.ts'
import { renderMail } from '../words/render.ts'
import type { Contact, Contacts } from './contacts.ts'

/** What is to be done with a message, now that all is known that it needs. */
export type Prepared = { kind: 'sink' | 'smtp'; mail: Mail } | { kind: 'not-sent'; reason: NotSentReason } | { kind: 'later'; reason: DelayReason }

/** Makes the mail of a message: reads link and address, chooses the language, writes the words. Keeps nothing of them. */
export const mailMaker = (dependencies: {
  contacts: Contacts
  preferences: Pick<PreferencesStore, 'get'>
  hasMailServer: boolean
  publicUrl: string
  placeName: string
}): ((message: KnownMessage, date: Date) => Promise<Prepared>) => {
  const { contacts, preferences, hasMailServer, publicUrl, placeName } = dependencies
  return async ({ messageId, personId, template, about }, date) => {
    // A template of a newer version, met by an older process: the newer one will know it.
    if (!isTemplate(template)) return { kind: 'later', reason: 'could-not-be-made' }
    const addressee = about?.kind === 'membership-invitation' ? await invited(contacts, about.id) : await known(contacts, personId, about)
    if ('kind' in addressee) return addressee
    const { contact, email, secret } = addressee

    // Demonstration people are made up, and nobody is behind an example address: such mail never leaves, whatever server is set.
    const staysHere = contact.demonstration || isExampleAddress(email)
    if (!staysHere && !hasMailServer) return { kind: 'not-sent', reason: 'no-mail-server' }

    const { preferences: chosen } = await preferences.get(personId)
    const language = chosen.language ?? contact.language ?? 'en'
    const words = renderMail(template, language, {
      place: placeName,
      name: contact.name,
      link: secret ?? `${publicUrl}${pathOf(template, about)}`,
      isOnce: secret !== undefined,
      settingsLink: `${publicUrl}${messagesPath}`,
    })
    return { kind: staysHere ? 'sink' : 'smtp', mail: { messageId, to: email, ...words, language, date } }
  }
}

/** Whom a message goes to. Of somebody who was only invited no name is known. */
type Addressee = { contact: Partial<Pick<Contact, 'name' | 'language'>> & { demonstration: boolean }; email: string; secret?: string }

const known = async (contacts: Contacts, personId: string, about: KnownMessage['about']): Promise<Addressee | Exclude<Prepared, { mail: Mail }>> => {
  const secret = about?.kind === 'challenge' ? await contacts.linkOf(about.id, personId) : undefined
  if (secret === 'gone') return { kind: 'not-sent', reason: 'no-longer-true' }
  if (secret === 'unavailable') return { kind: 'later', reason: 'identity-unavailable' }
  const contact = await contacts.contactOf(personId)
  if (contact === 'unavailable') return { kind: 'later', reason: 'people-unavailable' }
  if (contact === 'gone' || !contact.email) return { kind: 'not-sent', reason: 'no-address' }
  return { contact, email: contact.email, ...(secret === undefined ? {} : { secret }) }
}

const invited = async (contacts: Contacts, invitationId: string): Promise<Addressee | Exclude<Prepared, { mail: Mail }>> => {
  const found = await contacts.invitedBy(invitationId)
  if (found === 'gone') return { kind: 'not-sent', reason: 'no-longer-true' }
  if (found === 'unavailable') return { kind: 'later', reason: 'directory-unavailable' }
  const { email, language, url: secret } = found
  return { contact: { language, demonstration: false }, email, secret }
}
