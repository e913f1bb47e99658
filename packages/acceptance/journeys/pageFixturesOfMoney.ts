import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calendarDay } from '@patchwork/runtime'
import type { Page } from 'playwright-core'
import { ask, organisationOf } from '../src/apiSteps.ts'
import { fill, send } from '../src/forms.ts'
import { type ApiPerson, type StartedPlace, until } from '../src/startedPlace.ts'
import type { Fixture } from './pageFixtures.ts'

type Paid = { poolId: string; toPay: string; paid: string; documentId: string }

export type WorldOfMoney = {
  /** Of the council: one spend to pay, one paid, one that waits for votes; and rules that only their proposer has signed. */
  council: Paid & { toDecide: string }
  /** Of an organisation of Aisha's. */
  organisation: Paid
  budgetId: string
  barId: string
  gardener: string
  contractId: string
  /** A quarter that takes returns, as a form names it. */
  quarter: string
  importId: string
  /** Rows that wait for somebody to say which column is what. */
  importFileId: string
  /** One of which a record was edited here since, and whose feed says something new of it. */
  editedImportId: string
  feedId: string
  /** Of our own kinds. */
  taxonomyId: string
  /** Two organisations that may be one, and wait to be looked at. */
  matchId: string
  /** Two offers of Aisha's organisation that may be the same thing, and whose they are. */
  listedTwice: { matchId: string; organisationId: string }
}

const pooling = '/personal-budget-pooling'
const invoicePdf = '%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n'
const dayFromNow = (days: number): string => calendarDay(Date.now() + days * 86_400_000)

const read = async <Body>(person: ApiPerson, path: string): Promise<Body> => {
  const { status, body } = await person.send<Body>('GET', path)
  if (status !== 200) throw new Error(`GET ${path} was answered ${status}`)
  return body
}

type Invoice = { number: string; payeeOrganisationId: string; withDocument?: boolean }

/** An invoice of £20 with its document, which `proposer` proposes and `approver` approves: it is to be paid. */
const toPay = async (at: string, [proposer, approver]: readonly [ApiPerson, ApiPerson], { number, payeeOrganisationId }: Invoice) => {
  const sent = await proposer.send<{ documentId: string }>('POST', `${pooling}/documents`, {
    body: invoicePdf,
    key: `pages-document-${number}`,
    headers: { 'content-type': 'application/octet-stream' },
  })
  const { documentId } = sent.body
  const { shares } = await read<{ shares: { memberId: string; amountPence: number }[] }>(proposer, `${at}/split?totalPence=2000`)
  const { spendId } = await ask(proposer, `${at}/spends`, {
    ...{ payeeOrganisationId, invoiceNumber: number, invoicedOn: dayFromNow(-1), totalPence: 2_000, sessions: 1, purpose: 'One morning', documentId },
    shares: shares.map(({ memberId, amountPence }) => ({ memberId, amountPence, outcomeKind: 'habitable-home' })),
  })
  await ask(approver, `${at}/spends/${spendId}/votes`, { vote: 'approve' })
  return { spendId: spendId as string, documentId }
}

const terms = {
  ...{ costs: 'equally', absence: 'pays-share', joining: 'all-agree', dispute: 'members-meet', leavingNoticeDays: 14, decideWithinDays: 7 },
  approvals: [{ needed: 1 }],
}

type Budget = { budget: { budgetId: string; outcomes: { outcomeId: string; kind: string }[] } }
const budgetOf = async (person: ApiPerson): Promise<Budget['budget']> => (await read<Budget>(person, `${pooling}/budgets/mine`)).budget

