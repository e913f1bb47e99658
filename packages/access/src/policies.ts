import type { Role } from '@patchwork/events'

/** `any`: every record. `own`: only records the caller stands in the named relationship to; the route says which that is. */
export type Level = 'any' | 'own' | 'none'
/** A role that is not named has `none`. `services` names the services of Patchwork that may ask. */
export type Policy = Partial<Record<Role | 'anyone', Level>> & { services?: readonly string[] }

/** Who may do what: the one table. Each route of each service names one line of it; what is not here cannot be done. */
export const policies = {
  // provider-directory: own = an organisation the person is a member of, or an offer of it
  'directory.find': { anyone: 'any' },
  'directory.say-none-acceptable': { anyone: 'any' },
  'search-watch.begin': { resident: 'any', provider: 'any', navigator: 'any', coordinator: 'any', commissioner: 'any', administrator: 'any' },
  // own = a search of which the caller asked to be told
  'search-watch.keep': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'organisation.read': { anyone: 'any' },
  'organisation.register': { provider: 'any', coordinator: 'any', administrator: 'any' },
  'organisation.describe': { provider: 'own', coordinator: 'own', administrator: 'any' },
  // own = an organisation the person owns
  'organisation.issue-joining-code': { provider: 'own', coordinator: 'own' },
  'organisation.invite': { provider: 'own', coordinator: 'own' },
  'organisation.hand-over': { provider: 'own', coordinator: 'own' },
  'organisation.close': { provider: 'own', coordinator: 'own' },
  // own = an organisation the person is a member of
  'organisation.leave': { provider: 'own', coordinator: 'own' },
  'organisation.join': { provider: 'any', coordinator: 'any' },
  'organisation.read-invitation-mail': { services: ['notification'] },
  'organisation.mine': { provider: 'own', coordinator: 'own', administrator: 'own' },
  'offer.read': { anyone: 'any' },
  'offer.read-draft': { provider: 'own', coordinator: 'own', administrator: 'any' },
  'offer.draft': { provider: 'own', coordinator: 'own', administrator: 'any' },
  // own = with an organisation that comes with it, which becomes the caller's, or one that the caller is a member of
  'offer.list': { provider: 'own', coordinator: 'own' },
  'offer.describe': { provider: 'own', coordinator: 'own', administrator: 'any' },
  'offer.edit-as-draft': { provider: 'own', coordinator: 'own' },
  'offer.publish': { provider: 'own', coordinator: 'own', administrator: 'any' },
  'offer.state-capacity': { provider: 'own', coordinator: 'own', administrator: 'any' },
  'offer.assure': { provider: 'own', coordinator: 'own', administrator: 'any' },
  'offer.read-unassured': { administrator: 'any' },
  'offer.withdraw': { provider: 'own', coordinator: 'own', administrator: 'any' },
  // own = a criminal-record check of an organisation the person owns
  'credential.enter': { provider: 'own', coordinator: 'own' },
  'credential.read': { provider: 'own', coordinator: 'own', administrator: 'any' },
  'credential.read-log': { provider: 'own', coordinator: 'own' },
  'credential.remove': { provider: 'own', coordinator: 'own' },
  'credential.review': { administrator: 'any' },
  // assets: own = a skill of one's own, or what an organisation speaks for that the person is a member of
  'asset.read': { anyone: 'any' },
  'asset.list': { provider: 'own', coordinator: 'own', administrator: 'any' },
  'asset.describe': { provider: 'own', coordinator: 'own', administrator: 'any' },
  'asset.hide': { resident: 'own', provider: 'own', coordinator: 'own', administrator: 'any' },
  'asset.show': { resident: 'own', provider: 'own', coordinator: 'own' },
  'asset.remove': { resident: 'own', provider: 'own', coordinator: 'own', administrator: 'any' },
  'skill.share': { resident: 'any' },
  'skill.describe': { resident: 'own' },
  'skill.mine': { resident: 'own' },
  // those who introduce people to each other
  'skill.read-sharer': { navigator: 'any', coordinator: 'any' },
  'skill.read-log': { resident: 'own' },
  // people: own = oneself, a resident one registered or refers, or a person whose accepted referral one's organisation holds
  'person.register': { navigator: 'any', administrator: 'any', services: ['identity'] },
  'person.read-self': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'person.read': { provider: 'own', navigator: 'own', coordinator: 'own' },
  'person.read-access-needs': { provider: 'own', navigator: 'own', coordinator: 'own' },
  'person.change-details': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  // own = a resident one registered, who has no account yet
  'person.change-for-another': { navigator: 'own' },
  'person.invite': { navigator: 'own', administrator: 'any' },
  'person.read-access-log': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'person.read-contact': { services: ['notification', 'identity'] },
  'person.log-reading': { services: ['identity'] },
  // own = a referral about oneself, one that one sent, or one that one's organisation took on
  'person.read-access-state': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own' },
  // identity: own = one's own account
  'account.sign-up': { anyone: 'any' },
  'account.verify': { anyone: 'any' },
  'account.ask-new-password': { anyone: 'any' },
  'account.choose-password': { anyone: 'any' },
  'account.open-first-administrator': { anyone: 'any' },
  'account.take-up-invitation': { anyone: 'any' },
  'account.read-self': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'account.open-for-another': { administrator: 'any' },
  'account.list': { administrator: 'any' },
  'account.find': { administrator: 'any' },
  'account.vouch': { administrator: 'any' },
  'account.hand-over-link': { administrator: 'any' },
  'account.close': { administrator: 'any' },
  'account.read-challenge-link': { services: ['notification'] },
  'account.invite': { services: ['people'] },
  // referral: own = the person it is about, who sent it, or a member of the organisation it went to
  'need.record': { resident: 'own', navigator: 'own' },
  'need.read': { resident: 'own', navigator: 'own' },
  'referral.send': { resident: 'own', navigator: 'own' },
  'referral.read': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own' },
  'referral.list': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own' },
  'referral.accept': { provider: 'own', coordinator: 'own' },
  'referral.decline': { provider: 'own', coordinator: 'own' },
  'referral.withdraw-consent': { resident: 'own', navigator: 'own' },
  'referral.record-outcome': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own' },
  'referral.conclude': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own' },
  // own = the organisations one may answer for
  'referral.read-memberships': { provider: 'own', coordinator: 'own' },
  'referral.tasks': { navigator: 'own' },
  'referral.read-disclosures': { resident: 'own' },
  // personal-budget-pooling: own = one's own budget; a pool one is a member of, or whose account-holder one acts for
  'budget.record': { commissioner: 'any', administrator: 'any' },
  'budget.read': { resident: 'own', commissioner: 'any', administrator: 'any' },
  'budget.change': { commissioner: 'any', administrator: 'any' },
  'pool.found': { resident: 'any' },
  'pool.join': { resident: 'any' },
  'pool.list': { resident: 'own', provider: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'pool.read': { resident: 'own', provider: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'pool.rules': { resident: 'own' },
  'pool.earmark': { resident: 'own' },
  'pool.leave': { resident: 'own' },
  'spend.propose': { resident: 'own' },
  'spend.vote': { resident: 'own' },
  'spend.take-back': { resident: 'own' },
  'spend.read-document': { resident: 'own', provider: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  // own = money whose account-holder one acts for: the organisation's members, or the council where it holds the money itself
  'payment.list': { provider: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'payment.confirm': { provider: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'payment.reverse': { provider: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  // commissioning: own = a partner's part in a contract
  'contract.record': { commissioner: 'any', administrator: 'any' },
  'contract.vary': { commissioner: 'any', administrator: 'any' },
  'contract.close-quarter': { commissioner: 'any', administrator: 'any' },
  'contract.read': { provider: 'own', coordinator: 'own', commissioner: 'any', administrator: 'any' },
  'contract.list': { provider: 'own', coordinator: 'own', commissioner: 'any', administrator: 'any' },
  'return.make': { provider: 'own', coordinator: 'own', commissioner: 'any' },
  'return.read': { provider: 'own', coordinator: 'own', commissioner: 'any', administrator: 'any' },
  'grant.read': { anyone: 'any' },
  'figure.read': { anyone: 'any' },
  // the case-level right: exact counts, and the events behind a figure
  'figure.read-cases': { commissioner: 'any', administrator: 'any' },
  // provider-directory: feeds of other systems
  'import.stage': { administrator: 'any' },
  'import.read': { administrator: 'any' },
  'import.accept': { administrator: 'any' },
  'import.undo': { administrator: 'any' },
  // provider-directory: organisations that are likely one
  'duplicate.read': { administrator: 'any' },
  'duplicate.decide': { administrator: 'any' },
  'offer-duplicate.read': { provider: 'own', coordinator: 'own', administrator: 'any' },
  'offer-duplicate.decide': { provider: 'own', coordinator: 'own', administrator: 'any' },
  // every service: how it is, what is parked in it, and what can be done about it
  'operations.see': { administrator: 'any' },
  'operations.run': { administrator: 'any' },
  // notification: own = messages to oneself
  'mail.read-state': { anyone: 'any' },
  'message.list': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'message.read': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'message.live': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'delivery-ledger.read': { administrator: 'any' },
  'mail-sink.read': { administrator: 'any' },
  'preferences.read': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
  'preferences.choose': { resident: 'own', provider: 'own', navigator: 'own', coordinator: 'own', commissioner: 'own', administrator: 'own' },
} as const satisfies Record<string, Policy>

export type PolicyName = keyof typeof policies
