import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calendarDay, sleep, systemRuntime } from '@patchwork/runtime'
import type { Browser, Page } from '../browser.ts'
import { eventually, must } from '../openPlace.ts'
import { command } from './operator.ts'
import { type Account, inHtml, uuid, type Walk } from './walk.ts'

type Neighbour = { browser: Browser; budgetId: string }
type Holder = { base: '/council' | '/provider'; browser: Browser; organisationId?: string }
export type Money = { administrator: Account; commissioner: Account; provider: Account; residents: readonly [Account, Account] }

const dayMs = 86_400_000
const triesMax = 40
const waitMs = 250

/** Walks every form of pooled budgets, payments, contracts and imports, with a canary in each text field. Nothing of these is public but what a feed offers. */
export const walkTheMoney = async (walk: Walk, { administrator, commissioner, provider, residents }: Money): Promise<void> => {
  const neighbours = [await budget(walk, commissioner, residents[0]), await budget(walk, commissioner, residents[1])] as const
  const organisationId = inHtml((await provider.browser.goTo('/provider')).html, new RegExp(`/organisations/${uuid}`))
  const council: Holder = { base: '/council', browser: commissioner.browser }
  await pool(walk, neighbours, council, organisationId)
  await pool(walk, neighbours, { base: '/provider', browser: provider.browser, organisationId }, organisationId)
  await barredPayee(walk, commissioner, neighbours[0])
  await contract(walk, commissioner)
  await imports(walk, administrator)
  await duplicates(walk, administrator)
  await offersAlike(walk, administrator)
  await editedHere(walk, administrator)
}

/** What somebody else has not heard of yet is sent again for a while. */
const sent = async (send: () => Promise<Page>): Promise<Page> => {
  for (let tries = 1; ; tries += 1)
    try {
      return await send()
    } catch (error) {
      if (tries === triesMax) throw error
      await sleep(systemRuntime, waitMs)
    }
}

const dayFromNow = ({ opened }: Walk, days: number): string => calendarDay(opened.place.ports.runtime.now() + days * dayMs)
const period = (walk: Walk) => ({ fromOn: dayFromNow(walk, 0), untilOn: dayFromNow(walk, 28) })

const budget = async (walk: Walk, { browser: council }: Account, { browser }: Account): Promise<Neighbour> => {
  const { canaries } = walk
  const personId = inHtml((await browser.goTo('/my/budget')).html, new RegExp(`data-personal-number[^>]*>\\s*${uuid}`))
  const outcomes = {
    ...{ kind1: 'habitable-home', words1: canaries.word(), kind2: 'relationships', words2: canaries.word() },
    ...{ kind3: 'managing-nutrition', words3: canaries.word(), kind4: 'personal-hygiene', words4: canaries.word() },
  }
  const fields = { personId, holder: 'own-payment', holderName: canaries.word(), ...outcomes }
  const { url } = await sent(() => council.send('/council/budgets/new', fields))
  const budgetId = inHtml(url, new RegExp(`budgets/${uuid}`))
  const amount = { fundSource: 'council-net', weeklyPence: '60', fromOn: dayFromNow(walk, -7), untilOn: dayFromNow(walk, 60) }
  await sent(() => council.send(`/council/budgets/${budgetId}/amounts`, amount))
  await council.goTo('/council/budgets')
  return { browser, budgetId }
}

/** A pool from its founding to the day on which one leaves, with a payment that comes back. */
const pool = async (walk: Walk, members: readonly [Neighbour, Neighbour], holder: Holder, payee: string): Promise<void> => {
  const [{ browser: founder }, { browser: other }] = members
  const at = await foundPool(walk, members, holder)
  const outcomes = [await earmark(walk, at, founder), await earmark(walk, at, other)]
  const spend = await proposeSpend(walk, at, founder, payee)
  await sent(() => other.send(spend, { decision: 'approve' }))
  const payment = `${holder.base}/payments${spend.replace('/my/pools', '').replace('/spends', '')}`
  await sent(() => holder.browser.send(payment, { paidOn: dayFromNow(walk, 0), reference: walk.canaries.word() }))
  await sent(() => holder.browser.send(`${payment}/reversal`, { reason: 'returned-by-bank' }))
  for (const address of [`${holder.base}/payments`, `${holder.base}/payments.csv`, `${holder.base}${at.replace('/my', '')}`]) await holder.browser.goTo(address)
  await sent(() => founder.send(`${at}/release`, { share: `council-net/${outcomes[0]}`, amountPence: '1' }))
  for (const address of [at, `${at}/entries`, `${at}/rules`, spend]) await other.goTo(address)
  await sent(() => other.send(`${at}/leave`, {}))
}