/** Nora and Beatrice pool with an organisation as the account-holder. */
const poolOfOrganisation = async (members: readonly [ApiPerson, ApiPerson], organisationId: string): Promise<string> => {
  const [nora, beatrice] = members
  const { poolId } = await ask(nora, `${pooling}/pools`, {
    ...{ name: 'Elm Court', purpose: 'A gardener for two', calledName: 'Nora' },
    accountHolder: { kind: 'organisation', organisationId },
  })
  const at = `${pooling}/pools/${poolId}`
  const { code } = await read<{ code: string }>(nora, at)
  await ask(beatrice, `${pooling}/pools/join`, { code, calledName: 'Beatrice' })
  await ask(nora, `${at}/rules`, terms)
  for (const member of members) await ask(member, `${at}/signature`, { rulesVersion: 1 })
  for (const member of members) {
    const { outcomes } = await budgetOf(member)
    const outcomeId = outcomes.find(({ kind }) => kind === 'habitable-home')?.outcomeId
    await ask(member, `${at}/earmarks`, { fundSource: 'council-net', outcomeId, amountPence: 5_000, fromOn: dayFromNow(0), untilOn: dayFromNow(55) })
  }
  return poolId as string
}

/** A feed of one service, staged by the operator. */
const stagedImport = async (place: StartedPlace): Promise<string> => {
  const path = join(place.dataDirectory, '..', 'feed.json')
  const organization = { id: 'pages', name: 'Feed of the pages', description: 'Neighbours.' }
  writeFileSync(path, JSON.stringify([{ id: 'pages-1', name: 'Lunch club', description: 'A meal.', status: 'active', organization }, { id: 'pages-2' }]))
  const { code, output } = await place.run('import', 'open-referral', path, '--json')
  if (code !== 0) throw new Error(output)
  return JSON.parse(output).importId
}

/** A feed whose one offer was taken down here since it was accepted, and which says something new of it. */
const editedImport = async (place: StartedPlace): Promise<string> => {
  const path = join(place.dataDirectory, '..', 'edited.json')
  const importOf = async (description: string, ...how: string[]): Promise<string> => {
    const organization = { id: 'edited', name: 'Feed that was edited', description: 'Neighbours.' }
    writeFileSync(path, JSON.stringify([{ id: 'edited-1', name: 'Supper club', description, status: 'active', organization }]))
    const { code, output } = await place.run('import', 'open-referral', path, ...how, '--json')
    if (code !== 0) throw new Error(output)
    return JSON.parse(output).importId
  }
  const sam = await place.as('Sam Ellis')
  const first = await importOf('A meal.', '--accept')
  const { items } = await read<{ items: { offerId: string }[] }>(sam, `/provider-directory/imports/${first}/records`)
  await ask(sam, `/provider-directory/offers/${items[0]?.offerId}/withdrawal`, {})
  return importOf('A hot meal.')
}

/** Rows that an administrator sent. */
const sentRows = async (place: StartedPlace): Promise<string> => {
  const { body } = await (await place.as('Sam Ellis')).send<{ fileId: string }>('POST', '/provider-directory/imports/files', {
    body: 'Name of the activity,Run by,Post code,Telephone number to ring in the mornings\nTea and talk,Neighbours,M33 7ZF,0161 496 0000\n',
    headers: { 'content-type': 'application/octet-stream' },
  })
  return body.fileId
}

/** A feed that is looked at: its address is none of the public internet, so each look says so at once. */
const watchedFeed = async (place: StartedPlace): Promise<string> => {
  const { body } = await (await place.as('Sam Ellis')).send<{ feedId: string }>('POST', '/provider-directory/feeds', {
    body: { address: 'http://127.0.0.1:9/services', every: 'week' },
  })
  return body.feedId
}

const ownTaxonomy = async (place: StartedPlace): Promise<string> => {
  const { items } = await read<{ items: { taxonomyId: string }[] }>(await place.as('Sam Ellis'), '/provider-directory/taxonomies')
  return items[0]!.taxonomyId
}

