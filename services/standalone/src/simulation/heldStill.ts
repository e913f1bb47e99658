import { createHash, createHmac, KeyObject, verify, type webcrypto } from 'node:crypto'
import { abortAfter, type Runtime } from '@patchwork/runtime'

type Bytes = ArrayBuffer | ArrayBufferView
type Restore = () => void
export type Still = { restore: Restore; isAtRest(): boolean }
type Signer = { algorithm: { name: string; hash?: { name: string } } }

/**
 * While it holds, what libraries reach for past Runtime follows the simulation too: the date, chance, time limits, and signatures, which are made here
 * and now where WebCrypto would make them in a thread of its own and end in an order that no seed owns.
 */
export const holdStill = (runtime: Runtime, chance: () => number): Still => {
  const realImmediate = setImmediate
  let putOff = 0
  const countedImmediate = (action: (...given: unknown[]) => void, ...given: unknown[]) => {
    putOff += 1
    return realImmediate(() => {
      putOff -= 1
      action(...given)
    })
  }
  const { subtle } = globalThis.crypto
  const replaced = [
    replace(globalThis, 'setImmediate', countedImmediate),
    replace(globalThis, 'Date', dateOf(runtime)),
    replace(Math, 'random', chance),
    replace(AbortSignal, 'timeout', (ms: number) => abortAfter(runtime, ms)),
    replace(subtle, 'sign', async (_: unknown, key: webcrypto.CryptoKey, data: Bytes) => signed(key, data)),
    replace(subtle, 'verify', async (_: unknown, key: webcrypto.CryptoKey, signature: Bytes, data: Bytes) => isSigned(key, signature, data)),
    replace(subtle, 'digest', async (algorithm: string | { name: string }, data: Bytes) => digested(algorithm, data)),
    ...inThreads.map((name) =>
      replace(subtle, name, () => {
        throw new Error(`A simulated place cannot ${name}: it would end when a thread of its own ends`)
      }),
    ),
  ]
  return {
    restore: () => {
      for (const restore of replaced) restore()
    },
    /** Nothing was put off to a later turn of the event loop. */
    isAtRest: () => putOff === 0,
  }
}

/** What WebCrypto does in threads, and no service does while it is simulated. */
const inThreads = ['encrypt', 'decrypt', 'generateKey', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'] as const

const replace = (target: object, name: string, value: unknown): Restore => {
  const before = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: before?.enumerable ?? false })
  return () => {
    if (before) Object.defineProperty(target, name, before)
    else Reflect.deleteProperty(target, name)
  }
}

const dateOf = (runtime: Runtime): DateConstructor => {
  const RealDate = Date
  return new Proxy(RealDate, {
    construct: (_, given: unknown[]) => Reflect.construct(RealDate, given.length === 0 ? [runtime.now()] : given) as object,
    get: (target, name) => (name === 'now' ? runtime.now : Reflect.get(target, name)),
  })
}

const bytesOf = (data: Bytes): Uint8Array =>
  data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
const isHmac = (key: webcrypto.CryptoKey): boolean => key.algorithm.name === 'HMAC'

const hashNamed = (name: string): string => name.replace('-', '').toLowerCase()
const digested = (algorithm: string | { name: string }, data: Bytes): ArrayBuffer =>
  new Uint8Array(
    createHash(hashNamed(typeof algorithm === 'string' ? algorithm : algorithm.name))
      .update(bytesOf(data))
      .digest(),
  ).buffer

/** The services' own tokens (HS256) are the only ones that they sign. */
const signed = (key: webcrypto.CryptoKey, data: Bytes): ArrayBuffer => {
  if (!isHmac(key)) throw new Error(`A simulated place does not sign with ${key.algorithm.name}`)
  const hash = hashNamed((key.algorithm as Signer['algorithm']).hash?.name ?? 'SHA-256')
  return new Uint8Array(createHmac(hash, KeyObject.from(key)).update(bytesOf(data)).digest()).buffer
}

const isSigned = (key: webcrypto.CryptoKey, signature: Bytes, data: Bytes): boolean =>
  isHmac(key) ? Buffer.from(signed(key, data)).equals(bytesOf(signature)) : verify(null, bytesOf(data), KeyObject.from(key), bytesOf(signature))
