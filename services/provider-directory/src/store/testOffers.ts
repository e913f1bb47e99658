import type { PublicOffer } from './publicOffer.ts'

/** A published offer for tests of search and feed; `changes` say what matters to the test. */
export const publicOffer = (
  number: number,
  changes: Partial<Omit<PublicOffer, 'organisation'>> & { organisation?: Partial<PublicOffer['organisation']> } = {},
): PublicOffer => {
  const offerId = `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`
  const { organisation, ...others } = changes
  return {
    offerId,
    track: 'be-helped',
    category: 'other',
    name: `Offer ${number}`,
    description: 'Something for anyone.',
    price: { kind: 'unknown' },
    area: {},
    place: {},
    times: [],
    fundingAccepted: [],
    personalCare: false,
    contact: {},
    capacity: { state: 'unknown' },
    takesReferrals: true,
    publishedAt: '2026-01-01T00:00:00.000Z',
    modifiedAt: '2026-01-01T00:00:00.000Z',
    ...others,
    organisation: {
      organisationId: `${String(number).padStart(8, '0')}-0000-4000-9000-000000000000`,
      kind: 'organisation',
      name: `Organisation ${number}`,
      description: 'Does things.',
      modifiedAt: '2026-01-01T00:00:00.000Z',
      ...organisation,
    },
  }
}