/** Two organisations of Aisha's that share a name and a telephone number. */
const pairOfTwins = async (place: StartedPlace): Promise<string> => {
  const [aisha, sam] = [await place.as('Aisha Rahman'), await place.as('Sam Ellis')]
  for (const description of ['A meal on Thursdays.', 'Neighbours who cook.'])
    await ask(aisha, '/provider-directory/organisations', { name: 'Twin of the pages', kind: 'organisation', description, phone: '0161 496 0077' })
  type Pairs = { items: { matchId: string; organisations: { name: string }[] }[] }
  return until('the twins are found', async () => {
    const { items } = await read<Pairs>(sam, '/provider-directory/duplicates?limit=200')
    return items.find(({ organisations }) => organisations[0]?.name === 'Twin of the pages')?.matchId
  })
}

/** Two offers of Aisha's that are the same thing in other words. */
const offersListedTwice = async (place: StartedPlace): Promise<WorldOfMoney['listedTwice']> => {
  const aisha = await place.as('Aisha Rahman')
  const { organisationId } = await organisationOf(aisha)
  const words = { track: 'join-in', category: 'food', description: 'Soup and company.', price: { kind: 'free' } }
  const times = [{ days: ['thursday'], from: '12:00', to: '14:00' }]
  for (const name of ['Soup of the pages on Thursdays', 'Thursday Soup of the Pages']) {
    const body = { organisationId, ...words, name, times, place: { address: 'Sale Waterside, Sale', postcode: 'M33 7ZF' } }
    const { offerId } = await ask(aisha, '/provider-directory/offers', body)
    await ask(aisha, `/provider-directory/offers/${offerId}/publication`, {})
  }
  type Pairs = { items: { matchId: string; offers: { name: string }[] }[] }
  const matchId = await until('what is listed twice is found', async () => {
    const { items } = await read<Pairs>(aisha, `/provider-directory/offer-duplicates?organisationId=${organisationId}`)
    return items.find(({ offers }) => offers.every(({ name }) => name.includes('ages')))?.matchId
  })
  return { matchId, organisationId }
}

/** What the demonstration place lacks of pools, budgets and imports is added to it here. */
export const worldOfMoney = async (place: StartedPlace): Promise<WorldOfMoney> => {
  const [george, nora, harold, beatrice, priya, aisha, dee] = (await Promise.all(
    ['George Whitfield', 'Nora Lindqvist', 'Harold Obi', 'Beatrice Moss', 'Priya Nair', 'Aisha Rahman', 'Dee Okafor'].map((name) => place.as(name)),
  )) as [ApiPerson, ApiPerson, ApiPerson, ApiPerson, ApiPerson, ApiPerson, ApiPerson]
  const [gardens, neighbours] = [await organisationOf(dee), await organisationOf(aisha)]
  const { items: pools } = await read<{ items: { poolId: string }[] }>(george, `${pooling}/pools`)
  const councilPool = pools[0]!.poolId
  const at = `${pooling}/pools/${councilPool}`
  type Spends = { spends: { spendId: string; status: string }[] }
  const spends = await until('a spend of the demonstration is paid', async () => {
    const { spends: found } = await read<Spends>(george, at)
    return found.some(({ status }) => status === 'paid') && found
  })
  const withStatus = (wanted: string) => spends.find(({ status }) => status === wanted)!.spendId
  const payeeOrganisationId = gardens.organisationId
  const councils = await toPay(at, [george, harold], { number: 'PAGES 1', payeeOrganisationId })
  await ask(george, `${at}/rules`, terms)

  const ofOrganisation = await poolOfOrganisation([nora, beatrice], neighbours.organisationId)
  const there = `${pooling}/pools/${ofOrganisation}`
  const paid = await toPay(there, [nora, beatrice], { number: 'PAGES 2', payeeOrganisationId })
  await ask(aisha, `${there}/spends/${paid.spendId}/payment`, { paidOn: dayFromNow(0), reference: 'BACS 1' })
  const waiting = await toPay(there, [nora, beatrice], { number: 'PAGES 3', payeeOrganisationId })

  const { budgetId } = await budgetOf(harold)
  const { barId } = await ask(priya, `${pooling}/budgets/${budgetId}/barred-payees`, {
    ...{
      payee: { kind: 'organisation', id: (await organisationOf(await place.as('Tom Brennan'))).organisationId },
      relation: 'listed-relative',
      sameHousehold: false,
    },
  })
  const { items: contracts } = await read<{ items: { contractId: string }[] }>(priya, '/commissioning/contracts')
  return {
    council: { poolId: councilPool, toPay: councils.spendId, paid: withStatus('paid'), toDecide: withStatus('proposed'), documentId: councils.documentId },
    organisation: { poolId: ofOrganisation, toPay: waiting.spendId, paid: paid.spendId, documentId: waiting.documentId },
    ...{ budgetId, barId: barId as string, gardener: gardens.organisationId, contractId: contracts[0]!.contractId, quarter: '3-1' },
    importId: await stagedImport(place),
    editedImportId: await editedImport(place),
    importFileId: await sentRows(place),
    feedId: await watchedFeed(place),
    taxonomyId: await ownTaxonomy(place),
    matchId: await pairOfTwins(place),
    listedTwice: await offersListedTwice(place),
  }
}

