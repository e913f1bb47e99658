import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openBrowser, openWindow, signIn } from '../src/browser.ts'
import { StartedPlace } from '../src/startedPlace.ts'
import { type Bench, type Figure, median, milliseconds, percentile, rounded } from './figure.ts'

const filling = fileURLToPath(new URL('../../../services/commissioning/scripts/fillReferrals.ts', import.meta.url))
const referrals = 200_000
const msMax = 300
const warmUps = 3
const loads = 15
/** A year of the two that the referrals lie in. */
const period = { from: '2025-04-01', until: '2026-03-31' }

/** The cookies of somebody who has signed in, as their browser sends them. */
const cookiesOf = async (place: StartedPlace, role: string): Promise<string> => {
  const browser = await openBrowser()
  try {
    const { context, page } = await openWindow(browser, place.url)
    await signIn(page, place.account(role))
    return (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  } finally {
    await browser.close()
  }
}

/** How long the page takes from the question to its last byte, each time. Throws when it is not the dashboard. */
const loading = async (address: string, cookie: string | undefined): Promise<number[]> => {
  const took: number[] = []
  for (let load = 0; load < warmUps + loads; load += 1) {
    const from = performance.now()
    const response = await fetch(address, cookie === undefined ? {} : { headers: { cookie } })
    const html = await response.text()
    if (response.status !== 200 || !html.includes('</html>')) throw new Error(`The dashboard was answered ${response.status}`)
    if (load >= warmUps) took.push(performance.now() - from)
  }
  return took
}

/**
 * The dashboard's page as it is asked for over HTTP: the figures counted, suppressed and rounded, and the page written. Its figures are counted anew each
 * time; nothing of the page before is kept. The referrals are put into the facts by the store's own writes, not by their events' way through the log.
 */
export const dashboard: Bench = {
  name: 'dashboard',
  about: `the dashboard's page over ${rounded(referrals)} referrals, for anyone and for a commissioner, whole and with a period and a ward`,
  run: async ({ directory, say }) => {
    const folder = mkdtempSync(join(directory, 'patchwork-bench-dashboard-'))
    say('starting a place')
    const place = await StartedPlace.open({ dataDirectory: join(folder, 'data'), environment: { LOG_LEVEL: 'warn' } })
    try {
      const { items } = (await (await fetch(`${place.url}/api/provider-directory/wards`)).json()) as { items: { wardCode: string }[] }
      const wards = items.map(({ wardCode }) => wardCode)
      await place.end()
      say(`writing ${rounded(referrals)} referrals`)
      const options = ['--disable-warning=ExperimentalWarning', filling, join(folder, 'data', 'patchwork.sqlite'), wards.join(','), String(referrals)]
      await promisify(execFile)(process.execPath, options)
      await place.start()
      const commissioner = await cookiesOf(place, 'commissioner')
      const counted = await (await place.as('commissioner')).send<{ total: { value: number } }>('GET', '/commissioning/figures/referrals-sent')
      if (counted.body.total.value < referrals) throw new Error(`Only ${counted.body.total.value} referrals are counted`)
      const asked = {
        whole: {},
        'a year': period,
        'a year of one ward': { ...period, ward: wards[0] ?? '' },
        'a year of one ward and kind': { ...period, ward: wards[0] ?? '', category: 'food' },
      }
      const figures: Figure[] = []
      for (const [who, cookie] of [
        ['anyone', undefined],
        ['a commissioner', commissioner],
      ] as const)
        for (const [what, query] of Object.entries<Record<string, string>>(asked)) {
          say(`${who}, ${what}`)
          figures.push(figureOf(`${who}, ${what}`, await loading(`${place.url}/dashboard?${new URLSearchParams(query)}`, cookie)))
        }
      return figures
    } finally {
      await place.end()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const figureOf = (what: string, took: readonly number[]): Figure => ({
  bench: 'dashboard',
  what: `Dashboard over ${rounded(referrals)} referrals: ${what}`,
  measured: `p50 ${milliseconds(median(took))}, p95 ${milliseconds(percentile(took, 0.95))}`,
  comparedTo: `from the question to the last byte, ${took.length} loads one after another`,
  aim: `p50 ≤ ${msMax} ms`,
  met: median(took) <= msMax,
})
