import { scrypt, timingSafeEqual } from 'node:crypto'
import type { Runtime } from '@patchwork/runtime'
import { TooManyPasswordsError } from '../domain/errors.ts'
import { passwordForm } from '../domain/passwordRules.ts'

// OWASP's parameters for scrypt that need 32 MiB: as hard to try as the one with 128 MiB, and a small machine can bear several at once.
const strength = { N: 2 ** 15, r: 8, p: 3 }
const memoryBytesMax = 64 * 1024 * 1024
const saltBytes = 16
const hashBytes = 32
/** Passwords worked out at a time: each takes a thread of four and 32 MiB. */
const atOnceMax = 2
/** Passwords that may wait for their turn; more are told to come back. */
const waitingMax = 100

export type PasswordHasher = {
  /** What is kept of a password: algorithm, parameters, salt and hash. Throws TooManyPasswordsError. */
  hash(password: string): Promise<string>
  /** Whether the password is the one that was hashed. Without a hash it takes as long, and is false. Throws TooManyPasswordsError. */
  matches(password: string, stored: string | undefined): Promise<boolean>
}

export const createPasswordHasher = (runtime: Pick<Runtime, 'randomBytes'>): PasswordHasher => {
  const turn = inTurn()
  const work = (password: string, salt: Uint8Array, { N, r, p }: typeof strength): Promise<Buffer> =>
    turn(
      () =>
        new Promise((resolve, reject) =>
          scrypt(passwordForm(password), salt, hashBytes, { N, r, p, maxmem: memoryBytesMax }, (error, key) => (error ? reject(error) : resolve(key))),
        ),
    )
  return {
    hash: async (password) => {
      const salt = runtime.randomBytes(saltBytes)
      const key = await work(password, salt, strength)
      const { N, r, p } = strength
      return `scrypt$${N}$${r}$${p}$${Buffer.from(salt).toString('base64url')}$${key.toString('base64url')}`
    },
    matches: async (password, stored) => {
      const kept = stored === undefined ? undefined : readHash(stored)
      const key = await work(password, kept?.salt ?? new Uint8Array(saltBytes), kept?.strength ?? strength)
      return kept !== undefined && timingSafeEqual(key, kept.key)
    },
  }
}

const readHash = (stored: string) => {
  const [algorithm, N, r, p, salt, key] = stored.split('$')
  if (algorithm !== 'scrypt' || !salt || !key) throw new Error('A stored password has a form that this version does not know')
  const kept = { strength: { N: Number(N), r: Number(r), p: Number(p) }, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') }
  if (kept.key.length !== hashBytes) throw new Error('A stored password is damaged')
  return kept
}

/** Runs `atOnceMax` pieces of work at a time, the others in the order they came. */
const inTurn = () => {
  let running = 0
  const waiting: (() => void)[] = []
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running >= atOnceMax) {
      if (waiting.length >= waitingMax) throw new TooManyPasswordsError()
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      // Whoever waits takes over this place, so the count stays.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