const seenBy =
  (by: string) =>
  (...addresses: string[]): Fixture[] =>
    addresses.map((at) => ({ at, by }))
const files = (fixtures: Fixture[]): Fixture[] => fixtures.map((fixture) => ({ ...fixture, isFile: true }))
const anyone = (...addresses: string[]): Fixture[] => addresses.map((at) => ({ at }))
const [george, nora, harold, commissioner, holder, provider, administrator] = [
  seenBy('George Whitfield'),
  seenBy('Nora Lindqvist'),
  seenBy('Harold Obi'),
  seenBy('Priya Nair'),
  seenBy('Aisha Rahman'),
  seenBy('Tom Brennan'),
  seenBy('Sam Ellis'),
]

/** The steps of a new spend that come before another, in this window. */
const afterSteps =
  (at: string, payee: string, steps: 1 | 2 | 3) =>
  async (page: Page): Promise<void> => {
    await page.goto(`${at}/spends/new/payee?organisation=${payee}`)
    await fill(page, { purpose: 'A morning in the gardens' })
    await send(page, { with: 'purpose' })
    if (steps === 1) return
    await fill(page, { invoiceNumber: 'PAGES 4', invoicedOn: dayFromNow(-1), totalPence: '20', sessions: '1' })
    await send(page, { with: 'invoiceNumber' })
    if (steps === 3) await send(page)
  }

/** The pages of pooled budgets, payments, contracts, figures, grants and imports. */
export const fixturesOfMoney = (world: WorldOfMoney): Record<string, Fixture[]> => ({
  ...poolFixtures(world),
  ...councilFixtures(world),
  ...publicFixtures(world),
})

