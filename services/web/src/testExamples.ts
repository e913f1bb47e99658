import type { Answering } from './testPlace.ts'
import { problem } from './testPlace.ts'

// What the directory and its neighbours hold in tests: fictional, small, in the shapes of the contract.

const id = (last: number) => `5d3b6f0a-1c2d-4e5f-8a9b-${String(last).padStart(12, '0')}`

export const organisationId = id(900)
export const lunchClubId = id(1)
export const homeHelpId = id(2)
export const adviceId = id(3)

const organisation = { organisationId, name: 'Brookside Neighbours' }

export const offers = [
  {
    offerId: lunchClubId,
    name: 'Thursday lunch club',
    summary: 'A hot meal and company for anyone over 60. We can fetch you if you cannot walk far.',
    category: 'befriending',
    track: 'join-in',
    organisation,
    form: { kind: 'group', seats: 12 },
    distanceMetres: 640,
    place: { postcode: 'M33 7ZF', wardCode: 'E05015254', wardName: 'Sale Central', latitude: 53.4247, longitude: -2.3206 },
    price: { kind: 'paid', pence: 450, unit: 'session' },
    capacity: { state: 'open', units: 6, expiresAt: '2030-05-01T12:00:00.000Z' },
    openNow: false,
    times: [{ days: ['thursday'], from: '12:00', to: '14:30' }],
    takesReferrals: true,
  },
  {
    offerId: homeHelpId,
    name: 'Help at home <with> care & kindness',
    summary: 'Cleaning, shopping, laundry and a chat, in your own home.',
    category: 'garden-and-home',
    track: 'be-helped',
    organisation: { organisationId: id(901), name: 'Jo Marsh' },
    distanceMetres: 2_300,
    place: { wardCode: 'E05015240', wardName: 'Ashton upon Mersey', latitude: 53.4302, longitude: -2.3412 },
    price: { kind: 'paid', pence: 1_850, unit: 'hour' },
    capacity: { state: 'waiting-list', expiresAt: '2030-05-01T12:00:00.000Z' },
    takesReferrals: true,
  },
  {
    offerId: adviceId,
    name: 'Money and benefits advice',
    summary: 'Free and confidential. Come as you are.',
    category: 'advice-and-money',
    track: 'be-helped',
    organisation: { organisationId: id(902), name: 'Open Door Advice' },
    place: { postcode: 'WA14 1PF', wardCode: 'E05015239', wardName: 'Altrincham', latitude: 53.3871, longitude: -2.3522 },
    price: { kind: 'free' },
    capacity: { state: 'unknown' },
    openNow: true,
    takesReferrals: false,
  },
]

export const wards = {
  type: 'FeatureCollection',
  features: [
    ['E05015254', 'Sale Central', -2.34, 53.41],
    ['E05015240', 'Ashton upon Mersey', -2.36, 53.42],
    ['E05015239', 'Altrincham', -2.37, 53.38],
  ].map(([wardCode, name, west, south]) => ({
    type: 'Feature',
    properties: { wardCode, name },
    geometry: { type: 'Polygon', coordinates: [squareAt(west as number, south as number)] },
  })),
}

function squareAt(west: number, south: number): [number, number][] {
  const size = 0.03
  return [
    [west, south],
    [west, south + size],
    [west + size, south + size],
    [west + size, south],
    [west, south],
  ]
}

export const place = {
  name: 'Brookshire',
  councilName: 'Brookshire Council',
  councilWebsite: 'https://www.brookshire.example/',
  attribution: 'Made from Brookshire’s open data.',
  licence: { name: 'Open Government Licence v3.0', url: 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/' },
  safeguarding: {
    words: 'If someone is in danger now, call 999.',
    phone: '01632 960001',
    url: 'https://www.brookshire.example/safeguarding',
    lines: [
      { who: 'Adults', phone: '01632 960001', when: 'day and night' },
      { who: 'Children', phone: '01632 960002', when: 'day and night' },
      { who: 'Adult social care', url: 'https://www.brookshire.example/adults', when: 'Worried about an adult, in the day' },
    ],
  },
  sources: [],
}

export const wholeOffer = {
  ...offers[0]!,
  description: 'A hot meal and company for anyone over 60.\n\nWe can fetch you if you cannot walk far. Tell us what you cannot eat.',
  forWhom: 'People over 60 who live in Sale',
  exceptions: [{ on: '2030-12-24', until: '2031-01-02', times: [] }],
  closedOnBankHolidays: true,
  opensNextAt: '2030-05-02T11:00:00.000Z',
  ages: { from: 60 },
  languages: ['en', 'bfi', 'yo'],
  accessibility: ['step-free', 'hearing-loop'],
  area: { wardCodes: ['E05015254'], wardNames: ['Sale Central'], atHome: false },
  place: { ...offers[0]!.place, address: 'Brookside Hall, 4 Mill Lane, Sale' },
  fundingAccepted: ['direct-payment', 'own-money'],
  personalCare: false,
  contact: { name: 'Pat', email: 'lunch@brookside.example', phone: '01632 960010', website: 'https://brookside.example/lunch' },
  modifiedAt: '2026-02-03T10:00:00.000Z',
}

export const wholeOrganisation = {
  ...organisation,
  kind: 'community-network',
  description: 'Neighbours who look after each other since 1998.',
  phone: '01632 960010',
  email: 'hello@brookside.example',
  website: 'https://brookside.example/',
  offers: [offers[0]],
}

const isNowhere = (near: string | undefined) => near?.startsWith('ZE')

/** The directory of a small place. */
export const directory: Record<string, Answering> = {
  'GET /provider-directory/place': () => place,
  'GET /provider-directory/wards': () => ({ items: wards.features.map(({ properties }) => properties) }),
  'GET /provider-directory/wards/boundaries': () => wards,
  'GET /provider-directory/sources': () => ({
    items: [{ code: 'libraries', name: 'Libraries', publisher: 'Brookshire Council', attribution: 'Open Government Licence v3.0.' }],
  }),
  'GET /provider-directory/offers': ({ query: { text, near, limit, after } }) => {
    const found = text === 'nothing at all' ? [] : offers
    const items = limit === '1' ? found.slice(0, 1) : found
    return {
      items,
      total: found.length,
      ...(near === undefined
        ? {}
        : { near: isNowhere(near) ? { known: false } : { known: true, latitude: 53.42, longitude: -2.33, wardName: 'Sale Central' } }),
      ...(after === undefined && text === 'many' ? { after: 'next-page' } : {}),
    }
  },
  'GET /provider-directory/offers/:id': ({ params }, response) => (params.id === lunchClubId ? wholeOffer : problem(response, 404, 'not-found')),
  'GET /provider-directory/organisations/:id': ({ params }, response) =>
    params.id === organisationId ? wholeOrganisation : problem(response, 404, 'not-found'),
}

export const messageId = id(50)
/** Messages of whoever asks. */
export const messages: Record<string, Answering> = {
  'GET /notification/messages': ({ query }) => ({
    items:
      query.limit === '1'
        ? []
        : [
            {
              messageId,
              template: 'request-accepted',
              subject: 'Brookshire: good news about your request',
              body: 'Your request has been accepted.\n\nThey can now see your name and how to reach you, and will be in touch.',
              link: '/my',
              at: '2026-03-03T14:30:00.000Z',
              read: false,
            },
          ],
    unread: 1,
  }),
  'POST /notification/messages/:id/reading': () => 204,
}