const rules = {
  ...{ costs: 'equally', absence: 'pays-share', joining: 'all-agree', dispute: 'members-meet', leavingNoticeDays: '0', decideWithinDays: '7' },
  ...{ smallPounds: '', smallNeeded: '', needed: '1' },
}

const foundPool = async ({ canaries }: Walk, [{ browser: founder }, { browser: other }]: readonly [Neighbour, Neighbour], holder: Holder): Promise<string> => {
  const { organisationId } = holder
  const address = organisationId === undefined ? '/my/pools/new' : `/my/pools/new?organisation=${organisationId}`
  const named = { name: canaries.word(), purpose: canaries.word(), calledName: canaries.word() }
  const { url } = await sent(() => founder.send(address, { ...named, holder: organisationId === undefined ? 'council' : 'organisation' }))
  const at = `/my/pools/${inHtml(url, new RegExp(`pools/${uuid}`))}`
  const code = inHtml((await founder.goTo(at)).html, /data-pool-code[^>]*>\s*([\w-]+)/)
  const calledName = canaries.word()
  await other.send('/my/pools/join', { code: canaries.word(), calledName }).catch(() => undefined)
  await sent(() => other.send('/my/pools/join', { code, calledName }))
  await sent(() => founder.send(`${at}/rules/new`, rules))
  for (const member of [founder, other]) await sent(() => member.send(`${at}/signature`, { agree: 'yes' }))
  return at
}

/** Gives the outcome that it is for. */
const earmark = async (walk: Walk, at: string, member: Browser): Promise<string> => {
  const { html } = await member.goTo(`${at}/earmark`)
  const outcomeId = inHtml(html, new RegExp(`name="outcomeId"[^>]*value="${uuid}"`))
  await sent(() => member.send(`${at}/earmark`, { outcomeId, fundSource: 'council-net', amountPence: '20', ...period(walk) }))
  return outcomeId
}

/** Proposes one in four steps, with an invoice whose name and bytes are canaries too. Gives its address. */
const proposeSpend = async (walk: Walk, at: string, member: Browser, payee: string): Promise<string> => {
  const { canaries } = walk
  const steps = `${at}/spends/new`
  const document = new File([`%PDF-1.4\n${canaries.word()}\n%%EOF\n`], `${canaries.word()}.pdf`, { type: 'application/pdf' })
  const invoice = { invoiceNumber: canaries.word(), invoicedOn: dayFromNow(walk, -1), totalPence: '10', sessions: '1' }
  await sent(() => member.send(`${steps}/payee?organisation=${payee}`, { purpose: canaries.word() }))
  await sent(() => member.send(`${steps}/invoice`, invoice, { files: { document } }))
  const { html } = await member.goTo(`${steps}/shares`)
  const shares = [...html.matchAll(/name="(amount-[0-9a-f-]{36})" value="([^"]*)"/g)].map(([, name, value]) => [name, value] as const)
  await sent(() => member.send(`${steps}/shares`, Object.fromEntries(shares)))
  const { url } = await sent(() => member.send(`${steps}/check`, {}))
  const { html: proposed } = await member.goTo(url)
  await member.goTo(`${at}/documents/${inHtml(proposed, new RegExp(`/documents/${uuid}`))}`)
  return new URL(url).pathname
}

const barredPayee = async (walk: Walk, { browser }: Account, { budgetId }: Neighbour): Promise<void> => {
  const at = `/council/budgets/${budgetId}`
  const payeeId = walk.opened.place.ports.runtime.uuid()
  await browser.send(`${at}/barred-payees`, { payeeKind: 'person', payeeId, relation: 'listed-relative', sameHousehold: 'yes' })
  const { html } = await browser.goTo(at)
  const barId = inHtml(html, new RegExp(`/barred-payees/${uuid}/exceptions`))
  await browser.send(`${at}/barred-payees/${barId}/exceptions`, { reason: walk.canaries.word(), ...period(walk) })
}