const poolFixtures = ({ council, organisation, gardener }: WorldOfMoney): Record<string, Fixture[]> => {
  const [pool, held] = [`/my/pools/${council.poolId}`, `/provider/pools/${organisation.poolId}`]
  const ofCouncil = `/council/pools/${council.poolId}`
  const drafted = (step: string, steps: 1 | 2 | 3): Fixture[] =>
    nora(`${pool}/spends/new/${step}`).map((fixture) => ({ ...fixture, before: afterSteps(pool, gardener, steps) }))
  return {
    '/my/budget': george('/my/budget', '/my/budget?lang=cy', '/my/budget?lang=en'),
    '/my/pools': [...george('/my/pools'), ...nora('/my/pools')],
    '/my/pools/new': george('/my/pools/new', '/my/pools/new?text=lunch', `/my/pools/new?organisation=${gardener}`),
    '/my/pools/join': george('/my/pools/join'),
    '/my/pools/:poolId': [...george(pool, `${pool}?lang=cy`, `${pool}?lang=en`), ...nora(pool, `/my/pools/${organisation.poolId}`)],
    '/provider/pools/:poolId': holder(held),
    '/council/pools/:poolId': commissioner(ofCouncil),
    '/my/pools/:poolId/documents/:documentId': files(george(`${pool}/documents/${council.documentId}`)),
    '/provider/pools/:poolId/documents/:documentId': files(holder(`${held}/documents/${organisation.documentId}`)),
    '/council/pools/:poolId/documents/:documentId': files(commissioner(`${ofCouncil}/documents/${council.documentId}`)),
    '/my/pools/:poolId/rules': nora(`${pool}/rules`, `/my/pools/${organisation.poolId}/rules`),
    '/my/pools/:poolId/rules/new': nora(`/my/pools/${organisation.poolId}/rules/new`, `${pool}/rules/new`),
    '/my/pools/:poolId/signature': nora(`${pool}/signature`),
    '/my/pools/:poolId/earmark': george(`${pool}/earmark`),
    '/my/pools/:poolId/release': george(`${pool}/release`),
    '/my/pools/:poolId/leave': george(`${pool}/leave`),
    '/my/pools/:poolId/entries': george(`${pool}/entries`),
    '/provider/pools/:poolId/entries': holder(`${held}/entries`),
    '/council/pools/:poolId/entries': commissioner(`${ofCouncil}/entries`),
    '/my/pools/:poolId/spends/new': nora(`${pool}/spends/new`).map((fixture) => ({ ...fixture, leadsTo: `${pool}/spends/new/payee` })),
    '/my/pools/:poolId/spends/new/payee': nora(...['', '?text=garden', `?organisation=${gardener}`].map((query) => `${pool}/spends/new/payee${query}`)),
    '/my/pools/:poolId/spends/new/invoice': drafted('invoice', 1),
    '/my/pools/:poolId/spends/new/shares': drafted('shares', 2),
    '/my/pools/:poolId/spends/new/check': drafted('check', 3),
    '/my/pools/:poolId/spends/:spendId': [
      ...george(`${pool}/spends/${council.toPay}`, `${pool}/spends/${council.paid}`),
      ...harold(`${pool}/spends/${council.toDecide}`),
      ...nora(`${pool}/spends/${council.toDecide}`),
    ],
    '/provider/payments': [...provider('/provider/payments'), ...holder('/provider/payments', '/provider/payments?status=paid')],
    '/council/payments': commissioner(...['', '?status=paid', '?status=reversed'].map((query) => `/council/payments${query}`)),
    '/provider/payments.csv': files(holder('/provider/payments.csv')),
    '/council/payments.csv': files(commissioner('/council/payments.csv')),
    ...paymentFixtures('/provider', organisation, holder),
    ...paymentFixtures('/council', council, commissioner),
  }
}

const paymentFixtures = (base: string, { poolId, toPay: due, paid }: Paid, by: typeof holder): Record<string, Fixture[]> => ({
  [`${base}/payments/:poolId/:spendId`]: by(`${base}/payments/${poolId}/${paid}`, `${base}/payments/${poolId}/${due}`),
  [`${base}/payments/:poolId/:spendId/reversal`]: by(`${base}/payments/${poolId}/${paid}/reversal`),
})

