import type { Runtime } from '@patchwork/runtime'
import type { SimulatedTime } from '@patchwork/runtime/simulation'
import type { Express } from 'express'
import inject, { type DispatchFunc } from 'light-my-request'

export type NetworkFaults = {
  /** Chance that a request gets lost on its way. */
  request: number
  /** Chance that an answer gets lost: what was asked is done, and nobody says so. */
  answer: number
  /** Chance that a request arrives twice. */
  twice: number
  delayMs: number
}

/** Something that answers, until its process ends. */
export type Host = { name: string; app: Express; ended: Promise<void> }

/** How long nobody says that a lost request was lost. */
const lostForMs = 400

/**
 * The network between the parts of a place and its people, without a socket: each request goes to one of the hosts that have its name, and is delayed,
 * lost, answered in vain or delivered twice by the seed.
 */
export const simulatedNetwork = (time: SimulatedTime, hostsOf: (hostname: string) => readonly Host[], faults: () => NetworkFaults) => {
  const wait = (ms: number) => new Promise<void>((resolve) => void time.runtime.after(ms, resolve))
  const unreachable = () => new TypeError('fetch failed')

  const deliver = async (url: URL, init: RequestInit, from: string): Promise<Response> => {
    const hosts = hostsOf(url.hostname)
    const host = hosts[time.pick(hosts.length)]
    const what = `${from} asks ${host?.name ?? `nobody at ${url.hostname}`}: ${init.method ?? 'GET'} ${url.pathname}${url.search}`
    if (!host) {
      time.note(what)
      throw unreachable()
    }
    const headers = Object.fromEntries(new Headers(init.headers))
    const asked = inject(host.app as unknown as DispatchFunc, {
      method: (init.method ?? 'GET') as 'GET',
      url: `${url.pathname}${url.search}`,
      headers,
      ...(init.body == null ? {} : { payload: init.body as string }),
    })
    const answer = await Promise.race([asked, host.ended])
    if (!answer) {
      time.note(`${what}: cut off`)
      throw unreachable()
    }
    time.note(`${what} ${init.body ?? ''}: ${answer.statusCode} ${answer.payload}`)
    const body = answer.statusCode === 204 || answer.payload === '' ? null : answer.payload
    return new Response(body, { status: answer.statusCode, headers: headersOf(answer.headers) })
  }

  const pass = async (url: URL, init: RequestInit, from: string): Promise<Response> => {
    const { request, answer, twice, delayMs } = faults()
    await wait(time.pick(delayMs + 1))
    if (time.chance() < request) {
      time.note(`${from} asks ${url.hostname} and is not heard`)
      await wait(time.pick(lostForMs))
      throw unreachable()
    }
    if (time.chance() < twice)
      void wait(time.pick(lostForMs))
        .then(() => deliver(url, init, from))
        .catch(() => undefined)
    const response = await deliver(url, init, from)
    await wait(time.pick(delayMs + 1))
    if (time.chance() < answer) {
      time.note(`${from} does not hear the answer of ${url.hostname}`)
      await wait(time.pick(lostForMs))
      throw unreachable()
    }
    return response
  }

  return {
    /** The network as one of its users has it; `from` is for the trace. */
    fetchOf:
      (from: string): Runtime['fetch'] =>
      (input, init = {}) => {
        const { promise, resolve, reject } = Promise.withResolvers<Response>()
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason), { once: true })
        pass(new URL(String(input)), init, from).then(resolve, reject)
        return promise
      },
  }
}

const headersOf = (headers: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]))
