import type { Channel } from './message.ts'

/** Where a message leads: to the page of the record it is about, as this reader sees it, or to a one-time link that identity, or the directory, gives at the last moment. */
export const readers = ['resident', 'provider', 'referrer', 'searcher', 'invited', 'account'] as const
type Reader = (typeof readers)[number]

export type Template = {
  reader: Reader
  channels: readonly Channel[]
  /** Goes by e-mail whatever the person chose: without it they cannot use their account, or answer what they were invited to. */
  urgent?: true
}

const both = ['page', 'e-mail'] as const
const mailOnly = ['e-mail'] as const

/** Every message there is. The words stand in words/, one file for each language. */
export const templates = {
  'request-received': { reader: 'provider', channels: both },
  'request-outcome': { reader: 'provider', channels: both },
  'request-concluded': { reader: 'provider', channels: both },
  'sharing-stopped': { reader: 'provider', channels: both },
  'capacity-expired': { reader: 'provider', channels: both },
  'assurance-asked': { reader: 'provider', channels: both },
  'offer-hidden': { reader: 'provider', channels: both },
  'request-sent': { reader: 'resident', channels: both },
  'request-sent-for-you': { reader: 'resident', channels: both },
  'request-accepted': { reader: 'resident', channels: both },
  'request-declined': { reader: 'resident', channels: both },
  'request-unanswered': { reader: 'resident', channels: both },
  'request-concluded-for-you': { reader: 'resident', channels: both },
  'outcome-for-you': { reader: 'resident', channels: both },
  'sharing-stopped-for-you': { reader: 'resident', channels: both },
  'referral-accepted': { reader: 'referrer', channels: both },
  'referral-declined': { reader: 'referrer', channels: both },
  'referral-unanswered': { reader: 'referrer', channels: both },
  'referral-sharing-stopped': { reader: 'referrer', channels: both },
  'referral-outcome': { reader: 'referrer', channels: both },
  'referral-concluded': { reader: 'referrer', channels: both },
  'search-matched': { reader: 'searcher', channels: both },
  'spend-waits-for-vote': { reader: 'resident', channels: both },
  'spend-paid': { reader: 'resident', channels: both },
  'spend-refused': { reader: 'resident', channels: both },
  'payment-instructed': { reader: 'provider', channels: both },
  'membership-invitation': { reader: 'invited', channels: mailOnly, urgent: true },
  'verify-email': { reader: 'account', channels: mailOnly, urgent: true },
  'reset-password': { reader: 'account', channels: mailOnly, urgent: true },
  invitation: { reader: 'account', channels: mailOnly, urgent: true },
} as const satisfies Record<string, Template>

export type TemplateName = keyof typeof templates

/** Whom a message is for, in what they are to it; undefined for one of a template that there is no more. */
export const readerOf = (template: string): Reader | undefined => (Object.hasOwn(templates, template) ? templates[template as TemplateName].reader : undefined)

/** Whether these are the words of a message that this version knows. */
export const isTemplate = (name: string): name is TemplateName => Object.hasOwn(templates, name)

/** By which channels a message goes to somebody who does, or does not, want e-mail. */
export const channelsFor = (name: TemplateName, wantsEmail: boolean): readonly Channel[] => {
  const template: Template = templates[name]
  return wantsEmail || template.urgent ? template.channels : template.channels.filter((channel) => channel !== 'e-mail')
}
