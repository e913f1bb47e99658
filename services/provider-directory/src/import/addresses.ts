import { lookup as resolve } from 'node:dns'
import { type Runtime, sleep } from '@patchwork/runtime'
import ipaddr from 'ipaddr.js'
import { Agent } from 'undici'
import { FeedError } from './feedRecord.ts'

const redirectsMax = 5
const attemptsMax = 5
const firstWaitMs = 500
const waitMsMax = 60_000
/** Until the answer begins, and between any two parts of it. */
const quietMsMax = 30_000

export type Validators = { etag?: string; lastModified?: string }
export type Answered = { bytes: AsyncIterable<Uint8Array>; validators: Validators } | 'not-modified'
export type AddressReader = {
  /** The bytes at an address; `not-modified` where they are as the validators say. Throws FeedError. */
  read(address: URL, options: { validators?: Validators; signal: AbortSignal }): Promise<Answered>
  close(): Promise<void>
}

/** Whether an IP address is one of the public internet: not of this machine, a private net, a link, or a special use. */
export const isPublicAddress = (address: string): boolean => ipaddr.process(address).range() === 'unicast'

/**
 * Reads addresses politely: with a name for itself, waiting longer each time it is asked to or meets an error, within limits of time. An address that is
 * not of the public internet is refused, at each redirect and at the moment of connecting, so that a name cannot change what it stands for in
 * between. `allowedHost` is a host that an operator named himself: it may lie anywhere.
 */
export const openAddressReader = (runtime: Runtime, { allowedHost }: { allowedHost?: string } = {}): AddressReader => {
  const refusedHosts = new Set<string>()
  const guarded = new Agent({
    headersTimeout: quietMsMax,
    bodyTimeout: quietMsMax,
    connect: {
      lookup: (hostname, options, callback) =>
        resolve(hostname, { ...options, all: true }, (error, addresses) => {
          if (error) return callback(error, [])
          if (hostname === allowedHost || addresses.every(({ address }) => isPublicAddress(address))) return callback(null, addresses)
          refusedHosts.add(hostname)
          callback(new FeedError('refused-address'), [])
        }),
    },
  })

  const ask = async (address: URL, { validators = {}, signal }: { validators?: Validators; signal: AbortSignal }): Promise<Response> => {
    let target = address
    for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
      mustBePublic(target, allowedHost)
      const { hostname, href } = target
      const response = await runtime
        .fetch(href, {
          redirect: 'manual',
          signal,
          headers: {
            accept: 'application/json, text/csv;q=0.9, */*;q=0.1',
            'user-agent': 'Patchwork-import (+https://openreferraluk.org)',
            ...(validators.etag === undefined ? {} : { 'if-none-match': validators.etag }),
            ...(validators.lastModified === undefined ? {} : { 'if-modified-since': validators.lastModified }),
          },
          // The platform's fetch takes it, though its type is not told.
          ...({ dispatcher: guarded } as object),
        })
        .catch((error: unknown) => {
          throw refusedHosts.has(hostname) ? new FeedError('refused-address') : error
        })
      const location = response.headers.get('location')
      if (response.status < 301 || response.status > 308 || response.status === 304 || location === null) return response
      await response.body?.cancel()
      if (!URL.canParse(location, target.href)) throw new FeedError('unreachable')
      target = new URL(location, target)
    }
    throw new FeedError('too-many-redirects')
  }

  return {
    read: async (address, options) => {
      let status: number | undefined
      for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
        const response = await ask(address, options).catch((error: unknown) => {
          options.signal.throwIfAborted()
          if (error instanceof FeedError) throw error
          return undefined
        })
        status = response?.status
        if (response?.status === 304) return 'not-modified'
        if (response?.ok && response.body) return { bytes: bytesOf(response.body, options.signal), validators: validatorsOf(response) }
        await response?.body?.cancel()
        // What is refused for good is not asked for again.
        if (response && response.status < 500 && response.status !== 429 && response.status !== 408) break
        if (attempt < attemptsMax) await sleep(runtime, waitMs(runtime, attempt, response), options.signal)
        options.signal.throwIfAborted()
      }
      throw new FeedError('unreachable', status === undefined ? {} : { detail: `status ${status}` })
    },
    close: () => guarded.destroy(),
  }
}

/** Throws FeedError `refused-address` for what is no http(s) address, carries a password, or names a host of this machine or a private net by number. */
const mustBePublic = ({ protocol, hostname, username }: URL, allowedHost: string | undefined): void => {
  if ((protocol !== 'http:' && protocol !== 'https:') || username !== '') throw new FeedError('refused-address')
  if (hostname === allowedHost) return
  const literal = hostname.replaceAll(/^\[|\]$/g, '')
  if (ipaddr.isValid(literal) && !isPublicAddress(literal)) throw new FeedError('refused-address')
}

/** What the server asks for, or twice as long each time, with some chance in it so that many askers do not come at once. */
const waitMs = (runtime: Runtime, attempt: number, response: Response | undefined): number => {
  const asked = Number(response?.headers.get('retry-after') ?? Number.NaN) * 1_000
  const chance = 0.5 + (runtime.randomBytes(1)[0] ?? 0) / 512
  return Math.min(waitMsMax, Number.isFinite(asked) && asked >= 0 ? asked : firstWaitMs * 2 ** attempt * chance)
}

const validatorsOf = (response: Response): Validators => {
  const [etag, lastModified] = [response.headers.get('etag'), response.headers.get('last-modified')]
  return { ...(etag === null ? {} : { etag }), ...(lastModified === null ? {} : { lastModified }) }
}

/** The parts of a body; one that breaks off, or comes too slowly, is a FeedError like any other. */
async function* bytesOf(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    signal.throwIfAborted()
    const code = (error as { cause?: { code?: unknown } }).cause?.code
    throw new FeedError(code === 'UND_ERR_BODY_TIMEOUT' ? 'too-slow' : 'cut-off')
  }
}