/** A contract whose first quarter is over: returned, closed, and then varied. */
const contract = async (walk: Walk, { browser }: Account): Promise<void> => {
  const { canaries } = walk
  const [startsOn, lead] = [dayFromNow(walk, -100), canaries.word()]
  const outcomes = [1, 2, 3, 4, 5, 6].map((number) => [
    [`outcome${number}`, canaries.word()],
    [`outcome${number}-measure`, 'count'],
    [`outcome${number}-target`, '10'],
  ])
  const { url } = await browser.send('/contracts/new', {
    ...{ title: canaries.word(), description: canaries.word(), startsOn, referralsEndOn: '', lightTouch: 'yes' },
    ...{ years: '1000', partners: `${lead}; 1000`, ...Object.fromEntries(outcomes.flat()) },
  })
  const at = `/contracts/${inHtml(url, new RegExp(`contracts/${uuid}`))}`
  const values = Object.fromEntries([1, 2, 3, 4, 5, 6].map((number) => [`value${number}`, '5']))
  await sent(() => browser.send(`${at}/returns/new`, { quarter: '1-1', note: canaries.word(), ...values }))
  await sent(() => browser.send(`${at}/quarters?quarter=1-1`, {}))
  await sent(() =>
    browser.send(`${at}/vary`, {
      ...{ reason: 'correction', note: canaries.word(), effectiveOn: dayFromNow(walk, 0), referralsEndOn: dayFromNow(walk, 100) },
      ...{ years: '1000', partners: `${lead}; 600\n${canaries.word()}; 400` },
    }),
  )
  for (const address of ['/contracts', at, '/dashboard', '/dashboard/events?measure=contract-value', '/grants']) await browser.goTo(address)
}

/** A feed at an address that does not answer; rows that are sent; a feed from a file that is accepted and undone; one that is dropped. */
const imports = async (walk: Walk, { browser }: Account): Promise<void> => {
  const { canaries, opened } = walk
  await browser.send('/administrator/imports', { address: `https://${canaries.offer()}.example/${canaries.offer()}` })
  const staged = async (): Promise<string> => {
    const path = join(opened.folder, 'feed.json')
    const organization = { id: 'one', name: canaries.offer(), description: canaries.offer() }
    const service = { id: 'one', name: canaries.offer(), description: canaries.offer(), status: 'active', organization }
    writeFileSync(path, JSON.stringify([service]))
    // While the address before it is still being asked, the operator is told to wait.
    const importId = await eventually('the feed is staged', async () => {
      const told = await command(opened, 'import', 'open-referral', path, '--json')
      return /"importId":\s*"([^"]+)"/.exec(told)?.[1]
    })
    return `/administrator/imports/${importId}`
  }
  const [name, group] = [canaries.offer(), canaries.offer()]
  const file = new File([`${name},${group}\n${canaries.offer()},${canaries.offer()}\n`], `${canaries.word()}.csv`, { type: 'text/csv' })
  const { url } = await sent(() => browser.send('/administrator/imports/files', { source: canaries.offer() }, { files: { file } }))
  const columns = { source: canaries.offer(), name: JSON.stringify([name]), organisation: JSON.stringify([group]), keepAs: canaries.offer() }
  await sent(() => browser.send(new URL(url).pathname, columns))
  const done = async (at: string, step: string) => {
    await browser.goTo(at)
    await sent(() => browser.send(`${at}/${step}`, {}))
  }
  const taken = await staged()
  await done(taken, 'acceptance')
  await done(taken, 'undoing')
  const partly = await staged()
  await sent(() => browser.send(partly, {}, { to: '/choice' }))
  await sent(() => browser.send(`${partly}/kinds`, { kinds: ['new'] }))
  await done(partly, 'undoing')
  await done(await staged(), 'dropping')
  const watched = await browser.send('/administrator/feeds', { address: `https://${canaries.offer()}.example/${canaries.offer()}`, every: 'day' })
  await browser.send(inHtml(watched.html, /(\/administrator\/feeds\/[0-9a-f-]{36}\/stop)/), {})
}

