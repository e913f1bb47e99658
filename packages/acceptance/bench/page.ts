import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { freePort } from '@patchwork/testing'
import lighthouse from 'lighthouse'
import { openBrowser } from '../src/browser.ts'
import { StartedPlace } from '../src/startedPlace.ts'
import { type Bench, type Figure, median, rounded, seconds } from './figure.ts'

const path = '/find?text=food&near=M33+7ZF'
const runs = 5
/** On a busy machine Chromium at times misses the start of a load. */
const triesMax = 3
const bytesMax = 60 * 1_024
const largestPaintMsMax = 1_200

type Loaded = { bytes: number; requests: number; largestPaintMs: number; performance: number; accessibility: number; missed: string[] }

/** One load as Lighthouse makes it by default: a mid-range phone on slow 4G, simulated, with an empty cache. Throws when the page could not be loaded. */
const load = async (url: string, port: number): Promise<Loaded> => {
  const result = await lighthouse(url, { port, onlyCategories: ['performance', 'accessibility'], logLevel: 'error', output: 'json' })
  if (!result || result.lhr.runtimeError) throw new Error(`Lighthouse could not load the page: ${result?.lhr.runtimeError?.message ?? 'no result'}`)
  const { audits, categories } = result.lhr
  const details = audits['network-requests']?.details
  const requests = details?.type === 'table' ? details.items.map((item) => Number(item.transferSize)) : []
  if (requests.length === 0) throw new Error('Lighthouse saw no request')
  const score = (name: string) => Math.round((categories[name]?.score ?? 0) * 100)
  return {
    bytes: requests.reduce((sum, bytes) => sum + bytes, 0),
    requests: requests.length,
    largestPaintMs: audits['largest-contentful-paint']?.numericValue ?? Number.NaN,
    performance: score('performance'),
    accessibility: score('accessibility'),
    missed: (categories.accessibility?.auditRefs ?? []).filter(({ id, weight }) => weight > 0 && audits[id]?.score === 0).map(({ id }) => id),
  }
}

const loadInNewBrowser = async (url: string): Promise<Loaded> => {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort()
    const browser = await openBrowser([`--remote-debugging-port=${port}`])
    try {
      return await load(url, port)
    } catch (error) {
      if (tries === triesMax) throw error
    } finally {
      await browser.close()
    }
  }
}

/** The least that a page in the same look can be: one heading and the whole of govuk-frontend's style sheet, both gzipped. Lives until `close`. */
const barePage = async (): Promise<{ url: string; close(): void }> => {
  const styles = gzipSync(readFileSync(createRequire(import.meta.url).resolve('govuk-frontend/dist/govuk/govuk-frontend.min.css')))
  const html = gzipSync(
    '<!doctype html><html lang="en" class="govuk-template"><head><title>Bare</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/styles.css"></head><body class="govuk-template__body"><main><h1 class="govuk-heading-l">A bare page</h1></main></body></html>',
  )
  const server = createServer((request, response) => {
    const isStyles = request.url === '/styles.css'
    response.writeHead(200, { 'content-type': isStyles ? 'text/css' : 'text/html; charset=utf-8', 'content-encoding': 'gzip' }).end(isStyles ? styles : html)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}

/** A page of results as a phone gets it: what goes over the wire, and when its largest part is painted. */
export const page: Bench = {
  name: 'page',
  about: "bytes and largest contentful paint of a page of results, in Lighthouse's mobile setting",
  run: async ({ directory, say }) => {
    const folder = mkdtempSync(join(directory, 'patchwork-bench-'))
    say('starting a place')
    const place = await StartedPlace.open({ dataDirectory: join(folder, 'data'), environment: { LOG_LEVEL: 'warn' } })
    const bare = await barePage()
    try {
      const loads: Loaded[] = []
      const bareLoads: Loaded[] = []
      for (let run = 1; run <= runs; run += 1) {
        say(`Lighthouse, run ${run} of ${runs}`)
        loads.push(await loadInNewBrowser(`${place.url}${path}`))
        bareLoads.push(await loadInNewBrowser(bare.url))
      }
      return figuresOf(loads, bareLoads)
    } finally {
      bare.close()
      await place.end()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

type Counted = 'bytes' | 'requests' | 'largestPaintMs' | 'performance' | 'accessibility'
const middleOf = (loads: readonly Loaded[], field: Counted): number => median(loads.map((one) => one[field]))

const figuresOf = (loads: readonly Loaded[], bareLoads: readonly Loaded[]): Figure[] => {
  const middle = (field: Counted) => middleOf(loads, field)
  const paintMs = middle('largestPaintMs')
  const missed = [...new Set(loads.flatMap((one) => one.missed))]
  const figure = (what: string, measured: string, comparedTo: string, aim: string, met: boolean): Figure => ({
    bench: 'page',
    what,
    measured,
    comparedTo,
    aim,
    met,
  })
  return [
    figure(
      'Page of results, bytes',
      `${rounded(middle('bytes') / 1_024)} KB`,
      `compressed, over ${middle('requests')} requests; a bare page with all of govuk-frontend’s styles: ${rounded(middleOf(bareLoads, 'bytes') / 1_024)} KB`,
      '≤ 60 KB',
      middle('bytes') <= bytesMax,
    ),
    figure(
      'Page of results, LCP',
      seconds(paintMs),
      `the bare page in the same run: ${seconds(middleOf(bareLoads, 'largestPaintMs'))}; medians of ${runs}`,
      '≤ 1.2 s',
      paintMs <= largestPaintMsMax,
    ),
    figure('Lighthouse performance', String(middle('performance')), `mobile setting, median of ${runs}`, '100', middle('performance') === 100),
    figure(
      'Lighthouse accessibility',
      String(middle('accessibility')),
      missed.length === 0 ? 'every audit passed' : `missed: ${missed.join(', ')}`,
      '100',
      middle('accessibility') === 100,
    ),
  ]
}
