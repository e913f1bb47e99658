import type { SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { namesOf, ReferralView, told } from './referrals.ts'

/** Where the pages of referrals stand for each role that these pages are for. */
export const bases = { resident: '/my/referrals', navigator: '/navigator/referrals' } as const
export type ReferralReader = keyof typeof bases

/** The referral that the address names, for a page about one step of it, and the page it belongs to. Throws ServiceProblem. */
export const referralHere = async ({ services, params, format }: SignedInVisit, reader: ReferralReader) => {
  const referral = await services.get('referral', path`/referrals/${params.referralId!}`, ReferralView)
  return { referral: told(referral, await namesOf(services, [referral]), format), isOwn: reader === 'resident', back: pageOf(reader, referral.referralId) }
}

export const pageOf = (reader: ReferralReader, referralId: string): string => `${bases[reader]}/${referralId}`