/** Two organisations of one feed that may be one: told apart, taken back, merged and parted. */
const duplicates = async ({ canaries, opened }: Walk, { browser }: Account): Promise<void> => {
  const path = join(opened.folder, 'twins.json')
  const [name, host] = [canaries.offer(), `${canaries.offer()}.example.org`]
  const service = (id: string) => ({
    ...{ id, name: canaries.offer(), description: canaries.offer(), status: 'active' },
    organization: { id, name, description: canaries.offer(), url: `https://${host}` },
  })
  writeFileSync(path, JSON.stringify([service('one'), service('two')]))
  await eventually('the twins are imported', async () => {
    const told = await command(opened, 'import', 'open-referral', path, '--accept', '--json')
    return /"status":\s*"accepted"/.test(told) || undefined
  })
  const pair = await eventually('the twins are found', async () =>
    /\/administrator\/duplicates\/[0-9a-f-]{36}/.exec((await browser.goTo('/administrator/duplicates')).html)?.at(0),
  )
  await browser.send(`${pair}/rejection`, {})
  await browser.send(`${pair}/reopening`, {})
  const stands = inHtml((await browser.goTo(pair)).html, new RegExp(`name="stands"[^>]*value="${uuid}"`))
  await browser.send(pair, { stands })
  await sent(() => browser.send(`${pair}/undoing`, {}))
}

/** Two services of one feed that may be the same: told apart, taken back, merged and parted. */
const offersAlike = async ({ canaries, opened }: Walk, { browser }: Account): Promise<void> => {
  const path = join(opened.folder, 'alike.json')
  const [name, organization] = [canaries.offer(), { id: 'alike', name: canaries.offer(), description: canaries.offer() }]
  const service = (id: string) => ({ id, name, description: canaries.offer(), status: 'active', organization })
  writeFileSync(path, JSON.stringify([service('alike-one'), service('alike-two')]))
  await eventually('what is listed twice is imported', async () => {
    const told = await command(opened, 'import', 'open-referral', path, '--accept', '--json')
    return /"status":\s*"accepted"/.test(told) || undefined
  })
  const pair = await eventually('what is listed twice is found', async () =>
    new RegExp(`"(/duplicates/[0-9a-f-]{36})">${name}`, 'i').exec((await browser.goTo('/duplicates')).html)?.at(1),
  )
  await browser.send(`${pair}/rejection`, {})
  await browser.send(`${pair}/reopening`, {})
  const stands = inHtml((await browser.goTo(pair)).html, new RegExp(`name="stands"[^>]*value="${uuid}"`))
  await browser.send(pair, { stands })
  await sent(() => browser.send(`${pair}/undoing`, {}))
}

/** A record whose offer somebody here has taken down since: what stands of it is chosen field by field. */
const editedHere = async ({ canaries, opened }: Walk, { browser }: Account): Promise<void> => {
  const path = join(opened.folder, 'edited.json')
  const imported = async (...how: string[]): Promise<string> => {
    const organization = { id: 'one', name: canaries.offer(), description: canaries.offer() }
    writeFileSync(path, JSON.stringify([{ id: 'one', name: canaries.offer(), description: canaries.offer(), status: 'active', organization }]))
    return eventually(
      'the feed is read',
      async () => /"importId":\s*"([^"]+)"/.exec(await command(opened, 'import', 'open-referral', path, ...how, '--json'))?.[1],
    )
  }
  const first = await imported('--accept')
  const offerId = await eventually('the offer is there', async () => (await opened.place.directory.imports.records(first, { limit: 1 })).items[0]?.offerId)
  const [administrator] = await opened.open([{ role: 'administrator', name: canaries.word() }])
  await must(() => administrator!.send('POST', `/api/provider-directory/offers/${offerId}/withdrawal`))
  const second = await imported()
  await sent(() => browser.send(`/administrator/imports/${second}/records/1`, { 'fields-description': 'theirs' }))
}