const councilFixtures = ({
  budgetId,
  barId,
  contractId,
  quarter,
  importId,
  editedImportId,
  importFileId,
  feedId,
  taxonomyId,
  matchId,
  listedTwice,
}: WorldOfMoney): Record<string, Fixture[]> => {
  const [budget, contract, imported] = [`/council/budgets/${budgetId}`, `/contracts/${contractId}`, `/administrator/imports/${importId}`]
  return {
    '/council': [...administrator('/council'), ...commissioner('/council')],
    '/council/budgets': commissioner('/council/budgets', '/council/budgets?person=nobody'),
    '/council/budgets/new': commissioner('/council/budgets/new'),
    '/council/budgets/:budgetId': commissioner(budget),
    '/council/budgets/:budgetId/amounts': commissioner(`${budget}/amounts`),
    '/council/budgets/:budgetId/barred-payees': commissioner(`${budget}/barred-payees`),
    '/council/budgets/:budgetId/barred-payees/:barId/exceptions': commissioner(`${budget}/barred-payees/${barId}/exceptions`),
    '/contracts': [...commissioner('/contracts'), ...holder('/contracts')],
    '/contracts/new': commissioner('/contracts/new'),
    '/contracts/:contractId': [...commissioner(contract, `${contract}?lang=cy`, `${contract}?lang=en`), ...holder(contract)],
    '/contracts/:contractId/vary': commissioner(`${contract}/vary`),
    '/contracts/:contractId/returns/new': [...holder(`${contract}/returns/new`), ...commissioner(`${contract}/returns/new`)],
    '/contracts/:contractId/quarters': commissioner(`${contract}/quarters?quarter=${quarter}`),
    '/administrator/duplicates': administrator(
      '/administrator/duplicates',
      '/administrator/duplicates?status=merged&lang=cy',
      '/administrator/duplicates?lang=en',
    ),
    '/administrator/duplicates/:matchId': administrator(`/administrator/duplicates/${matchId}`),
    ...Object.fromEntries(
      ['rejection', 'reopening', 'undoing'].map((step) => [
        `/administrator/duplicates/:matchId/${step}`,
        administrator(`/administrator/duplicates/${matchId}/${step}`),
      ]),
    ),
    '/duplicates': [
      ...administrator('/duplicates', '/duplicates?status=merged&lang=cy', '/duplicates?lang=en'),
      ...holder(`/duplicates?organisation=${listedTwice.organisationId}`),
    ],
    '/duplicates/:matchId': [
      ...administrator(`/duplicates/${listedTwice.matchId}`),
      ...holder(`/duplicates/${listedTwice.matchId}?lang=cy`, `/duplicates/${listedTwice.matchId}?lang=en`),
    ],
    ...Object.fromEntries(
      ['rejection', 'reopening', 'undoing'].map((step) => [`/duplicates/:matchId/${step}`, holder(`/duplicates/${listedTwice.matchId}/${step}`)]),
    ),
    '/administrator/feeds': administrator('/administrator/feeds'),
    '/administrator/feeds/:feedId/stop': administrator(`/administrator/feeds/${feedId}/stop`),
    '/administrator/taxonomies': administrator('/administrator/taxonomies'),
    '/administrator/taxonomies/:taxonomyId': administrator(`/administrator/taxonomies/${taxonomyId}`),
    '/administrator/imports': administrator('/administrator/imports'),
    '/administrator/imports/files': administrator('/administrator/imports/files'),
    '/administrator/imports/files/:fileId': administrator(`/administrator/imports/files/${importFileId}`),
    '/administrator/imports/:importId/records/:position': administrator(`/administrator/imports/${editedImportId}/records/1`),
    '/administrator/imports/:importId/choice': administrator(`${imported}/choice`).map((fixture) => ({ ...fixture, leadsTo: imported })),
    '/administrator/imports/:importId': administrator(imported, `${imported}?kind=refused`),
    ...Object.fromEntries(
      ['acceptance', 'kinds', 'undoing', 'dropping'].map((step) => [`/administrator/imports/:importId/${step}`, administrator(`${imported}/${step}`)]),
    ),
  }
}

const publicFixtures = ({ contractId }: WorldOfMoney): Record<string, Fixture[]> => ({
  '/dashboard': [
    ...anyone('/dashboard?lang=cy', '/dashboard?ward=unknown&category=food&lang=en'),
    ...george('/dashboard'),
    ...commissioner(`/dashboard?contract=${contractId}`),
  ],
  '/dashboard/figures.csv': files([
    ...anyone('/dashboard/figures.csv?measure=offers&by=category'),
    ...commissioner('/dashboard/figures.csv?measure=offers&by=category'),
  ]),
  '/dashboard/events': [...anyone('/dashboard/events?measure=offers'), ...commissioner('/dashboard/events?measure=offers')],
  '/grants': anyone('/grants', '/grants?ward=unknown'),
  '/grants.csv': files(anyone('/grants.csv')),
})
